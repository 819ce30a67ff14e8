/* The control for one line of text: text, phone numbers, codes, web addresses. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static GtkWidget *make_text(BhFieldRow *row)
{
  BhFieldType type = bh_field_get_type(bh_field_row_get_field(row));
  /* No max_length: GTK would truncate pasted text silently. The check reports a long text. */
  return bh_field_entry_new(row, type == BH_FIELD_PHONE ? GTK_INPUT_PURPOSE_PHONE
                                 : type == BH_FIELD_URL ? GTK_INPUT_PURPOSE_URL
                                                        : GTK_INPUT_PURPOSE_FREE_FORM);
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  g_autofree char *text = bh_field_format_input(bh_field_row_get_field(row), value);
  gtk_entry_set_text(GTK_ENTRY(control), text);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  return bh_field_parse_typed(bh_field_row_get_field(row), gtk_entry_get_text(GTK_ENTRY(control)),
                              error);
}

static char *dup_raw(GtkWidget *control)
{
  return g_strdup(gtk_entry_get_text(GTK_ENTRY(control)));
}

const BhFieldControl bh_field_text = {make_text, set, get, FALSE, dup_raw};

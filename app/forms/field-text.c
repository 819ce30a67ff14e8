/* The controls for one line of text, phone numbers, credit codes and numbers. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static gboolean on_focus_out(GtkWidget *entry, GdkEvent *event, gpointer row)
{
  (void)entry;
  (void)event;
  bh_field_row_emit_left(row);
  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *make_entry(BhFieldRow *row, GtkInputPurpose purpose)
{
  GtkWidget *entry = bh_part_entry(bh_field_row_get_name(row), bh_field_row_get_label(row), NULL);
  gtk_entry_set_input_purpose(GTK_ENTRY(entry), purpose);
  g_signal_connect_swapped(entry, "changed", G_CALLBACK(bh_field_row_emit_edited), row);
  g_signal_connect_swapped(entry, "activate", G_CALLBACK(bh_field_row_emit_left), row);
  g_signal_connect(entry, "focus-out-event", G_CALLBACK(on_focus_out), row);
  return entry;
}

static GtkWidget *make_text(BhFieldRow *row)
{
  BhFieldType type = bh_field_get_type(bh_field_row_get_field(row));
  /* No max_length: GTK would truncate pasted text silently. The check reports a long text. */
  return make_entry(row,
                    type == BH_FIELD_PHONE ? GTK_INPUT_PURPOSE_PHONE : GTK_INPUT_PURPOSE_FREE_FORM);
}

static GtkWidget *make_number(BhFieldRow *row)
{
  return make_entry(row, GTK_INPUT_PURPOSE_NUMBER);
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  g_autofree char *text = NULL;
  if (json_is_integer(value))
    text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  else if (json_is_string(value))
    text = g_strdup(json_string_value(value));
  gtk_entry_set_text(GTK_ENTRY(control), text != NULL ? text : "");
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
const BhFieldControl bh_field_number = {make_number, set, get, FALSE, dup_raw};

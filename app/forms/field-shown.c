/* The control for values that cannot be typed: shown as text. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static GtkWidget *make(BhFieldRow *row)
{
  GtkWidget *label = bh_part_label("", NULL);
  bh_part_identify(label, bh_field_row_get_name(row), NULL);
  return label;
}

static void value_free(gpointer data)
{
  json_decref(data);
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  g_autofree char *text =
      value != NULL
          ? bh_field_format_with(bh_field_row_get_field(row), value,
                                 bh_session_get_office_settings(bh_field_row_get_session(row)),
                                 bh_field_row_get_lang(row))
          : g_strdup("–");
  gtk_label_set_text(GTK_LABEL(control), text);
  g_object_set_data_full(G_OBJECT(control), "bh-value", json_deep_copy(value), value_free);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  json_t *value = g_object_get_data(G_OBJECT(control), "bh-value");
  return value != NULL ? json_incref(value) : json_null();
}

const BhFieldControl bh_field_shown = {make, set, get, FALSE, NULL};

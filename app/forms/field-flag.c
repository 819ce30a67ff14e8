/* The control for a flag. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static GtkWidget *make(BhFieldRow *row)
{
  GtkWidget *check = bh_part_check(bh_field_row_get_name(row), bh_field_row_get_label(row), FALSE);
  g_signal_connect_swapped(check, "toggled", G_CALLBACK(bh_field_row_emit_left), row);
  return check;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(control), json_is_true(value));
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  return json_boolean(gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(control)));
}

const BhFieldControl bh_field_flag = {make, set, get, TRUE, NULL};

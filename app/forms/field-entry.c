/* The entry of the controls for one line of text and for numbers. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static gboolean on_focus_out(GtkWidget *entry, GdkEvent *event, gpointer row)
{
  (void)entry;
  (void)event;
  bh_field_row_emit_left(row);
  return GDK_EVENT_PROPAGATE;
}

GtkWidget *bh_field_entry_new(BhFieldRow *row, GtkInputPurpose purpose)
{
  GtkWidget *entry = bh_part_entry(bh_field_row_get_name(row), bh_field_row_get_label(row), NULL);
  gtk_entry_set_input_purpose(GTK_ENTRY(entry), purpose);
  g_signal_connect_swapped(entry, "changed", G_CALLBACK(bh_field_row_emit_edited), row);
  g_signal_connect_swapped(entry, "activate", G_CALLBACK(bh_field_row_emit_left), row);
  g_signal_connect(entry, "focus-out-event", G_CALLBACK(on_focus_out), row);
  return entry;
}

/* The control for text of several lines. */
#include "app/forms/field-row.h"
#include "app/parts.h"

static GtkTextView *view_of(GtkWidget *control)
{
  return GTK_TEXT_VIEW(gtk_bin_get_child(GTK_BIN(control)));
}

static gboolean on_focus_out(GtkWidget *view, GdkEvent *event, gpointer row)
{
  (void)view;
  (void)event;
  bh_field_row_emit_left(row);
  return GDK_EVENT_PROPAGATE;
}

static GtkWidget *make(BhFieldRow *row)
{
  GtkWidget *frame = gtk_frame_new(NULL);
  GtkWidget *view = gtk_text_view_new();
  gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(view), FALSE);
  gtk_widget_set_size_request(view, -1, 84);
  bh_part_identify(view, bh_field_row_get_name(row), bh_field_row_get_label(row));
  g_signal_connect_swapped(gtk_text_view_get_buffer(GTK_TEXT_VIEW(view)), "changed",
                           G_CALLBACK(bh_field_row_emit_edited), row);
  g_signal_connect(view, "focus-out-event", G_CALLBACK(on_focus_out), row);
  gtk_container_add(GTK_CONTAINER(frame), view);
  gtk_widget_show_all(frame);
  return frame;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  const char *text = json_string_value(value);
  gtk_text_buffer_set_text(gtk_text_view_get_buffer(view_of(control)), text != NULL ? text : "",
                           -1);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  g_autofree char *text = bh_part_dup_text(view_of(control));
  return bh_field_parse_typed(bh_field_row_get_field(row), text, error);
}

static char *dup_raw(GtkWidget *control)
{
  return bh_part_dup_text(view_of(control));
}

const BhFieldControl bh_field_longtext = {make, set, get, FALSE, dup_raw};

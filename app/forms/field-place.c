/* The control for a position: asks the receiver, shows, clears. Only above ground; underground,
 * places have names (FIELD 2). */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/devices/location.h"
#include "app/parts.h"
#include "schema/error.h"

typedef struct {
  BhFieldRow *row;
  GtkWidget *text;
  GtkWidget *ask;
  GtkWidget *clear;
  json_t *place;
  gboolean is_asking; /* the receiver was asked, and the field was not cleared or set since */
} Place;

static void place_free(gpointer data)
{
  Place *place = data;
  json_decref(place->place);
  g_free(place);
}

static Place *place_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-place");
}

static void show(Place *place)
{
  g_autofree char *text =
      place->place != NULL ? bh_field_format_value(bh_field_row_get_field(place->row), place->place,
                                                   bh_field_row_get_lang(place->row))
                           : g_strdup(_("No position yet"));
  gtk_label_set_text(GTK_LABEL(place->text), text);
  gtk_widget_set_visible(place->clear, place->place != NULL);
}

static void on_clear(GtkButton *button, Place *place)
{
  (void)button;
  place->is_asking = FALSE;
  gtk_widget_set_sensitive(place->ask, TRUE);
  g_clear_pointer(&place->place, json_decref);
  show(place);
  bh_field_row_emit_left(place->row);
}

static void on_fix(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)source;
  g_autoptr(BhFieldRow) row = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) fix = bh_location_ask_finish(result, &error);
  if (g_cancellable_is_cancelled(bh_field_row_get_cancellable(row)))
    return;
  Place *place = g_object_get_data(G_OBJECT(row), "bh-place-row");
  /* The answer is dropped, because the field was cleared or set since the receiver was asked. */
  if (!place->is_asking)
    return;
  place->is_asking = FALSE;
  gtk_widget_set_sensitive(place->ask, TRUE);
  if (fix == NULL) {
    gtk_label_set_text(GTK_LABEL(place->text), g_error_matches(error, BH_ERROR, BH_ERROR_INVALID)
                                                   ? error->message
                                                   : _("No satellite position here"));
    return;
  }
  json_decref(place->place);
  place->place = g_steal_pointer(&fix);
  show(place);
  bh_field_row_emit_left(row);
}

static void on_ask(GtkButton *button, Place *place)
{
  place->is_asking = TRUE;
  gtk_widget_set_sensitive(GTK_WIDGET(button), FALSE);
  gtk_label_set_text(GTK_LABEL(place->text), _("Looking for satellites …"));
  bh_location_ask_async(g_getenv("BIHUAN_GPSD_HOST"), g_getenv("BIHUAN_GPSD_PORT"),
                        bh_field_row_get_cancellable(place->row), on_fix, g_object_ref(place->row));
}

static GtkWidget *make(BhFieldRow *row)
{
  Place *place = g_new0(Place, 1);
  place->row = row;
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  g_object_set_data_full(G_OBJECT(box), "bh-place", place, place_free);
  g_object_set_data(G_OBJECT(row), "bh-place-row", place);
  place->text = bh_part_label("", NULL);
  gtk_box_pack_start(GTK_BOX(box), place->text, TRUE, TRUE, 0);
  g_autofree char *name = g_strdup_printf(_("Find position: %s"), bh_field_row_get_label(row));
  place->ask = bh_part_button(bh_field_row_get_name(row), _("Find"), NULL);
  atk_object_set_name(gtk_widget_get_accessible(place->ask), name);
  g_signal_connect(place->ask, "clicked", G_CALLBACK(on_ask), place);
  gtk_box_pack_end(GTK_BOX(box), place->ask, FALSE, FALSE, 0);
  g_autofree char *clear_id = g_strconcat("clear-", bh_field_row_get_name(row), NULL);
  g_autofree char *clear_name =
      g_strdup_printf(_("Clear position: %s"), bh_field_row_get_label(row));
  place->clear = bh_part_button(clear_id, _("Clear"), NULL);
  gtk_widget_set_no_show_all(place->clear, TRUE);
  atk_object_set_name(gtk_widget_get_accessible(place->clear), clear_name);
  g_signal_connect(place->clear, "clicked", G_CALLBACK(on_clear), place);
  gtk_box_pack_end(GTK_BOX(box), place->clear, FALSE, FALSE, 0);
  show(place);
  return box;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Place *place = place_of(control);
  place->is_asking = FALSE;
  gtk_widget_set_sensitive(place->ask, TRUE);
  json_decref(place->place);
  place->place = json_deep_copy(value);
  show(place);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  Place *place = place_of(control);
  return place->place != NULL ? json_incref(place->place) : json_null();
}

const BhFieldControl bh_field_place = {make, set, get, FALSE, NULL};

/* The control for an area code: a tree of areas, starting at the device's own. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/parts.h"

typedef struct {
  BhFieldRow *row;
  char *code; /* code of the chosen area; "" when none is chosen */
  GtkWidget *button;
  GtkWidget *revealer;
  GtkWidget *list;
} Area;

static void area_free(gpointer data)
{
  Area *area = data;
  g_free(area->code);
  g_free(area);
}

static Area *area_of(GtkWidget *control)
{
  return g_object_get_data(G_OBJECT(control), "bh-area");
}

static const BhRegion *region_of(Area *area)
{
  return bh_session_get_region(bh_field_row_get_session(area->row));
}

static char *dup_name(Area *area, const char *code)
{
  const BhRegion *region = region_of(area);
  return region != NULL ? bh_region_dup_full_name(region, code) : g_strdup(code);
}

static void show_button(Area *area)
{
  g_autofree char *name =
      *area->code != '\0' ? dup_name(area, area->code) : g_strdup(_("Choose an area"));
  GtkWidget *label = gtk_bin_get_child(GTK_BIN(area->button));
  gtk_label_set_text(GTK_LABEL(label), name);
  g_autofree char *full = g_strdup_printf("%s: %s", bh_field_row_get_label(area->row), name);
  atk_object_set_name(gtk_widget_get_accessible(area->button), full);
}

static void show_list(Area *area, const char *code);

static void on_pick(GtkButton *button, Area *area)
{
  const char *code = bh_part_get_record(GTK_WIDGET(button));
  g_autofree char *old = area->code;
  area->code = g_strdup(code);
  show_button(area);
  bh_field_row_emit_left(area->row);
  show_list(area, area->code);
}

static void add_area(Area *area, const char *code, const char *title)
{
  g_autofree char *id = g_strdup_printf("%s-%s", bh_field_row_get_name(area->row), code);
  GtkWidget *row = bh_part_row(id, title, NULL, NULL, code);
  g_signal_connect(row, "clicked", G_CALLBACK(on_pick), area);
  gtk_container_add(GTK_CONTAINER(area->list), row);
}

static void show_list(Area *area, const char *code)
{
  bh_part_clear(area->list);
  const BhRegion *region = region_of(area);
  if (region == NULL)
    return;
  const char *parent = bh_region_get_parent(region, code);
  if (parent != NULL) {
    g_autofree char *up = g_strdup_printf(_("Up: %s"), bh_region_get_name(region, parent));
    add_area(area, parent, up);
  }
  g_autoptr(GPtrArray) children = bh_region_list_children(region, code);
  if (children->len == 0)
    gtk_revealer_set_reveal_child(GTK_REVEALER(area->revealer), FALSE);
  for (guint i = 0; i < children->len; i++) {
    const char *child = g_ptr_array_index(children, i);
    add_area(area, child, bh_region_get_name(region, child));
  }
}

static void on_unfold(GtkButton *button, Area *area)
{
  (void)button;
  gboolean open = gtk_revealer_get_reveal_child(GTK_REVEALER(area->revealer));
  const json_t *description = bh_session_get_description(bh_field_row_get_session(area->row));
  if (!open)
    show_list(area, *area->code != '\0' ? area->code : bh_json_string_or(description, "area", ""));
  gtk_revealer_set_reveal_child(GTK_REVEALER(area->revealer), !open);
}

static GtkWidget *make(BhFieldRow *row)
{
  Area *area = g_new0(Area, 1);
  area->row = row;
  area->code = g_strdup("");
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  g_object_set_data_full(G_OBJECT(box), "bh-area", area, area_free);
  area->button = bh_part_button(bh_field_row_get_name(row), "", NULL);
  g_signal_connect(area->button, "clicked", G_CALLBACK(on_unfold), area);
  gtk_container_add(GTK_CONTAINER(box), area->button);
  area->revealer = gtk_revealer_new();
  area->list = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  gtk_container_add(GTK_CONTAINER(area->revealer), area->list);
  gtk_container_add(GTK_CONTAINER(box), area->revealer);
  gtk_widget_show_all(box);
  show_button(area);
  return box;
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)row;
  Area *area = area_of(control);
  const char *code = json_string_value(value);
  g_free(area->code);
  area->code = g_strdup(code != NULL ? code : "");
  show_button(area);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)row;
  (void)error;
  Area *area = area_of(control);
  return *area->code != '\0' ? json_string(area->code) : json_null();
}

const BhFieldControl bh_field_area = {make, set, get, FALSE, NULL};

/* The controls for one record and for several: chosen from those on the device, searched by name,
 * page by page. When the kind has a parent that this form names too (sites of the enterprise), only
 * its children are offered. */
#include "app/forms/field-row.h"

#include <glib/gi18n.h>

#include "app/parts.h"
#include "app/questions.h"

#define PAGE 30

typedef struct {
  BhFieldRow *row;
  BhQuestions *questions;
  gboolean several;
  GPtrArray *ids;     /* chosen record ids */
  GHashTable *titles; /* record id → title of the record */
  GtkWidget *chosen;  /* box with a row for each chosen record */
  GtkWidget *revealer;
  GtkWidget *search;
  GtkWidget *results;
} Ref;

static void ref_free(gpointer data)
{
  Ref *ref = data;
  bh_questions_free(ref->questions);
  g_ptr_array_unref(ref->ids);
  g_hash_table_unref(ref->titles);
  g_free(ref);
}

static Ref *ref_of(gpointer row)
{
  return g_object_get_data(G_OBJECT(row), "bh-ref");
}

static void show(Ref *ref);

static void on_title(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  Ref *ref = ref_of(owner);
  const char *title =
      error == NULL ? bh_json_string_or(result, "title", "") : _("Not on this device");
  g_hash_table_insert(ref->titles, g_strdup(data), g_strdup(title));
  show(ref);
}

static void on_remove(GtkButton *button, Ref *ref)
{
  const char *id = bh_part_get_record(GTK_WIDGET(button));
  for (guint i = 0; i < ref->ids->len; i++) {
    if (g_strcmp0(g_ptr_array_index(ref->ids, i), id) == 0) {
      g_ptr_array_remove_index(ref->ids, i);
      break;
    }
  }
  show(ref);
  bh_field_row_emit_left(ref->row);
}

static void load_results(Ref *ref);

static void on_unfold(GtkButton *button, Ref *ref)
{
  (void)button;
  gboolean open = gtk_revealer_get_reveal_child(GTK_REVEALER(ref->revealer));
  gtk_revealer_set_reveal_child(GTK_REVEALER(ref->revealer), !open);
  if (!open) {
    load_results(ref);
    gtk_widget_grab_focus(ref->search);
  }
}

static void show(Ref *ref)
{
  bh_part_clear(ref->chosen);
  const char *field = bh_field_row_get_name(ref->row);
  for (guint i = 0; i < ref->ids->len; i++) {
    const char *id = g_ptr_array_index(ref->ids, i);
    const char *title = g_hash_table_lookup(ref->titles, id);
    g_autofree char *control = g_strdup_printf("%s-chosen-%u", field, i);
    GtkWidget *row = bh_part_row(control, title != NULL ? title : "…", NULL, "×", id);
    g_autofree char *name = g_strdup_printf(_("Remove: %s"), title != NULL ? title : "…");
    atk_object_set_name(gtk_widget_get_accessible(row), name);
    g_signal_connect(row, "clicked", G_CALLBACK(on_remove), ref);
    gtk_container_add(GTK_CONTAINER(ref->chosen), row);
  }
  if (ref->several || ref->ids->len == 0) {
    g_autofree char *text = g_strdup_printf(_("Choose: %s"), bh_field_row_get_label(ref->row));
    GtkWidget *button = bh_part_button(field, text, NULL);
    g_signal_connect(button, "clicked", G_CALLBACK(on_unfold), ref);
    gtk_container_add(GTK_CONTAINER(ref->chosen), button);
  }
}

static void on_result(GtkButton *button, Ref *ref)
{
  const char *id = bh_part_get_record(GTK_WIDGET(button));
  gboolean known = FALSE;
  for (guint i = 0; i < ref->ids->len; i++)
    known = known || g_strcmp0(g_ptr_array_index(ref->ids, i), id) == 0;
  if (!known) {
    if (!ref->several)
      g_ptr_array_set_size(ref->ids, 0);
    g_ptr_array_add(ref->ids, g_strdup(id));
    g_hash_table_insert(ref->titles, g_strdup(id),
                        g_strdup(g_object_get_data(G_OBJECT(button), "bh-title")));
  }
  gtk_revealer_set_reveal_child(GTK_REVEALER(ref->revealer), FALSE);
  show(ref);
  bh_field_row_emit_left(ref->row);
}

static void on_results(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  Ref *ref = ref_of(owner);
  bh_part_clear(ref->results);
  gsize i = 0;
  json_t *row;
  const json_t *rows = json_object_get(result, "rows");
  json_array_foreach(rows, i, row) {
    const char *title = bh_json_string_or(row, "title", "");
    g_autofree char *id =
        g_strdup_printf("%s-result-%u", bh_field_row_get_name(ref->row), (guint)i);
    GtkWidget *button = bh_part_row(id, title, NULL, NULL, bh_json_string_or(row, "id", ""));
    g_object_set_data_full(G_OBJECT(button), "bh-title", g_strdup(title), g_free);
    g_signal_connect(button, "clicked", G_CALLBACK(on_result), ref);
    gtk_container_add(GTK_CONTAINER(ref->results), button);
  }
  if (error == NULL && json_is_string(json_object_get(result, "after")))
    gtk_container_add(GTK_CONTAINER(ref->results),
                      bh_part_label(_("There are more; type part of the name"), "dim"));
  if (error != NULL || json_array_size(rows) == 0)
    gtk_container_add(GTK_CONTAINER(ref->results), bh_part_label(_("Nothing found"), "dim"));
}

static void load_results(Ref *ref)
{
  BhSession *session = bh_field_row_get_session(ref->row);
  const char *const *kinds = bh_field_get_ref_kinds(bh_field_row_get_field(ref->row));
  if (kinds == NULL || kinds[0] == NULL)
    return;
  json_t *query = json_pack("{s:s, s:i, s:s}", "kind", kinds[0], "limit", PAGE, "order", "title");
  const char *text = gtk_entry_get_text(GTK_ENTRY(ref->search));
  if (*text != '\0')
    json_object_set_new(query, "search", json_string(text));
  const BhKind *kind = bh_session_find_kind(session, kinds[0]);
  const char *parent = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  const char *parent_id =
      parent != NULL ? bh_json_string_or(bh_field_row_get_values(ref->row), parent, NULL) : NULL;
  if (parent_id != NULL)
    json_object_set_new(query, "parent", json_string(parent_id));
  bh_questions_call(ref->questions, "results", bh_call_list(query), on_results, NULL, NULL);
}

static GtkWidget *make(BhFieldRow *row, gboolean several)
{
  Ref *ref = g_new0(Ref, 1);
  ref->row = row;
  ref->questions =
      bh_questions_new(row, bh_field_row_get_session(row), bh_field_row_get_cancellable(row));
  ref->several = several;
  ref->ids = g_ptr_array_new_with_free_func(g_free);
  ref->titles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_object_set_data_full(G_OBJECT(row), "bh-ref", ref, ref_free);
  GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  ref->chosen = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  gtk_container_add(GTK_CONTAINER(box), ref->chosen);
  ref->revealer = gtk_revealer_new();
  GtkWidget *inside = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  ref->search = gtk_search_entry_new();
  g_autofree char *id = g_strdup_printf("%s-search", bh_field_row_get_name(row));
  g_autofree char *name = g_strdup_printf(_("Search: %s"), bh_field_row_get_label(row));
  bh_part_identify(ref->search, id, name);
  gtk_entry_set_placeholder_text(GTK_ENTRY(ref->search), _("Search by name"));
  g_signal_connect_swapped(ref->search, "search-changed", G_CALLBACK(load_results), ref);
  ref->results = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
  gtk_container_add(GTK_CONTAINER(inside), ref->search);
  gtk_container_add(GTK_CONTAINER(inside), ref->results);
  gtk_container_add(GTK_CONTAINER(ref->revealer), inside);
  gtk_container_add(GTK_CONTAINER(box), ref->revealer);
  gtk_widget_show_all(box);
  show(ref);
  return box;
}

static GtkWidget *make_one(BhFieldRow *row)
{
  return make(row, FALSE);
}

static GtkWidget *make_several(BhFieldRow *row)
{
  return make(row, TRUE);
}

static void add(Ref *ref, const char *id)
{
  if (id == NULL)
    return;
  g_ptr_array_add(ref->ids, g_strdup(id));
  if (g_hash_table_contains(ref->titles, id))
    return;
  bh_session_call(bh_field_row_get_session(ref->row), bh_call_get(id), ref->row,
                  bh_field_row_get_cancellable(ref->row), on_title, g_strdup(id), g_free);
}

static void set(BhFieldRow *row, GtkWidget *control, const json_t *value)
{
  (void)control;
  Ref *ref = ref_of(row);
  g_ptr_array_set_size(ref->ids, 0);
  add(ref, json_string_value(value));
  gsize i;
  json_t *item;
  json_array_foreach(value, i, item) {
    add(ref, json_string_value(item));
  }
  show(ref);
}

static int compare_ids(gconstpointer a, gconstpointer b)
{
  return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static json_t *get(BhFieldRow *row, GtkWidget *control, GError **error)
{
  (void)control;
  (void)error;
  Ref *ref = ref_of(row);
  if (ref->ids->len == 0)
    return json_null();
  if (!ref->several)
    return json_string(g_ptr_array_index(ref->ids, 0));
  g_ptr_array_sort(ref->ids, compare_ids);
  json_t *array = json_array();
  for (guint i = 0; i < ref->ids->len; i++)
    json_array_append_new(array, json_string(g_ptr_array_index(ref->ids, i)));
  return array;
}

const BhFieldControl bh_field_ref = {make_one, set, get, FALSE, NULL};
const BhFieldControl bh_field_refs = {make_several, set, get, FALSE, NULL};

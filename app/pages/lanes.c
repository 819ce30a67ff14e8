/* Makes the lanes of the first page from the ledgers of all kinds. */
#include "app/pages/lanes.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/pages/list.h"
#include "app/pages/rows.h"
#include "schema/ledger.h"

#define ROWS_SHOWN 5
/* The most rows that are counted; with more, the heading says "or more". */
#define ROWS_COUNTED 30

typedef struct {
  GtkWidget *box;   /* weak: box of the lane; the boxes are in the order of the kinds */
  const char *kind; /* interned names: the kinds may be replaced before the answer arrives */
  const char *name;
} Lane;

static void lane_free(gpointer data)
{
  Lane *lane = data;
  g_clear_weak_pointer(&lane->box);
  g_free(lane);
}

static const json_t *find_ledger(BhPage *page, const char *kind_name, const char *name)
{
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), kind_name);
  return kind != NULL ? bh_kind_find_ledger(kind, name) : NULL;
}

static void on_all(GtkButton *button, BhPage *page)
{
  GObject *object = G_OBJECT(button);
  bh_page_open(page, bh_list_page_new(g_object_get_data(object, "bh-kind"),
                                      g_object_get_data(object, "bh-name"),
                                      g_object_get_data(object, "bh-title")));
}

static void add_all(BhPage *page, const Lane *lane, const char *title, const char *count)
{
  g_autofree char *id = g_strdup_printf("lane-%s-all", lane->name);
  g_autofree char *text = g_strdup_printf(_("Show all %s"), count);
  GtkWidget *button = bh_part_button(id, text, NULL);
  g_object_set_data(G_OBJECT(button), "bh-kind", (gpointer)lane->kind);
  g_object_set_data(G_OBJECT(button), "bh-name", (gpointer)lane->name);
  g_object_set_data_full(G_OBJECT(button), "bh-title", g_strdup(title), g_free);
  g_signal_connect(button, "clicked", G_CALLBACK(on_all), page);
  gtk_container_add(GTK_CONTAINER(lane->box), button);
}

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  Lane *lane = data;
  const json_t *ledger = find_ledger(page, lane->kind, lane->name);
  if (lane->box == NULL || ledger == NULL)
    return;
  bh_part_clear(lane->box);
  const json_t *rows = error == NULL ? json_object_get(result, "rows") : NULL;
  gsize n = json_array_size(rows);
  gboolean more = json_is_string(json_object_get(result, "after"));
  gtk_widget_set_visible(lane->box, n > 0);
  if (n == 0)
    return;
  const char *title = bh_ledger_get_label(ledger, bh_session_get_lang(bh_page_get_session(page)));
  g_autofree char *count =
      more ? g_strdup_printf(_("%u or more"), (guint)n) : g_strdup_printf("%u", (guint)n);
  g_autofree char *heading = g_strdup_printf("%s · %s", title, count);
  gtk_container_add(GTK_CONTAINER(lane->box), bh_part_heading(heading));
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), lane->kind);
  for (gsize i = 0; i < MIN(n, ROWS_SHOWN); i++) {
    g_autofree char *id = g_strdup_printf("lane-%s-%u", lane->name, (guint)i + 1);
    gtk_container_add(GTK_CONTAINER(lane->box),
                      bh_row_new(page, kind, ledger, json_array_get(rows, i), id));
  }
  if (more || n > ROWS_SHOWN)
    add_all(page, lane, title, count);
}

/* The box of a lane, made once, because answers arrive in any order. */
static GtkWidget *get_lane_box(GtkWidget *box, const char *name)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(box));
  for (GList *l = children; l != NULL; l = l->next)
    if (g_strcmp0(g_object_get_data(l->data, "bh-lane"), name) == 0)
      return l->data;
  GtkWidget *lane_box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  g_object_set_data_full(G_OBJECT(lane_box), "bh-lane", g_strdup(name), g_free);
  gtk_container_add(GTK_CONTAINER(box), lane_box);
  return lane_box;
}

static void ask_lane(BhPage *page, GtkWidget *box, const BhKind *kind, const json_t *ledger)
{
  const char *name = g_intern_string(bh_json_string_or(ledger, "name", ""));
  Lane *lane = g_new0(Lane, 1);
  g_set_weak_pointer(&lane->box, get_lane_box(box, name));
  lane->kind = g_intern_string(bh_kind_get_name(kind));
  lane->name = name;
  json_t *query = bh_row_dup_query(page, kind, ledger);
  json_object_set_new(query, "limit", json_integer(ROWS_COUNTED));
  bh_page_ask(page, name, bh_call_list(query), on_rows, lane, lane_free);
}

void bh_lanes_show(BhPage *page, GtkWidget *box)
{
  const BhKindSet *set = bh_session_get_kinds(bh_page_get_session(page));
  const GPtrArray *kinds = set != NULL ? bh_kind_set_list(set) : NULL;
  for (guint i = 0; kinds != NULL && i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    gsize k;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), k, ledger) {
      if (json_is_true(json_object_get(ledger, "lane")))
        ask_lane(page, box, kind, ledger);
    }
  }
}

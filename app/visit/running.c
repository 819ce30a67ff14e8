/* Rows of the visits that are under way. Start at bh_running_show. */
#include "app/visit/running.h"

#include <glib/gi18n.h>

#include "app/parts.h"
#include "app/pages/list.h"
#include "app/visit/inspection.h"
#include "app/visit/visit.h"

#define KIND "inspection"
#define ROWS 20

typedef struct {
  GtkWidget *rows; /* weak */
  GtkWidget *box;  /* weak */
} Boxes;

static void boxes_free(gpointer data)
{
  Boxes *boxes = data;
  g_clear_weak_pointer(&boxes->rows);
  g_clear_weak_pointer(&boxes->box);
  g_free(boxes);
}

static void on_row(GtkButton *row, BhPage *page)
{
  bh_page_open(page, bh_inspection_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

/* More visits are under way than the first page shows. */
static void on_all(BhPage *page)
{
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, KIND);
  bh_page_open(page,
               bh_list_page_new(KIND, NULL, bh_kind_get_label(kind, bh_session_get_lang(session))));
}

static void add_row(BhPage *page, GtkWidget *rows, const json_t *row, guint number)
{
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, KIND);
  const json_t *values = json_object_get(row, "values");
  const char *title = bh_json_string_or(row, "title", "");
  const char *state = bh_json_string_or(values, "state", "");
  const char *label =
      kind != NULL ? bh_kind_get_state_label(kind, state, bh_session_get_lang(session)) : "";
  g_autofree char *id = g_strdup_printf("open-%u", number);
  GtkWidget *button = bh_part_row(id, title, label, NULL, bh_json_string_or(row, "id", ""));
  g_signal_connect(button, "clicked", G_CALLBACK(on_row), page);
  bh_page_name_row(page, button, title, bh_json_string_or(values, "enterprise", NULL));
  gtk_container_add(GTK_CONTAINER(rows), button);
}

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Boxes *boxes = data;
  if (boxes->rows == NULL || boxes->box == NULL)
    return;
  bh_part_clear(boxes->rows);
  const json_t *rows = error == NULL ? json_object_get(result, "rows") : NULL;
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    add_row(page, boxes->rows, row, (guint)i + 1);
  }
  if (error == NULL && json_is_string(json_object_get(result, "after"))) {
    GtkWidget *all = bh_part_button("open-all", _("Show all inspections"), NULL);
    g_signal_connect_swapped(all, "clicked", G_CALLBACK(on_all), page);
    gtk_container_add(GTK_CONTAINER(boxes->rows), all);
  }
  gtk_widget_set_visible(boxes->box, json_array_size(rows) > 0);
}

void bh_running_show(BhPage *page, GtkWidget *rows, GtkWidget *box)
{
  BhSession *session = bh_page_get_session(page);
  const char *running = bh_visit_get_running_state(bh_session_get_kinds(session));
  Boxes *boxes = g_new0(Boxes, 1);
  g_set_weak_pointer(&boxes->rows, rows);
  g_set_weak_pointer(&boxes->box, box);
  bh_page_ask(page, "running",
              bh_call_list(json_pack("{s:s, s:{s:s}, s:i, s:s, s:s}", "kind", KIND, "where",
                                     "state", running != NULL ? running : "", "limit", ROWS,
                                     "order", "changed", "viewer", bh_session_get_actor(session))),
              on_rows, boxes, boxes_free);
}

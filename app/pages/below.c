/* The records below a record. Each kind of child is asked for by itself, because the answers arrive
 * in any order; its box is made before, so that the kinds keep their order. */
#include "app/pages/below.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/due.h"
#include "app/pages/record.h"
#include "app/pages/list.h"

#define ROWS_SHOWN 8

typedef struct {
  GtkWidget *box; /* box of this kind; weak */
  const char *kind;
  char *parent;
} BelowRequest;

static void below_request_free(gpointer data)
{
  BelowRequest *request = data;
  g_clear_weak_pointer(&request->box);
  g_free(request->parent);
  g_free(request);
}

static void on_row(GtkButton *row, BhPage *page)
{
  bh_page_open(page, bh_record_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

static void on_all(GtkButton *button, BhPage *page)
{
  GObject *object = G_OBJECT(button);
  bh_page_open(page, bh_list_page_new_below(g_object_get_data(object, "bh-kind"),
                                            bh_part_get_record(GTK_WIDGET(button)),
                                            g_object_get_data(object, "bh-title")));
}

static void add_row(BhPage *page, const BelowRequest *request, const BhKind *kind,
                    const json_t *row, gsize number)
{
  BhSession *session = bh_page_get_session(page);
  const char *lang = bh_session_get_lang(session);
  const char *title = bh_json_string_or(row, "title", "");
  const char *state = bh_json_string_or(row, "state", "");
  const char *label = *state != '\0' ? bh_kind_get_state_label(kind, state, lang) : "";
  int days = 0;
  g_autofree char *due = bh_due_dup_text(row, &days);
  g_autofree char *line = due != NULL ? g_strjoin(" · ", label, due, NULL) : g_strdup(label);
  g_autofree char *id = g_strdup_printf("below-%s-%u", request->kind, (guint)number);
  GtkWidget *button =
      bh_part_row(id, *title != '\0' ? title : bh_kind_get_label(kind, lang),
                  *line != '\0' ? line : NULL, NULL, bh_json_string_or(row, "id", ""));
  bh_part_set_class(button, "urgent", due != NULL && days < 0);
  g_signal_connect(button, "clicked", G_CALLBACK(on_row), page);
  gtk_container_add(GTK_CONTAINER(request->box), button);
}

static void add_all(BhPage *page, const BelowRequest *request, const char *title)
{
  g_autofree char *id = g_strdup_printf("below-%s-all", request->kind);
  GtkWidget *button = bh_part_button(id, _("Show all"), NULL);
  bh_part_set_record(button, request->parent);
  g_object_set_data(G_OBJECT(button), "bh-kind", (gpointer)request->kind);
  g_object_set_data_full(G_OBJECT(button), "bh-title", g_strdup(title), g_free);
  g_signal_connect(button, "clicked", G_CALLBACK(on_all), page);
  gtk_container_add(GTK_CONTAINER(request->box), button);
}

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BelowRequest *request = data;
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, request->kind);
  if (request->box == NULL || kind == NULL)
    return;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const json_t *rows = json_object_get(result, "rows");
  gsize n = json_array_size(rows);
  bh_part_clear(request->box);
  gtk_widget_set_visible(request->box, n > 0);
  if (n == 0)
    return;
  const char *title = bh_kind_get_label(kind, bh_session_get_lang(session));
  gtk_container_add(GTK_CONTAINER(request->box), bh_part_heading(title));
  for (gsize i = 0; i < MIN(n, ROWS_SHOWN); i++)
    add_row(page, request, kind, json_array_get(rows, i), i + 1);
  if (n > ROWS_SHOWN || json_is_string(json_object_get(result, "after")))
    add_all(page, request, title);
}

/* The box of a kind, made once for a page. */
static GtkWidget *get_kind_box(GtkWidget *box, const char *kind)
{
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(box));
  for (GList *l = children; l != NULL; l = l->next)
    if (g_strcmp0(g_object_get_data(l->data, "bh-kind"), kind) == 0)
      return l->data;
  GtkWidget *kind_box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 8);
  g_object_set_data(G_OBJECT(kind_box), "bh-kind", (gpointer)kind);
  gtk_container_add(GTK_CONTAINER(box), kind_box);
  return kind_box;
}

static gboolean is_below(const BhKind *child, const char *kind)
{
  const char *parent = bh_kind_get_parent_field(child);
  const BhField *field = parent != NULL ? bh_kind_find_field(child, parent) : NULL;
  return field != NULL && !bh_kind_is_office(child) &&
         g_strv_contains(bh_field_get_ref_kinds(field), kind) &&
         bh_kind_get_at_parent(child) != BH_AT_PARENT_APART;
}

void bh_below_show(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record)
{
  BhSession *session = bh_page_get_session(page);
  const char *actor = bh_session_get_actor(session);
  if (actor == NULL)
    return;
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(bh_session_get_kinds(session));
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *child = g_ptr_array_index(kinds, i);
    if (!is_below(child, bh_kind_get_name(kind)))
      continue;
    BelowRequest *request = g_new0(BelowRequest, 1);
    request->kind = g_intern_string(bh_kind_get_name(child));
    request->parent = g_strdup(record);
    g_set_weak_pointer(&request->box, get_kind_box(box, request->kind));
    json_t *query = json_pack("{s:s, s:s, s:i, s:s, s:s}", "kind", request->kind, "parent", record,
                              "limit", ROWS_SHOWN + 1, "order", "changed", "viewer", actor);
    g_autofree char *slot = g_strconcat("below-", request->kind, NULL);
    bh_page_ask(page, g_intern_string(slot), bh_call_list(query), on_rows, request,
                below_request_free);
  }
}

#include "app/pages/list.h"

#include <glib/gi18n.h>

#include "app/due.h"
#include "app/pages/lanes.h"

#define ROWS 40

struct _BhListPage {
  BhPage parent;
  char *kind;
  char *ledger;
  GtkWidget *search;
  GtkWidget *rows;
  GtkWidget *empty;
  GtkWidget *more;
  json_t *after;
  GHashTable *known; /* ids of rows that stand in the list */
  gboolean undated;  /* of a ledger: what is due by a day came first, now all the rest comes */
  guint shown;
};

G_DEFINE_FINAL_TYPE(BhListPage, bh_list_page, BH_TYPE_PAGE)

static void bh_list_page_finalize(GObject *object)
{
  BhListPage *self = BH_LIST_PAGE(object);
  g_free(self->kind);
  g_free(self->ledger);
  json_decref(self->after);
  g_hash_table_unref(self->known);
  G_OBJECT_CLASS(bh_list_page_parent_class)->finalize(object);
}

static const json_t *ledger_of(BhListPage *self)
{
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(BH_PAGE(self)), self->kind);
  return kind != NULL && self->ledger != NULL ? bh_kind_find_ledger(kind, self->ledger) : NULL;
}

static void on_row(GtkButton *row, BhListPage *self)
{
  bh_page_open(BH_PAGE(self),
               bh_ledger_open_row(ledger_of(self), bh_part_get_record(GTK_WIDGET(row))));
}

static void load_page(BhListPage *self);

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhListPage *self = BH_LIST_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, self->kind);
  if (error != NULL || kind == NULL) {
    if (error != NULL)
      bh_page_say_error(page, error);
    return;
  }
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(result, "rows"), i, row)
  {
    const char *state = bh_json_string_or(row, "state", "");
    if (!g_hash_table_add(self->known, g_strdup(bh_json_string_or(row, "id", ""))))
      continue;
    g_autofree char *id = g_strdup_printf("row-%u", ++self->shown);
    gboolean pending = json_integer_value(json_object_get(row, "pending")) > 0;
    int days = 0;
    g_autofree char *due = bh_due_dup_text(session, kind, json_object_get(row, "values"), &days);
    const char *label = bh_kind_get_state_label(kind, state, bh_session_get_lang(session));
    g_autofree char *line = due != NULL ? g_strjoin(" · ", label, due, NULL) : g_strdup(label);
    GtkWidget *button =
        bh_part_row(id, bh_json_string_or(row, "title", ""), line,
                    pending ? _("Not sent") : _("Received"), bh_json_string_or(row, "id", ""));
    bh_part_set_class(button, "urgent", due != NULL && days < 0);
    g_signal_connect(button, "clicked", G_CALLBACK(on_row), self);
    bh_page_name_row(page, button, bh_json_string_or(row, "title", ""),
                     bh_json_string_or(json_object_get(row, "values"), "enterprise", NULL));
    gtk_container_add(GTK_CONTAINER(self->rows), button);
  }
  if (json_is_true(json_object_get(result, "partial")))
    gtk_container_add(
        GTK_CONTAINER(self->rows),
        bh_part_label(_("Many words begin so; not all are looked up: type more of it"), "dim"));
  json_decref(self->after);
  self->after = json_incref(json_object_get(result, "after"));
  gboolean more = json_is_string(self->after);
  gboolean dated = !more && self->ledger != NULL && !self->undated;
  gtk_widget_set_visible(self->more, more);
  gtk_widget_set_visible(self->empty, !more && !dated && self->shown == 0);
  self->undated |= dated;
  if (dated)
    load_page(self);
}

static void load_page(BhListPage *self)
{
  BhPage *page = BH_PAGE(self);
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, self->kind);
  const json_t *ledger = ledger_of(self);
  json_t *query = ledger != NULL ? bh_ledger_dup_query(page, kind, ledger)
                                 : json_pack("{s:s, s:s}", "kind", self->kind, "viewer",
                                             bh_session_get_actor(session));
  json_object_set_new(query, "limit", json_integer(ROWS));
  json_object_set_new(query, "order",
                      json_string(ledger != NULL && !self->undated ? "due" : "changed"));
  const char *text = gtk_entry_get_text(GTK_ENTRY(self->search));
  if (*text != '\0')
    json_object_set_new(query, "search", json_string(text));
  if (self->after != NULL && !json_is_null(self->after))
    json_object_set(query, "after", self->after);
  /* A newer text, and a second tap on "more", take the place of what was asked before. */
  bh_page_ask(page, "rows", "list", json_pack("{s:o}", "query", query), on_rows, NULL, NULL);
}

static void on_search(BhListPage *self)
{
  bh_part_clear(self->rows);
  g_hash_table_remove_all(self->known);
  self->undated = FALSE;
  self->shown = 0;
  json_decref(self->after);
  self->after = NULL;
  load_page(self);
}

static void bh_list_page_load(BhPage *page)
{
  on_search(BH_LIST_PAGE(page));
}

static void bh_list_page_class_init(BhListPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_list_page_finalize;
  page_class->load = bh_list_page_load;
  BH_PAGE_TEMPLATE(klass, "list");
  BH_PAGE_CHILD(klass, BhListPage, search);
  BH_PAGE_CHILD(klass, BhListPage, rows);
  BH_PAGE_CHILD(klass, BhListPage, empty);
  BH_PAGE_CHILD(klass, BhListPage, more);
}

static void bh_list_page_init(BhListPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(on_search), self);
  g_signal_connect_swapped(self->more, "clicked", G_CALLBACK(load_page), self);
}

BhPage *bh_list_page_new(const char *kind, const char *ledger, const char *title)
{
  BhListPage *self = g_object_new(BH_TYPE_LIST_PAGE, NULL);
  self->kind = g_strdup(kind);
  self->ledger = g_strdup(ledger);
  bh_page_set_title(BH_PAGE(self), title);
  return BH_PAGE(self);
}

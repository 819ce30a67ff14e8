/* A paged list of records of one kind or ledger, with a search field. */
#include "app/pages/list.h"

#include <glib/gi18n.h>

#include "app/due.h"
#include "app/pages/lanes.h"
#include "app/pages/paged-list.h"

#define ROWS 40

struct _BhListPage {
  BhPage parent;
  char *kind;
  char *ledger; /* NULL: all records of the kind */
  char *below;  /* record below which the records are; NULL: any */
  GtkWidget *search;
  GtkWidget *rows;
  GtkWidget *empty;
  GtkWidget *more;
  BhPagedList *pages;
};

G_DEFINE_FINAL_TYPE(BhListPage, bh_list_page, BH_TYPE_PAGE)

static void bh_list_page_finalize(GObject *object)
{
  BhListPage *self = BH_LIST_PAGE(object);
  g_free(self->kind);
  g_free(self->ledger);
  g_free(self->below);
  g_clear_pointer(&self->pages, bh_paged_list_free);
  G_OBJECT_CLASS(bh_list_page_parent_class)->finalize(object);
}

static const json_t *get_ledger(BhListPage *self)
{
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(BH_PAGE(self)), self->kind);
  return kind != NULL && self->ledger != NULL ? bh_kind_find_ledger(kind, self->ledger) : NULL;
}

static void on_row(GtkButton *row, BhListPage *self)
{
  bh_page_open(BH_PAGE(self),
               bh_ledger_make_page(get_ledger(self), bh_part_get_record(GTK_WIDGET(row))));
}

static void add_row(BhListPage *self, const BhKind *kind, const json_t *row)
{
  BhPage *page = BH_PAGE(self);
  BhSession *session = bh_page_get_session(page);
  const char *record = bh_json_string_or(row, "id", "");
  const char *title = bh_json_string_or(row, "title", "");
  if (!bh_paged_list_accepts(self->pages, record))
    return;
  g_autofree char *id = g_strdup_printf("row-%u", bh_paged_list_get_number(self->pages));
  gboolean pending = json_integer_value(json_object_get(row, "pending")) > 0;
  int days = 0;
  g_autofree char *due = bh_due_dup_text(session, kind, json_object_get(row, "values"), &days);
  const char *label = bh_kind_get_state_label(kind, bh_json_string_or(row, "state", ""),
                                              bh_session_get_lang(session));
  g_autofree char *line = due != NULL ? g_strjoin(" · ", label, due, NULL) : g_strdup(label);
  GtkWidget *button = bh_part_row(id, title, line, pending ? _("Not sent") : _("Received"), record);
  bh_part_set_class(button, "urgent", due != NULL && days < 0);
  g_signal_connect(button, "clicked", G_CALLBACK(on_row), self);
  bh_page_name_row(page, button, title,
                   bh_json_string_or(json_object_get(row, "values"), "enterprise", NULL));
  bh_paged_list_add(self->pages, button);
}

/* Start of the next page, {"after"?, "undated"?}, a new reference; NULL when there is none. A
 * ledger lists records with a due date first, then all others. */
static json_t *dup_next(BhListPage *self, const json_t *result, gboolean undated)
{
  const char *after = bh_json_string_or(result, "after", NULL);
  if (after != NULL)
    return json_pack("{s:s, s:b}", "after", after, "undated", undated);
  return self->ledger != NULL && !undated ? json_pack("{s:b}", "undated", 1) : NULL;
}

/* What was asked: the number of the page of rows, and whether it has records without a due date. */
typedef struct {
  guint number;
  gboolean undated;
} PageRequest;

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const PageRequest *request = data;
  BhListPage *self = BH_LIST_PAGE(page);
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), self->kind);
  if (error != NULL || kind == NULL) {
    if (error != NULL)
      bh_page_say_error(page, error);
    return;
  }
  gsize i;
  json_t *row;
  bh_paged_list_begin(self->pages, request->number);
  json_array_foreach(json_object_get(result, "rows"), i, row) {
    add_row(self, kind, row);
  }
  g_autoptr(json_t) next = dup_next(self, result, request->undated);
  bh_paged_list_end(self->pages, next);
  gtk_widget_set_visible(self->empty, bh_paged_list_is_empty(self->pages));
}

static void ask_page(gpointer owner, guint number, const json_t *from)
{
  BhListPage *self = owner;
  BhPage *page = BH_PAGE(self);
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(page), self->kind);
  const json_t *ledger = get_ledger(self);
  json_t *query = ledger != NULL ? bh_ledger_dup_query(page, kind, ledger)
                                 : json_pack("{s:s, s:s}", "kind", self->kind, "viewer",
                                             bh_session_get_actor(bh_page_get_session(page)));
  PageRequest *request = g_new0(PageRequest, 1);
  request->number = number;
  request->undated = json_is_true(json_object_get(from, "undated"));
  json_object_set_new(query, "limit", json_integer(ROWS));
  json_object_set_new(query, "order",
                      json_string(ledger != NULL && !request->undated ? "due" : "changed"));
  if (self->below != NULL)
    json_object_set_new(query, "parent", json_string(self->below));
  const char *text = gtk_entry_get_text(GTK_ENTRY(self->search));
  if (*text != '\0')
    json_object_set_new(query, "search", json_string(text));
  if (json_object_get(from, "after") != NULL)
    json_object_set(query, "after", json_object_get(from, "after"));
  /* A newer text, and a second tap on "more", replace the question before. */
  bh_page_ask(page, "rows", bh_call_list(query), on_rows, request, g_free);
}

static void on_search(BhListPage *self)
{
  bh_paged_list_restart(self->pages);
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
  self->pages = bh_paged_list_new(self->rows, self->more, "earlier", ask_page, self);
  g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(on_search), self);
}

BhPage *bh_list_page_new(const char *kind, const char *ledger, const char *title)
{
  BhListPage *self = g_object_new(BH_TYPE_LIST_PAGE, NULL);
  self->kind = g_strdup(kind);
  self->ledger = g_strdup(ledger);
  bh_page_set_title(BH_PAGE(self), title);
  return BH_PAGE(self);
}

BhPage *bh_list_page_new_below(const char *kind, const char *parent, const char *title)
{
  BhPage *page = bh_list_page_new(kind, NULL, title);
  BH_LIST_PAGE(page)->below = g_strdup(parent);
  return page;
}

/* A paged list of records of one kind or ledger, with a search field, filters, and buttons for new
 * records. */
#include "app/pages/list.h"

#include <glib/gi18n.h>

#include "app/pages/acts.h"
#include "app/pages/filters.h"
#include "app/pages/paged-list.h"
#include "app/pages/rows.h"
#include "schema/ledger.h"
#include "sync/index/row.h"

#define ROWS 40

struct _BhListPage {
  BhPage parent;
  char *kind;
  char *ledger; /* NULL: all records of the kind */
  char *below;  /* record below which the records are; NULL: any */
  GtkWidget *search;
  GtkWidget *filter_box;
  GtkWidget *creations;
  GtkWidget *rows;
  GtkWidget *empty;
  GtkWidget *more;
  BhFilters *filters; /* NULL until loaded, or when the kind is not known */
  BhPagedList *pages;
};

G_DEFINE_FINAL_TYPE(BhListPage, bh_list_page, BH_TYPE_PAGE)

static void bh_list_page_finalize(GObject *object)
{
  BhListPage *self = BH_LIST_PAGE(object);
  g_free(self->kind);
  g_free(self->ledger);
  g_free(self->below);
  g_clear_pointer(&self->filters, bh_filters_free);
  g_clear_pointer(&self->pages, bh_paged_list_free);
  G_OBJECT_CLASS(bh_list_page_parent_class)->finalize(object);
}

static const BhKind *kind_of(BhListPage *self)
{
  return bh_session_find_kind(bh_page_get_session(BH_PAGE(self)), self->kind);
}

static const json_t *get_ledger(BhListPage *self)
{
  const BhKind *kind = kind_of(self);
  return kind != NULL && self->ledger != NULL ? bh_kind_find_ledger(kind, self->ledger) : NULL;
}

static BhLedgerOrder get_order(BhListPage *self)
{
  const json_t *ledger = get_ledger(self);
  return ledger != NULL ? bh_ledger_get_order(ledger) : BH_LEDGER_BY_CHANGE;
}

static void add_row(BhListPage *self, const BhKind *kind, const json_t *row)
{
  if (!bh_paged_list_accepts(self->pages, bh_json_string_or(row, "id", "")))
    return;
  g_autofree char *id = g_strdup_printf("row-%u", bh_paged_list_get_number(self->pages));
  bh_paged_list_add(self->pages, bh_row_new(BH_PAGE(self), kind, get_ledger(self), row, id));
}

/* Start of the next page, {"after"?, "undated"?}, a new reference; NULL when there is none. A list
 * in the order of days has the records without a day at its end; a list of what is overdue has only
 * records with a day. */
static json_t *dup_next(BhListPage *self, const json_t *result, gboolean undated)
{
  const char *after = bh_json_string_or(result, "after", NULL);
  gboolean has_undated = get_order(self) == BH_LEDGER_BY_DAY &&
                         !json_is_true(json_object_get(get_ledger(self), "overdue"));
  if (after != NULL)
    return json_pack("{s:s, s:b}", "after", after, "undated", undated);
  return has_undated && !undated ? json_pack("{s:b}", "undated", 1) : NULL;
}

/* What was asked: the number of the page of rows, and whether it has records without a day. */
typedef struct {
  guint number;
  gboolean undated;
} PageRequest;

static void show_empty(BhListPage *self)
{
  gboolean narrowed = *gtk_entry_get_text(GTK_ENTRY(self->search)) != '\0' ||
                      (self->filters != NULL && bh_filters_are_set(self->filters));
  gtk_label_set_text(GTK_LABEL(self->empty), narrowed
                                                 ? _("Nothing matches the search and the filters")
                                                 : _("Nothing here yet"));
  gtk_widget_set_visible(self->empty, bh_paged_list_is_empty(self->pages));
}

static void on_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const PageRequest *request = data;
  BhListPage *self = BH_LIST_PAGE(page);
  const BhKind *kind = kind_of(self);
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
  show_empty(self);
}

static void set_order(BhListPage *self, json_t *query, gboolean undated)
{
  static const char *const names[] = {[BH_LEDGER_BY_DAY] = "due",
                                      [BH_LEDGER_BY_CHANGE] = "changed",
                                      [BH_LEDGER_BY_TITLE] = "title"};
  const json_t *ledger = get_ledger(self);
  const char *date = ledger != NULL ? bh_ledger_get_date(ledger) : NULL;
  json_object_set_new(query, "order", json_string(undated ? "changed" : names[get_order(self)]));
  if (undated)
    json_object_set_new(query, "undated", json_string(date != NULL ? date : BH_INDEX_DUE));
}

static void ask_page(gpointer owner, guint number, const json_t *from)
{
  BhListPage *self = owner;
  BhPage *page = BH_PAGE(self);
  const BhKind *kind = kind_of(self);
  if (kind == NULL)
    return;
  json_t *query = bh_row_dup_query(page, kind, get_ledger(self));
  PageRequest *request = g_new0(PageRequest, 1);
  request->number = number;
  request->undated = json_is_true(json_object_get(from, "undated"));
  json_object_set_new(query, "limit", json_integer(ROWS));
  set_order(self, query, request->undated);
  if (self->filters != NULL)
    bh_filters_apply(self->filters, query);
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

static void restart(gpointer owner)
{
  BhListPage *self = owner;
  bh_paged_list_restart(self->pages);
}

static void show_creations(BhListPage *self)
{
  bh_acts_show_creations_of(BH_PAGE(self), self->creations, self->below, self->kind);
}

static void bh_list_page_load(BhPage *page)
{
  BhListPage *self = BH_LIST_PAGE(page);
  const BhKind *kind = kind_of(self);
  if (kind == NULL)
    return;
  self->filters = bh_filters_new(self->filter_box, kind, get_ledger(self),
                                 bh_page_get_session(page), restart, self);
  show_creations(self);
  restart(self);
}

/* Records changed, or the page is shown again after a record was opened. A person who has gone on
 * to further pages keeps the place in the list instead. */
static void bh_list_page_refresh(BhPage *page)
{
  BhListPage *self = BH_LIST_PAGE(page);
  if (kind_of(self) == NULL || self->filters == NULL)
    return;
  show_creations(self);
  if (bh_paged_list_is_at_start(self->pages))
    bh_paged_list_refresh(self->pages);
}

static void bh_list_page_class_init(BhListPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_list_page_finalize;
  page_class->load = bh_list_page_load;
  page_class->refresh = bh_list_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/list");
  BH_PAGE_CHILD(klass, BhListPage, search);
  BH_PAGE_CHILD(klass, BhListPage, filter_box);
  BH_PAGE_CHILD(klass, BhListPage, creations);
  BH_PAGE_CHILD(klass, BhListPage, rows);
  BH_PAGE_CHILD(klass, BhListPage, empty);
  BH_PAGE_CHILD(klass, BhListPage, more);
}

static void bh_list_page_init(BhListPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->pages = bh_paged_list_new(self->rows, self->more, "earlier", ask_page, self);
  g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(restart), self);
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

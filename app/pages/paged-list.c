/* A list of pages, of which only the last ones are widgets. The owner asks the store. Start at
 * bh_paged_list_begin. */
#include "app/pages/paged-list.h"

#include <glib/gi18n.h>

#include "app/pages/scroll.h"
#include "app/parts.h"

#define ROW_SPACING 8

typedef struct {
  json_t *from;        /* where the page starts in the list; NULL: at the beginning */
  guint n_rows_before; /* number of rows in the pages before this one */
  guint rows;          /* number of rows of the page when it was shown last */
  GtkWidget *box;      /* the widget with the rows; NULL while the page is not shown */
} Page;

struct _BhPagedList {
  GtkWidget *box;
  GtkWidget *more;
  GtkWidget *earlier;
  BhPagedListAsk ask;
  gpointer owner;
  GArray *pages;              /* of Page; the pages with a box are consecutive */
  GHashTable *page_of_record; /* record id → number of its page + 1 */
  json_t *next;               /* start of the page after the last one; NULL: there is none */
  guint filled_page;          /* number of the page that is filled between bh_paged_list_begin and
                                 bh_paged_list_end */
  /* TRUE: the shown rows are removed when the answer for the first page arrives. */
  gboolean refreshing;
  gboolean has_moved_rows; /* a record that a later page showed has arrived with the page that is
                              filled */
};

static Page *page_at(BhPagedList *self, guint number)
{
  return &g_array_index(self->pages, Page, number);
}

static void page_clear(gpointer data)
{
  Page *page = data;
  json_decref(page->from);
}

static guint find_first_shown(BhPagedList *self)
{
  guint i = 0;
  while (i < self->pages->len && page_at(self, i)->box == NULL)
    i++;
  return i;
}

/* Index after the last page that is shown. */
static guint find_end_shown(BhPagedList *self)
{
  guint i = self->pages->len;
  while (i > 0 && page_at(self, i - 1)->box == NULL)
    i--;
  return i;
}

/* --- pages come and go --- */

static void hide_page(Page *page)
{
  gtk_widget_destroy(page->box);
  page->box = NULL;
}

static void update_buttons(BhPagedList *self)
{
  guint end = find_end_shown(self);
  gtk_widget_set_visible(self->earlier, find_first_shown(self) > 0 && end > 0);
  gtk_widget_set_visible(self->more, end < self->pages->len || self->next != NULL);
}

static void on_more(BhPagedList *self)
{
  guint end = find_end_shown(self);
  self->ask(self->owner, end, end < self->pages->len ? page_at(self, end)->from : self->next);
}

static void on_earlier(BhPagedList *self)
{
  guint first = find_first_shown(self);
  if (first > 0 && first < self->pages->len)
    self->ask(self->owner, first - 1, page_at(self, first - 1)->from);
}

static void clear(BhPagedList *self)
{
  self->refreshing = FALSE;
  for (guint i = 0; i < self->pages->len; i++)
    if (page_at(self, i)->box != NULL)
      hide_page(page_at(self, i));
  g_array_set_size(self->pages, 0);
  g_hash_table_remove_all(self->page_of_record);
  g_clear_pointer(&self->next, json_decref);
}

void bh_paged_list_restart(BhPagedList *self)
{
  clear(self);
  update_buttons(self);
  self->ask(self->owner, 0, NULL);
}

gboolean bh_paged_list_is_at_start(BhPagedList *self)
{
  return self->pages->len <= 1;
}

void bh_paged_list_refresh(BhPagedList *self)
{
  self->refreshing = TRUE;
  gtk_widget_hide(self->earlier); /* the buttons "earlier" and "more" belong to the old rows */
  gtk_widget_hide(self->more);
  self->ask(self->owner, 0, NULL);
}

static void add_page(BhPagedList *self)
{
  Page page = {.from = json_incref(self->next)};
  if (self->pages->len > 0) {
    const Page *last = page_at(self, self->pages->len - 1);
    page.n_rows_before = last->n_rows_before + last->rows;
  }
  g_array_append_val(self->pages, page);
}

static gboolean is_on_page(gpointer record, gpointer page, gpointer number)
{
  (void)record;
  return GPOINTER_TO_UINT(page) == GPOINTER_TO_UINT(number) + 1;
}

static gboolean is_after_page(gpointer record, gpointer page, gpointer number)
{
  (void)record;
  return GPOINTER_TO_UINT(page) > GPOINTER_TO_UINT(number) + 1;
}

void bh_paged_list_begin(BhPagedList *self, guint number)
{
  if (number == 0 && self->refreshing)
    clear(self);
  g_return_if_fail(number <= self->pages->len);
  guint end = find_end_shown(self);
  gboolean is_earlier = number < end;
  if (end > 0)
    bh_scroll_keep_position(self->box,
                            page_at(self, is_earlier ? find_first_shown(self) : end - 1)->box);
  if (number == self->pages->len)
    add_page(self);
  else /* the page is asked for again, and its records may be on other pages now */
    g_hash_table_foreach_remove(self->page_of_record, is_on_page, GUINT_TO_POINTER(number));
  self->filled_page = number;
  self->has_moved_rows = FALSE;
  Page *page = page_at(self, number);
  page->rows = 0;
  page->box = gtk_box_new(GTK_ORIENTATION_VERTICAL, ROW_SPACING);
  gtk_container_add(GTK_CONTAINER(self->box), page->box);
  if (is_earlier)
    gtk_box_reorder_child(GTK_BOX(self->box), page->box, 1); /* below "earlier" */
  gtk_widget_show(page->box);
}

gboolean bh_paged_list_accepts(BhPagedList *self, const char *record)
{
  guint page = GPOINTER_TO_UINT(g_hash_table_lookup(self->page_of_record, record));
  gboolean is_earlier = page > 0 && page < self->filled_page + 1;
  self->has_moved_rows |= page > self->filled_page + 1;
  if (!is_earlier)
    g_hash_table_replace(self->page_of_record, g_strdup(record),
                         GUINT_TO_POINTER(self->filled_page + 1));
  return !is_earlier;
}

guint bh_paged_list_get_number(BhPagedList *self)
{
  const Page *page = page_at(self, self->filled_page);
  return page->n_rows_before + page->rows + 1;
}

void bh_paged_list_add(BhPagedList *self, GtkWidget *row)
{
  Page *page = page_at(self, self->filled_page);
  gtk_container_add(GTK_CONTAINER(page->box), row);
  page->rows++;
}

void bh_paged_list_note(BhPagedList *self, const char *text)
{
  gtk_container_add(GTK_CONTAINER(page_at(self, self->filled_page)->box),
                    bh_part_label(text, "dim"));
}

static void trim(BhPagedList *self)
{
  guint first = find_first_shown(self);
  guint end = find_end_shown(self);
  if (end - first <= BH_PAGED_LIST_SHOWN)
    return;
  hide_page(page_at(self, self->filled_page == first ? end - 1 : first));
}

/* Removes the pages after the filled one, when it ends elsewhere than before (`next`): with them
 * the list would have a gap or show a record twice. "More" asks for them again. */
static void drop_following_pages(BhPagedList *self, const json_t *next)
{
  guint following = self->filled_page + 1;
  if (following == self->pages->len ||
      (!self->has_moved_rows && next != NULL && json_equal(page_at(self, following)->from, next)))
    return;
  for (guint i = following; i < self->pages->len; i++)
    if (page_at(self, i)->box != NULL)
      hide_page(page_at(self, i));
  g_array_set_size(self->pages, following);
  g_hash_table_foreach_remove(self->page_of_record, is_after_page,
                              GUINT_TO_POINTER(self->filled_page));
}

void bh_paged_list_end(BhPagedList *self, const json_t *next)
{
  drop_following_pages(self, next);
  Page *page = page_at(self, self->filled_page);
  gboolean last = self->filled_page + 1 == self->pages->len;
  if (last) {
    json_t *old_next = self->next;
    self->next = json_incref((json_t *)next);
    json_decref(old_next);
  }
  if (last && page->rows == 0 && next != NULL) {
    hide_page(page);
    g_array_set_size(self->pages, self->filled_page);
    self->ask(self->owner, self->filled_page, self->next);
    return;
  }
  trim(self);
  update_buttons(self);
}

gboolean bh_paged_list_is_empty(BhPagedList *self)
{
  return self->next == NULL && self->pages->len == 1 && page_at(self, 0)->rows == 0;
}

BhPagedList *bh_paged_list_new(GtkWidget *box, GtkWidget *more, const char *id, BhPagedListAsk ask,
                               gpointer owner)
{
  BhPagedList *self = g_new0(BhPagedList, 1);
  self->box = box;
  self->more = more;
  self->ask = ask;
  self->owner = owner;
  self->pages = g_array_new(FALSE, TRUE, sizeof(Page));
  g_array_set_clear_func(self->pages, page_clear);
  self->page_of_record = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->earlier = bh_part_button(id, _("Show earlier ones"), NULL);
  gtk_widget_hide(self->earlier);
  gtk_container_add(GTK_CONTAINER(box), self->earlier);
  g_signal_connect_swapped(self->earlier, "clicked", G_CALLBACK(on_earlier), self);
  g_signal_connect_swapped(more, "clicked", G_CALLBACK(on_more), self);
  return self;
}

void bh_paged_list_free(BhPagedList *self)
{
  if (self == NULL)
    return;
  g_array_unref(self->pages);
  g_hash_table_unref(self->page_of_record);
  json_decref(self->next);
  g_free(self);
}

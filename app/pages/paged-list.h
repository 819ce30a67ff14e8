/* A long list by pages, of which only the last few are widgets: what a tap on "more" costs, and
 * what the list takes in memory, does not grow with the rows passed. Pages out of sight are given
 * back and asked for again when somebody scrolls up to them and taps "earlier"; what is in sight
 * keeps its place. Main thread. */
#pragma once

#include <gtk/gtk.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAGED_LIST_SHOWN 3 /* so that two stay beside the one that comes, more than a screen */

typedef struct _BhPagedList BhPagedList;

/* Asks the store for page `number`, which starts at `from` (NULL: at the beginning). Its answer
 * goes to bh_paged_list_begin and _end; a newer question replaces an older one. */
typedef void (*BhPagedListAsk)(gpointer owner, guint number, const json_t *from);

/* Fills `box` and shows and hides `more`, a button; both are borrowed. `id` is that of the button
 * "earlier", which it makes. */
BhPagedList *bh_paged_list_new(GtkWidget *box, GtkWidget *more, const char *id, BhPagedListAsk ask,
                               gpointer owner);
void bh_paged_list_free(BhPagedList *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPagedList, bh_paged_list_free)

/* Removes all rows and asks for the first page. */
void bh_paged_list_restart(BhPagedList *pages);
/* The same, but what is shown stays until the answer is there. */
void bh_paged_list_refresh(BhPagedList *pages);
/* The answer for page `number` is there: its rows follow by bh_paged_list_add, then _end. */
void bh_paged_list_begin(BhPagedList *pages, guint number);
/* Whether this page shows the record; FALSE when one before it has it already, because it moved
 * while somebody looked at the list. */
gboolean bh_paged_list_accepts(BhPagedList *pages, const char *record);
/* Number of the next row in the whole list, from 1. */
guint bh_paged_list_get_number(BhPagedList *pages);
void bh_paged_list_add(BhPagedList *pages, GtkWidget *row);
/* Says something below the rows of this page. */
void bh_paged_list_note(BhPagedList *pages, const char *text);
/* `next` (borrowed): where the next page starts; NULL when there is none. A page without a row asks
 * for the next one at once. When a page that was asked for again ends elsewhere than before, those
 * behind it go, and "more" asks for them anew. */
void bh_paged_list_end(BhPagedList *pages, const json_t *next);
/* No page has a row, and none will come. */
gboolean bh_paged_list_is_empty(BhPagedList *pages);

G_END_DECLS

/* A long list that is shown page by page. Only the last few pages exist as widgets, so that time
 * and memory for "more" do not grow with the number of rows. Pages that scrolled out of sight are
 * destroyed, and asked for again when a person scrolls up and taps "earlier". What is visible keeps
 * its place. Main thread. */
#pragma once

#include <gtk/gtk.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAGED_LIST_SHOWN 3 /* pages; two, more than a screen, stay beside the new one */

typedef struct _BhPagedList BhPagedList;

/* Asks the store for page `number`, which starts at `from` (NULL: at the beginning). The answer
 * goes to bh_paged_list_begin and _end; a newer question replaces an older one. */
typedef void (*BhPagedListAsk)(gpointer owner, guint number, const json_t *from);

/* Fills `box`, and shows and hides the button `more`; both and `owner` are borrowed. `id` is the
 * accessible id of the button "earlier", which the list makes. */
BhPagedList *bh_paged_list_new(GtkWidget *box, GtkWidget *more, const char *id, BhPagedListAsk ask,
                               gpointer owner);
/* NULL is ignored. */
void bh_paged_list_free(BhPagedList *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPagedList, bh_paged_list_free)

/* Removes all rows and asks for the first page. */
void bh_paged_list_restart(BhPagedList *pages);
/* The same, but the old rows stay until the answer arrives. */
void bh_paged_list_refresh(BhPagedList *pages);
/* Starts to show the answer for page `number`: its rows follow by bh_paged_list_add, then _end. */
void bh_paged_list_begin(BhPagedList *pages, guint number);
/* TRUE when this page shows the record. FALSE when an earlier page has it already, because it moved
 * while the list was open. Call once for each row. */
gboolean bh_paged_list_accepts(BhPagedList *pages, const char *record);
/* Number of the next row in the whole list, from 1. */
guint bh_paged_list_get_number(BhPagedList *pages);
/* Adds a row to the page; takes the floating reference. */
void bh_paged_list_add(BhPagedList *pages, GtkWidget *row);
/* Adds a remark below the rows of this page. */
void bh_paged_list_note(BhPagedList *pages, const char *text);
/* Ends a page. `next` (borrowed): where the next page starts; NULL when there is none. After a page
 * without a row the next one is asked for at once. When a page that was asked for again ends
 * elsewhere than before, the following pages are removed, and "more" asks for them. */
void bh_paged_list_end(BhPagedList *pages, const json_t *next);
/* TRUE when the list has no row and no further page. */
gboolean bh_paged_list_is_empty(BhPagedList *pages);

G_END_DECLS

/* A long list that is shown page by page. Only the last few pages exist as widgets, so that time
 * and memory for "more" do not grow with the number of rows. Pages that scrolled out of sight are
 * destroyed, and asked for again when a person scrolls up and taps "earlier". What is visible keeps
 * its place. Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>
#include "schema/json.h"

G_BEGIN_DECLS

/* Number of pages that exist as widgets: the newest and two others, which fill more than a screen.
 */
#define BH_PAGED_LIST_SHOWN 3

typedef struct _BhPagedList BhPagedList;

/* Asks the store for page `number`, which starts at `from` (NULL: at the beginning). The owner
 * shows the answer by bh_paged_list_begin, bh_paged_list_add and bh_paged_list_end. A newer
 * question must replace an older one. */
typedef void (*BhPagedListAsk)(gpointer owner, guint number, const json_t *from);

/* A list that puts its rows into `box`, and shows and hides the button `more`. `box`, `more` and
 * `owner` are borrowed. `id` is the accessible id of the button "earlier", which the list makes. */
BhPagedList *bh_paged_list_new(GtkWidget *box, GtkWidget *more, const char *id, BhPagedListAsk ask,
                               gpointer owner);
/* Frees a list; NULL is ignored. */
void bh_paged_list_free(BhPagedList *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPagedList, bh_paged_list_free)

/* Removes all rows and asks for the first page. */
void bh_paged_list_restart(BhPagedList *pages);
/* Whether no page after the first was asked for yet. */
gboolean bh_paged_list_is_at_start(BhPagedList *pages);
/* Like bh_paged_list_restart, but the old rows remain visible until the answer arrives. */
void bh_paged_list_refresh(BhPagedList *pages);
/* Starts to show the answer for page `number`. The caller then adds its rows by bh_paged_list_add
 * and calls bh_paged_list_end. */
void bh_paged_list_begin(BhPagedList *pages, guint number);
/* Whether the caller must add the row of `record` to the present page. FALSE when an earlier page
 * shows the record already, because it moved in the order while the list was open. Must be called
 * once for each row. */
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

/* Lists of records for people: pages of rows, and the number of rows. The functions may be called
 * on any thread that has a connection to the store. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* One page of records. Waits until the index contains everything that was committed before. The
 * query (borrowed until the call returns) has the members of bh_list_query_read, and these
 * optional ones:
 *
 *   "area"        area code; includes the areas below it
 *   "inbox"       "new", "returned", "answered", "accepted", "conflict" or "quarantine"
 *
 * Result, a new reference: {"rows":[{"id","kind","title","state","area","changed_ms","values",
 * "conflict","review","unit","files_total","files_here","restricted"?}], "after"}; "after" is a
 * text, null on the last page.
 *
 * `viewer` (values of a staff record, with "id"; NULL: no restriction) leaves out records that are
 * hidden from this person or outside of what their unit serves. Every page but the last is
 * full, so that hidden records leave no gap. "restricted": the row is shown because of who the
 * viewer is; the caller must log that (access-log.h). */
json_t *bh_hub_list(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer,
                    GError **error);
/* Counts the rows of all pages of a query (as in bh_hub_list), up to `max`; *more: whether there
 * are more rows than `max`. The caller need not log the count, because no row is shown. */
gboolean bh_hub_count(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer, int max,
                      int *found, gboolean *more, GError **error);

G_END_DECLS

/* Lists of records for people: rows by page, and how many there are. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Rows of one kind by page: query {"kind"?, "parent"?, "where"?: {indexed field: value|[values]},
 * "area"?: with everything below, "search"?, "inbox"?: "new"|"returned"|"answered"|"conflict"|
 * "quarantine"|"accepted", "order"?: "changed"|"title"|"due" (those with a day
 * they are due by, oldest first), "due_before"?: day, "after"?, "limit"? ≤ 200}. Result
 * {"rows":[{"id","kind","title","state","area","changed_ms","values","conflict","review",
 * "unit","files_total","files_here","restricted"?}], "after"} ("after" is a text, null at the end).
 * `viewer` (values of a staff record, with "id") filters by visibility and by what their unit
 * serves, without a gap: every page but the last is full, whatever is hidden between its
 * rows. "restricted" is true when the row is theirs to see by who they are, so that showing it is
 * to be logged (access-log.h). */
json_t *bh_hub_list(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer,
                    GError **error);
/* How many rows such a query has for the viewer, all pages together, as far as `max`: *more says
 * that there are more. Shows none of them. */
gboolean bh_hub_count(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer, int max,
                      int *found, gboolean *more, GError **error);

G_END_DECLS

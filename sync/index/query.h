/* The list query as JSON, the same for a device and a hub. Thread of the connection. */
#pragma once

#include "schema/kind.h"
#include "sync/index/list-store.h"

G_BEGIN_DECLS

#define BH_LIST_LIMIT_DEFAULT 50
#define BH_LIST_LIMIT_MAX 200  /* rows of a page */
#define BH_LIST_VALUES_MAX 200 /* values of one field in "where" */

/* Reads these members into `query`, which is zeroed, and leaves others to the caller; all are
 * optional:
 *
 *   "kind"        name of a kind; needed by "where" (except for "state"), "doubtful" and "due"
 *   "parent"      id or [ids]; only children of these records
 *   "where"       {indexed field or "state": value or [values]}
 *   "doubtful"    name of a field whose value is doubtful
 *   "without"     kind; only records that have no child of it
 *   "parent_not"  [states] that the parent must not be in
 *   "search"      text, at most BH_SEARCH_MAX characters; every word must occur in the record, or
 *                 in the name of its author or enterprise
 *   "order"       "changed" (newest first), "title", or "due" (with a day only, oldest first)
 *   "due_before"  day, for the order "due"
 *   "after"       text of bh_list_dup_after for the last row of the page before
 *   "limit"       rows, at most BH_LIST_LIMIT_MAX
 *
 * `json` and `kinds` must outlive the query, which borrows from them; bh_list_query_clear, also
 * after an error. FALSE with BH_ERROR_UNKNOWN, BH_ERROR_FORMAT or BH_ERROR_LIMIT that names the
 * member. */
gboolean bh_list_query_read(BhDb *db, const BhKindSet *kinds, const json_t *json,
                            BhListQuery *query, GError **error);
/* Moves the query to the rows after `hit`. */
void bh_list_query_go_on(BhListQuery *query, const BhListHit *hit);
/* The "after" of the page that begins after `hit`; g_free. */
char *bh_list_dup_after(const BhListHit *hit);

G_END_DECLS

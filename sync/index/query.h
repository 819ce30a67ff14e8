/* Reads a list query from JSON; device and hub use the same form. The functions must be called on
 * the thread of the connection. */
#pragma once

#include "schema/kind.h"
#include "sync/index/list-store.h"

G_BEGIN_DECLS

#define BH_LIST_LIMIT_DEFAULT 50
#define BH_LIST_LIMIT_MAX 200  /* rows of a page */
#define BH_LIST_VALUES_MAX 200 /* values of one field in "where" */

/* Reads the following members of `json` into `query`, which must be zeroed. All are optional; the
 * caller must read or refuse other members:
 *
 *   "kind"        name of a kind; needed by "where" (except for "state"), "doubtful",
 *                 "undated" and "due"
 *   "parent"      id or [ids]; only children of these records
 *   "where"       {indexed field or "state": value or [values]}
 *   "doubtful"    name of a field; only records whose value in this field is doubtful
 *   "undated"     BH_INDEX_DUE or a date field; of the records that a ledger lists by this day
 *                 (schema/ledger.h), only those without it
 *   "without"     name of a kind; only records that have no child of that kind
 *   "parent_not"  [states] that the parent must not be in
 *   "returned"    true; only records to which another record returned (schema/returns.h)
 *   "search"      text, at most BH_SEARCH_MAX characters; every word must occur in the record,
 *                 or in the name of its author or enterprise
 *   "order"       "changed" (newest first), "title", or "due" (with a day only, oldest first)
 *   "day"         for the order "due": BH_INDEX_DUE (the default), or an indexed date field
 *   "due_from"    date, for the order "due": only this day and later ones
 *   "due_before"  date, for the order "due": only days before it
 *   "after"       text of bh_list_dup_after for the last row of the page before
 *   "limit"       rows, at most BH_LIST_LIMIT_MAX
 *
 * `json` and `kinds` must outlive the query, which borrows from them; bh_list_query_clear, also
 * after an error. FALSE with BH_ERROR_UNKNOWN, BH_ERROR_FORMAT or BH_ERROR_LIMIT that names the
 * member. */
gboolean bh_list_query_read(BhDb *db, const BhKindSet *kinds, const json_t *json,
                            BhListQuery *query, GError **error);
/* Changes the query so that its page begins after `hit`. */
void bh_list_query_go_on(BhListQuery *query, const BhListHit *hit);
/* The text for the member "after" of the query for the page that begins after `hit`; g_free. */
char *bh_list_dup_after(const BhListHit *hit);

G_END_DECLS

/* SQL of lists and histories. The query says which records the reader may see; nothing is filtered
 * beyond that. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

#define BH_LIST_WHERE_MAX 8
/* Index name of the day a record is due (bh_workflow_get_due). No field can have this name. */
#define BH_INDEX_DUE "@due"
/* Index name of the list of fields whose value is doubtful, among those that a ledger lists
 * ("doubtful"). */
#define BH_INDEX_DOUBT "@doubt"

typedef enum {
  BH_LIST_BY_CHANGE, /* newest first */
  BH_LIST_BY_TITLE,
  BH_LIST_BY_DUE, /* only records due before `due_before`, oldest day first */
} BhListOrder;

typedef struct {
  const char *field; /* an indexed field, or "state" */
  char *values;      /* JSON array of texts, of which the field has one */
} BhListWhere;

typedef struct {
  /* Filters; NULL or FALSE: not filtered by this. `const char *` is borrowed, `char *` is owned. */
  const char *kind;
  const char *parent; /* id */
  BhListWhere where[BH_LIST_WHERE_MAX];
  int n_where;
  const char *without; /* child kind: only records that have no child of it */
  char *parent_not;    /* JSON array of states that the parent must not be in */
  char *areas;         /* JSON array of area codes */
  char *scopes;        /* JSON array of scopes, of which the record has one */
  char *restrictions;  /* JSON array: of the restricted records only those with one of these */
  char *match;         /* search query (bh_search_query) */
  char *related;       /* JSON array of record numbers that match besides `match`
                        * (bh_search_related) */
  const char *review;  /* content of the review column */
  gboolean conflict;
  gboolean quarantined; /* entries for the record wait in quarantine */

  /* Set by the store on the first page: the numbers that `match` and `related` give (JSON array),
   * or finds_much when they are too many to be kept. */
  char *found;
  gboolean finds_much;

  gboolean count;   /* rows are only counted: no titles, no snapshots */
  gboolean nothing; /* the filters exclude every record; the caller need not ask the store */
  BhListOrder order;
  const char *due_before; /* "YYYY-MM-DD"; for BH_LIST_BY_DUE */

  /* Where the page begins: after this row of the order. */
  gint64 after_position; /* by change; 0: from the newest */
  char *after_key;       /* title or day; NULL: from the first */
  gint64 after_nr;       /* with after_key */
  int limit;             /* rows of the page */
} BhListQuery;

/* Frees what the query owns, not the query itself. */
void bh_list_query_clear(BhListQuery *query);

typedef struct {
  gint64 nr;
  gint64 position;
  gint64 changed_ms;
  char *id;
  char *kind;
  char *title;
  char *state;
  char *area;
  char *unit;
  char *scope;
  char *scope2;
  char *review;
  gboolean conflict;
  char *snapshot;
  gboolean is_derived; /* its restriction is known, so that the query has applied it */
  char *due;           /* "YYYY-MM-DD"; only with BH_LIST_BY_DUE */
} BhListRow;

/* The value for `after_key` of the next page: title or day; NULL for BH_LIST_BY_CHANGE. Borrowed.
 */
const char *bh_list_row_key(const BhListRow *row, BhListOrder order);

/* The SQL text for the query, g_free. Public so that a test can read its query plan. `whole`: the
 * statement for a search with many hits of which few are among the first rows of the page. */
char *bh_list_store_make_sql(BhDb *db, BhListQuery *query, gboolean whole, GError **error);
/* BhListRow*, at most query->limit. With query->count rows have only number, kind and what decides
 * who may see them. */
GPtrArray *bh_hub_list_page(BhDb *db, BhListQuery *query, GError **error);
/* The distinct restrictions that records of a kind (NULL: of any kind) have, at most `max` (char*).
 */
GPtrArray *bh_list_store_restrictions(BhDb *db, const char *kind, int max, GError **error);
/* *total: files that a record and its children of kind "file" declare; *received: those of them
 * that the hub has received completely. */
gboolean bh_list_store_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total,
                                   gint64 *received, GError **error);
/* Entries that changed a record or wait in quarantine for it, below position `before` (0: all),
 * newest first, at most `limit` (BhEntryRow*). */
GPtrArray *bh_list_store_history(BhDb *db, const char *record, gint64 before, int limit,
                                 GError **error);

G_END_DECLS

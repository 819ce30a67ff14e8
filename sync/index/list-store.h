/* SQL of lists: which records are on a page, and in which order. The filters of the query must
 * already leave out what the viewer may not see, because this code filters nothing else. The index
 * must be up to date (bh_index_is_behind). The functions must be called on the thread of the
 * connection. NULL or FALSE with an error: the store failed. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_LIST_WHERE_MAX 8

typedef enum {
  BH_LIST_BY_CHANGE, /* newest first */
  BH_LIST_BY_TITLE,
  BH_LIST_BY_DUE, /* only records with a `day` from `due_from` to before `due_before`, oldest first
                   */
} BhListOrder;

typedef struct {
  const char *field; /* an indexed field, or "state" */
  char *values;      /* JSON array of texts (bh_index_dup_value_text): the field has one of these */
} BhListWhere;

typedef struct {
  /* Filters; NULL or FALSE: not filtered by this. `const char *` is borrowed, `char *` is owned. */
  const char *kind;
  char *parents; /* JSON array of ids: the parent of the record is one of these */
  BhListWhere where[BH_LIST_WHERE_MAX];
  int n_where;
  const char *without; /* child kind: only records that have no child of it */
  char *parent_not;    /* JSON array of states that the parent must not be in */
  /* Only records to which another record returned (schema/returns.h): a JSON array with one
   * [kind, link field, [states of the other record], [states of this one], [[field, [values]]]] for
   * each way. */
  char *returned;
  char *areas;        /* JSON array of area codes */
  char *scopes;       /* JSON array of scopes: the record has one of these */
  char *restrictions; /* JSON array: leaves out restricted records with another restriction */
  char *match;        /* search query (bh_search_query) */
  char *related;      /* JSON array of record numbers that match besides `match`
                       * (bh_search_related) */
  const char *review; /* value of the review column */
  gboolean conflict;
  const char *among; /* SQL text that selects the ids of the records to choose from */

  /* Set by bh_list_page on the first page: `found` is a JSON array of the numbers of all records
   * that `match` and `related` find; if there are too many to be kept, finds_much is TRUE. */
  char *found;
  gboolean finds_much;

  gboolean count; /* rows are only counted, so only SQLite indexes are read */
  /* the filters exclude every record; the caller need not ask the store */
  gboolean matches_nothing;
  BhListOrder order;
  /* For BH_LIST_BY_DUE: an indexed date field, NULL for BH_INDEX_DUE; and "YYYY-MM-DD". */
  const char *day;
  const char *due_from; /* "": from the first */
  const char *due_before;

  /* The last row of the page before, in the order of the list: the page begins after it. */
  gint64 after_position; /* BhListHit.position, for BH_LIST_BY_CHANGE; 0: from the newest */
  char *after_key;       /* BhListHit.key; NULL: from the first */
  gint64 after_nr;       /* BhListHit.nr, together with after_key */
  int limit;             /* rows of the page */
} BhListQuery;

/* Frees what the query owns, not the query itself. */
void bh_list_query_clear(BhListQuery *query);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhListQuery, bh_list_query_clear)

/* A record on a page. */
typedef struct {
  gint64 nr; /* record.nr */
  gint64 position;
  char *kind;
  char *scope;
  char *scope2;
  gboolean is_derived; /* the restriction of the record is known, and was applied */
  char *key;           /* sort key (hexadecimal) or due day; NULL for BH_LIST_BY_CHANGE */
} BhListHit;

/* The SQL text for the query, g_free. Public so that a test can read its query plan. `whole` TRUE:
 * the statement that searches all records, for a search with many hits, few of which are among the
 * first rows of the list. */
char *bh_list_store_make_sql(BhDb *db, BhListQuery *query, gboolean whole, GError **error);
/* The rows of the page that the query describes: BhListHit*, at most query->limit
 * (g_ptr_array_unref). */
GPtrArray *bh_list_page(BhDb *db, BhListQuery *query, GError **error);
/* *nr: the number of the newest record of a kind whose indexed field has this value
 * (bh_index_dup_value_text); 0: none. */
gboolean bh_list_find(BhDb *db, const char *kind, const char *field, const char *value, gint64 *nr,
                      GError **error);
/* The distinct restrictions that records of a kind (NULL: of any kind) have, at most `max` (char*).
 */
GPtrArray *bh_list_restrictions(BhDb *db, const char *kind, int max, GError **error);

G_END_DECLS

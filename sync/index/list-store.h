/* SQL of lists: which records are on a page, and in which order. The query says which records the
 * reader may see; nothing is filtered beyond that. The index must be up to date
 * (bh_index_is_behind). Thread of the connection; NULL with an error is a storage error. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_LIST_WHERE_MAX 8

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
  char *parents; /* JSON array of ids, of which the record has one as its parent */
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
  const char *among; /* SQL text that selects the ids of the records to choose from */

  /* Set by the store on the first page: the numbers that `match` and `related` give (JSON array),
   * or finds_much when they are too many to be kept. */
  char *found;
  gboolean finds_much;

  gboolean count; /* rows are only counted: only what stands in indexes is read */
  gboolean
      matches_nothing; /* the filters exclude every record; the caller need not ask the store */
  BhListOrder order;
  const char *due_before; /* "YYYY-MM-DD"; for BH_LIST_BY_DUE */

  /* Where the page begins: after this row of the order. */
  gint64 after_position; /* by change; 0: from the newest */
  char *after_key;       /* BhListHit.key; NULL: from the first */
  gint64 after_nr;       /* with after_key */
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
  gboolean is_derived; /* its restriction is known, so that the query has applied it */
  char *key;           /* sort key in hexadecimal digits, or day; NULL in the order of changes */
} BhListHit;

/* The SQL text for the query, g_free. Public so that a test can read its query plan. `whole`: the
 * statement for a search with many hits of which few are among the first rows of the page. */
char *bh_list_store_make_sql(BhDb *db, BhListQuery *query, gboolean whole, GError **error);
/* BhListHit*, at most query->limit (g_ptr_array_unref). */
GPtrArray *bh_list_page(BhDb *db, BhListQuery *query, GError **error);
/* *nr: the newest record of a kind whose indexed field has this value (bh_index_dup_value_text); 0:
 * none. */
gboolean bh_list_find(BhDb *db, const char *kind, const char *field, const char *value, gint64 *nr,
                      GError **error);
/* The distinct restrictions that records of a kind (NULL: of any kind) have, at most `max` (char*).
 */
GPtrArray *bh_list_restrictions(BhDb *db, const char *kind, int max, GError **error);

G_END_DECLS

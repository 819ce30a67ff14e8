/* The statements behind lists and histories. Only SQL. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

#define BH_LIST_WHERE_MAX 8
/* The day a record is due (bh_workflow_get_due) stands beside its indexed fields, under a name no
 * field can have. */
#define BH_INDEX_DUE "@due"
/* So do the names of those fields a ledger lists ("doubtful") whose value is doubtful. */
#define BH_INDEX_DOUBT "@doubt"

typedef enum {
  BH_LIST_BY_CHANGE, /* newest first */
  BH_LIST_BY_TITLE,
  BH_LIST_BY_DUE, /* only what is due before `due_before`, oldest day first */
} BhListOrder;

typedef struct {
  const char *field;
  char *values; /* JSON array of texts */
} BhListWhere;

typedef struct {
  const char *kind;
  const char *parent;
  BhListWhere where[BH_LIST_WHERE_MAX];
  int n_where;
  const char *without; /* child kind: only records without a child of it, or NULL */
  char *parent_not;    /* JSON array of states the parent must not stand in, or NULL */
  char *areas;         /* JSON array of codes, or NULL */
  char *scopes;        /* JSON array: records of one of them; or NULL */
  char *restrictions;  /* JSON array: of restricted records only these; or NULL */
  char *match;         /* search query, or NULL */
  char *related;       /* found by what they belong to: JSON array of numbers, or NULL */
  char *found;         /* what the store found by it, when that is little; JSON array of numbers */
  gboolean finds_much; /* so it was not kept */
  const char *review;
  gboolean conflict;
  gboolean quarantined;
  gboolean count;   /* rows are only counted: no titles, no snapshots */
  gboolean nothing; /* asked for what cannot be found */
  BhListOrder order;
  const char *due_before; /* "YYYY-MM-DD"; for BH_LIST_BY_DUE */
  gint64 after_position;  /* 0: from the newest */
  char *after_key;        /* title or day */
  gint64 after_nr;
  int limit;
} BhListQuery;

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
  gboolean is_derived; /* its restriction is known, so the query has judged it */
  char *due;           /* only in BH_LIST_BY_DUE */
} BhListRow;

/* What the order sorts by besides the number; NULL by change. */
const char *bh_list_row_key(const BhListRow *row, BhListOrder order);

/* The statement for the query, g_free; a test reads how it is carried out. `whole`: the one for a
 * search that finds much and hardly anything among the first rows. */
char *bh_list_store_make_sql(BhDb *db, BhListQuery *query, gboolean whole, GError **error);
/* BhListRow*, at most query->limit; of rows that are counted only what tells who may see them. */
GPtrArray *bh_hub_list_page(BhDb *db, BhListQuery *query, GError **error);
/* The restrictions that records have (of one kind, or of any when it is NULL), each once, char*: at
 * most `max`. */
GPtrArray *bh_list_store_restrictions(BhDb *db, const char *kind, int max, GError **error);
/* Files a record and its `file` children declare, and how many are here. */
gboolean bh_list_store_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total, gint64 *here,
                                   GError **error);
/* Entries that touched a record or wait in quarantine for it, newest first (BhEntryRow*). */
GPtrArray *bh_list_store_history(BhDb *db, const char *record, gint64 before, int limit,
                                 GError **error);

G_END_DECLS

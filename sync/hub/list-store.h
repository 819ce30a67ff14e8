/* The statements behind lists and histories. Only SQL. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"
#include "sync/hub/log-store.h"

G_BEGIN_DECLS

#define BH_LIST_WHERE_MAX 8

typedef struct {
  const char *field;
  char *values; /* JSON array of texts */
} BhListWhere;

typedef struct {
  const char *kind;
  const char *parent;
  BhListWhere where[BH_LIST_WHERE_MAX];
  int n_where;
  char *areas; /* JSON array of codes, or NULL */
  char *match; /* search query, or NULL */
  const char *review;
  gboolean conflict;
  gboolean quarantined;
  gboolean nothing; /* asked for what cannot be found */
  gboolean by_title;
  gint64 after_position; /* 0: from the newest */
  char *after_title;
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
} BhListRow;

/* BhListRow*, at most query->limit. */
GPtrArray *bh_hub_list_page(BhDb *db, const BhListQuery *query, GError **error);
/* Files a record and its `file` children declare, and how many are here. */
gboolean bh_list_store_count_files(BhDb *db, const char *id, gint64 nr, gint64 *total, gint64 *here,
                                   GError **error);
/* Entries that touched a record or wait in quarantine for it, newest first (BhEntryRow*). */
GPtrArray *bh_list_store_history(BhDb *db, const char *record, gint64 before, int limit,
                                 GError **error);

G_END_DECLS

/* What the index holds of a record of the hub, read from its row. */
#pragma once

#include "schema/kind.h"
#include "sync/hub/records/record-cache.h"
#include "sync/index/index.h"

G_BEGIN_DECLS

/* Data of bh_records_fill_index; all borrowed. */
typedef struct {
  BhDb *db;
  const BhKindSet *kinds; /* in use */
  BhRecordCache *cache;   /* values of records that were written just before */
} BhRecordsIndex;

/* A BhIndexSource; `data` is a BhRecordsIndex. A record whose kind is not in the set, or whose
 * snapshot cannot be read, is listed without values. */
gboolean bh_records_fill_index(gint64 nr, BhIndexRow *row, gpointer data, GError **error);

G_END_DECLS

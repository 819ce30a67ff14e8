/* Gives the index (sync/index) the values of the records of the hub. */
#pragma once

#include "schema/kind.h"
#include "sync/hub/records/record-cache.h"
#include "sync/index/index.h"

G_BEGIN_DECLS

typedef struct _BhRecords BhRecords;

/* The `data` of bh_records_fill_index; all members are borrowed. */
typedef struct {
  BhDb *db;
  const BhKindSet *kinds; /* the kind set in use */
  BhRecordCache *cache;   /* values of records that were written just before */
  BhRecords *others;      /* finds settings, and the records to which the indexed ones refer */
} BhRecordsIndex;

/* Fills `row` with what the index stores of the record whose row has the number `nr`. A
 * BhIndexSource; `data` is a BhRecordsIndex. A record whose kind is not in the set, or whose
 * snapshot cannot be read, is listed without values. */
gboolean bh_records_fill_index(gint64 nr, BhIndexRow *row, gpointer data, GError **error);

G_END_DECLS

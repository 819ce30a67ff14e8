/* Parsed records that the writer used last, so that their snapshots need not be read again: the
 * visit to which a device sends one hazard after the other, and the new records that the index
 * reads soon after they were written. An entry is used only when the stored snapshot is byte for
 * byte the text it was made from. So nothing has to be removed when a transaction is rolled back.
 * Writer thread only. */
#pragma once

#include "schema/merge.h"

G_BEGIN_DECLS

typedef struct _BhRecordCache BhRecordCache;

/* Keeps at most `max` records and `max_bytes` bytes of snapshots; bh_record_cache_free. */
BhRecordCache *bh_record_cache_new(guint max, gsize max_bytes);
/* NULL is allowed. */
void bh_record_cache_free(BhRecordCache *cache);

/* Moves the record `id` out of the cache: a new owner for *record (bh_record_free) and *values
 * (json_decref; may be NULL). FALSE when the cache has none that was made from `snapshot`. */
gboolean bh_record_cache_take(BhRecordCache *cache, const char *id, const char *snapshot,
                              BhRecord **record, json_t **values);
/* Keeps `record` and its shown values, both of which it takes over, as made from `snapshot`, which
 * it takes over as well (g_free). `values` may be NULL. A record with a snapshot larger than the
 * whole cache is freed. */
void bh_record_cache_put(BhRecordCache *cache, char *snapshot, BhRecord *record, json_t *values);
/* Shown values of the record, a new reference that must not be changed. NULL when the cache has
 * none that was made from `snapshot`. */
json_t *bh_record_cache_get_values(BhRecordCache *cache, const char *id, const char *snapshot);

G_END_DECLS

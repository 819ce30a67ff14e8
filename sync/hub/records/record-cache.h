/* Parsed records that the writer used last, so that their snapshots need not be read again: the
 * visit to which a device sends one hazard after the other, and the new records that the index
 * reads soon after they were written. A cached record is used only when the stored snapshot is byte
 * for byte the text from which the record was parsed. So nothing has to be removed from the cache
 * when a transaction is rolled back. Must be used on the writer thread only. */
#pragma once

#include "schema/merge.h"

G_BEGIN_DECLS

typedef struct _BhRecordCache BhRecordCache;

/* An empty cache, which keeps at most `max` records and `max_bytes` bytes of snapshots;
 * bh_record_cache_free. */
BhRecordCache *bh_record_cache_new(guint max, gsize max_bytes);
/* Frees the cache and its records; NULL is allowed. */
void bh_record_cache_free(BhRecordCache *cache);

/* Moves the record `id` out of the cache: a new owner for *record (bh_record_free) and *values
 * (json_decref; may be NULL). FALSE when the cache does not have the record as parsed from
 * `snapshot`. */
gboolean bh_record_cache_take(BhRecordCache *cache, const char *id, const char *snapshot,
                              BhRecord **record, json_t **values);
/* Puts a record into the cache: `record` was parsed from the text `snapshot`, and `values` are its
 * shown values (may be NULL). The cache takes over all three. A record with a snapshot larger than
 * the whole cache is freed. */
void bh_record_cache_put(BhRecordCache *cache, char *snapshot, BhRecord *record, json_t *values);
/* The shown values of the record `id`, a new reference that must not be changed. NULL when the
 * cache does not have the record as parsed from `snapshot`, or has no values of it. */
json_t *bh_record_cache_get_values(BhRecordCache *cache, const char *id, const char *snapshot);

G_END_DECLS

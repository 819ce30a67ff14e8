/* Keeps parsed records, and drops the oldest when the cache is full (record-cache.h). */
#include "sync/hub/records/record-cache.h"

#include <string.h>

typedef struct {
  char *snapshot;
  BhRecord *record;
  json_t *values; /* shown values of the record; NULL: not computed yet */
  GList link;     /* link in BhRecordCache.order */
} Cached;

struct _BhRecordCache {
  guint max;
  gsize max_bytes;
  gsize bytes;
  GHashTable *by_id; /* id, borrowed from the record → Cached */
  GQueue order;      /* Cached*, the oldest first */
};

static void cached_free(Cached *cached)
{
  g_free(cached->snapshot);
  g_clear_pointer(&cached->record, bh_record_free);
  json_decref(cached->values);
  g_free(cached);
}

BhRecordCache *bh_record_cache_new(guint max, gsize max_bytes)
{
  BhRecordCache *cache = g_new0(BhRecordCache, 1);
  cache->max = max;
  cache->max_bytes = max_bytes;
  cache->by_id = g_hash_table_new(g_str_hash, g_str_equal);
  g_queue_init(&cache->order);
  return cache;
}

/* Removes a cached record from the tables of the cache, but does not free it. */
static void unlink_cached(BhRecordCache *cache, Cached *cached)
{
  g_hash_table_remove(cache->by_id, bh_record_get_id(cached->record));
  g_queue_unlink(&cache->order, &cached->link);
  cache->bytes -= strlen(cached->snapshot);
}

static void remove_cached(BhRecordCache *cache, Cached *cached)
{
  unlink_cached(cache, cached);
  cached_free(cached);
}

void bh_record_cache_free(BhRecordCache *cache)
{
  if (cache == NULL)
    return;
  while (!g_queue_is_empty(&cache->order))
    remove_cached(cache, g_queue_peek_head(&cache->order));
  g_hash_table_unref(cache->by_id);
  g_free(cache);
}

/* Finds a cached record. If it was parsed from another text than `snapshot`, removes it from the
 * cache and returns NULL. */
static Cached *find_current(BhRecordCache *cache, const char *id, const char *snapshot)
{
  Cached *cached = g_hash_table_lookup(cache->by_id, id);
  if (cached == NULL || strcmp(cached->snapshot, snapshot) == 0)
    return cached;
  remove_cached(cache, cached);
  return NULL;
}

gboolean bh_record_cache_take(BhRecordCache *cache, const char *id, const char *snapshot,
                              BhRecord **record, json_t **values)
{
  Cached *cached = find_current(cache, id, snapshot);
  if (cached == NULL)
    return FALSE;
  unlink_cached(cache, cached);
  *record = g_steal_pointer(&cached->record);
  *values = g_steal_pointer(&cached->values);
  cached_free(cached);
  return TRUE;
}

void bh_record_cache_put(BhRecordCache *cache, char *snapshot, BhRecord *record, json_t *values)
{
  Cached *cached = g_new0(Cached, 1);
  cached->snapshot = snapshot;
  cached->record = record;
  cached->values = values;
  cached->link.data = cached;
  Cached *before = g_hash_table_lookup(cache->by_id, bh_record_get_id(record));
  if (before != NULL)
    remove_cached(cache, before);
  gsize size = strlen(snapshot);
  if (size > cache->max_bytes) {
    cached_free(cached);
    return;
  }
  while (cache->order.length >= cache->max || cache->bytes + size > cache->max_bytes)
    remove_cached(cache, g_queue_peek_head(&cache->order));
  g_hash_table_insert(cache->by_id, (gpointer)bh_record_get_id(record), cached);
  g_queue_push_tail_link(&cache->order, &cached->link);
  cache->bytes += size;
}

json_t *bh_record_cache_get_values(BhRecordCache *cache, const char *id, const char *snapshot)
{
  Cached *cached = find_current(cache, id, snapshot);
  if (cached == NULL)
    return NULL;
  if (cached->values == NULL)
    cached->values = bh_record_dup_values(cached->record);
  return json_incref(cached->values);
}

/* Loads records once and keeps their values (value-cache.h). */
#include "sync/hub/access/value-cache.h"

#include <string.h>

#include "schema/ident.h"
#include "sync/hub/records/records.h"

struct _BhValueCache {
  BhDb *db;
  GHashTable *records; /* id → BhCachedRecord; NULL: there is no such record */
};

static void record_free(gpointer data)
{
  BhCachedRecord *record = data;
  if (record == NULL)
    return;
  json_decref(record->values);
  g_free(record->kind);
  g_free(record->scope);
  g_free(record->scope2);
  g_free(record);
}

BhValueCache *bh_value_cache_new(BhDb *db)
{
  BhValueCache *cache = g_new0(BhValueCache, 1);
  cache->db = db;
  cache->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, record_free);
  return cache;
}

void bh_value_cache_free(BhValueCache *cache)
{
  if (cache == NULL)
    return;
  g_hash_table_unref(cache->records);
  g_free(cache);
}

static gboolean load(BhValueCache *cache, const char *id, BhCachedRecord **record, GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  *record = NULL;
  if (!bh_record_row_load(cache->db, id, &row, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  g_autoptr(BhRecord) folded = bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error);
  if (folded != NULL) {
    *record = g_new0(BhCachedRecord, 1);
    (*record)->values = bh_record_dup_values(folded);
    (*record)->kind = g_steal_pointer(&row.kind);
    (*record)->scope = g_steal_pointer(&row.scope);
    (*record)->scope2 = g_steal_pointer(&row.scope2);
  }
  bh_record_row_clear(&row);
  return folded != NULL;
}

const BhCachedRecord *bh_value_cache_find(BhValueCache *cache, const char *id, GError **error)
{
  gpointer known = NULL;
  BhCachedRecord *record;
  if (!bh_id_is_valid(id))
    return NULL;
  if (g_hash_table_lookup_extended(cache->records, id, NULL, &known))
    return known;
  if (!load(cache, id, &record, error))
    return NULL;
  g_hash_table_insert(cache->records, g_strdup(id), record);
  return record;
}

const json_t *bh_value_cache_lookup(const char *id, gpointer cache)
{
  const BhCachedRecord *record = bh_value_cache_find(cache, id, NULL);
  return record != NULL ? record->values : NULL;
}

const char *bh_value_cache_get_kind(const char *id, gpointer cache)
{
  const BhCachedRecord *record = bh_value_cache_find(cache, id, NULL);
  return record != NULL ? record->kind : NULL;
}

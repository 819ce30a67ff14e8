/* A cache of the present values of records, which conditions read. A cache belongs to one request
 * and one thread: a record is loaded when it is first asked for and not updated afterwards. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct _BhValueCache BhValueCache;

typedef struct {
  json_t *values; /* shown values of the record */
  char *kind;
  char *scope; /* scope of the record, as derived by records/derive.c */
  char *scope2;
} BhCachedRecord;

/* An empty cache that loads records through `db` (borrowed); bh_value_cache_free. */
BhValueCache *bh_value_cache_new(BhDb *db);
/* Frees all loaded records. `cache` may be NULL. */
void bh_value_cache_free(BhValueCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhValueCache, bh_value_cache_free)

/* The record with this id, borrowed until `cache` is freed; NULL without an error when the store
 * has no such record. */
const BhCachedRecord *bh_value_cache_find(BhValueCache *cache, const char *record, GError **error);
/* The values of the record with this id, borrowed until the cache is freed; NULL when there is no
 * such record or it cannot be read. Has the signature of BhContext.lookup and BhScopeLookup;
 * `cache` is a BhValueCache. */
const json_t *bh_value_cache_lookup(const char *record, gpointer cache);
/* The name of the kind of the record with this id, borrowed until the cache is freed; NULL when
 * there is no such record or it cannot be read. Has the signature of BhContext.kind_of; `cache` is
 * a BhValueCache. */
const char *bh_value_cache_get_kind(const char *record, gpointer cache);

G_END_DECLS

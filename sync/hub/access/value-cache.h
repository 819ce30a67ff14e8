/* A cache of the present values of records, for conditions. It belongs to one request: records are
 * loaded once and not updated. One thread. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct _BhValueCache BhValueCache;

typedef struct {
  json_t *values; /* shown values */
  char *kind;
  char *scope; /* as derived by records/derive.c */
  char *scope2;
} BhCachedRecord;

/* `db` is borrowed; bh_value_cache_free. */
BhValueCache *bh_value_cache_new(BhDb *db);
/* Frees all loaded records. `cache` may be NULL. */
void bh_value_cache_free(BhValueCache *cache);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhValueCache, bh_value_cache_free)

/* A record, borrowed until `cache` is freed; NULL without an error when there is none. */
const BhCachedRecord *bh_value_cache_find(BhValueCache *cache, const char *record, GError **error);
/* Its values, borrowed; NULL when there is no such record or it cannot be read. Has the signature
 * of BhContext.lookup and BhScopeLookup; `cache` is a BhValueCache. */
const json_t *bh_value_cache_lookup(const char *record, gpointer cache);

G_END_DECLS

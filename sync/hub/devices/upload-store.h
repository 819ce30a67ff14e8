/* Rows of unfinished uploads. Only SQL. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  char id[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  gint64 done; /* bytes that are durable */
  gint64 touched_ms;
} BhUploadRow;

/* FALSE on error; *found tells whether there is one. */
gboolean bh_upload_store_load(BhDb *db, const char *id, BhUploadRow *row, gboolean *found,
                              GError **error);
gboolean bh_upload_store_find(BhDb *db, const char *device, const char *sha256, BhUploadRow *row,
                              gboolean *found, GError **error);
gboolean bh_upload_store_add(BhDb *db, const BhUploadRow *row, GError **error);
gboolean bh_upload_store_set_done(BhDb *db, const char *id, gint64 done, gint64 now_ms,
                                  GError **error);
gboolean bh_upload_store_remove(BhDb *db, const char *id, GError **error);
/* Those that still lack bytes: finished ones stay known until they expire, and count for nothing.
 */
gboolean bh_upload_store_count_unfinished(BhDb *db, const char *device, gint64 *count,
                                          GError **error);
/* Ids not touched since (char*), at most 100. */
GPtrArray *bh_upload_store_list_old(BhDb *db, gint64 before_ms, GError **error);

G_END_DECLS

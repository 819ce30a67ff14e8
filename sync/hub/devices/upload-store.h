/* SQL of uploads. Finished uploads are kept until they expire. */
#pragma once

#include "schema/ident.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  char id[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  gint64 done;       /* number of received bytes that are durable */
  gint64 touched_ms; /* when the upload was begun or last received bytes */
} BhUploadRow;

/* Loads an upload; *found: whether there is one. */
gboolean bh_upload_store_load(BhDb *db, const char *id, BhUploadRow *row, gboolean *found,
                              GError **error);
/* Loads the upload of a file by a device; *found: whether there is one. */
gboolean bh_upload_store_find(BhDb *db, const char *device, const char *sha256, BhUploadRow *row,
                              gboolean *found, GError **error);
/* Adds the row of an upload. */
gboolean bh_upload_store_add(BhDb *db, const BhUploadRow *row, GError **error);
/* Sets `done` (the number of durable bytes) and `touched_ms` of an upload. */
gboolean bh_upload_store_set_done(BhDb *db, const char *id, gint64 done, gint64 now_ms,
                                  GError **error);
/* Removes the row of an upload. */
gboolean bh_upload_store_remove(BhDb *db, const char *id, GError **error);
/* Number of a device's uploads that are not complete. */
gboolean bh_upload_store_count_unfinished(BhDb *db, const char *device, gint64 *count,
                                          GError **error);
/* Ids of uploads whose time is before `before_ms`, at most 100 (char*). */
GPtrArray *bh_upload_store_list_old(BhDb *db, gint64 before_ms, GError **error);

G_END_DECLS

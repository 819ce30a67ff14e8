/* Files on their way in and at rest: DIR/uploads/ID while unfinished, DIR/files/xx/SHA256 once
 * verified. Names are made here; nothing a client says becomes one. Bytes are durable before the
 * row that counts them: write, fsync, row; at the end rename, fsync of the directory, row.
 * Functions block on disk and writer; any thread but the writer's. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/devices/upload-store.h"

G_BEGIN_DECLS

#define BH_FREE_SPACE_MIN (64LL * 1024 * 1024) /* bytes that stay free */

typedef struct _BhUploads BhUploads;

BhUploads *bh_uploads_new(BhHub *hub);
void bh_uploads_free(BhUploads *uploads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhUploads, bh_uploads_free)

/* Finds or makes the upload of a declared file, and adds `first` (may be empty) to one that has no
 * bytes yet; `hash` is the hex SHA-256 of `first` as it was computed here, ignored when that is
 * empty; *row tells its state, row->done == row->size when the hub has the file. A file that is
 * whole at once costs one commit. BH_ERROR_CHAIN: no entry declared it; _INVALID: another length;
 * _LIMIT: too many uploads or bytes; _BUSY: no space; _SIGNATURE: as in bh_uploads_append. */
gboolean bh_uploads_create(BhUploads *uploads, const char *device, const char *sha256,
                           gint64 length, GBytes *first, const char *hash, BhUploadRow *row,
                           GError **error);
/* Where the upload stands. BH_ERROR_NOT_FOUND also for another device's. */
gboolean bh_uploads_load(BhUploads *uploads, const char *device, const char *id, BhUploadRow *row,
                         GError **error);
/* Adds bytes at `offset`; *row tells the new state. BH_ERROR_CHAIN: wrong offset (*row has the
 * right one); _SIGNATURE: the whole file has another hash, it starts again from 0. */
gboolean bh_uploads_append(BhUploads *uploads, const char *device, const char *id, gint64 offset,
                           GBytes *bytes, BhUploadRow *row, GError **error);
gboolean bh_uploads_remove(BhUploads *uploads, const char *device, const char *id, GError **error);
/* Removes what got no byte for BH_UPLOAD_EXPIRES_S. */
gboolean bh_uploads_expire(BhUploads *uploads, GError **error);

/* Puts bytes of the office or of an import in as a complete file; they need no declaration.
 * *sha256 is written. `device` NULL: the hub's own, which only its entries show; else as if it had
 * sent them. */
gboolean bh_uploads_import(BhHub *hub, const char *device, const void *bytes, gsize len,
                           const char *media_type, char sha256[BH_HASH_HEX_LEN + 1],
                           GError **error);

G_END_DECLS

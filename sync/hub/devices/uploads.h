/* Uploaded files: DIR/uploads/ID while unfinished, DIR/files/xx/SHA256 after verification. File
 * names are made here; no text of a client becomes a file name. Bytes are durable before the row
 * that counts them: write, fsync, row; at the end rename, fsync of the directory, row. Functions
 * block on the disk and on the writer, and may be called on any thread except the writer thread. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/devices/upload-store.h"

G_BEGIN_DECLS

#define BH_FREE_SPACE_MIN (64LL * 1024 * 1024) /* bytes that stay free */

typedef struct _BhUploads BhUploads;

/* The uploads of one hub (borrowed). bh_uploads_free. */
BhUploads *bh_uploads_new(BhHub *hub);
/* Frees `uploads`, which may be NULL. Stored uploads are kept. */
void bh_uploads_free(BhUploads *uploads);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhUploads, bh_uploads_free)

/* Finds or begins the upload of a declared file, and appends `first` (may be empty) if the upload
 * has no bytes yet. `hash` is the hex SHA-256 of `first`, computed from the received bytes, not
 * sent by the device; it is ignored when `first` is empty. *row receives the state of the upload;
 * row->done == row->size: the hub has the file. A file that is complete in `first` costs one
 * commit. BH_ERROR_CHAIN: no entry declared it; _INVALID: declared with another length; _LIMIT: too
 * many uploads or bytes; _BUSY: no space; _SIGNATURE: as in bh_uploads_append. */
gboolean bh_uploads_create(BhUploads *uploads, const char *device, const char *sha256,
                           gint64 length, GBytes *first, const char *hash, BhUploadRow *row,
                           GError **error);
/* The state of an upload. BH_ERROR_NOT_FOUND also for the upload of another device. */
gboolean bh_uploads_load(BhUploads *uploads, const char *device, const char *id, BhUploadRow *row,
                         GError **error);
/* Appends bytes at `offset`; *row receives the new state. BH_ERROR_CHAIN: wrong offset (row->done
 * is the right one); _SIGNATURE: the complete file has another hash, the upload restarts from 0. */
gboolean bh_uploads_append(BhUploads *uploads, const char *device, const char *id, gint64 offset,
                           GBytes *bytes, BhUploadRow *row, GError **error);
/* Removes an upload of the device, with its bytes. */
gboolean bh_uploads_remove(BhUploads *uploads, const char *device, const char *id, GError **error);
/* Removes uploads that got no bytes for BH_UPLOAD_EXPIRES_S. */
gboolean bh_uploads_expire(BhUploads *uploads, GError **error);

/* Moves a file of the folder DIR/uploads, whose bytes have this SHA-256 and are durable, to the
 * place of complete files; removes it if the hub has the file there already. The caller writes the
 * rows. */
gboolean bh_uploads_place(BhHub *hub, const char *path, const char *sha256, GError **error);

/* Stores bytes of an import as a complete file, which no entry needs to declare
 * before. `sha256` receives the hash. `device` NULL: the file is the hub's own, and only entries of
 * the hub give access to it; else the file counts as sent by that device. */
gboolean bh_uploads_import(BhHub *hub, const char *device, const void *bytes, gsize len,
                           const char *media_type, char sha256[BH_HASH_HEX_LEN + 1],
                           GError **error);

G_END_DECLS

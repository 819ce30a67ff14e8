/* The files of the store, named by their SHA-256, and how much of each is still to be sent. */
#pragma once

#include "sync/device/store/core.h"
#include "sync/device/store/outbox.h"

G_BEGIN_DECLS

/* Path at which the bytes of a file are, or would be; g_free. */
char *bh_device_make_file_path(BhDevice *device, const char *sha256);
/* The entry at `pos` declares the file: from now on it is to be sent. Inside a transaction. */
gboolean bh_files_declare(BhDevice *device, const char *sha256, gint64 pos, GError **error);
/* All files that were wholly at the hub are to be sent again, since the hub may have lost them.
 * Inside a transaction. */
gboolean bh_files_recheck(BhDevice *device, GError **error);

/* --- rows (files-store.c); what writes runs inside a transaction --- */

/* Adds the row of a file, and removes the file from those wanted from the hub. The row of a known
 * file stays as it is. */
gboolean bh_files_store_add(BhDevice *device, const char *sha256, gint64 size,
                            const char *media_type, GError **error);
/* Size in bytes and type (g_free) of a file. FALSE when the store does not know it, and on
 * error. */
gboolean bh_files_store_find(BhDevice *device, const char *sha256, gint64 *size, char **media_type);
/* Notes that the entry at `pos` declares the file. *size: bytes that are to be sent because of
 * that, -1 when the file was declared before or is at the hub already. */
gboolean bh_files_store_declare(BhDevice *device, const char *sha256, gint64 pos, gint64 *size,
                                GError **error);
typedef struct {
  gboolean found, declared;
  gboolean done; /* wholly at the hub */
  gint64 size, sent;
} BhFileState;
/* Fills `state`, which must be zero. */
gboolean bh_files_store_state(BhDevice *device, const char *sha256, BhFileState *state,
                              GError **error);
/* The next file to send among those declared at positions up to `through`; NULL without error when
 * there is none. Its path is not filled in. */
BhPendingFile *bh_files_store_next(BhDevice *device, gint64 through, GError **error);
/* Notes how many bytes of a file were sent, and the path of its upload at the hub (NULL: none). */
gboolean bh_files_store_note(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error);
/* Marks all files that are wholly at the hub as not sent; *files and *bytes: their number and
 * size. */
gboolean bh_files_store_recheck(BhDevice *device, gint64 *files, gint64 *bytes, GError **error);
/* Moves a file to the end of the queue, and stores the reason. */
gboolean bh_files_store_defer(BhDevice *device, const char *sha256, const char *why,
                              GError **error);
/* A page of [{"sha256","size","sent","why"?,"declared"}] in the order of sending; new reference. */
json_t *bh_files_store_list_waiting(BhDevice *device, gint64 offset, int limit, GError **error);
/* *wanted: a record names the file, and its bytes are not here. */
gboolean bh_files_store_is_wanted(BhDevice *device, const char *sha256, gboolean *wanted,
                                  GError **error);
/* Hashes of wanted files, newest first; GPtrArray of strings that it owns. */
GPtrArray *bh_files_store_list_wanted(BhDevice *device, int limit, GError **error);

G_END_DECLS

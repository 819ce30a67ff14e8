/* Removes files that nothing names any more: files of records that left, files of drafts that were
 * discarded or changed, pictures that were never used.
 *
 * Code that removes the last use of a file notes the file in its own transaction. Code that adds a
 * file notes it before it writes the bytes (bh_release_store_add). A step checks noted files: one
 * that a record, a draft or an own entry names stays, others are removed. So a crash can leave a
 * note without a file, but no file without a note. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* How long the files of a discarded draft stay, because the draft may be brought back. */
#define BH_RELEASE_GRACE_MS (10 * 60 * 1000)
/* No file is removed for this long after the store was opened: another process may have added one
 * just before, and not have named it yet. */
#define BH_RELEASE_OPEN_MS (60 * 1000)

/* Notes all files that a value of a draft (JSON text) names, and keeps them for
 * BH_RELEASE_GRACE_MS. Inside a transaction. */
gboolean bh_release_note_draft(BhDevice *device, const char *value, GError **error);
/* Keeps a file that was added and will be named soon: it stays for this run of the program, or
 * until bh_release_settle. */
void bh_release_hold(BhDevice *device, const char *sha256);
/* Ends the hold of the files in this value (JSON text), because a draft names them now. After the
 * commit. */
void bh_release_settle(BhDevice *device, const char *value);
/* *named: a record in the store names the file. */
gboolean bh_release_is_named(BhDevice *device, const char *sha256, gboolean *named, GError **error);
/* Whether the index is complete; it is read to find the uses of a file. */
gboolean bh_release_is_index_complete(BhDevice *device);
/* One step: checks some noted files, in a transaction of its own. *more: call again. */
gboolean bh_release_some(BhDevice *device, gboolean *more, GError **error);

G_END_DECLS

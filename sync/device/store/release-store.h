/* Rows of files that may be named by nothing (release.h). */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Notes a file that possibly nothing names; bh_release_some checks it. Inside a transaction, as are
 * all functions that write. */
gboolean bh_release_store_add(BhDevice *device, const char *sha256, GError **error);
/* Removes the note about a file. */
gboolean bh_release_store_drop(BhDevice *device, const char *sha256, GError **error);
/* Hashes of noted files, in order, that come after the hash `after`, at most `limit`; GPtrArray of
 * strings that it owns. */
GPtrArray *bh_release_store_list(BhDevice *device, const char *after, int limit, GError **error);
/* *drafted: a value of a draft contains the hash. */
gboolean bh_release_store_is_drafted(BhDevice *device, const char *sha256, gboolean *drafted,
                                     GError **error);
/* Removes the row of a file, unless an own entry declares the file, removes it from the files
 * wanted from the hub, and notes its bytes for removal (prune.c). */
gboolean bh_release_store_discard(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS

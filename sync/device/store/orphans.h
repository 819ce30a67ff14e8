/* Files on the disk that nothing in the store knows: left by an older version or by a disk that did
 * not keep a row. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *hashes; /* char *, each once, in no order */
  gint64 bytes;
} BhOrphans;

/* Frees what the structure holds. */
void bh_orphans_clear(BhOrphans *orphans);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOrphans, bh_orphans_clear)

/* Reads the whole folder of files. BH_ERROR_BUSY while it cannot be said what records name: before
 * the kinds were pulled, or while the index is made anew. */
gboolean bh_orphans_find(BhDevice *device, BhOrphans *orphans, GError **error);

/* --- orphans-store.c --- */

/* A row of a file, of one that is wanted or to be removed, or a note that one may be unnamed. */
gboolean bh_orphans_store_is_known(BhDevice *device, const char *sha256, gboolean *known,
                                   GError **error);

G_END_DECLS

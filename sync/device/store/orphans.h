/* Files on the disk to which nothing in the store refers: left by an older version or by a disk
 * that lost a row. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *hashes; /* char *, each once, in no order */
  gint64 bytes;
} BhOrphans;

/* Frees the hashes. */
void bh_orphans_clear(BhOrphans *orphans);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOrphans, bh_orphans_clear)

/* Finds all such files; reads the whole folder of files. BH_ERROR_BUSY while it is not known which
 * files the records name: before the kinds were pulled, or while the index is made anew. */
gboolean bh_orphans_find(BhDevice *device, BhOrphans *orphans, GError **error);

/* --- orphans-store.c --- */

/* *known: whether the store knows the file. It has a row, is wanted from the hub, is to be removed
 * already, or is noted as a file that possibly nothing names (release.h). */
gboolean bh_orphans_store_is_known(BhDevice *device, const char *sha256, gboolean *known,
                                   GError **error);

G_END_DECLS

/* Copies of a whole hub. A backup is one folder that contains all files of a hub: store, keys,
 * region pack and received files. A restored hub begins a new epoch, because devices may have
 * received more than the copy contains (PROTOCOL.md § 12). */
#pragma once

#include "schema/world.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Files in the folder of a backup. */
#define BH_COPY_STORE_NEW "hub.db.new" /* the copy of the store until the backup is complete */
#define BH_COPY_NOTE "backup.json"     /* names the hub */

typedef struct {
  int files;        /* files that the store lists as complete */
  int missing;      /* files among `files` that are missing or damaged on disk */
  gint64 newest_ms; /* when the newest entry of the store was received; 0: none */
  char name[257];   /* name of the hub */
} BhCopyReport;

/* Prepares the folder `out` for a backup of the hub in `dir`. `out` must be missing, empty, or have
 * an older backup of the same hub, which the new one replaces; else BH_ERROR_BUSY. */
gboolean bh_copy_prepare(const char *dir, const char *out, const char *hub, const BhDisk *disk,
                         GError **error);
/* Completes a backup whose store is out/BH_COPY_STORE_NEW: marks the store as a copy, copies keys,
 * region pack and files from `dir`, and renames the store to its final name. */
gboolean bh_copy_finish(const char *dir, const char *out, const BhDisk *disk, BhCopyReport *report,
                        GError **error);
/* Makes the hub in the existing directory `dir` from a backup, and checks its store, keys, region
 * pack and files. On failure all files that were made in `dir` are removed. The caller must have
 * the lock of `dir` (sync/owner/owner.h). */
gboolean bh_copy_restore(const char *from, const char *dir, const BhDisk *disk,
                         BhCopyReport *report, GError **error);

G_END_DECLS

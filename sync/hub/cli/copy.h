/* Copies of a whole hub: a backup is one folder with all that a hub needs, and a restored hub
 * begins a new epoch, because devices may have been told of more than the copy holds (PROTOCOL.md §
 * 12). */
#pragma once

#include "schema/world.h"
#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* In the folder of a backup. */
#define BH_COPY_STORE_NEW "hub.db.new" /* while it is made */
#define BH_COPY_NOTE "backup.json"

typedef struct {
  int files;        /* that the store has complete */
  int missing;      /* of these, not there or damaged */
  gint64 newest_ms; /* when its newest entry was received; 0: it has none */
  char name[257];   /* of the hub */
} BhCopyReport;

/* Makes `out` ready for a backup of the hub in `dir`: a new or empty folder, or one with an older
 * backup of the same hub, which the new one replaces. BH_ERROR_BUSY for any other. */
gboolean bh_copy_prepare(const char *dir, const char *out, const char *hub, const BhDisk *disk,
                         GError **error);
/* Completes a backup whose store is in out/BH_COPY_STORE_NEW: marks that as a copy, adds keys,
 * region pack and the files it names from `dir`, and puts it in place. */
gboolean bh_copy_finish(const char *dir, const char *out, const BhDisk *disk, BhCopyReport *report,
                        GError **error);
/* Makes the hub in `dir`, a directory that is there, from a backup: checks store, keys, pack and
 * files. Nothing of it is left when it fails. The caller owns `dir` (owner.h). */
gboolean bh_copy_restore(const char *from, const char *dir, const BhDisk *disk,
                         BhCopyReport *report, GError **error);

G_END_DECLS

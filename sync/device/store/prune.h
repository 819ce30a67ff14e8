/* Removes the content of own entries that were delivered long ago and whose records have left this
 * device, and the bytes of files that were discarded. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

#define BH_KEEP_DAYS 30 /* default of BH_SETTING_KEEP_DAYS */

/* One step: checks some own entries, oldest first, and drops body and openings of those that the
 * hub has had durably for BH_SETTING_KEEP_DAYS, that the hub's snapshots contain, and whose records
 * have all left this device. Envelope and signature stay, so that the chain can still be verified.
 * Files that only these entries declared are removed too. Entries that are not acknowledged, are
 * quarantined, or have a draft on one of their records stay, and nothing is dropped while the hub's
 * time is not known in this boot. At most one sweep over all entries a day. *more: call again. */
gboolean bh_prune_some(BhDevice *device, gboolean *more, GError **error);
/* Makes the next call of bh_prune_some begin a sweep. Inside a transaction. */
gboolean bh_prune_begin_anew(BhDevice *device, GError **error);
/* Removes the bytes of all files that are noted for removal. A file that cannot be removed keeps
 * its note. */
gboolean bh_prune_discarded(BhDevice *device, GError **error);

typedef struct {
  gint64 pos;
  /* whether its rows allow to drop its content: delivered, included, old enough, not quarantined */
  gboolean droppable;
} BhPruneRow;

/* --- rows (prune-store.c); what writes runs inside a transaction --- */

/* At most `limit` own entries after the position `after`, oldest first, except the newest entry;
 * GArray of BhPruneRow. Old enough are entries that the hub had at `before_ms`. */
GArray *bh_prune_store_list(BhDevice *device, gint64 after, gint64 before_ms, int limit,
                            GError **error);
/* Empties body and openings of the entry at `pos`. */
gboolean bh_prune_store_drop_body(BhDevice *device, gint64 pos, GError **error);
/* Removes the row of a file that is wholly at the hub and notes its bytes for removal. */
gboolean bh_prune_store_discard(BhDevice *device, const char *sha256, GError **error);
/* Notes that the entry at `pos` does not declare the file any more. */
gboolean bh_prune_store_give_up(BhDevice *device, const char *sha256, gint64 pos, GError **error);
/* Hash of the next file that is noted for removal, after the hash `after` ("": the first), g_free;
 * NULL without an error: none. *known: a record, draft or entry names the file again. */
char *bh_prune_store_next_discard(BhDevice *device, const char *after, gboolean *known,
                                  GError **error);
/* Removes the note that the file is to be removed. */
gboolean bh_prune_store_forget_discard(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS

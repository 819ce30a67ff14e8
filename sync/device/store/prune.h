/* Removes the content of own entries that were delivered long ago and whose records have left this
 * device, and the bytes of files that were discarded. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

#define BH_KEEP_DAYS 30 /* default of BH_SETTING_KEEP_DAYS */

/* One step: checks some own entries, oldest first, and drops body and openings of those which the
 * hub has had durably for BH_SETTING_KEEP_DAYS, which its snapshots contain and whose records have
 * all left this device. Envelope and signature stay, so that the chain can still be verified. Files
 * that only they declared are removed too. Entries that are not acknowledged, are quarantined, or
 * have a draft on one of their records stay, and nothing is dropped while the hub's time is not
 * known in this boot. One sweep a day. *more: call again. */
gboolean bh_prune_some(BhDevice *device, gboolean *more, GError **error);
/* Removes the bytes of all files that are noted for it. A file that cannot be removed keeps its
 * note. */
gboolean bh_prune_discarded(BhDevice *device, GError **error);

typedef struct {
  gint64 pos;
  gboolean droppable; /* by its rows: delivered, included, old enough, not quarantined */
} BhPruneRow;

/* --- rows (prune-store.c); what writes runs inside a transaction --- */

/* Own entries after a position, oldest first, except the newest; GArray of BhPruneRow. */
GArray *bh_prune_store_list(BhDevice *device, gint64 after, gint64 before_ms, int limit,
                            GError **error);
/* Empties body and openings. */
gboolean bh_prune_store_drop_body(BhDevice *device, gint64 pos, GError **error);
/* Removes the row of a file that is wholly at the hub and notes its bytes for removal. */
gboolean bh_prune_store_discard(BhDevice *device, const char *sha256, GError **error);
/* The entry at `pos` declares the file no longer. */
gboolean bh_prune_store_give_up(BhDevice *device, const char *sha256, gint64 pos, GError **error);
/* The next noted file after `after` ("": the first), g_free; NULL without an error: none. *known: a
 * record, draft or entry names the file again. */
char *bh_prune_store_next_discard(BhDevice *device, const char *after, gboolean *known,
                                  GError **error);
/* Removes that note. */
gboolean bh_prune_store_forget_discard(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS

/* Lets go of what was delivered long ago and belongs to nothing that is here any more. Inside
 * sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

#define BH_KEEP_DAYS 30

/* A step: looks at some own entries, oldest first, and drops body and openings of those that the
 * hub has durably since BH_SETTING_KEEP_DAYS, whose content is in its snapshots and whose records
 * have all left this device; envelope and signature stay, the chain still verifies. Files that only
 * they declared go too. Never what is not acknowledged, held back, or touched by a draft; nothing
 * while the time is not the hub's. A sweep a day. *more: call again. */
gboolean bh_prune_some(BhDevice *device, gboolean *more, GError **error);

typedef struct {
  gint64 pos;
  gboolean droppable; /* by what the rows say: delivered, included, old enough, not held back */
} BhPruneRow;

/* --- prune-store.c --- */

/* Own entries after a place, oldest first, except the newest. */
GArray *bh_prune_store_list(BhDevice *device, gint64 after, gint64 before_ms, int limit,
                            GError **error);
gboolean bh_prune_store_drop_body(BhDevice *device, gint64 pos, GError **error);
/* Takes the row of a file that is wholly at the hub and notes its bytes for removal. */
gboolean bh_prune_store_discard(BhDevice *device, const char *sha256, GError **error);
/* The entry at `pos` declares the file no longer. */
gboolean bh_prune_store_give_up(BhDevice *device, const char *sha256, gint64 pos, GError **error);
/* The next one noted; *known: it came back meanwhile. NULL when none. */
char *bh_prune_store_next_discard(BhDevice *device, gboolean *known, GError **error);
gboolean bh_prune_store_forget_discard(BhDevice *device, const char *sha256, GError **error);

G_END_DECLS

/* The members of a BhHub, and functions that only some folders need. For hub.c, hub-kinds.c,
 * cli/init.c, and for code that needs the epoch, the region or the ingest. */
#pragma once

#include "sync/hub/log/log.h"
#include "sync/hub/hub.h"
#include "sync/hub/ingest/ingest.h"

G_BEGIN_DECLS

struct _BhHub {
  char *dir;
  char *id;
  char *name;
  char *area;
  char *epoch;
  char *pin;
  BhHubTime *time;
  const BhClock *clock; /* the clock of `time` (log/clock.h) */
  const BhRandom *random;
  const BhSpace *space;
  const BhDisk *disk;
  BhSigner *signer; /* keys: any thread; everything else: writer thread only */
  guint8 plaque_public[BH_PUBLIC_KEY_SIZE];
  guint8 plaque_secret[BH_SECRET_KEY_SIZE];
  BhRegion *region;
  BhIngest *ingest; /* used on the writer thread only */
  BhWriter *writer;
  char *db_path;
  gboolean needs_encryption; /* set before serving (bh_hub_set_needs_encryption) */
  GMutex lock;
  BhKindSet *kinds;          /* the kind set in use; protected by `lock` */
  BhSettingValues *settings; /* settings of the office, NULL: not read yet; protected by `lock` */
  gint64 settings_version;   /* version of `settings` (settings-store.h); protected by `lock` */
  GQueue readers;            /* BhDb*: readers that nobody uses now; protected by `lock` */
};

/* The ingest of the hub, for work that applies a batch; borrowed. Must be used on the writer thread
 * only. */
BhIngest *bh_hub_get_ingest(BhHub *hub);
/* The present epoch of the hub (PROTOCOL § 12); borrowed. */
const char *bh_hub_get_epoch(BhHub *hub);
/* Checks that `url` can be the public address of a hub ("https://host[:port]" without wildcard).
 * FALSE with BH_ERROR_INVALID. */
gboolean bh_hub_check_public_url(const char *url, GError **error);
/* Finishes a change of the kind set that was interrupted (hub-kinds.c): derives all records again.
 * Does nothing if no change was interrupted. Blocks. */
gboolean bh_hub_finish_deriving(BhHub *hub, GError **error);
/* Reads from the store which kind set is in use, and makes the hub use that set. Must be called on
 * the writer thread. */
gboolean bh_hub_reload_kinds(BhHub *hub, BhDb *db, GError **error);
/* Writes the whole index again if an older version of the program wrote it; else does nothing.
 * Blocks. */
gboolean bh_hub_finish_index(BhHub *hub, GError **error);
/* Writes at most `max` marked records into the index (bh_index_apply). *more: whether marks are
 * left. Must be called on the writer thread. */
gboolean bh_hub_apply_index(BhHub *hub, BhDb *db, int max, gboolean *more, GError **error);
/* Writes some marked records into the index if so many are marked that a list would have to wait
 * for them. Marks some of the records whose due days are to be computed again. Must be called on
 * the writer thread. */
gboolean bh_hub_limit_index(BhHub *hub, BhDb *db, GError **error);
/* Waits until the index contains all records that were committed before the call; `db`, a reader,
 * then sees at least these. If the writer cannot write the index (a full disk), a warning is
 * logged, the function succeeds, and lists lack the newest records. Must be called before a list or
 * search. Blocks; may be called on any thread except the writer thread. */
gboolean bh_hub_update_index(BhHub *hub, BhDb *db, GError **error);

G_END_DECLS

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
  const BhClock *clock; /* of `time` */
  const BhRandom *random;
  const BhSpace *space;
  const BhDisk *disk;
  BhSigner *signer; /* keys: any thread; everything else: writer thread only */
  guint8 plaque_public[BH_PUBLIC_KEY_SIZE];
  guint8 plaque_secret[BH_SECRET_KEY_SIZE];
  BhRegion *region;
  BhIngest *ingest; /* writer thread */
  BhWriter *writer;
  char *db_path;
  GMutex lock;
  BhKindSet *kinds; /* under lock */
  GQueue readers;   /* BhDb*, under lock */
};

/* The ingest, for work that applies a batch; borrowed. Writer thread only. */
BhIngest *bh_hub_get_ingest(BhHub *hub);
/* The epoch; borrowed. */
const char *bh_hub_get_epoch(BhHub *hub);
/* BH_ERROR_INVALID when `url` cannot be the public address of a hub. */
gboolean bh_hub_check_public_url(const char *url, GError **error);
/* Finishes an interrupted change of kinds (hub-kinds.c). Blocks. */
gboolean bh_hub_finish_deriving(BhHub *hub, GError **error);
/* Puts the kind set into use that the store names. Writer thread. */
gboolean bh_hub_reload_kinds(BhHub *hub, BhDb *db, GError **error);
/* Writes the index again if an older version of the program wrote it. Blocks. */
gboolean bh_hub_finish_index(BhHub *hub, GError **error);
/* Writes at most `max` marked records into the index (bh_index_apply). Writer thread. */
gboolean bh_hub_apply_index(BhHub *hub, BhDb *db, int max, int *applied, GError **error);
/* The same when so many records are marked that a reader would wait for them. Writer thread. */
gboolean bh_hub_limit_index(BhHub *hub, BhDb *db, GError **error);
/* Returns when the index holds all records that `db`, a reader, can see; `db` then sees at least
 * these. When the writer cannot write them (a full disk), that is logged, and lists lack them. Call
 * it before lists and searches. Blocks; any thread but the writer's. */
gboolean bh_hub_update_index(BhHub *hub, BhDb *db, GError **error);

G_END_DECLS

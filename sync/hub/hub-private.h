/* What a BhHub consists of. For hub.c, hub-kinds.c, cli/init.c,
 * hub-kinds.c, and for those that need the ingest's pure step. */
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
  BhSigner *signer; /* key read by any thread, the rest by the writer's */
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

/* For pieces of work that apply a batch: use on the writer thread only. */
BhIngest *bh_hub_get_ingest(BhHub *hub);
const char *bh_hub_get_epoch(BhHub *hub);
gboolean bh_hub_check_public_url(const char *url, GError **error);
/* A change of kinds that was interrupted goes on (hub-kinds.c). Blocks. */
gboolean bh_hub_finish_deriving(BhHub *hub, GError **error);
/* The set in use is the one the store names. On the writer thread. */
gboolean bh_hub_reload_kinds(BhHub *hub, BhDb *db, GError **error);
/* Makes the search index anew when it was written by an older rule than this program's. */
gboolean bh_hub_finish_search(BhHub *hub, GError **error);

G_END_DECLS

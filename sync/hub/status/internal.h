/* What the files of status share. */
#pragma once

#include "sync/hub/status/status-store.h"
#include "sync/hub/status/status.h"

G_BEGIN_DECLS

#define BH_STATUS_SERVERS_MAX 4

typedef struct {
  const char *name;
  BhHttp *http;
} BhStatusServer;

/* What has to be asked of the store and the disk. */
typedef struct {
  BhStoreFigures store;
  gboolean has_store;
  gint64 database_bytes;
  gint64 log_bytes;
  gint64 free_bytes;
  gint64 cert_end_s; /* 0: not known */
} BhStatusSample;

struct _BhStatus {
  BhHub *hub;
  BhDeviceApi *api;
  char *version;
  char *token_hash; /* NULL: none */
  GMutex lock;      /* for what follows */
  BhStatusServer servers[BH_STATUS_SERVERS_MAX];
  guint n_servers;
  gint64 probed_us;
  gboolean was_failing;

  GMutex sample_lock; /* held while it is taken; never together with `lock` */
  BhStatusSample sample;
  gint64 sampled_us;
};

G_END_DECLS

/* Shared by the files of sync/hub/status. */
#pragma once

#include "sync/hub/status/status-store.h"
#include "sync/hub/status/status.h"

G_BEGIN_DECLS

#define BH_STATUS_SERVERS_MAX 4

typedef struct {
  const char *name;
  BhHttp *http;
} BhStatusServer;

/* Figures that are read from the store and the disk, at most once in BH_STATUS_SAMPLE_US. */
typedef struct {
  BhStoreFigures store;
  gboolean has_store;
  gint64 database_bytes;
  gint64 log_bytes;
  gint64 free_bytes;
  gint64 cert_end_s; /* when the certificate ends; 0: not known */
} BhStatusSample;

struct _BhStatus {
  BhHub *hub;
  BhDeviceApi *api;
  char *version;
  char *token_hash; /* hash of the token for GET /metrics; NULL: no token */
  GMutex lock;      /* protects the members up to `was_failing` */
  BhStatusServer servers[BH_STATUS_SERVERS_MAX];
  guint n_servers;
  gint64 probed_us;
  gboolean was_failing;

  GMutex sample_lock; /* held while `sample` is read; never together with `lock` */
  BhStatusSample sample;
  gint64 sampled_us;
};

G_END_DECLS

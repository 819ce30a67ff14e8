/* The HTTP interface for devices (PROTOCOL §§ 3 – 7). Handlers run on the server's threads. A push
 * (a request with which a device sends a batch of entries) is answered on the writer thread, after
 * its entries are durable. */
#pragma once

#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"

/* For the folders above: */
#include "sync/hub/devices/ahead-store.h" /* copies of urgent entries */
#include "sync/hub/devices/carry.h"       /* files with unsent work of a device */
#include "sync/hub/devices/enrol.h"       /* enrolment, authentication, PINs */
#include "sync/hub/devices/uploads.h"     /* uploading and importing files */

G_BEGIN_DECLS

typedef struct _BhDeviceApi BhDeviceApi;

#define BH_PUSH_BUCKETS 9
/* The upper bounds of the classes of duration in BhDeviceCounts.took, in seconds. */
extern const double bh_push_bounds_s[BH_PUSH_BUCKETS];

/* Counters of pushes and enrolments since the start of the hub. */
typedef struct {
  /* number of pushed entries that were applied; the next three members count pushed entries too */
  guint64 applied;
  guint64 repeated;
  guint64 quarantined;
  /* at most one for each batch; a batch that does not continue the chain counts as one */
  guint64 refused;
  guint64 batches; /* number of pushes that were answered */
  guint64 took_us; /* time of all batches, from the request to its answer */
  /* number of batches that took no longer than each of bh_push_bounds_s */
  guint64 took[BH_PUSH_BUCKETS];
  guint64 enrolled;
  guint64 not_enrolled;
} BhDeviceCounts;

/* The HTTP interface for the devices of `hub` (borrowed). bh_device_api_free. */
BhDeviceApi *bh_device_api_new(BhHub *hub);
/* Frees `api`, which may be NULL. Must be called after the server was stopped. */
void bh_device_api_free(BhDeviceApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceApi, bh_device_api_free)

/* Counters since the start. Any thread. */
void bh_device_api_get_counts(BhDeviceApi *api, BhDeviceCounts *counts);

/* The routes for bh_http_start, whose `data` must be the BhDeviceApi. Static. */
const BhRoute *bh_device_api_routes(gsize *n);
/* Headers for bh_http_start: name, value, …, NULL. Borrowed from `api`. */
const char *const *bh_device_api_headers(BhDeviceApi *api);

G_END_DECLS

/* The HTTP interface for devices (PROTOCOL §§ 3 – 7). Handlers run on the server's threads; a push
 * is answered on the writer thread when it is durable. */
#pragma once

#include "sync/hub/http/http.h"
#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"

/* For the folders above: */
#include "sync/hub/devices/enrol.h"   /* enrolment, authentication, PINs */
#include "sync/hub/devices/uploads.h" /* uploading and importing files */

G_BEGIN_DECLS

typedef struct _BhDeviceApi BhDeviceApi;

#define BH_PUSH_BUCKETS 9
/* Upper bounds of BhDeviceCounts.took, in seconds. */
extern const double bh_push_bounds_s[BH_PUSH_BUCKETS];

/* Since the start. */
typedef struct {
  guint64 applied; /* entries */
  guint64 repeated;
  guint64 quarantined;
  guint64 refused;               /* entries, and batches whose chain does not go on */
  guint64 batches;               /* that were answered */
  guint64 took_us;               /* all of them, from the request to the durable answer */
  guint64 took[BH_PUSH_BUCKETS]; /* batches that took no longer than the bound */
  guint64 enrolled;
  guint64 not_enrolled;
} BhDeviceCounts;

/* `hub` is borrowed. bh_device_api_free. */
BhDeviceApi *bh_device_api_new(BhHub *hub);
/* Call it after the server was stopped. `api` may be NULL. */
void bh_device_api_free(BhDeviceApi *api);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceApi, bh_device_api_free)

/* Counters since the start. Any thread. */
void bh_device_api_get_counts(BhDeviceApi *api, BhDeviceCounts *counts);

/* The routes for bh_http_start, whose `data` must be the BhDeviceApi. Static. */
const BhRoute *bh_device_api_routes(gsize *n);
/* Headers for bh_http_start: name, value, …, NULL. Borrowed from `api`. */
const char *const *bh_device_api_headers(BhDeviceApi *api);

G_END_DECLS

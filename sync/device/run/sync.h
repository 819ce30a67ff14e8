/* Syncing in the background: runs the engine (engine.h) over a worker's store with a transport,
 * timers of the main context, and connectivity signals. Used by collector, agent and bihuanctl
 * alike. Main thread of the context it was started on. */
#pragma once

#include "sync/device/run/connectivity.h"
#include "sync/device/run/transport.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhSync BhSync;

/* Called on the main context whenever status or progress changed; `status` as bh_device_status
 * plus {"progress":{"phase":"head|push|pull|files","done","total"}} while working. */
typedef void (*BhSyncChanged)(BhSync *sync, const json_t *status, gpointer data);

/* Starts syncing over libcurl, with the system's network monitor. `worker` is borrowed and must
 * live longer than the BhSync. */
BhSync *bh_sync_start(BhWorker *worker, BhSyncChanged changed, gpointer data);
/* As bh_sync_start over another transport and connectivity. Takes both; `connectivity` may be
 * NULL. */
BhSync *bh_sync_start_with(BhWorker *worker, BhTransport *transport, BhConnectivity *connectivity,
                           BhSyncChanged changed, gpointer data);
/* Stops syncing: cancels a running transfer, waits for its end and frees. `changed` is not called
 * any more. NULL is ignored. */
void bh_sync_stop(BhSync *sync);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSync, bh_sync_stop)
/* Begins a round at once, without waiting for the backoff; after the present round when one
 * runs. */
void bh_sync_kick(BhSync *sync);
/* To be called after something was saved: a round begins soon, unless the engine waits for its
 * backoff. */
void bh_sync_notify_saved(BhSync *sync);

/* Enrols the worker's store by a one-time text: makes keys, sends them to the hub, and pulls kinds,
 * staff and the first records. TRUE once the hub's answer is stored; when the pull fails, the next
 * round pulls them. A request whose answer was lost is repeated with the same key; after FALSE the
 * same text may be tried again. Blocks; call it from a GTask thread or a command line. Over
 * libcurl. */
gboolean bh_sync_enrol(BhWorker *worker, const char *text, const char *name, GError **error);
/* Runs one whole round and blocks until it has ended. Returns the status afterwards as a new
 * reference; its "last_error" says how the round ended. BH_ERROR_NOT_FOUND before enrolment. Over
 * libcurl. */
json_t *bh_sync_once(BhWorker *worker, GError **error);
/* bh_sync_enrol over another transport, which it takes. */
gboolean bh_sync_enrol_with(BhWorker *worker, BhTransport *transport, const char *text,
                            const char *name, GError **error);
/* bh_sync_once over another transport, which it takes. */
json_t *bh_sync_once_with(BhWorker *worker, BhTransport *transport, GError **error);

G_END_DECLS

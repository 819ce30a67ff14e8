/* Syncing in the background: runs the engine (engine.h) over a worker's store with a transport,
 * timers of the main context, and connectivity signals. Used by collector, agent and bihuanctl
 * alike. Main thread of the context it was started on. */
#pragma once

#include "sync/device/run/connectivity.h"
#include "sync/device/run/transport.h"
#include "sync/device/store/worker.h"

G_BEGIN_DECLS

typedef struct _BhSync BhSync;

/* Called on the main context whenever status or progress changed; `status` as bh_device_status
 * plus {"progress":{"phase":"head|push|pull|files","done","total"}} while working. */
typedef void (*BhSyncChanged)(BhSync *sync, const json_t *status, gpointer data);

/* libcurl and the system's network monitor. `worker` is borrowed and must live longer. */
BhSync *bh_sync_start(BhWorker *worker, BhSyncChanged changed, gpointer data);
/* Takes both; `connectivity` may be NULL. */
BhSync *bh_sync_start_with(BhWorker *worker, BhTransport *transport, BhConnectivity *connectivity,
                           BhSyncChanged changed, gpointer data);
/* Ends running transfers and waits for them; then nothing of it runs any more. */
void bh_sync_stop(BhSync *sync);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSync, bh_sync_stop)
/* A tap or a connectivity signal: tries at once, forgetting the backoff. */
void bh_sync_kick(BhSync *sync);
/* Something was saved: a round starts soon unless one waits on backoff. */
void bh_sync_notify_saved(BhSync *sync);

/* Enrols the worker's store from a one-time text: makes keys, asks the hub, pulls kinds, staff and
 * the first records. TRUE once the hub's answer is stored; a pull that fails is made up for by
 * the next round. A lost answer is repeated with the same key; after FALSE the same text may be
 * tried again. Blocks; call from a GTask thread or a command line. */
gboolean bh_sync_enrol(BhWorker *worker, const char *text, const char *name, GError **error);
/* One whole round, blocking; result is the status afterwards ("last_error" says how it went).
 * BH_ERROR_NOT_FOUND before enrolment. For bihuanctl sync. */
json_t *bh_sync_once(BhWorker *worker, GError **error);
/* The same over another transport, which they take. */
gboolean bh_sync_enrol_with(BhWorker *worker, BhTransport *transport, const char *text,
                            const char *name, GError **error);
json_t *bh_sync_once_with(BhWorker *worker, BhTransport *transport, GError **error);

G_END_DECLS

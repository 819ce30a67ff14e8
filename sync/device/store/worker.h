/* One thread that owns a device store. Work is queued from any thread and runs in order; results
 * come back as GTask on the caller's main context. */
#pragma once

#include <gio/gio.h>
#include "sync/device/store/device.h"

G_BEGIN_DECLS

typedef struct _BhWorker BhWorker;

/* Work that runs on the store thread. It ends with a call of g_task_return_*. */
typedef void (*BhWorkFunc)(BhDevice *device, GTask *task, gpointer data);

/* Starts the thread, which opens the store in `dir`. Nothing may be queued before bh_worker_wait
 * returned TRUE. `clock` and `random` are borrowed. */
BhWorker *bh_worker_begin(const char *dir, const BhClock *clock, const BhRandom *random);
/* Blocks until the store is open. FALSE when it cannot be; then the worker can only be stopped. */
gboolean bh_worker_wait(BhWorker *worker, GError **error);
/* bh_worker_begin and bh_worker_wait; NULL with error. */
BhWorker *bh_worker_start(const char *dir, const BhClock *clock, const BhRandom *random,
                          GError **error);
/* Finishes what is queued, closes the store, joins the thread and frees. NULL is ignored. */
void bh_worker_stop(BhWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWorker, bh_worker_stop)

/* Queues `func`; `data` is freed with `data_free` after `func` ran. The callback runs on the
 * thread-default main context of the caller. `func` runs even if `cancellable` is cancelled. */
void bh_worker_run_async(BhWorker *worker, BhWorkFunc func, gpointer data, GDestroyNotify data_free,
                         gpointer source_object, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
/* Calls a JSON method of service.h on the store thread: {"method","params"} → result. `request` is
 * copied. The callback gets the result by bh_worker_call_finish. */
void bh_worker_call_async(BhWorker *worker, const json_t *request, gpointer source_object,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data);
/* Result of bh_worker_call_async: a new reference, or NULL with the error of the method. */
json_t *bh_worker_call_finish(GAsyncResult *result, GError **error);
/* As bh_worker_call_async, but blocks until the result is there; for command line programs. */
json_t *bh_worker_call(BhWorker *worker, const json_t *request, GError **error);

G_END_DECLS

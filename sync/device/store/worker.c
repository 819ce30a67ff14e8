/* The store's thread, and the idle steps that it does while no work is queued. */
#include "sync/device/store/worker.h"

#include "sync/device/store/damage.h"
#include "sync/device/store/index.h"
#include "sync/device/store/outbox-kinds.h"
#include "sync/device/store/outbox-pull.h"
#include "sync/device/store/prune.h"
#include "sync/device/store/records.h"
#include "sync/device/store/release.h"
#include "sync/device/store/repair.h"
#include "sync/device/store/service.h"
#include "sync/device/store/shadow-store.h"

/* Time without work after which idle steps begin. */
#define IDLE_MS 2000

/* --- idle steps --- */

static gboolean reindex(BhDevice *device, gboolean *more, GError **error)
{
  g_autofree char *from = bh_setting_dup(device, "reindex");

  *more = from != NULL;
  return from == NULL || bh_outbox_reindex_some(device, error);
}

static gboolean run_idle_step(BhDevice *device, gboolean *more, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);

  if (write == NULL || !bh_outbox_swap_some(device, more, error) ||
      !bh_view_retitle_some(device, error))
    return FALSE;
  *more = *more || device->retitle;
  if (!*more && !reindex(device, more, error))
    return FALSE;
  if (!*more && !bh_device_index_some(device, more, error))
    return FALSE;
  return bh_write_commit(write, error);
}

gboolean bh_device_is_behind(BhDevice *device)
{
  return device->db != NULL && bh_shadow_store_is_open(device);
}

gboolean bh_device_rest(BhDevice *device)
{
  g_autoptr(GError) local = NULL;
  gboolean more = FALSE;

  if (device->db == NULL)
    return FALSE;
  if (device->signer != NULL && device->kinds != NULL &&
      ((bh_damage_is_noted(device) && !bh_repair_run(device, device->acked, &local)) ||
       !run_idle_step(device, &more, &local) ||
       (!more && !bh_release_some(device, &more, &local)) ||
       (!more && !bh_prune_some(device, &more, &local)))) {
    g_warning("store: tidying up: %s", local->message);
    more = FALSE;
  }
  if (!more && device->db != NULL)
    bh_db_checkpoint(device->db);
  return more;
}

/* --- the thread --- */

struct _BhWorker {
  GThread *thread;
  GAsyncQueue *queue; /* of Work * */
  char *dir;
  const BhClock *clock;
  const BhRandom *random;

  GMutex mutex;
  GCond opened_cond;
  gboolean opened; /* whether the thread has tried to open the store */
  GError *open_error;
  BhDevice *device; /* used by the thread only */
};

typedef struct {
  BhWorkFunc func; /* NULL: the thread is to end */
  gpointer data;
  GDestroyNotify data_free;
  GTask *task;
} Work;

static void work_free(Work *work)
{
  if (work->data_free != NULL)
    work->data_free(work->data);
  g_clear_object(&work->task);
  g_free(work);
}

static gboolean open_store(BhWorker *worker)
{
  g_autoptr(GError) local = NULL;
  BhDevice *device = bh_device_open(worker->dir, worker->clock, worker->random, &local);

  g_mutex_lock(&worker->mutex);
  worker->device = device;
  worker->open_error = g_steal_pointer(&local);
  worker->opened = TRUE;
  g_cond_signal(&worker->opened_cond);
  g_mutex_unlock(&worker->mutex);
  return device != NULL;
}

static Work *next_work(BhWorker *worker, gboolean *touched)
{
  Work *work =
      *touched ? g_async_queue_timeout_pop(worker->queue, IDLE_MS * G_TIME_SPAN_MILLISECOND) : NULL;

  /* Does one short idle step at a time; work that is queued in between runs first. */
  while (work == NULL && *touched) {
    *touched = bh_device_rest(worker->device);
    work = g_async_queue_try_pop(worker->queue);
  }
  if (work == NULL)
    work = g_async_queue_pop(worker->queue);
  *touched = TRUE;
  return work;
}

static gpointer run(gpointer data)
{
  BhWorker *worker = data;
  gboolean touched = TRUE; /* an earlier run may have left idle steps to do */

  if (!open_store(worker))
    return NULL;
  while (TRUE) {
    Work *work = next_work(worker, &touched);
    if (work->func == NULL) {
      work_free(work);
      break;
    }
    work->func(worker->device, work->task, work->data);
    work_free(work);
  }
  bh_device_close(worker->device);
  return NULL;
}

static void worker_free(BhWorker *worker)
{
  g_async_queue_unref(worker->queue);
  g_mutex_clear(&worker->mutex);
  g_cond_clear(&worker->opened_cond);
  g_clear_error(&worker->open_error);
  g_free(worker->dir);
  g_free(worker);
}

BhWorker *bh_worker_begin(const char *dir, const BhClock *clock, const BhRandom *random)
{
  BhWorker *worker = g_new0(BhWorker, 1);

  /* Work that a thread without a store never took is freed with the queue. */
  worker->queue = g_async_queue_new_full((GDestroyNotify)work_free);
  worker->dir = g_strdup(dir);
  worker->clock = clock;
  worker->random = random;
  g_mutex_init(&worker->mutex);
  g_cond_init(&worker->opened_cond);
  worker->thread = g_thread_new("bihuan-store", run, worker);
  return worker;
}

gboolean bh_worker_wait(BhWorker *worker, GError **error)
{
  g_mutex_lock(&worker->mutex);
  while (!worker->opened)
    g_cond_wait(&worker->opened_cond, &worker->mutex);
  g_mutex_unlock(&worker->mutex);
  if (worker->open_error != NULL)
    g_propagate_error(error, g_error_copy(worker->open_error));
  return worker->open_error == NULL;
}

BhWorker *bh_worker_start(const char *dir, const BhClock *clock, const BhRandom *random,
                          GError **error)
{
  g_autoptr(BhWorker) worker = bh_worker_begin(dir, clock, random);

  return bh_worker_wait(worker, error) ? g_steal_pointer(&worker) : NULL;
}

void bh_worker_stop(BhWorker *worker)
{
  if (worker == NULL)
    return;
  g_async_queue_push(worker->queue, g_new0(Work, 1));
  g_thread_join(worker->thread);
  worker_free(worker);
}

static void push(BhWorker *worker, BhWorkFunc func, gpointer data, GDestroyNotify data_free,
                 GTask *task)
{
  Work *work = g_new0(Work, 1);

  work->func = func;
  work->data = data;
  work->data_free = data_free;
  work->task = task;
  g_async_queue_push(worker->queue, work);
}

void bh_worker_run_async(BhWorker *worker, BhWorkFunc func, gpointer data, GDestroyNotify data_free,
                         gpointer source_object, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new(source_object, cancellable, callback, user_data);

  /* Work is done even when nobody waits for the answer any more. */
  g_task_set_check_cancellable(task, FALSE);
  push(worker, func, data, data_free, task);
}

/* --- JSON calls --- */

static void unref_json(gpointer data)
{
  json_decref(data);
}

static void call(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) local = NULL;
  json_t *result = bh_service_call(device, data, &local);

  if (result != NULL)
    g_task_return_pointer(task, result, unref_json);
  else
    g_task_return_error(task, g_steal_pointer(&local));
}

void bh_worker_call_async(BhWorker *worker, const json_t *request, gpointer source_object,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
  /* The request is copied, because json_t counts its references without a lock. */
  bh_worker_run_async(worker, call, json_deep_copy(request), unref_json, source_object, cancellable,
                      callback, user_data);
}

json_t *bh_worker_call_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

typedef struct {
  const json_t *request; /* borrowed from the caller, who waits for the answer */
  json_t *result;
  GError *error;
  gboolean done;
  GMutex mutex;
  GCond cond;
} Wait;

static void call_and_wake(BhDevice *device, GTask *task G_GNUC_UNUSED, gpointer data)
{
  Wait *wait = data;

  wait->result = bh_service_call(device, wait->request, &wait->error);
  g_mutex_lock(&wait->mutex);
  wait->done = TRUE;
  g_cond_signal(&wait->cond);
  g_mutex_unlock(&wait->mutex);
}

json_t *bh_worker_call(BhWorker *worker, const json_t *request, GError **error)
{
  Wait wait = {.request = request};

  g_mutex_init(&wait.mutex);
  g_cond_init(&wait.cond);
  push(worker, call_and_wake, &wait, NULL, NULL);
  g_mutex_lock(&wait.mutex);
  while (!wait.done)
    g_cond_wait(&wait.cond, &wait.mutex);
  g_mutex_unlock(&wait.mutex);
  g_mutex_clear(&wait.mutex);
  g_cond_clear(&wait.cond);
  if (wait.error != NULL)
    g_propagate_error(error, wait.error);
  return wait.result;
}

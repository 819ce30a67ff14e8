/* Runs the engine: events go to the store's thread as steps, and their actions are carried out
 * here. Start with post and on_stepped. */
#include "sync/device/run/sync.h"

#include "schema/world.h"
#include "sync/device/engine/engine.h"

/* most rounds of one bh_sync_once; another one only while a pull that started over was not in
 * place */
#define ROUNDS_MAX 5

struct _BhSync {
  gatomicrefcount refs;
  gint stopped; /* read and written atomically, on several threads */
  BhWorker *worker;
  BhTransport *transport;
  BhConnectivity *connectivity;
  BhEngine *engine; /* used on the store's thread only */
  GMainContext *context;
  GCancellable *cancellable;
  GSource *timer;
  BhSyncChanged changed;
  gpointer data;
  gboolean resting; /* whether the engine was resting after the last step */
};

/* One step of the engine: carries the event to the store's thread, and the results back. */
typedef struct {
  BhSync *sync;
  BhEngineEvent event;
  BhTransportAnswer *answer;
  BhEngineActions actions;
  json_t *status;
  gboolean resting;
} Step;

static void sync_unref(BhSync *sync)
{
  if (!g_atomic_ref_count_dec(&sync->refs))
    return;
  bh_engine_free(sync->engine);
  g_object_unref(sync->cancellable);
  g_main_context_unref(sync->context);
  g_free(sync);
}

static void step_free(gpointer data)
{
  Step *step = data;

  g_clear_pointer(&step->answer, bh_transport_answer_free);
  g_clear_pointer(&step->actions.request, bh_transport_request_free);
  g_clear_pointer(&step->status, json_decref);
  sync_unref(step->sync);
  g_free(step);
}

static json_t *describe(BhSync *sync, BhDevice *device)
{
  json_t *status = bh_device_status(device, NULL);
  BhEngineProgress progress;

  bh_engine_get_progress(sync->engine, &progress);
  if (status != NULL && *progress.phase != '\0')
    json_object_set_new(status, "progress",
                        json_pack("{s:s,s:I,s:I}", "phase", progress.phase, "done",
                                  (json_int_t)progress.done, "total", (json_int_t)progress.total));
  return status;
}

static void run_step(BhDevice *device, GTask *task, gpointer data)
{
  Step *step = data;
  BhSync *sync = step->sync;
  const BhClock *clock = bh_clock_system();

  if (!g_atomic_int_get(&sync->stopped)) {
    step->event.wall_ms = clock->wall_ms(clock->data);
    step->event.boot_ms = clock->boot_ms(clock->data);
    step->event.answer = step->answer;
    step->actions = bh_engine_step(sync->engine, device, &step->event);
    step->resting = bh_engine_is_resting(sync->engine, NULL);
    if (step->actions.changed && sync->changed != NULL)
      step->status = describe(sync, device);
  }
  g_task_return_boolean(task, TRUE);
}

static void post(BhSync *sync, const BhEngineEvent *event, BhTransportAnswer *answer);

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
  BhSync *sync = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhTransportAnswer) answer = bh_transport_send_finish(result, &error);
  BhEngineEvent event = {.type = BH_ENGINE_ANSWER};

  (void)source;
  if (answer == NULL) {
    event.type = BH_ENGINE_FAILED;
    event.code = error->domain == BH_ERROR ? (BhErrorCode)error->code : BH_ERROR_UNCERTAIN;
    g_debug("sync: %s", error->message);
  }
  if (!g_atomic_int_get(&sync->stopped))
    post(sync, &event, g_steal_pointer(&answer));
  sync_unref(sync);
}

static gboolean on_timer(gpointer data)
{
  BhSync *sync = data;
  BhEngineEvent event = {.type = BH_ENGINE_TIMER};

  g_clear_pointer(&sync->timer, g_source_unref);
  post(sync, &event, NULL);
  return G_SOURCE_REMOVE;
}

static void clear_timer(BhSync *sync)
{
  if (sync->timer != NULL)
    g_source_destroy(sync->timer);
  g_clear_pointer(&sync->timer, g_source_unref);
}

static void set_timer(BhSync *sync, gint64 timer_ms)
{
  if (timer_ms == BH_ENGINE_TIMER_KEEP)
    return;
  clear_timer(sync);
  if (timer_ms < 0)
    return;
  sync->timer = g_timeout_source_new((guint)MIN(timer_ms, G_MAXINT));
  g_source_set_callback(sync->timer, on_timer, sync, NULL);
  g_source_attach(sync->timer, sync->context);
}

static void on_stepped(GObject *source, GAsyncResult *result, gpointer data)
{
  Step *step = data;
  BhSync *sync = step->sync;

  (void)source;
  (void)result;
  if (!g_atomic_int_get(&sync->stopped)) {
    sync->resting = step->resting;
    set_timer(sync, step->actions.timer_ms);
    if (step->actions.request != NULL) {
      g_atomic_ref_count_inc(&sync->refs);
      bh_transport_send_async(sync->transport, g_steal_pointer(&step->actions.request),
                              sync->cancellable, on_answer, sync);
    }
    if (step->status != NULL)
      sync->changed(sync, step->status, sync->data);
  }
  step_free(step);
}

static void post(BhSync *sync, const BhEngineEvent *event, BhTransportAnswer *answer)
{
  Step *step = g_new0(Step, 1);

  g_atomic_ref_count_inc(&sync->refs);
  step->sync = sync;
  step->event = *event;
  step->answer = answer;
  step->actions.timer_ms = BH_ENGINE_TIMER_KEEP;
  sync->resting = FALSE;
  bh_worker_run_async(sync->worker, run_step, step, NULL, NULL, NULL, on_stepped, step);
}

static void post_type(BhSync *sync, BhEngineEventType type)
{
  BhEngineEvent event = {.type = type};

  post(sync, &event, NULL);
}

static void on_connectivity(gboolean online, gpointer data)
{
  BhEngineEvent event = {.type = BH_ENGINE_CONNECTIVITY, .online = online};

  post(data, &event, NULL);
}

BhSync *bh_sync_start_with(BhWorker *worker, BhTransport *transport, BhConnectivity *connectivity,
                           BhSyncChanged changed, gpointer data)
{
  BhSync *sync = g_new0(BhSync, 1);

  g_atomic_ref_count_init(&sync->refs);
  sync->worker = worker;
  sync->transport = transport;
  sync->connectivity = connectivity;
  sync->engine = bh_engine_new(bh_random_system());
  sync->context = g_main_context_ref_thread_default();
  sync->cancellable = g_cancellable_new();
  sync->changed = changed;
  sync->data = data;
  if (connectivity != NULL)
    bh_connectivity_watch(connectivity, on_connectivity, sync);
  post_type(sync, BH_ENGINE_START);
  return sync;
}

void bh_sync_stop(BhSync *sync)
{
  if (sync == NULL)
    return;
  g_atomic_int_set(&sync->stopped, TRUE);
  clear_timer(sync);
  g_clear_pointer(&sync->connectivity, bh_connectivity_free);
  g_cancellable_cancel(sync->cancellable);
  g_clear_pointer(&sync->transport, bh_transport_free);
  sync_unref(sync);
}

void bh_sync_kick(BhSync *sync)
{
  post_type(sync, BH_ENGINE_KICK);
}

void bh_sync_notify_saved(BhSync *sync)
{
  post_type(sync, BH_ENGINE_SAVED);
}

static void keep_status(BhDevice *device, GTask *task, gpointer data)
{
  GError *error = NULL;
  json_t *status = NULL;

  (void)data;
  if (!bh_device_is_enrolled(device))
    g_set_error_literal(&error, BH_ERROR, BH_ERROR_NOT_FOUND, "sync: not enrolled at a hub");
  else
    status = bh_device_status(device, &error);
  if (status != NULL)
    g_task_return_pointer(task, status, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  (void)source;
  *kept = g_object_ref(result);
}

/* Moves the records of a pull that started over into place; without this they would wait for the
 * idle steps of the worker. */
static void catch_up(BhDevice *device, GTask *task, gpointer data)
{
  gboolean *was_behind = data;

  *was_behind = bh_device_is_behind(device);
  while (bh_device_is_behind(device) && bh_device_rest(device))
    ;
  g_task_return_boolean(task, TRUE);
}

static GAsyncResult *run_and_wait(BhWorker *worker, GMainContext *context, BhWorkFunc func,
                                  gpointer data)
{
  GAsyncResult *result = NULL;

  bh_worker_run_async(worker, func, data, NULL, NULL, NULL, on_done, &result);
  while (result == NULL)
    g_main_context_iteration(context, TRUE);
  return result;
}

json_t *bh_sync_once_with(BhWorker *worker, BhTransport *transport, GError **error)
{
  g_autoptr(GMainContext) context = g_main_context_new();
  gboolean was_behind = TRUE;

  g_main_context_push_thread_default(context);
  BhSync *sync = bh_sync_start_with(worker, transport, NULL, NULL, NULL);
  for (int i = 0; i < ROUNDS_MAX && was_behind; i++) {
    if (i > 0)
      bh_sync_kick(sync);
    while (!sync->resting)
      g_main_context_iteration(context, TRUE);
    g_autoptr(GAsyncResult) done = run_and_wait(worker, context, catch_up, &was_behind);
  }
  bh_sync_stop(sync);
  g_autoptr(GAsyncResult) result = run_and_wait(worker, context, keep_status, NULL);
  g_main_context_pop_thread_default(context);
  return g_task_propagate_pointer(G_TASK(result), error);
}

/* Calls to the store, and the delivery of their answers. What the session knows is in session.c.
 * Start at bh_session_call and pending_answer. */
#include "app/session-internal.h"

#include <string.h>

struct _BhPending {
  BhSession *session; /* owned */
  const char *name;   /* as bh_late_answer_get_name returns it */
  GObject *owner;     /* referenced until the answer arrives; passed to `reply` */
  GCancellable *cancellable;
  BhReply reply;
  gpointer data;
  GDestroyNotify data_free;
  gboolean changes;  /* the call changes the store */
  gboolean answered; /* the answer was delivered; a second delivery is ignored */
};

static void pending_free(BhPending *pending)
{
  if (pending->data_free != NULL)
    pending->data_free(pending->data);
  g_clear_object(&pending->owner);
  g_clear_object(&pending->cancellable);
  g_object_unref(pending->session);
  g_free(pending);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPending, pending_free)

BhPending *bh_pending_new(BhSession *self, const char *name, gpointer owner,
                          GCancellable *cancellable, BhReply reply, gpointer data,
                          GDestroyNotify data_free)
{
  BhPending *pending = g_new0(BhPending, 1);
  pending->session = g_object_ref(self);
  pending->name = name;
  pending->owner = owner != NULL ? g_object_ref(owner) : NULL;
  pending->cancellable = cancellable != NULL ? g_object_ref(cancellable) : NULL;
  pending->reply = reply;
  pending->data = data;
  pending->data_free = data_free;
  return pending;
}

void bh_session_report_failed(BhSession *self, const char *what, const GError *error)
{
  g_warning("%s: %s", what, error->message);
  g_signal_emit_by_name(self, "failed", error);
}

/* Saving a draft that does not exist is not a failure: nothing was typed. */
static gboolean is_harmless(const BhPending *pending, const GError *error)
{
  return strcmp(pending->name, "save_draft") == 0 &&
         g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND);
}

/* Reports an error that nobody receives, because the page that asked is gone or gave no `reply`. */
static void report_lost(BhPending *pending, const GError *error)
{
  if (is_harmless(pending, error))
    return;
  if (pending->changes)
    bh_session_report_failed(pending->session, pending->name, error);
  else
    g_warning("%s: %s", pending->name, error->message);
}

static void note_answered(BhPending *pending, const GError *error)
{
  BhSession *self = pending->session;
  self->change_failed |= error != NULL && !is_harmless(pending, error);
  if (--self->n_pending_changes > 0)
    return;
  gboolean succeeded = !self->change_failed;
  self->change_failed = FALSE;
  g_signal_emit_by_name(self, "changes-done", succeeded);
}

static void pending_answer(BhPending *pending, json_t *result, const GError *error)
{
  BhSession *self = pending->session;
  if (pending->answered)
    return;
  pending->answered = TRUE;
  if (pending->changes && error == NULL) {
    bh_session_refresh_status(self);
    if (self->sync != NULL)
      bh_sync_notify_saved(self->sync);
  }
  gboolean is_cancelled =
      pending->cancellable != NULL && g_cancellable_is_cancelled(pending->cancellable);
  if (!is_cancelled && pending->reply != NULL)
    pending->reply(pending->owner, result, error, pending->data);
  else if (error != NULL)
    report_lost(pending, error);
  if (pending->changes)
    note_answered(pending, error);
}

struct _BhLateAnswer {
  BhPending *pending;
  json_t *result;
  GError *error;
};

const char *bh_late_answer_get_name(const BhLateAnswer *late)
{
  return late->pending->name;
}

void bh_late_answer_deliver(BhLateAnswer *late, const GError *instead)
{
  const GError *error = instead != NULL ? instead : late->error;
  pending_answer(late->pending, error == NULL ? late->result : NULL, error);
}

void bh_late_answer_free(BhLateAnswer *late)
{
  pending_free(late->pending);
  json_decref(late->result);
  g_clear_error(&late->error);
  g_free(late);
}

void bh_session_hold_answers(BhSession *self, BhHoldFunc hold, gpointer data)
{
  self->hold = hold;
  self->hold_data = data;
}

void bh_pending_on_worked(GObject *source, GAsyncResult *async, gpointer data)
{
  (void)source;
  BhPending *pending = data;
  BhSession *self = pending->session;
  g_autoptr(BhLateAnswer) late = g_new0(BhLateAnswer, 1);
  late->pending = pending;
  late->result = g_task_propagate_pointer(G_TASK(async), &late->error);
  if (self->hold != NULL)
    self->hold(g_steal_pointer(&late), self->hold_data);
  else
    bh_late_answer_deliver(late, NULL);
}

static void note_change(BhPending *pending)
{
  pending->changes = TRUE;
  pending->session->n_pending_changes++;
}

gboolean bh_session_has_pending_changes(BhSession *self)
{
  return self->n_pending_changes > 0;
}

static void run_call(BhDevice *device, GTask *task, gpointer data)
{
  GError *error = NULL;
  json_t *result = bh_call_run(data, device, &error);
  if (result != NULL)
    g_task_return_pointer(task, result, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

static void free_call(gpointer data)
{
  bh_call_free(data);
}

void bh_session_call(BhSession *self, BhCall *call, gpointer owner, GCancellable *cancellable,
                     BhReply reply, gpointer data, GDestroyNotify data_free)
{
  bh_call_set_author(call, self->actor);
  BhPending *pending =
      bh_pending_new(self, bh_call_get_name(call), owner, cancellable, reply, data, data_free);
  if (bh_call_is_change(call))
    note_change(pending);
  /* A change is never cancelled: leaving a page must not undo a tap. */
  bh_worker_run_async(self->worker, run_call, call, free_call, NULL, NULL, bh_pending_on_worked,
                      pending);
}

void bh_session_run(BhSession *self, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                    gpointer owner, GCancellable *cancellable, BhReply reply, gpointer data,
                    GDestroyNotify data_free)
{
  BhPending *pending = bh_pending_new(self, "run", owner, cancellable, reply, data, data_free);
  bh_worker_run_async(self->worker, func, work, work_free, NULL, NULL, bh_pending_on_worked,
                      pending);
}

void bh_session_run_change(BhSession *self, BhWorkFunc func, gpointer work,
                           GDestroyNotify work_free, gpointer owner, GCancellable *cancellable,
                           BhReply reply, gpointer data, GDestroyNotify data_free)
{
  BhPending *pending = bh_pending_new(self, "change", owner, cancellable, reply, data, data_free);
  note_change(pending);
  bh_worker_run_async(self->worker, func, work, work_free, NULL, NULL, bh_pending_on_worked,
                      pending);
}

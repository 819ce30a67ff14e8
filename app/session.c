/* Calls to the store and their answers, the signed-in person, status and sync. Start at
 * bh_session_call and pending_answer. */
#include "app/session.h"

#include <string.h>

#include "app/devices/module.h"
#include "app/kinds.h"
#include "schema/error.h"
#include "schema/paths.h"
#include "schema/world.h"
#include "sync/device/run/run.h"

#define SYNC_AFTER_MS 300

struct _BhSession {
  GObject parent;
  BhWorker *worker; /* borrowed */
  BhSync *sync;
  char *dir;
  char *lang;
  char *scan_image;
  BhSettings *settings;
  BhKinds *kinds;
  gboolean kinds_asked; /* a newer set is being read from the store */
  BhRegion *region;
  BhCalendar *calendar;
  BhIdSource ids;
  json_t *description;
  json_t *status;
  json_t *actor_values;
  json_t *unit_values;
  char *actor;
  char *actor_name;
  gint64 last_sync_ms;
  gboolean sync_asked;
  guint sync_source;       /* timeout that starts the sync */
  guint status_asked;      /* number of the newest question for the status */
  guint status_known;      /* number of the question that `status` answers */
  guint n_pending_changes; /* changes that the store has not answered */
  gboolean change_failed;  /* one of the pending changes failed */
  BhHoldFunc hold;         /* NULL except in tests */
  gpointer hold_data;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE(BhSession, bh_session, G_TYPE_OBJECT)

enum {
  ACTOR_CHANGED,
  STATUS_CHANGED,
  RECORDS_CHANGED,
  ENROLLED,
  KINDS_CHANGED,
  CHANGES_DONE,
  FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void bh_session_dispose(GObject *object)
{
  BhSession *self = BH_SESSION(object);
  bh_session_stop(self);
  G_OBJECT_CLASS(bh_session_parent_class)->dispose(object);
}

static void bh_session_finalize(GObject *object)
{
  BhSession *self = BH_SESSION(object);
  g_free(self->dir);
  g_free(self->lang);
  g_free(self->scan_image);
  g_free(self->actor);
  g_free(self->actor_name);
  bh_settings_free(self->settings);
  g_clear_pointer(&self->kinds, bh_kinds_free);
  g_clear_pointer(&self->region, bh_region_free);
  g_clear_pointer(&self->calendar, bh_calendar_free);
  json_decref(self->description);
  json_decref(self->status);
  json_decref(self->actor_values);
  json_decref(self->unit_values);
  g_object_unref(self->cancellable);
  G_OBJECT_CLASS(bh_session_parent_class)->finalize(object);
}

static void bh_session_class_init(BhSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_session_dispose;
  object_class->finalize = bh_session_finalize;
  static const char *const names[] = {"actor-changed", "status-changed", "records-changed",
                                      "enrolled", "kinds-changed"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    signals[i] = g_signal_new(names[i], BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  signals[CHANGES_DONE] = g_signal_new("changes-done", BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[FAILED] = g_signal_new("failed", BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void bh_session_init(BhSession *self)
{
  self->kinds = bh_kinds_new();
  self->description = json_object();
  self->status = json_object();
  self->actor_values = json_object();
  self->unit_values = json_object();
  self->cancellable = g_cancellable_new();
}

BhSession *bh_session_new(BhWorker *worker, const char *dir, const char *lang,
                          const char *scan_image)
{
  BhSession *self = g_object_new(BH_TYPE_SESSION, NULL);
  self->worker = worker;
  self->dir = g_strdup(dir);
  self->lang = g_strdup(lang);
  self->scan_image = g_strdup(scan_image);
  self->settings = bh_settings_load(dir);
  bh_id_source_init(&self->ids, bh_clock_system(), bh_random_system());
  return self;
}

const char *bh_session_get_lang(BhSession *self)
{
  return self->lang;
}

const char *bh_session_get_dir(BhSession *self)
{
  return self->dir;
}

const char *bh_session_get_scan_image(BhSession *self)
{
  return self->scan_image;
}

BhSettings *bh_session_get_settings(BhSession *self)
{
  return self->settings;
}

const BhKindSet *bh_session_get_kinds(BhSession *self)
{
  return bh_kinds_get_newest(self->kinds);
}

const BhKind *bh_session_find_kind(BhSession *self, const char *kind)
{
  const BhKindSet *kinds = bh_kinds_get_newest(self->kinds);
  return kinds != NULL && kind != NULL ? bh_kind_set_find(kinds, kind) : NULL;
}

const json_t *bh_session_get_description(BhSession *self)
{
  return self->description;
}

const json_t *bh_session_get_status(BhSession *self)
{
  return self->status;
}

/* The packs are read when a page needs them for the first time. */
const BhRegion *bh_session_get_region(BhSession *self)
{
  if (self->region == NULL) {
    g_autofree char *path = bh_data_path("assets", "packs", "regions.json", NULL);
    self->region = bh_region_load(path, NULL);
  }
  return self->region;
}

const BhCalendar *bh_session_get_calendar(BhSession *self)
{
  if (self->calendar == NULL) {
    g_autofree char *path = bh_data_path("assets", "packs", "calendar.json", NULL);
    self->calendar = bh_calendar_load(path, NULL);
  }
  return self->calendar;
}

const BhClock *bh_session_get_clock(BhSession *self)
{
  (void)self;
  return bh_clock_system();
}

gint64 bh_session_now_ms(BhSession *self)
{
  const BhClock *clock = bh_session_get_clock(self);
  return clock->wall_ms(clock->data);
}

BhDate bh_session_today(BhSession *self)
{
  return bh_date_from_ms(bh_session_now_ms(self));
}

static gint64 status_int(BhSession *self, const char *key)
{
  return json_integer_value(json_object_get(self->status, key));
}

gboolean bh_session_is_clock_good(BhSession *self)
{
  return json_is_string(json_object_get(self->status, "clock"))
             ? strcmp(bh_json_string_or(self->status, "clock", ""), "good") == 0
             : status_int(self, "last_sync_ms") > 0 &&
                   bh_session_now_ms(self) >= status_int(self, "last_sync_ms");
}

gint64 bh_session_count_unsent(BhSession *self)
{
  return status_int(self, "pending") + status_int(self, "drafts") +
         status_int(self, "files_pending");
}

/* --- calls --- */

typedef struct {
  BhSession *session; /* owned */
  const char *name;   /* as bh_late_answer_get_name returns it */
  GObject *owner;     /* owned: stays alive until the answer arrives */
  GCancellable *cancellable;
  BhReply reply;
  gpointer data;
  GDestroyNotify data_free;
  gboolean changes;  /* the call changes the store */
  gboolean answered; /* a second answer is ignored */
} Pending;

static void pending_free(Pending *pending)
{
  if (pending->data_free != NULL)
    pending->data_free(pending->data);
  g_clear_object(&pending->owner);
  g_clear_object(&pending->cancellable);
  g_object_unref(pending->session);
  g_free(pending);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pending, pending_free)

static Pending *pending_new(BhSession *self, const char *name, gpointer owner,
                            GCancellable *cancellable, BhReply reply, gpointer data,
                            GDestroyNotify data_free)
{
  Pending *pending = g_new0(Pending, 1);
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
  g_signal_emit(self, signals[FAILED], 0, error);
}

/* Saving a draft that does not exist is not a failure: nothing was typed. */
static gboolean is_harmless(const Pending *pending, const GError *error)
{
  return strcmp(pending->name, "save_draft") == 0 &&
         g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND);
}

/* Reports an error whose page is gone or does not listen. */
static void report_lost(Pending *pending, const GError *error)
{
  if (is_harmless(pending, error))
    return;
  if (pending->changes)
    bh_session_report_failed(pending->session, pending->name, error);
  else
    g_warning("%s: %s", pending->name, error->message);
}

static void note_answered(Pending *pending, const GError *error)
{
  BhSession *self = pending->session;
  self->change_failed |= error != NULL && !is_harmless(pending, error);
  if (--self->n_pending_changes > 0)
    return;
  gboolean succeeded = !self->change_failed;
  self->change_failed = FALSE;
  g_signal_emit(self, signals[CHANGES_DONE], 0, succeeded);
}

static void pending_answer(Pending *pending, json_t *result, const GError *error)
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
  Pending *pending;
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

static void on_worked(GObject *source, GAsyncResult *async, gpointer data)
{
  (void)source;
  Pending *pending = data;
  BhSession *self = pending->session;
  g_autoptr(BhLateAnswer) late = g_new0(BhLateAnswer, 1);
  late->pending = pending;
  late->result = g_task_propagate_pointer(G_TASK(async), &late->error);
  if (self->hold != NULL)
    self->hold(g_steal_pointer(&late), self->hold_data);
  else
    bh_late_answer_deliver(late, NULL);
}

/* Carries a kind set from the store's thread to the main thread; reference counted. */
typedef struct {
  BhKindSet *set;
} KindsBox;

static void kinds_box_clear(gpointer data)
{
  KindsBox *kinds_box = data;
  g_clear_pointer(&kinds_box->set, bh_kind_set_unref);
}

static void kinds_box_release(gpointer data)
{
  g_atomic_rc_box_release_full(data, kinds_box_clear);
}

static void load_kinds(BhDevice *device, GTask *task, gpointer data)
{
  KindsBox *kinds_box = data;
  kinds_box->set = bh_device_dup_kinds(device);
  g_task_return_pointer(task, json_object(), (GDestroyNotify)json_decref);
}

static void on_kinds(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)error;
  BhSession *self = owner;
  KindsBox *kinds_box = data;
  self->kinds_asked = FALSE;
  if (kinds_box->set != NULL && bh_kinds_add(self->kinds, g_steal_pointer(&kinds_box->set)))
    g_signal_emit(self, signals[KINDS_CHANGED], 0);
}

/* Reads the kind set of the store when a sync has adopted a newer one. */
static void follow_kinds(BhSession *self)
{
  const BhKindSet *kinds = bh_kinds_get_newest(self->kinds);
  const char *used = bh_json_string_or(self->status, "kinds", NULL);
  if (kinds == NULL || used == NULL || self->kinds_asked ||
      strcmp(bh_kind_set_get_hash(kinds), used) == 0)
    return;
  self->kinds_asked = TRUE;
  KindsBox *kinds_box = g_atomic_rc_box_new0(KindsBox);
  bh_session_run(self, load_kinds, g_atomic_rc_box_acquire(kinds_box), kinds_box_release, self,
                 self->cancellable, on_kinds, kinds_box, kinds_box_release);
}

static void note_status(BhSession *self, const json_t *status, guint number)
{
  self->status_known = number;
  json_decref(self->status);
  self->status = json_deep_copy(status);
  follow_kinds(self);
  g_signal_emit(self, signals[STATUS_CHANGED], 0);
}

static void on_status(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  BhSession *self = owner;
  guint number = GPOINTER_TO_UINT(data);
  if (error == NULL && number > self->status_known)
    note_status(self, result, number);
}

void bh_session_refresh_status(BhSession *self)
{
  if (g_cancellable_is_cancelled(
          self->cancellable)) /* after bh_session_stop the worker may be gone */
    return;
  bh_session_call(self, bh_call_status(), self, self->cancellable, on_status,
                  GUINT_TO_POINTER(++self->status_asked), NULL);
}

static void note_change(Pending *pending)
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
  Pending *pending =
      pending_new(self, bh_call_get_name(call), owner, cancellable, reply, data, data_free);
  if (bh_call_is_change(call))
    note_change(pending);
  /* A change is never cancelled: leaving a page must not undo a tap. */
  bh_worker_run_async(self->worker, run_call, call, free_call, NULL, NULL, on_worked, pending);
}

void bh_session_run(BhSession *self, BhWorkFunc func, gpointer work, GDestroyNotify work_free,
                    gpointer owner, GCancellable *cancellable, BhReply reply, gpointer data,
                    GDestroyNotify data_free)
{
  Pending *pending = pending_new(self, "run", owner, cancellable, reply, data, data_free);
  bh_worker_run_async(self->worker, func, work, work_free, NULL, NULL, on_worked, pending);
}

void bh_session_run_change(BhSession *self, BhWorkFunc func, gpointer work,
                           GDestroyNotify work_free, gpointer owner, GCancellable *cancellable,
                           BhReply reply, gpointer data, GDestroyNotify data_free)
{
  Pending *pending = pending_new(self, "change", owner, cancellable, reply, data, data_free);
  note_change(pending);
  bh_worker_run_async(self->worker, func, work, work_free, NULL, NULL, on_worked, pending);
}

void bh_session_make_id(BhSession *self, char out[BH_ID_LEN + 1])
{
  bh_id_next(&self->ids, out);
}

/* --- start and sync --- */

void bh_session_note_records_changed(BhSession *self)
{
  g_signal_emit(self, signals[RECORDS_CHANGED], 0);
}

static void on_sync_changed(BhSync *sync, const json_t *status, gpointer data)
{
  (void)sync;
  BhSession *self = data;
  gint64 last = json_integer_value(json_object_get(status, "last_sync_ms"));
  gboolean pulled = last != self->last_sync_ms;
  self->last_sync_ms = last;
  /* Newer than all answers that are still expected. */
  note_status(self, status, self->status_asked);
  if (pulled)
    bh_session_note_records_changed(self);
}

static BhTransport *make_transport(GError **error)
{
  BhTransport *(*make)(gboolean) = bh_module_find("transport", "bh_transport_curl_new", error);
  return make != NULL ? make(FALSE) : NULL;
}

/* The library may be read from a slow card, so not on the main thread. */
static void make_transport_thread(GTask *task, gpointer source, gpointer data,
                                  GCancellable *cancellable)
{
  (void)source;
  (void)data;
  (void)cancellable;
  GError *error = NULL;
  BhTransport *transport = make_transport(&error);
  if (transport != NULL)
    g_task_return_pointer(task, transport, (GDestroyNotify)bh_transport_free);
  else
    g_task_return_error(task, error);
}

static void on_transport(GObject *source, GAsyncResult *async, gpointer data)
{
  (void)data;
  BhSession *self = BH_SESSION(source);
  g_autoptr(GError) error = NULL;
  BhTransport *transport = g_task_propagate_pointer(G_TASK(async), &error);
  if (transport != NULL)
    self->sync = bh_sync_start_with(self->worker, transport, bh_connectivity_monitor_new(),
                                    on_sync_changed, self);
  else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning("sync cannot start: %s", error->message);
}

static gboolean start_sync(gpointer data)
{
  BhSession *self = data;
  g_autoptr(GTask) task = g_task_new(self, self->cancellable, on_transport, NULL);
  self->sync_source = 0;
  g_task_run_in_thread(task, make_transport_thread);
  return G_SOURCE_REMOVE;
}

void bh_session_sync_now(BhSession *self)
{
  if (self->sync != NULL)
    bh_sync_kick(self->sync);
  else if (self->sync_source != 0) {
    g_source_remove(self->sync_source);
    start_sync(self);
  }
}

void bh_session_stop(BhSession *self)
{
  g_clear_handle_id(&self->sync_source, g_source_remove);
  g_cancellable_cancel(self->cancellable);
  g_clear_pointer(&self->sync, bh_sync_stop);
}

typedef struct {
  BhReply done;
  gpointer owner;
  KindsBox *kinds; /* reference counted */
} Load;

static void load_free(gpointer data)
{
  Load *load = data;
  kinds_box_release(load->kinds);
  g_free(load);
}

static void describe(BhDevice *device, GTask *task, gpointer data)
{
  KindsBox *kinds_box = data;
  g_autoptr(GError) error = NULL;
  json_t *description = bh_device_describe(device, &error);
  if (description == NULL) {
    g_task_return_error(task, g_steal_pointer(&error));
    return;
  }
  kinds_box->set = bh_device_dup_kinds(device);
  g_task_return_pointer(task, description, (GDestroyNotify)json_decref);
}

static void on_unit(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhSession *self = owner;
  if (error != NULL)
    return;
  json_decref(self->unit_values);
  self->unit_values = json_incref(json_object_get(result, "values"));
}

static void on_loaded(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  BhSession *self = owner;
  Load *load = data;
  if (error == NULL) {
    if (load->kinds->set != NULL)
      bh_kinds_add(self->kinds, g_steal_pointer(&load->kinds->set));
    json_decref(self->description);
    self->description = json_deep_copy(result);
    const char *unit = bh_json_string_or(result, "unit", NULL);
    if (unit != NULL)
      bh_session_call(self, bh_call_get(unit), self, self->cancellable, on_unit, NULL, NULL);
    /* The sync starts after the first page is shown. */
    if (!self->sync_asked)
      self->sync_source = g_timeout_add_full(G_PRIORITY_LOW, SYNC_AFTER_MS, start_sync, self, NULL);
    self->sync_asked = TRUE;
    g_signal_emit(self, signals[ENROLLED], 0);
  }
  bh_session_refresh_status(self);
  if (load->done != NULL)
    load->done(load->owner, result, error, NULL);
}

void bh_session_load(BhSession *self, BhReply done, gpointer owner)
{
  Load *load = g_new0(Load, 1);
  load->done = done;
  load->owner = owner;
  load->kinds = g_atomic_rc_box_new0(KindsBox);
  bh_session_run(self, describe, g_atomic_rc_box_acquire(load->kinds), kinds_box_release, self,
                 self->cancellable, on_loaded, load, load_free);
}

typedef struct {
  BhWorker *worker;
  char *text;
  char *name;
} Enrol;

static void enrol_free(gpointer data)
{
  Enrol *enrol = data;
  g_free(enrol->text);
  g_free(enrol->name);
  g_free(enrol);
}

static void enrol_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  Enrol *enrol = data;
  GError *error = NULL;
  BhTransport *transport = make_transport(&error);
  if (transport != NULL &&
      bh_sync_enrol_with(enrol->worker, transport, enrol->text, enrol->name, &error))
    g_task_return_pointer(task, json_object(), (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

void bh_session_enrol(BhSession *self, const char *text, const char *name, gpointer owner,
                      GCancellable *cancellable, BhReply reply)
{
  Enrol *enrol = g_new0(Enrol, 1);
  enrol->worker = self->worker;
  enrol->text = g_strdup(text);
  enrol->name = g_strdup(name);
  Pending *pending = pending_new(self, "enrol", owner, cancellable, reply, NULL, NULL);
  g_autoptr(GTask) task = g_task_new(NULL, NULL, on_worked, pending);
  g_task_set_task_data(task, enrol, enrol_free);
  g_task_run_in_thread(task, enrol_thread);
}

/* --- who acts --- */

const char *bh_session_get_actor(BhSession *self)
{
  return self->actor;
}

const char *bh_session_get_actor_name(BhSession *self)
{
  return self->actor_name != NULL ? self->actor_name : "";
}

const json_t *bh_session_get_actor_values(BhSession *self)
{
  return self->actor_values;
}

const json_t *bh_session_get_unit_values(BhSession *self)
{
  return self->unit_values;
}

static void on_actor(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  BhSession *self = owner;
  if (error != NULL || g_strcmp0(self->actor, data) != 0)
    return;
  json_decref(self->actor_values);
  self->actor_values = json_incref(json_object_get(result, "values"));
}

void bh_session_sign_out(BhSession *self, const char *staff)
{
  bh_session_call(self, bh_call_sign_out(staff), NULL, NULL, NULL, NULL, NULL);
}

void bh_session_set_actor(BhSession *self, const char *id, const char *name)
{
  /* What was saved before is earlier in the same queue, so it is signed before the key is wiped. */
  if (self->actor != NULL)
    bh_session_sign_out(self, self->actor);
  g_free(self->actor);
  g_free(self->actor_name);
  self->actor = g_strdup(id);
  self->actor_name = g_strdup(name);
  json_decref(self->actor_values);
  self->actor_values = json_object();
  if (id != NULL)
    bh_session_call(self, bh_call_get(id), self, self->cancellable, on_actor, g_strdup(id), g_free);
  g_signal_emit(self, signals[ACTOR_CHANGED], 0);
}

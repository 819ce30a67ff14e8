/* What a session reads from the store when it starts and after each sync: description, kinds and
 * status; the sync itself, and enrolment. Start at bh_session_load. */
#include "app/session-internal.h"

#include <string.h>

#include "app/devices/module.h"
#include "schema/codes.h"

#define SYNC_AFTER_MS 300

/* --- kinds --- */

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
    g_signal_emit_by_name(self, "kinds-changed");
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

void bh_session_note_records_changed(BhSession *self)
{
  g_signal_emit_by_name(self, "records-changed");
}

/* --- settings of the office --- */

/* Carries the settings from the store's thread to the main thread; reference counted. */
typedef struct {
  BhSettingValues *settings;
} SettingsBox;

static void settings_box_clear(gpointer data)
{
  SettingsBox *box = data;
  bh_setting_values_unref(box->settings);
}

static void settings_box_release(gpointer data)
{
  g_atomic_rc_box_release_full(data, settings_box_clear);
}

static void load_settings(BhDevice *device, GTask *task, gpointer data)
{
  SettingsBox *box = data;
  box->settings = bh_device_dup_settings(device);
  g_task_return_pointer(task, json_object(), (GDestroyNotify)json_decref);
}

static void follow_settings(BhSession *self);

static void on_settings(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)error;
  BhSession *self = owner;
  SettingsBox *box = data;
  self->office_asked = FALSE;
  if (box->settings != NULL) {
    bh_setting_values_unref(self->office);
    self->office = g_steal_pointer(&box->settings);
    g_signal_emit_by_name(self, "office-settings-changed");
    /* Pages that are open show values with codes again, now with their labels. */
    if (bh_code_exists_any(self->office))
      bh_session_note_records_changed(self);
  }
  follow_settings(self);
}

/* Reads the settings of the store at the first status, and when a sync has changed them. */
static void follow_settings(BhSession *self)
{
  const json_t *version = json_object_get(self->status, "settings");
  if (bh_kinds_get_newest(self->kinds) == NULL || self->office_asked || !json_is_integer(version) ||
      json_integer_value(version) == self->office_version)
    return;
  self->office_asked = TRUE;
  self->office_version = json_integer_value(version);
  SettingsBox *box = g_atomic_rc_box_new0(SettingsBox);
  bh_session_run(self, load_settings, g_atomic_rc_box_acquire(box), settings_box_release, self,
                 self->cancellable, on_settings, box, settings_box_release);
}

static void note_status(BhSession *self, const json_t *status, guint number)
{
  self->status_known = number;
  json_decref(self->status);
  self->status = json_deep_copy(status);
  follow_kinds(self);
  follow_settings(self);
  g_signal_emit_by_name(self, "status-changed");
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
          self->cancellable)) /* after bh_session_stop the worker may not exist any more */
    return;
  bh_session_call(self, bh_call_status(), self, self->cancellable, on_status,
                  GUINT_TO_POINTER(++self->status_asked), NULL);
}

/* --- start and sync --- */

static void on_sync_changed(BhSync *sync, const json_t *status, gpointer data)
{
  (void)sync;
  BhSession *self = data;
  gint64 last = json_integer_value(json_object_get(status, "last_sync_ms"));
  gboolean pulled = last != self->last_sync_ms;
  self->last_sync_ms = last;
  /* This status is newer than all answers to questions for the status that have not arrived. */
  note_status(self, status, self->status_asked);
  if (pulled)
    bh_session_note_records_changed(self);
}

static BhTransport *make_transport(GError **error)
{
  BhTransport *(*make)(gboolean) = bh_module_find("transport", "bh_transport_curl_new", error);
  return make != NULL ? make(FALSE) : NULL;
}

/* Makes the transport on a thread of its own, because its library may have to be read from a slow
 * card. */
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
    g_signal_emit_by_name(self, "enrolled");
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
  BhPending *pending = bh_pending_new(self, "enrol", owner, cancellable, reply, NULL, NULL);
  g_autoptr(GTask) task = g_task_new(NULL, NULL, bh_pending_on_worked, pending);
  g_task_set_task_data(task, enrol, enrol_free);
  g_task_run_in_thread(task, enrol_thread);
}

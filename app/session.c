/* What every page works with: settings, kinds, packs, status, and the person who is signed in.
 * Calls to the store are in session-calls.c, start and sync in session-sync.c. */
#include "app/session-internal.h"

#include <string.h>

#include "schema/paths.h"
#include "schema/setting-values.h"
#include "schema/world.h"

G_DEFINE_FINAL_TYPE(BhSession, bh_session, G_TYPE_OBJECT)

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
  g_free(self->sound_file);
  g_free(self->actor);
  g_free(self->actor_name);
  bh_settings_free(self->settings);
  g_clear_pointer(&self->kinds, bh_kinds_free);
  g_clear_pointer(&self->region, bh_region_free);
  bh_setting_values_unref(self->office);
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
                                      "enrolled",      "kinds-changed",  "office-settings-changed"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    g_signal_new(names[i], BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new("changes-done", BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
               1, G_TYPE_BOOLEAN);
  g_signal_new("failed", BH_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
               G_TYPE_POINTER);
}

static void bh_session_init(BhSession *self)
{
  self->kinds = bh_kinds_new();
  self->office_version = -1;
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

void bh_session_set_sound_file(BhSession *self, const char *path)
{
  g_free(self->sound_file);
  self->sound_file = g_strdup(path);
}

const char *bh_session_get_sound_file(BhSession *self)
{
  return self->sound_file;
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

/* The region is read from its file when a page needs it for the first time. */
const BhRegion *bh_session_get_region(BhSession *self)
{
  if (self->region == NULL) {
    g_autofree char *path = bh_data_path("assets", "packs", "regions.json", NULL);
    self->region = bh_region_load(path, NULL);
  }
  return self->region;
}

char *bh_session_dup_value_text(BhSession *self, const BhField *field, const json_t *value)
{
  const BhRegion *region = bh_field_get_type(field) == BH_FIELD_AREA && json_is_string(value)
                               ? bh_session_get_region(self)
                               : NULL;
  return region != NULL ? bh_region_dup_full_name(region, json_string_value(value))
                        : bh_field_format_with(field, value, self->office, self->lang);
}

const BhSettingValues *bh_session_get_office_settings(BhSession *self)
{
  return self->office;
}

const BhCalendar *bh_session_get_calendar(BhSession *self)
{
  return bh_setting_values_get_calendar(self->office);
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

void bh_session_make_id(BhSession *self, char out[BH_ID_LEN + 1])
{
  bh_id_next(&self->ids, out);
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
  /* Changes that were made before are earlier in the queue of the store's thread, so they are
   * signed before the key is wiped. */
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
  g_signal_emit_by_name(self, "actor-changed");
}

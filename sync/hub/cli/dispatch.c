/* The methods that the commands call. They run in the process that has the store open. Start at the
 * table METHODS. */
#include <glib/gstdio.h>
#include <string.h>

#include "schema/setting-values.h"
#include "schema/base64.h"
#include "sync/disk/durable.h"
#include "sync/hub/access/access.h"
#include "sync/hub/ingest/ingest.h"
#include "sync/hub/cases/cases.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/cli/load.h"
#include "sync/hub/office/office.h"
#include "sync/hub/cli/people.h"
#include "sync/hub/records/records.h"
#include "sync/wire/export.h"

#define LIST_PAGE 200   /* rows of the access log or of the list of anomalies */
#define EXPORT_PAGE 200 /* entries that are read at a time */

static const char *param(const json_t *params, const char *name)
{
  return bh_json_string_or(params, name, NULL);
}

static const char *need(const json_t *params, const char *name, GError **error)
{
  const char *value = param(params, name);
  if (value == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the parameter %s is missing", name);
  return value;
}

static const char *lang_of(const json_t *params)
{
  return bh_json_string_or(params, "lang", "en");
}

static json_t *done(void)
{
  return json_pack("{s:b}", "done", 1);
}

/* Logs what a shell command did (`act`) and the id of the record. Text that a person typed is not
 * logged, because it may be the name of a person. */
static void note(const char *act, const char *id)
{
  g_message("shell: %s %s", act, id);
}

/* Logs what a shell command did. `result` is {"id","entry"}, or NULL when the command failed.
 * Returns `result`. */
static json_t *note_entry(const char *act, json_t *result)
{
  if (result != NULL)
    g_message("shell: %s %s, entry %s", act, bh_json_string_or(result, "id", ""),
              bh_json_string_or(result, "entry", "none"));
  return result;
}

/* The id of the record of a kind that has this id, name or code (names.h); g_free. */
static char *find(BhHub *hub, const char *kind, const char *text, const json_t *params,
                  GError **error)
{
  const char *const kinds[] = {kind, NULL};
  return bh_people_find(hub, kinds, text, lang_of(params), error);
}

/* --- methods --- */

static json_t *do_load(BhHub *hub, const json_t *params, GError **error)
{
  const json_t *list = json_object_get(params, "paths");
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  for (size_t i = 0; i < json_array_size(list); i++)
    g_ptr_array_add(paths, (gpointer)json_string_value(json_array_get(list, i)));
  g_ptr_array_add(paths, NULL);
  const BhLoadOptions options = {.demo = json_is_true(json_object_get(params, "demo")),
                                 .kind = param(params, "kind"),
                                 .lang = lang_of(params)};
  json_t *loaded = bh_load_paths(hub, (const char *const *)paths->pdata, &options, error);
  if (loaded != NULL)
    g_message("shell: loaded %u paths: %" JSON_INTEGER_FORMAT " new entries", paths->len - 1,
              json_integer_value(json_object_get(loaded, "entries")));
  return loaded;
}

/* The URL by which devices reach the hub (g_free): the public URL if one was set, else the address
 * at which the hub was last served, unless that address means all interfaces. NULL without an error
 * when no URL is known. */
static char *dup_public_url(BhHub *hub, GError **error)
{
  g_autoptr(GError) failed = NULL;
  char *set = bh_hub_dup_public_url(hub, &failed);
  if (set != NULL || failed != NULL) {
    if (failed != NULL)
      g_propagate_error(error, g_steal_pointer(&failed));
    return set;
  }
  g_autofree char *path = g_build_filename(bh_hub_get_dir(hub), "serve.json", NULL);
  g_autoptr(json_t) served = bh_json_load_file(path, 64 * 1024, NULL);
  return g_strdup(bh_json_string_or(served, "url", NULL));
}

static json_t *do_enrol(BhHub *hub, const json_t *params, GError **error)
{
  gint64 expires_ms;
  const char *asked = need(params, "unit", error);
  g_autofree char *unit = asked != NULL ? find(hub, "unit", asked, params, error) : NULL;
  g_autoptr(GError) failed = NULL;
  g_autofree char *url =
      param(params, "url") != NULL ? g_strdup(param(params, "url")) : dup_public_url(hub, &failed);
  if (unit == NULL)
    return NULL;
  if (url == NULL) {
    if (failed != NULL)
      g_propagate_error(error, g_steal_pointer(&failed));
    else
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "the public URL of the hub is not known: run serve once with --public-url "
                  "https://HOST:PORT, or give --url");
    return NULL;
  }
  g_autofree char *text =
      bh_enrol_invite(hub, unit, param(params, "name"), url, &expires_ms, error);
  if (text != NULL)
    note("invited a device of unit", unit);
  return text != NULL ? json_pack("{s:s, s:s, s:s, s:I}", "text", text, "url", url, "unit", unit,
                                  "expires_ms", (json_int_t)expires_ms)
                      : NULL;
}

/* --- units and people --- */

static json_t *do_record_add(BhHub *hub, const json_t *params, GError **error)
{
  const char *kind = need(params, "kind", error);
  return kind != NULL ? note_entry("made", bh_people_add(hub, kind, json_object_get(params, "set"),
                                                         lang_of(params), error))
                      : NULL;
}

static json_t *do_record_change(BhHub *hub, const json_t *params, GError **error)
{
  const char *kind = need(params, "kind", error);
  const char *called = kind != NULL ? need(params, "record", error) : NULL;
  return called != NULL
             ? note_entry("changed",
                          bh_people_change(hub, kind, called, json_object_get(params, "set"),
                                           param(params, "state"), lang_of(params), error))
             : NULL;
}

static json_t *do_unit_list(BhHub *hub, const json_t *params, GError **error)
{
  return bh_people_list(hub, "unit", lang_of(params), error);
}

static json_t *do_staff_pin(BhHub *hub, const json_t *params, GError **error)
{
  const char *asked = need(params, "staff", error);
  const char *pin = asked != NULL ? need(params, "pin", error) : NULL;
  g_autofree char *staff = pin != NULL ? find(hub, "staff", asked, params, error) : NULL;
  if (staff == NULL || !bh_enrol_set_pin(hub, staff, pin, error))
    return NULL;
  note("set the PIN of", staff);
  return done();
}

static json_t *do_staff_password(BhHub *hub, const json_t *params, GError **error)
{
  const char *asked = need(params, "staff", error);
  const char *password = asked != NULL ? need(params, "password", error) : NULL;
  g_autofree char *staff = password != NULL ? find(hub, "staff", asked, params, error) : NULL;
  if (staff == NULL || !bh_office_set_password(hub, staff, param(params, "login"), password, error))
    return NULL;
  note("set the password of", staff);
  return done();
}

static json_t *do_staff_no_password(BhHub *hub, const json_t *params, GError **error)
{
  const char *asked = need(params, "staff", error);
  g_autofree char *staff = asked != NULL ? find(hub, "staff", asked, params, error) : NULL;
  if (staff == NULL || !bh_office_remove_account(hub, staff, error))
    return NULL;
  note("removed the account of", staff);
  return done();
}

static json_t *do_staff_list(BhHub *hub, const json_t *params, GError **error)
{
  g_autoptr(json_t) rows = bh_people_list(hub, "staff", lang_of(params), error);
  BhDb *db = rows != NULL ? bh_hub_acquire_reader(hub, error) : NULL;
  gboolean ok = db != NULL;
  size_t at;
  json_t *row;
  json_array_foreach(rows, at, row) {
    const char *pin = "";
    ok = ok && bh_enrol_describe_pin(db, bh_json_string_or(row, "id", ""), &pin, error);
    json_object_set_new(row, "pin", json_string(pin));
  }
  if (db != NULL)
    bh_hub_release_reader(hub, db);
  return ok ? g_steal_pointer(&rows) : NULL;
}

/* Adds what each device reports of its disk, from its record. */
static gboolean add_encryption(BhDb *db, json_t *list, GError **error)
{
  size_t at;
  json_t *row;
  json_array_foreach(list, at, row) {
    g_autoptr(BhRecord) record = bh_record_load(db, bh_json_string_or(row, "id", ""), error);
    if (record == NULL)
      return FALSE;
    const char *told = bh_record_get_string(record, "encryption");
    if (told != NULL)
      json_object_set_new(row, "encryption", json_string(told));
  }
  return TRUE;
}

static json_t *do_device_list(BhHub *hub, const json_t *params, GError **error)
{
  (void)params;
  BhDb *db = bh_hub_acquire_reader(hub, error);
  json_t *list = db != NULL ? bh_log_list_devices(db, error) : NULL;
  if (list != NULL && !add_encryption(db, list, error))
    g_clear_pointer(&list, json_decref);
  bh_hub_release_reader(hub, db);
  return list;
}

static json_t *do_device_revoke(BhHub *hub, const json_t *params, GError **error)
{
  const char *asked = need(params, "device", error);
  g_autofree char *device = asked != NULL ? find(hub, "device", asked, params, error) : NULL;
  if (device == NULL || !bh_enrol_revoke(hub, NULL, device, param(params, "reason"), error))
    return NULL;
  note("revoked device", device);
  return done();
}

static gboolean export_entries(BhHub *hub, BhDb *db, GOutputStream *out, gint64 *count,
                               GError **error)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  g_auto(GStrv) kinds = bh_log_dup_all_kinds(db, error);
  g_autoptr(BhExportWriter) writer =
      kinds != NULL
          ? bh_export_writer_new(out, hub->id, bh_hub_get_public_key(hub),
                                 clock->wall_ms(clock->data), (const char *const *)kinds, error)
          : NULL;
  if (writer == NULL)
    return FALSE;
  gint64 after = 0;
  for (;;) {
    g_autoptr(GPtrArray) rows = bh_log_list_entries(db, after, EXPORT_PAGE, error);
    if (rows == NULL)
      return FALSE;
    if (rows->len == 0)
      break;
    for (guint i = 0; i < rows->len; i++) {
      const BhEntryRow *row = rows->pdata[i];
      after = row->position;
      if (!bh_export_writer_add(writer, row->text, error))
        return FALSE;
      (*count)++;
    }
  }
  return bh_export_writer_finish(writer, bh_hub_get_secret_key(hub), error);
}

/* The state of an export: a connection for reading, and the accesses to restricted records that the
 * file contains. */
typedef struct {
  BhHub *hub;
  BhDb *db;
  BhKindSet *kinds;
  BhValueCache *cache;
  BhAccess *access;
} Export;

static void export_clear(Export *export)
{
  g_clear_pointer(&export->kinds, bh_kind_set_unref);
  g_clear_pointer(&export->cache, bh_value_cache_free);
  g_clear_pointer(&export->access, bh_access_free);
  bh_hub_release_reader(export->hub, export->db);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Export, export_clear)

static json_t *write_all(Export *export, GOutputStream *out, GError **error)
{
  gint64 count = 0;
  bh_access_note(export->access, NULL, NULL, BH_ACCESS_EXPORT);
  gboolean ok = bh_log_begin_read(export->db, error) &&
                export_entries(export->hub, export->db, out, &count, error);
  bh_log_end_read(export->db);
  return ok ? json_pack("{s:I}", "entries", (json_int_t)count) : NULL;
}

/* Adds a record that is not open to everybody in its scope to the accesses of the export. Always
 * returns TRUE, because a person who has the store may see everything. */
static gboolean sees(const char *record, gpointer data)
{
  Export *export = data;
  const BhCachedRecord *shown = bh_value_cache_find(export->cache, record, NULL);
  const BhKind *kind = shown != NULL ? bh_kind_set_find(export->kinds, shown->kind) : NULL;
  const BhVisibilitySource source = {bh_value_cache_lookup, bh_value_cache_get_kind, export->cache};
  if (kind != NULL &&
      bh_visibility_compute(kind, record, shown->values, NULL, 0, &source) != BH_VISIBILITY_OPEN)
    bh_access_note(export->access, record, shown->kind, BH_ACCESS_EXPORT);
  return TRUE;
}

static json_t *write_case(Export *export, const json_t *params, GOutputStream *out, GError **error)
{
  const BhCaseOptions options = {.personal =
                                     !json_is_true(json_object_get(params, "without_personal")),
                                 .sees = sees,
                                 .data = export};
  return bh_case_write(export->hub, export->db, param(params, "record"), &options, out, error);
}

static json_t *write_out(BhHub *hub, const json_t *params, GOutputStream *out, GError **error)
{
  g_auto(Export) export = {.hub = hub,
                           .db = bh_hub_acquire_reader(hub, error),
                           .kinds = bh_hub_dup_kinds(hub),
                           .access = bh_access_new(bh_hub_get_id(hub))};
  if (export.db == NULL)
    return NULL;
  export.cache = bh_value_cache_new(export.db);
  g_autoptr(json_t) summary = param(params, "record") != NULL
                                  ? write_case(&export, params, out, error)
                                  : write_all(&export, out, error);
  return summary != NULL && bh_access_log(export.access, hub, export.db, error)
             ? g_steal_pointer(&summary)
             : NULL;
}

/* Writes to a file beside the target and renames it, so that the target is always complete. */
static json_t *do_export(BhHub *hub, const json_t *params, GError **error)
{
  const char *path = need(params, "out", error);
  g_autoptr(GError) failed = NULL;
  if (path == NULL)
    return NULL;
  g_autofree char *temp = g_strconcat(path, ".part", NULL);
  g_autoptr(GFile) file = g_file_new_for_path(temp);
  g_autoptr(GFileOutputStream) out =
      g_file_replace(file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &failed);
  if (out == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return NULL;
  }
  g_autoptr(json_t) summary = write_out(hub, params, G_OUTPUT_STREAM(out), error);
  if (summary != NULL && !g_output_stream_close(G_OUTPUT_STREAM(out), NULL, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, failed->message);
    g_clear_pointer(&summary, json_decref);
  }
  if (summary == NULL || !bh_durable_rename(bh_hub_get_disk(hub), temp, path, error)) {
    g_unlink(temp);
    return NULL;
  }
  g_autofree char *key = bh_base64_encode(bh_hub_get_public_key(hub), BH_PUBLIC_KEY_SIZE);
  note("exported", param(params, "record") != NULL ? param(params, "record") : "everything");
  json_object_set_new(summary, "out", json_string(path));
  json_object_set_new(summary, "hub_key", json_string(key));
  return g_steal_pointer(&summary);
}

static json_t *do_import(BhHub *hub, const json_t *params, GError **error)
{
  const char *path = need(params, "path", error);
  return path != NULL ? bh_carry_read(hub, path, param(params, "release"), error) : NULL;
}

static json_t *do_backup(BhHub *hub, const json_t *params, GError **error)
{
  const char *path = need(params, "out", error);
  if (path == NULL)
    return NULL;
  g_autoptr(BhAccess) access = bh_access_new(bh_hub_get_id(hub));
  bh_access_note(access, NULL, NULL, BH_ACCESS_BACKUP);
  g_autoptr(BhDb) db = bh_db_open(hub->db_path, BH_DB_HUB_READER, error);
  return db != NULL && bh_access_log(access, hub, db, error) && bh_db_backup(db, path, error)
             ? json_pack("{s:s, s:s}", "out", path, "hub", bh_hub_get_id(hub))
             : NULL;
}

static gboolean write_backup_time(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)data;
  const BhClock *clock = bh_hub_get_clock(hub);
  g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock->wall_ms(clock->data));
  return bh_log_set_value(db, BH_BACKUP_VALUE, now, error);
}

/* Stores that a backup is complete. The command that calls this method has copied the files. */
static json_t *do_backup_done(BhHub *hub, const json_t *params, GError **error)
{
  (void)params;
  if (!bh_hub_write(hub, write_backup_time, NULL, error))
    return NULL;
  note("made", "a backup");
  return done();
}

/* The id of the person, device or hub that has this id or name; g_free. */
static char *find_reader(BhHub *hub, const char *text, const json_t *params, GError **error)
{
  static const char *const kinds[] = {"staff", "device", NULL};
  return strcmp(text, bh_hub_get_id(hub)) == 0
             ? g_strdup(text)
             : bh_people_find(hub, kinds, text, lang_of(params), error);
}

/* Adds the name of the reader, to whom the record was shown, to a row of the access log ("by"). */
static void name_reader(BhHub *hub, BhValueCache *cache, json_t *row)
{
  const char *reader = bh_json_string_or(row, "reader", "");
  gboolean is_hub = strcmp(reader, bh_hub_get_id(hub)) == 0;
  const json_t *values = is_hub ? NULL : bh_value_cache_lookup(reader, cache);
  json_object_set_new(
      row, "by",
      json_string(is_hub ? bh_hub_get_name(hub) : bh_json_string_or(values, "name", reader)));
  json_object_del(row, "unit");
}

static json_t *list_access(BhHub *hub, BhDb *db, const char *record, const char *reader,
                           gint64 before, GError **error)
{
  g_autoptr(BhValueCache) cache = bh_value_cache_new(db);
  g_autoptr(json_t) rows = bh_access_store_list(db, record, reader, before, LIST_PAGE, error);
  json_t *last = NULL;
  size_t at;
  json_t *row;
  json_array_foreach(rows, at, row) {
    name_reader(hub, cache, row);
    last = json_object_get(row, "nr");
  }
  if (rows == NULL)
    return NULL;
  return json_pack("{s:O, s:O?}", "rows", rows, "before", at == LIST_PAGE ? last : NULL);
}

/* Lists the access log. This access is not logged itself. */
static json_t *do_access_list(BhHub *hub, const json_t *params, GError **error)
{
  const char *by = param(params, "by");
  const char *record = param(params, "record");
  json_int_t before = json_integer_value(json_object_get(params, "before"));
  g_autofree char *reader = by != NULL ? find_reader(hub, by, params, error) : NULL;
  if (by != NULL && reader == NULL)
    return NULL;
  if (record != NULL && !bh_id_is_valid(record)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "record: %.64s is not an id", record);
    return NULL;
  }
  BhDb *db = bh_hub_acquire_reader(hub, error);
  json_t *list = db != NULL
                     ? list_access(hub, db, record, reader, before > 0 ? before : G_MAXINT64, error)
                     : NULL;
  bh_hub_release_reader(hub, db);
  return list;
}

static json_t *list_anomalies(BhDb *db, const char *kind, gint64 before, GError **error)
{
  g_autoptr(BhValueCache) cache = bh_value_cache_new(db);
  g_autoptr(json_t) rows = bh_anomaly_store_list(db, kind, before, LIST_PAGE, error);
  json_t *last = NULL;
  size_t at;
  json_t *row;
  json_array_foreach(rows, at, row) {
    const char *device = bh_json_string_or(row, "device", NULL);
    const json_t *values = device != NULL ? bh_value_cache_lookup(device, cache) : NULL;
    if (device != NULL)
      json_object_set_new(row, "device_name",
                          json_string(bh_json_string_or(values, "name", device)));
    json_object_del(row, "scope");
    json_object_del(row, "scope2");
    json_object_del(row, "position");
    json_object_del(row, "look");
    last = json_object_get(row, "nr");
  }
  if (rows == NULL)
    return NULL;
  return json_pack("{s:O, s:O?}", "rows", rows, "before", at == LIST_PAGE ? last : NULL);
}

static json_t *do_anomaly_list(BhHub *hub, const json_t *params, GError **error)
{
  const char *kind = param(params, "kind");
  json_int_t before = json_integer_value(json_object_get(params, "before"));
  if (kind != NULL && !bh_anomaly_is_kind(kind)) {
    g_autofree char *known = g_strjoinv(", ", (char **)bh_anomaly_kinds());
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "kind: %.64s is not one of %s", kind, known);
    return NULL;
  }
  BhDb *db = bh_hub_acquire_reader(hub, error);
  json_t *list =
      db != NULL ? list_anomalies(db, kind, before > 0 ? before : G_MAXINT64, error) : NULL;
  bh_hub_release_reader(hub, db);
  return list;
}

/* Lists a page of the register of numbers. */
static json_t *do_setting_list(BhHub *hub, const json_t *params, GError **error)
{
  return bh_people_list(hub, BH_SETTING_KIND, lang_of(params), error);
}

static json_t *do_number_list(BhHub *hub, const json_t *params, GError **error)
{
  const char *asked = param(params, "unit");
  g_autofree char *unit = asked != NULL ? find(hub, "unit", asked, params, error) : NULL;
  if (asked != NULL && unit == NULL)
    return NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  const BhClock *clock = bh_hub_get_clock(hub);
  BhDb *db = bh_hub_acquire_reader(hub, error);
  json_t *page = db != NULL
                     ? bh_register_list(db, kinds, param(params, "kind"), unit,
                                        json_integer_value(json_object_get(params, "year")),
                                        clock->wall_ms(clock->data), param(params, "after"), error)
                     : NULL;
  bh_hub_release_reader(hub, db);
  return page;
}

static json_t *do_about(BhHub *hub, const json_t *params, GError **error)
{
  (void)params;
  (void)error;
  return json_pack("{s:s, s:s}", "hub", bh_hub_get_id(hub), "name", bh_hub_get_name(hub));
}

static json_t *do_clock(BhHub *hub, const json_t *params, GError **error)
{
  (void)params;
  (void)error;
  gint64 machine_ms, known_ms;
  gboolean doubted = bh_hub_is_time_doubted(hub, &machine_ms, &known_ms);
  g_autofree char *machine = bh_time_format(machine_ms);
  g_autofree char *known = bh_time_format(known_ms);
  return json_pack("{s:b, s:s, s:s}", "doubted", (int)doubted, "machine", machine, "known", known);
}

static json_t *do_clock_trust(BhHub *hub, const json_t *params, GError **error)
{
  if (!bh_hub_trust_clock(hub, error))
    return NULL;
  note("trusts", "the clock");
  return do_clock(hub, params, error);
}

/* What a person does at the office (bh_office_run): "what", "as" (name or id), "params". */
static json_t *do_office(BhHub *hub, const json_t *params, GError **error)
{
  const char *what = need(params, "what", error);
  const char *asked = what != NULL ? need(params, "as", error) : NULL;
  g_autofree char *staff = asked != NULL ? find(hub, "staff", asked, params, error) : NULL;
  return staff != NULL ? bh_office_run(hub, staff, lang_of(params), what,
                                       json_object_get(params, "params"), error)
                       : NULL;
}

typedef struct {
  const char *name;
  json_t *(*run)(BhHub *hub, const json_t *params, GError **error);
} Method;

static const Method METHODS[] = {
    {"load", do_load},
    {"enrol", do_enrol},
    {"record.add", do_record_add},
    {"record.change", do_record_change},
    {"unit.list", do_unit_list},
    {"staff.set-pin", do_staff_pin},
    {"staff.set-password", do_staff_password},
    {"staff.remove-password", do_staff_no_password},
    {"staff.list", do_staff_list},
    {"device.list", do_device_list},
    {"device.revoke", do_device_revoke},
    {"about", do_about},
    {"clock", do_clock},
    {"clock.trust", do_clock_trust},
    {"export", do_export},
    {"import", do_import},
    {"backup", do_backup},
    {"backup.done", do_backup_done},
    {"access.list", do_access_list},
    {"anomaly.list", do_anomaly_list},
    {"number.list", do_number_list},
    {"office", do_office},
    {"setting.list", do_setting_list},
};

json_t *bh_cli_dispatch(BhHub *hub, const char *method, const json_t *params, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS(METHODS); i++)
    if (strcmp(METHODS[i].name, method) == 0)
      return METHODS[i].run(hub, params, error);
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such method: %.32s", method);
  return NULL;
}

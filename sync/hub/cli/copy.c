/* Copies a hub into a backup and back, and checks the copy. The store of a copy is marked
 * (log/copy-mark.h), so that the first program that opens it begins a new epoch. The parts of a hub
 * are listed in init.c. Start at bh_copy_finish and bh_copy_restore. */
#include "sync/hub/cli/init.h"
#include "sync/hub/cli/copy.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "sync/disk/durable.h"
#include "sync/hub/log/log.h"
#include "sync/hub/cli/copy-store.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/http/http.h"
#include "sync/hub/devices/devices.h"

#define NOTE_MAX (64 * 1024)

static gboolean fail(const char *path, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
  return FALSE;
}

static gboolean make_dir(const char *path, GError **error)
{
  return g_mkdir_with_parents(path, 0700) == 0 || fail(path, error);
}

static gboolean copy_small(const char *from, const char *to, const BhDisk *disk, GError **error)
{
  static const char *const small[] = {"regions.json", "keys/hub.key", "keys/plaque.key",
                                      "keys/tls.key", "keys/tls.crt", NULL};
  const char *const dirs[] = {"files", "uploads", "keys", NULL};
  for (int i = 0; dirs[i] != NULL; i++) {
    g_autofree char *dir = g_build_filename(to, dirs[i], NULL);
    if (!make_dir(dir, error))
      return FALSE;
  }
  for (int i = 0; small[i] != NULL; i++) {
    g_autofree char *source = g_build_filename(from, small[i], NULL);
    g_autofree char *target = g_build_filename(to, small[i], NULL);
    if (!bh_durable_copy(disk, source, target, error))
      return FALSE;
  }
  return TRUE;
}

/* --- files --- */

/* Copies the files that the target does not have. Missing and damaged files are only counted,
 * because devices that still have them send them again. */
static gboolean copy_files(BhDb *db, const char *from, const char *to, BhCopyReport *report,
                           GError **error)
{
  g_autoptr(GPtrArray) files = bh_copy_store_list_files(db, error);
  if (files == NULL || !bh_copy_store_get_newest(db, &report->newest_ms, error))
    return FALSE;
  report->files = (int)files->len;
  for (guint i = 0; i < files->len; i++) {
    const char *sha256 = files->pdata[i];
    g_autofree char *source = bh_file_path_make(from, sha256);
    g_autofree char *target = bh_file_path_make(to, sha256);
    g_autofree char *shelf = g_path_get_dirname(target);
    if (g_file_test(target, G_FILE_TEST_EXISTS) && bh_file_has_hash(target, sha256))
      continue;
    if (!bh_file_has_hash(source, sha256)) {
      g_warning("copy: file %s is missing or damaged", sha256);
      report->missing++;
    } else if (!make_dir(shelf, error) || !bh_durable_copy_unsynced(source, target, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

/* --- backup --- */

static gboolean is_empty(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  return dir != NULL && g_dir_read_name(dir) == NULL;
}

gboolean bh_copy_prepare(const char *dir, const char *out, const char *hub, const BhDisk *disk,
                         GError **error)
{
  g_autofree char *note_path = g_build_filename(out, BH_COPY_NOTE, NULL);
  if (g_str_equal(dir, out)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: a hub cannot be copied into itself", out);
    return FALSE;
  }
  if (!g_file_test(out, G_FILE_TEST_EXISTS) || is_empty(out)) {
    g_autoptr(json_t) note = json_pack("{s:i, s:s}", "bihuan-backup", 1, "hub", hub);
    g_autofree char *text = bh_json_dump(note);
    g_autoptr(GError) failed = NULL;
    if (!bh_durable_make_folder(disk, out, error))
      return FALSE;
    if (g_file_set_contents(note_path, text, -1, &failed))
      return TRUE;
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  g_autoptr(json_t) note = bh_json_load_file(note_path, NOTE_MAX, NULL);
  if (strcmp(bh_json_string_or(note, "hub", ""), hub) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_BUSY,
              "%s: neither empty nor a backup of this hub, use another folder", out);
  return FALSE;
}

gboolean bh_copy_finish(const char *dir, const char *out, const BhDisk *disk, BhCopyReport *report,
                        GError **error)
{
  g_autofree char *made = g_build_filename(out, BH_COPY_STORE_NEW, NULL);
  g_autofree char *place = g_build_filename(out, "hub.db", NULL);
  *report = (BhCopyReport){0};
  g_autoptr(BhDb) db = bh_db_open(made, BH_DB_EXPORT, error);
  gboolean ok = db != NULL && copy_small(dir, out, disk, error) &&
                copy_files(db, dir, out, report, error) && bh_copy_mark_set(db, error);
  g_clear_pointer(&db, bh_db_close);
  return ok && bh_durable_sync_all(disk, out, error) && bh_durable_rename(disk, made, place, error);
}

/* --- restore --- */

static gboolean check_keys(BhDb *db, const char *dir, const char *hub, GError **error)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE], plaque[BH_PUBLIC_KEY_SIZE], secret[BH_SECRET_KEY_SIZE];
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, hub, error);
  gboolean read = device != NULL && bh_keys_load(dir, "plaque", plaque, secret, error) &&
                  bh_keys_load(dir, "hub", public_key, secret, error) &&
                  bh_keys_check_tls(dir, error);
  if (device == NULL && error != NULL && *error == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
                "hub.db: has no row for the hub itself among the devices");
  sodium_memzero(secret, sizeof secret);
  if (!read)
    return FALSE;
  if (memcmp(public_key, device->public_key, sizeof public_key) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
              "keys/hub.key is not the key of the hub whose store hub.db is");
  return FALSE;
}

static gboolean check_and_fill(const char *from, const char *dir, const BhDisk *disk,
                               BhCopyReport *report, GError **error)
{
  g_autofree char *source = g_build_filename(from, "hub.db", NULL);
  g_autofree char *place = g_build_filename(dir, "hub.db", NULL);
  g_autofree char *pack = g_build_filename(dir, "regions.json", NULL);
  if (!copy_small(from, dir, disk, error) || !bh_durable_copy_unsynced(source, place, error))
    return FALSE;
  g_autoptr(BhRegion) region = bh_region_load(pack, error);
  g_autoptr(BhDb) db = region != NULL ? bh_db_open(place, BH_DB_EXPORT, error) : NULL;
  g_autofree char *hub =
      db != NULL && bh_copy_store_check(db, error) ? bh_log_dup_value(db, "id", error) : NULL;
  g_autofree char *name = hub != NULL ? bh_log_dup_value(db, "name", error) : NULL;
  if (name == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not the store of a hub", source);
    return FALSE;
  }
  g_strlcpy(report->name, name, sizeof report->name);
  return check_keys(db, dir, hub, error) && copy_files(db, from, dir, report, error) &&
         bh_copy_mark_set(db, error);
}

/* Opens the hub once, which migrates the store and begins the new epoch. */
static gboolean open_once(const char *dir, GError **error)
{
  g_autoptr(BhHub) hub = bh_hub_open(dir, bh_clock_system(), bh_random_system(), error);
  return hub != NULL;
}

gboolean bh_copy_restore(const char *from, const char *dir, const BhDisk *disk,
                         BhCopyReport *report, GError **error)
{
  g_autofree char *store = g_build_filename(from, "hub.db", NULL);
  *report = (BhCopyReport){0};
  if (!g_file_test(store, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: not a complete backup, hub.db is missing",
                from);
    return FALSE;
  }
  if (!bh_hub_is_free(dir, error))
    return FALSE;
  if (check_and_fill(from, dir, disk, report, error) && open_once(dir, error) &&
      bh_durable_sync_all(disk, dir, error))
    return TRUE;
  bh_hub_remove(dir);
  return FALSE;
}

/* Makes the parts of a hub in a folder, and removes them. Start at bh_hub_make. */
#include <errno.h>
#include <glib/gstdio.h>

#include "schema/paths.h"
#include "schema/world.h"
#include "sync/db/migrations.h"
#include "sync/disk/durable.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/http/http.h"
#include "sync/hub/log/log.h"
#include "sync/hub/cli/names.h"

#define NAME_MAX_BYTES 256

static gboolean make_dir(const char *dir, const char *sub, GError **error)
{
  g_autofree char *path = g_build_filename(dir, sub, NULL);
  if (g_mkdir_with_parents(path, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
  return FALSE;
}

static gboolean fill_store(BhDb *db, const char *dir, const BhHubPlan *plan, const char *area,
                           const BhKindSet *kinds, GError **error)
{
  const BhClock *clock = bh_clock_system();
  const BhRandom *random = bh_random_system();
  gint64 now_ms = clock->wall_ms(clock->data);
  BhIdSource ids;
  char id[BH_ID_LEN + 1], epoch[BH_ID_LEN + 1];
  g_autoptr(BhSigner) signer = bh_signer_new();
  if (!bh_keys_load(dir, "hub", signer->public_key, signer->secret_key, error))
    return FALSE;
  bh_signer_make_incarnation(signer, random);
  bh_id_source_init(&ids, clock, random);
  bh_id_next(&ids, id);
  bh_id_next(&ids, epoch);
  return bh_log_set_value(db, "id", id, error) && bh_log_set_value(db, "name", plan->name, error) &&
         bh_log_set_value(db, "area", area, error) && bh_log_set_value(db, "epoch", epoch, error) &&
         bh_log_set_value(db, "incarnation", signer->incarnation, error) &&
         bh_log_set_value(db, "kinds", bh_kind_set_get_hash(kinds), error) &&
         bh_log_add_kinds(db, kinds, now_ms, error) &&
         (plan->public_url == NULL ||
          bh_log_set_value(db, "public_url", plan->public_url, error)) &&
         bh_log_add_device(db, id, signer->public_key, NULL, id, plan->name, now_ms, error);
}

/* The parts of a hub and the files that SQLite makes beside its store, in the order in which they
 * are removed. */
static const char *const PARTS[] = {"hub.db",         "hub.db-wal",   "hub.db-shm",
                                    "hub.db-journal", "regions.json", "files",
                                    "uploads",        "keys",         NULL};
static const char *const KEYS[] = {"hub.key", "plaque.key", "tls.key", "tls.crt", NULL};

gboolean bh_hub_is_free(const char *dir, GError **error)
{
  for (int i = 0; PARTS[i] != NULL; i++) {
    g_autofree char *path = g_build_filename(dir, PARTS[i], NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
      continue;
    if (i == 0)
      g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "%s: has a hub already", dir);
    else
      g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "%s: exists already, it may be of another hub",
                  path);
    return FALSE;
  }
  return TRUE;
}

/* Removes the received files, whose paths are files/ab/HASH. */
static void remove_files(const char *dir)
{
  g_autofree char *files = g_build_filename(dir, "files", NULL);
  g_autoptr(GDir) shelves = g_dir_open(files, 0, NULL);
  const char *shelf;
  while (shelves != NULL && (shelf = g_dir_read_name(shelves)) != NULL) {
    g_autofree char *path = g_build_filename(files, shelf, NULL);
    g_autoptr(GDir) entries = g_dir_open(path, 0, NULL);
    const char *name;
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
      g_autofree char *file = g_build_filename(path, name, NULL);
      g_unlink(file);
    }
    g_rmdir(path);
  }
}

void bh_hub_remove(const char *dir)
{
  for (int i = 0; KEYS[i] != NULL; i++) {
    g_autofree char *path = g_build_filename(dir, "keys", KEYS[i], NULL);
    g_unlink(path);
  }
  remove_files(dir);
  for (int i = 0; PARTS[i] != NULL; i++) {
    g_autofree char *path = g_build_filename(dir, PARTS[i], NULL);
    if (g_unlink(path) != 0)
      g_rmdir(path);
  }
}

static gboolean write_region(const char *dir, const char *pack, GError **error)
{
  g_autofree char *to = g_build_filename(dir, "regions.json", NULL);
  return bh_durable_copy(bh_disk_system(), pack, to, error);
}

/* Syncs the folders of the hub. Files were synced when they were written. */
static gboolean sync_folders(const char *dir, GError **error)
{
  g_autofree char *keys = g_build_filename(dir, "keys", NULL);
  g_autofree char *above = g_path_get_dirname(dir);
  const BhDisk *disk = bh_disk_system();
  return bh_durable_sync_folder(disk, keys, error) && bh_durable_sync_folder(disk, dir, error) &&
         bh_durable_sync_folder(disk, above, error);
}

static gboolean make_store(const char *dir, const BhHubPlan *plan, const char *area,
                           const BhKindSet *kinds, GError **error)
{
  g_autofree char *path = g_build_filename(dir, "hub.db", NULL);
  gsize n;
  const BhMigration *migrations = bh_migrations_get_hub(&n);
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_HUB_WRITER, error);
  if (db == NULL || !bh_migrate(db, path, migrations, n, error) || !bh_db_begin(db, error))
    return FALSE;
  if (fill_store(db, dir, plan, area, kinds, error) && bh_db_commit(db, error))
    return TRUE;
  bh_db_rollback(db);
  return FALSE;
}

gboolean bh_hub_make(const char *dir, const BhHubPlan *plan, GError **error)
{
  g_autofree char *kinds_dir = bh_data_path("schema", "kinds", NULL);
  g_autofree char *installed = bh_data_path("assets", "packs", "regions.json", NULL);
  const char *pack = plan->regions != NULL ? plan->regions : installed;
  if (!bh_hub_is_free(dir, error))
    return FALSE;
  if (*plan->name == '\0' || strlen(plan->name) > NAME_MAX_BYTES ||
      !g_utf8_validate(plan->name, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "the name of the hub must have 1 to %d bytes of UTF-8", NAME_MAX_BYTES);
    return FALSE;
  }
  if (plan->public_url != NULL && !bh_hub_check_public_url(plan->public_url, error))
    return FALSE;
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(kinds_dir, error);
  g_autoptr(BhRegion) region = kinds != NULL ? bh_region_load(pack, error) : NULL;
  const char *area =
      region != NULL
          ? bh_names_find_area(region, plan->area, plan->lang != NULL ? plan->lang : "en", error)
          : NULL;
  if (area == NULL)
    return FALSE;
  if (make_dir(dir, "files", error) && make_dir(dir, "uploads", error) &&
      write_region(dir, pack, error) && bh_keys_make(dir, bh_random_system(), error) &&
      make_store(dir, plan, area, kinds, error) && sync_folders(dir, error))
    return TRUE;
  bh_hub_remove(dir);
  return FALSE;
}

gboolean bh_hub_init(const char *dir, const char *name, const char *area, GError **error)
{
  const BhHubPlan plan = {.name = name, .area = area};
  return bh_hub_make(dir, &plan, error);
}

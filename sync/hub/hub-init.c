#include <errno.h>
#include <glib/gstdio.h>

#include "schema/paths.h"
#include "schema/world.h"
#include "sync/db/migrations.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/keys.h"
#include "sync/hub/log-store.h"

#define NAME_MAX_BYTES 256

static gboolean make_dir(const char *dir, const char *sub, GError **error)
{
  g_autofree char *path = g_build_filename(dir, sub, NULL);
  if (g_mkdir_with_parents(path, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
  return FALSE;
}

static gboolean copy_region(const char *dir, GError **error)
{
  g_autofree char *from = bh_data_path("assets", "packs", "regions.json", NULL);
  g_autofree char *to = g_build_filename(dir, "regions.json", NULL);
  g_autofree char *text = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRegion) region = bh_region_load(from, error);
  if (region == NULL)
    return FALSE;
  if (g_file_get_contents(from, &text, &len, &failed) &&
      g_file_set_contents(to, text, (gssize)len, &failed))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
  return FALSE;
}

static gboolean fill_store(BhDb *db, const char *dir, const char *name, const char *area,
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
  return bh_log_set_value(db, "id", id, error) && bh_log_set_value(db, "name", name, error) &&
         bh_log_set_value(db, "area", area, error) && bh_log_set_value(db, "epoch", epoch, error) &&
         bh_log_set_value(db, "incarnation", signer->incarnation, error) &&
         bh_log_set_value(db, "kinds", bh_kind_set_get_hash(kinds), error) &&
         bh_log_add_kinds(db, kinds, now_ms, error) &&
         bh_log_add_device(db, id, signer->public_key, NULL, id, name, now_ms, error);
}

gboolean bh_hub_init(const char *dir, const char *name, const char *area, GError **error)
{
  g_autofree char *path = g_build_filename(dir, "hub.db", NULL);
  g_autofree char *kinds_dir = bh_data_path("schema", "kinds", NULL);
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "there is a hub in %s already", dir);
    return FALSE;
  }
  if (*name == '\0' || strlen(name) > NAME_MAX_BYTES || !g_utf8_validate(name, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "the name must have 1 to %d bytes of UTF-8",
                NAME_MAX_BYTES);
    return FALSE;
  }
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(kinds_dir, error);
  if (kinds == NULL || !make_dir(dir, "files", error) || !make_dir(dir, "uploads", error) ||
      !copy_region(dir, error))
    return FALSE;
  g_autofree char *region_path = g_build_filename(dir, "regions.json", NULL);
  g_autoptr(BhRegion) region = bh_region_load(region_path, error);
  if (region == NULL)
    return FALSE;
  if (!bh_region_has(region, area)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "the region pack has no area %.32s", area);
    return FALSE;
  }
  if (!bh_keys_make(dir, bh_random_system(), error))
    return FALSE;

  gsize n;
  const BhMigration *migrations = bh_migrations_get_hub(&n);
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_HUB_WRITER, error);
  if (db != NULL && bh_migrate(db, path, migrations, n, error) && bh_db_begin(db, error)) {
    if (fill_store(db, dir, name, area, kinds, error) && bh_db_commit(db, error))
      return TRUE;
    bh_db_rollback(db);
  }
  g_clear_pointer(&db, bh_db_close);
  g_unlink(path); /* so that the next try does not find half a hub */
  return FALSE;
}

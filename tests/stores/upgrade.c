/* upgrade device|hub FILE FOLDER: migrates copies of an old database in FOLDER while the disk is
 * full, the power fails or the program ends at many moments, and compares each with one that
 * migrated undisturbed. Prints what was tried. Run by test_stores.py. Start with main. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "schema/ident.h"
#include "sync/db/migrations.h"
#include "tests/sync/device/shim-vfs.h"

#define MOMENTS 40 /* of each kind of interruption */

typedef struct {
  const char *old;
  char *path; /* of the copy */
  char *cut;  /* folder with what a power cut left */
  BhDbRole role;
  const BhMigration *migrations;
  gsize n;
  char *wanted; /* content after an undisturbed migration */
} Upgrade;

/* --- content --- */

static void add_rows(sqlite3 *db, const char *table, GString *content)
{
  g_autofree char *sql = g_strdup_printf("SELECT * FROM \"%s\"", table);
  sqlite3_stmt *stmt = NULL;
  if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
    g_error("%s: %s", table, sqlite3_errmsg(db));
  while (sqlite3_step(stmt) == SQLITE_ROW) {
    g_string_append_printf(content, "%s", table);
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
      g_autofree char *hash =
          bh_hash_hex(sqlite3_column_blob(stmt, i) != NULL ? sqlite3_column_blob(stmt, i) : "",
                      (gsize)sqlite3_column_bytes(stmt, i));
      g_string_append_printf(content, " %d:%.16s", sqlite3_column_type(stmt, i), hash);
    }
    g_string_append_c(content, '\n');
  }
  sqlite3_finalize(stmt);
}

/* All rows of all tables, and the texts of all tables and indexes; g_free. */
static char *read_content(const char *path)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *stmt = NULL;
  GString *content = g_string_new(NULL);
  if (sqlite3_open(path, &db) != SQLITE_OK ||
      sqlite3_prepare_v2(db,
                         "SELECT name, coalesce(sql, ''), type = 'table' AND sql NOT LIKE"
                         " 'CREATE VIRTUAL%' FROM sqlite_master ORDER BY name",
                         -1, &stmt, NULL) != SQLITE_OK)
    g_error("%s: %s", path, sqlite3_errmsg(db));
  while (sqlite3_step(stmt) == SQLITE_ROW) {
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    g_string_append_printf(content, "%s %s\n", name, (const char *)sqlite3_column_text(stmt, 1));
    if (sqlite3_column_int(stmt, 2) == 1)
      add_rows(db, name, content);
  }
  sqlite3_finalize(stmt);
  sqlite3_close(db);
  return g_string_free(content, FALSE);
}

/* --- one upgrade --- */

static void remove_copies(const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_unlink(path);
  }
}

static void begin(const Upgrade *upgrade)
{
  g_autofree char *folder = g_path_get_dirname(upgrade->path);
  g_autoptr(GError) error = NULL;
  char *bytes = NULL;
  gsize len = 0;
  remove_copies(folder);
  if (!g_file_get_contents(upgrade->old, &bytes, &len, &error) ||
      !g_file_set_contents(upgrade->path, bytes, (gssize)len, &error))
    g_error("%s", error->message);
  g_free(bytes);
}

static gboolean migrate(const Upgrade *upgrade, const char *path, gsize n, GError **error)
{
  g_autoptr(BhDb) db = bh_db_open(path, upgrade->role, error);
  return db != NULL && bh_migrate(db, path, upgrade->migrations, n, error);
}

/* The store opens, and has what an undisturbed migration gives. */
static void finish(const Upgrade *upgrade, const char *path, const char *what, int moment)
{
  g_autoptr(GError) error = NULL;
  if (!migrate(upgrade, path, upgrade->n, &error))
    g_error("%s at %d: the store does not open: %s", what, moment, error->message);
  g_autofree char *content = read_content(path);
  if (strcmp(content, upgrade->wanted) != 0)
    g_error("%s at %d: the store has other rows than after an undisturbed migration", what, moment);
}

/* --- interruptions --- */

/* The number of writes and syncs of an undisturbed migration. */
static int count_operations(const Upgrade *upgrade)
{
  for (int n = 1;; n += 1 + n / 20) {
    begin(upgrade);
    shim_vfs_fail_at(n, SQLITE_FULL, TRUE);
    migrate(upgrade, upgrade->path, upgrade->n, NULL);
    gboolean failed = shim_vfs_has_failed();
    shim_vfs_fail_at(0, 0, FALSE);
    if (!failed)
      return n;
  }
}

static void fill_disk(const Upgrade *upgrade, int n)
{
  g_autoptr(GError) error = NULL;
  begin(upgrade);
  shim_vfs_fail_at(n, SQLITE_FULL, TRUE);
  gboolean migrated = migrate(upgrade, upgrade->path, upgrade->n, &error);
  gboolean failed = shim_vfs_has_failed();
  shim_vfs_fail_at(0, 0, FALSE);
  /* What fails after the last commit, while the log is emptied, loses nothing. */
  if (failed && !migrated &&
      (error->domain != BH_ERROR || error->code != BH_ERROR_STORAGE || *error->message == '\0'))
    g_error("full disk at %d: %s", n, error->message);
  finish(upgrade, upgrade->path, "full disk", n);
}

/* The path is another one each time, because the file layer remembers what is synced by path. */
static void cut_power(Upgrade *upgrade, int n)
{
  g_autofree char *folder = g_path_get_dirname(upgrade->path);
  g_autofree char *name = g_strdup_printf("cut-%d.db", n);
  g_autofree char *left = g_build_filename(upgrade->cut, name, NULL);
  g_autoptr(GError) error = NULL;
  g_free(upgrade->path);
  upgrade->path = g_build_filename(folder, name, NULL);
  begin(upgrade);
  remove_copies(upgrade->cut);
  g_autoptr(BhDb) db = bh_db_open(upgrade->path, upgrade->role, &error);
  shim_vfs_cut_at(n, upgrade->cut, (guint32)n);
  if (db == NULL || !bh_migrate(db, upgrade->path, upgrade->migrations, upgrade->n, &error))
    g_error("power cut at %d: the migration failed: %s", n, error->message);
  if (!shim_vfs_was_cut())
    shim_vfs_cut_at(0, upgrade->cut, (guint32)n);
  finish(upgrade, left, "power cut", n);
}

static void end_between_steps(const Upgrade *upgrade, int version)
{
  begin(upgrade);
  if (!migrate(upgrade, upgrade->path, (gsize)version, NULL))
    g_error("end after step %d: the migration failed", version);
  finish(upgrade, upgrade->path, "end after step", version);
}

int main(int argc, char **argv)
{
  if (argc != 4)
    g_error("upgrade device|hub FILE FOLDER");
  shim_vfs_install();
  gboolean of_hub = strcmp(argv[1], "hub") == 0;
  Upgrade upgrade = {.old = argv[2], .role = of_hub ? BH_DB_HUB_WRITER : BH_DB_DEVICE};
  g_autofree char *folder = g_build_filename(argv[3], "store", NULL);
  g_autoptr(GError) error = NULL;
  int version = 0;
  upgrade.path = g_build_filename(folder, "store.db", NULL);
  upgrade.cut = g_build_filename(argv[3], "cut", NULL);
  upgrade.migrations =
      of_hub ? bh_migrations_get_hub(&upgrade.n) : bh_migrations_get_device(&upgrade.n);
  g_mkdir_with_parents(folder, 0700);
  g_mkdir_with_parents(upgrade.cut, 0700);

  begin(&upgrade);
  BhDb *db = bh_db_open(upgrade.path, upgrade.role, &error);
  if (db == NULL || !bh_migrate_get_version(db, &version, &error))
    g_error("%s", error->message);
  bh_db_close(db);
  if (!migrate(&upgrade, upgrade.path, upgrade.n, &error))
    g_error("%s", error->message);
  upgrade.wanted = read_content(upgrade.path);

  int steps = 0;
  for (int step = version + 1; step < (int)upgrade.n; step++, steps++)
    end_between_steps(&upgrade, step);
  int operations = count_operations(&upgrade);
  int moments = 0;
  for (int n = 1; n <= operations; n += 1 + operations / MOMENTS, moments++) {
    fill_disk(&upgrade, n);
    cut_power(&upgrade, n);
  }
  g_print("%d steps, %d operations, %d moments\n", steps, operations, moments);
  return 0;
}

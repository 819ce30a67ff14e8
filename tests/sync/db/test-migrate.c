#include "sync/db/migrations.h"

#include <glib/gstdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const BhMigration good[] = {
    {1, "0001-first.sql", "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('kept');"},
    {2, "0002-second.sql", "ALTER TABLE t ADD COLUMN b TEXT;"},
    {3, "0003-third.sql", "CREATE TABLE u (a TEXT); INSERT INTO u SELECT a FROM t;"},
};

static const BhMigration broken[] = {
    {1, "0001-first.sql", "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('kept');"},
    {2, "0002-second.sql", "CREATE TABLE half (a TEXT); INSERT INTO nowhere VALUES (1);"},
};

/* An empty store in a temporary directory, for each test. */
typedef struct {
  char *dir;
  char *path;
  BhDb *db;
} Store;

static Store *store_new(void)
{
  Store *store = g_new0(Store, 1);
  store->dir = g_dir_make_tmp("bihuan-migrate-XXXXXX", NULL);
  store->path = g_build_filename(store->dir, "store.db", NULL);
  store->db = bh_db_open(store->path, BH_DB_DEVICE, NULL);
  assert_non_null(store->db);
  return store;
}

static void store_free(Store *store)
{
  bh_db_close(store->db);
  g_autoptr(GDir) files = g_dir_open(store->dir, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(files)) != NULL) {
    g_autofree char *path = g_build_filename(store->dir, name, NULL);
    g_remove(path);
  }
  g_rmdir(store->dir);
  g_free(store->dir);
  g_free(store->path);
  g_free(store);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

static int version_of(BhDb *db)
{
  int version = -1;

  assert_true(bh_migrate_get_version(db, &version, NULL));
  return version;
}

static gboolean has_table(BhDb *db, const char *name)
{
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(db, "SELECT 1 FROM sqlite_master WHERE name = :name", NULL);
  gboolean row = FALSE;

  bh_stmt_bind_text(stmt, "name", name);
  assert_true(bh_stmt_step(stmt, &row, NULL));
  return row;
}

static void test_an_empty_store_comes_to_the_last_version_without_backup(void **state)
{
  g_autoptr(Store) store = store_new();
  g_autofree char *backup = g_strconcat(store->path, ".before-1", NULL);

  (void)state;
  assert_int_equal(version_of(store->db), 0);
  assert_true(bh_migrate(store->db, store->path, good, 3, NULL));
  assert_int_equal(version_of(store->db), 3);
  assert_true(has_table(store->db, "u"));
  assert_false(g_file_test(backup, G_FILE_TEST_EXISTS));
  assert_true(bh_migrate(store->db, store->path, good, 3, NULL));
}

static void test_an_old_store_is_backed_up_first(void **state)
{
  g_autoptr(Store) store = store_new();
  g_autofree char *backup = g_strconcat(store->path, ".before-2", NULL);
  BhDb *old;

  (void)state;
  assert_true(bh_migrate(store->db, store->path, good, 1, NULL));
  assert_true(bh_migrate(store->db, store->path, good, 3, NULL));
  assert_int_equal(version_of(store->db), 3);
  old = bh_db_open(backup, BH_DB_EXPORT, NULL);
  assert_int_equal(version_of(old), 1);
  assert_false(has_table(old, "u"));
  bh_db_close(old);
}

static void test_a_failing_step_is_rolled_back_whole(void **state)
{
  g_autoptr(Store) store = store_new();
  g_autofree char *backup = g_strconcat(store->path, ".before-2", NULL);
  g_autoptr(GError) error = NULL;

  (void)state;
  assert_true(bh_migrate(store->db, store->path, broken, 1, NULL));
  assert_false(bh_migrate(store->db, store->path, broken, 2, &error));
  assert_non_null(strstr(error->message, "0002-second.sql"));
  assert_int_equal(version_of(store->db), 1);
  assert_false(has_table(store->db, "half"));
  assert_true(has_table(store->db, "t"));
  assert_true(g_file_test(backup, G_FILE_TEST_EXISTS));
  /* After a failed migration no transaction is open, and foreign keys are enforced again. */
  assert_false(bh_db_in_transaction(store->db));
}

static void test_a_step_that_breaks_references_is_rolled_back(void **state)
{
  static const BhMigration steps[] = {
      {1, "0001-first.sql",
       "CREATE TABLE p (a TEXT PRIMARY KEY); CREATE TABLE c (a TEXT REFERENCES p);"
       "INSERT INTO p VALUES ('x'); INSERT INTO c VALUES ('x');"},
      {2, "0002-second.sql", "DELETE FROM p;"},
  };
  g_autoptr(Store) store = store_new();
  g_autoptr(GError) error = NULL;

  (void)state;
  assert_false(bh_migrate(store->db, NULL, steps, 2, &error));
  assert_int_equal(version_of(store->db), 1);
  g_clear_error(&error);
  assert_false(bh_db_exec(store->db, "INSERT INTO c VALUES ('nobody')", &error));
}

static void test_a_newer_store_is_refused_untouched(void **state)
{
  g_autoptr(Store) store = store_new();
  g_autoptr(GError) error = NULL;

  (void)state;
  assert_true(bh_migrate(store->db, store->path, good, 3, NULL));
  assert_false(bh_migrate(store->db, store->path, good, 2, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN));
  assert_int_equal(version_of(store->db), 3);
}

static void run_embedded(const BhMigration *(*get)(gsize *n))
{
  g_autoptr(Store) store = store_new();
  g_autoptr(GError) error = NULL;
  gsize n;
  const BhMigration *steps = get(&n);

  if (!bh_migrate(store->db, store->path, steps, n, &error))
    fail_msg("%s", error->message);
  assert_int_equal(version_of(store->db), (int)n);
}

static void test_the_embedded_migrations_run_on_an_empty_store(void **state)
{
  (void)state;
  run_embedded(bh_migrations_get_device);
  run_embedded(bh_migrations_get_hub);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_empty_store_comes_to_the_last_version_without_backup),
      cmocka_unit_test(test_an_old_store_is_backed_up_first),
      cmocka_unit_test(test_a_failing_step_is_rolled_back_whole),
      cmocka_unit_test(test_a_step_that_breaks_references_is_rolled_back),
      cmocka_unit_test(test_a_newer_store_is_refused_untouched),
      cmocka_unit_test(test_the_embedded_migrations_run_on_an_empty_store),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

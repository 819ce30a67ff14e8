#include "sync/db/db.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct {
  char *dir;
  char *path;
} Fixture;

static int setup(void **state)
{
  Fixture *fixture = g_new0(Fixture, 1);

  fixture->dir = g_dir_make_tmp("bihuan-db-XXXXXX", NULL);
  fixture->path = g_build_filename(fixture->dir, "store.db", NULL);
  *state = fixture;
  return 0;
}

static int teardown(void **state)
{
  Fixture *fixture = *state;
  GDir *dir = g_dir_open(fixture->dir, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(fixture->dir, name, NULL);

    g_remove(path);
  }
  g_dir_close(dir);
  g_rmdir(fixture->dir);
  g_free(fixture->dir);
  g_free(fixture->path);
  g_free(fixture);
  return 0;
}

static BhDb *open_or_die(const char *path, BhDbRole role)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_db_open(path, role, &error);

  assert_null(error);
  assert_non_null(db);
  return db;
}

static char *read_text(BhDb *db, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhStmt) stmt = bh_db_prepare(db, sql, &error);
  gboolean row = FALSE;

  assert_null(error);
  assert_true(bh_stmt_step(stmt, &row, &error));
  return row ? g_strdup(bh_stmt_get_text(stmt, 0)) : NULL;
}

static void assert_pragma(BhDb *db, const char *name, const char *want)
{
  g_autofree char *sql = g_strdup_printf("PRAGMA %s", name);
  g_autofree char *got = read_text(db, sql);

  if (g_strcmp0(got, want) != 0)
    fail_msg("PRAGMA %s is %s, not %s", name, got, want);
}

static void run(BhDb *db, const char *sql)
{
  g_autoptr(GError) error = NULL;

  if (!bh_db_exec(db, sql, &error))
    fail_msg("%s: %s", sql, error->message);
}

static void test_device_has_the_durable_settings(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autofree char *shm = g_strconcat(fixture->path, "-shm", NULL);
  GStatBuf info;

  assert_pragma(db, "locking_mode", "exclusive");
  assert_pragma(db, "journal_mode", "wal");
  assert_pragma(db, "synchronous", "2");
  assert_pragma(db, "foreign_keys", "1");
  assert_pragma(db, "secure_delete", "1");
  assert_pragma(db, "cell_size_check", "1");
  assert_pragma(db, "mmap_size", "0");
  assert_pragma(db, "trusted_schema", "0");
  assert_pragma(db, "wal_autocheckpoint", "0");
  run(db, "CREATE TABLE t (a TEXT)");
  assert_int_equal(g_stat(fixture->path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  /* The index of the write-ahead log is not shared with other processes, in a new store and in an
   * old one. */
  assert_false(g_file_test(shm, G_FILE_TEST_EXISTS));
  g_clear_pointer(&db, bh_db_close);
  db = open_or_die(fixture->path, BH_DB_DEVICE);
  run(db, "INSERT INTO t VALUES ('x')");
  assert_false(g_file_test(shm, G_FILE_TEST_EXISTS));
}

static void test_device_store_is_refused_to_a_second_connection(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(BhDb) second = NULL;
  g_autoptr(GError) error = NULL;

  run(db, "CREATE TABLE t (a TEXT)");
  second = bh_db_open(fixture->path, BH_DB_DEVICE, &error);
  assert_null(second);
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_BUSY));
}

static void test_reader_sees_commits_and_never_writes_or_checkpoints(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) writer = open_or_die(fixture->path, BH_DB_HUB_WRITER);
  g_autoptr(GError) error = NULL;
  g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
  BhDb *reader;
  GStatBuf before, after;
  g_autofree char *seen = NULL;

  assert_pragma(writer, "journal_mode", "wal");
  assert_pragma(writer, "synchronous", "2");
  assert_pragma(writer, "locking_mode", "normal");
  run(writer, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('one')");
  reader = open_or_die(fixture->path, BH_DB_HUB_READER);
  assert_pragma(reader, "wal_autocheckpoint", "0");
  seen = read_text(reader, "SELECT a FROM t");
  assert_string_equal(seen, "one");
  assert_false(bh_db_exec(reader, "INSERT INTO t VALUES ('two')", &error));
  assert_int_equal(g_stat(log, &before), 0);
  assert_true(before.st_size > 0);
  bh_db_close(reader);
  assert_int_equal(g_stat(log, &after), 0);
  assert_int_equal(before.st_size, after.st_size);
}

static void test_reader_of_nothing_is_not_found(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(GError) error = NULL;

  assert_null(bh_db_open(fixture->path, BH_DB_HUB_READER, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
  assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static void test_a_file_that_is_not_a_database_is_refused_by_name(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *junk = g_strnfill(8192, 'x');

  assert_true(g_file_set_contents(fixture->path, junk, -1, NULL));
  assert_null(bh_db_open(fixture->path, BH_DB_DEVICE, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  assert_non_null(strstr(error->message, fixture->path));
}

static void test_values_come_back_as_they_went_in(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_EXPORT);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhStmt) stmt = NULL;
  const guint8 bytes[] = {0, 1, 255};
  const guint8 *blob;
  gsize len;
  gboolean row;

  run(db, "CREATE TABLE t (a TEXT, b INTEGER, c BLOB, d TEXT, e BLOB)");
  stmt = bh_db_prepare(db, "INSERT INTO t VALUES (:a, :b, :c, :d, :e)", &error);
  bh_stmt_bind_text(stmt, "a", "隐患");
  bh_stmt_bind_int(stmt, "b", G_MAXINT64);
  bh_stmt_bind_blob(stmt, "c", bytes, sizeof bytes);
  bh_stmt_bind_text(stmt, "d", NULL);
  bh_stmt_bind_blob(stmt, "e", NULL, 0);
  assert_true(bh_stmt_run(stmt, &error));
  assert_int_equal(bh_db_changes(db), 1);
  stmt = bh_db_prepare(db, "SELECT a, b, c, d, e FROM t", &error);
  assert_true(bh_stmt_step(stmt, &row, &error));
  assert_true(row);
  assert_string_equal(bh_stmt_get_text(stmt, 0), "隐患");
  assert_true(bh_stmt_get_int(stmt, 1) == G_MAXINT64);
  blob = bh_stmt_get_blob(stmt, 2, &len);
  assert_int_equal(len, sizeof bytes);
  assert_memory_equal(blob, bytes, sizeof bytes);
  assert_true(bh_stmt_is_null(stmt, 3));
  assert_null(bh_stmt_get_text(stmt, 3));
  assert_false(bh_stmt_is_null(stmt, 4));
  assert_true(bh_stmt_step(stmt, &row, &error));
  assert_false(row);
}

static void test_a_prepared_text_is_cached_and_cleared(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_EXPORT);
  g_autoptr(GError) error = NULL;
  g_autofree char *copy = g_strdup("SELECT :a");
  BhStmt *first = bh_db_prepare(db, "SELECT :a", &error);
  BhStmt *second;
  gboolean row;

  bh_stmt_bind_text(first, "a", "old");
  second = bh_db_prepare(db, copy, &error);
  assert_ptr_equal(first, second);
  assert_true(bh_stmt_step(second, &row, &error));
  assert_true(bh_stmt_is_null(second, 0));
}

static void test_an_unknown_parameter_is_an_error_of_the_step(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_EXPORT);
  g_autoptr(GError) error = NULL;
  BhStmt *stmt = bh_db_prepare(db, "SELECT :a", &error);
  gboolean row;

  bh_stmt_bind_int(stmt, "b", 1);
  assert_false(bh_stmt_step(stmt, &row, &error));
  assert_non_null(strstr(error->message, ":b"));
}

static void test_L2_uniqueness_is_a_constraint_of_the_database(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(GError) error = NULL;

  run(db, "CREATE TABLE t (a TEXT NOT NULL UNIQUE, b INTEGER CHECK (b > 0))");
  run(db, "INSERT INTO t VALUES ('x', 1)");
  assert_false(bh_db_exec(db, "INSERT INTO t VALUES ('x', 1)", &error));
  assert_true(bh_db_is_unique_violation(error));
  g_clear_error(&error);
  assert_false(bh_db_exec(db, "INSERT INTO t VALUES ('y', 0)", &error));
  assert_false(bh_db_is_unique_violation(error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
}

static void test_rollback_leaves_nothing(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(GError) error = NULL;
  g_autofree char *count = NULL;

  run(db, "CREATE TABLE t (a TEXT)");
  assert_true(bh_db_begin(db, &error));
  assert_true(bh_db_in_transaction(db));
  run(db, "INSERT INTO t VALUES ('x')");
  bh_db_rollback(db);
  assert_false(bh_db_in_transaction(db));
  count = read_text(db, "SELECT count(*) FROM t");
  assert_string_equal(count, "0");
  assert_false(bh_db_commit(db, &error));
}

static void test_a_failed_commit_makes_the_connection_unusable(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(BhDb) again = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *count = NULL;

  run(db, "CREATE TABLE p (a TEXT PRIMARY KEY);"
          "CREATE TABLE c (a TEXT REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
  assert_true(bh_db_begin(db, &error));
  run(db, "INSERT INTO c VALUES ('nobody')");
  assert_false(bh_db_commit(db, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  assert_true(bh_db_is_dead(db));
  g_clear_error(&error);
  assert_null(bh_db_prepare(db, "SELECT 1", &error));
  g_clear_error(&error);
  assert_false(bh_db_begin(db, &error));
  g_clear_pointer(&db, bh_db_close);
  again = open_or_die(fixture->path, BH_DB_DEVICE);
  count = read_text(again, "SELECT count(*) FROM c");
  assert_string_equal(count, "0");
}

static void test_a_committed_row_outlives_a_killed_process(void **state)
{
  Fixture *fixture = *state;
  g_autofree char *count = NULL;
  g_autoptr(BhDb) db = NULL;
  pid_t child = fork();
  int status;

  if (child == 0) {
    BhDb *mine = bh_db_open(fixture->path, BH_DB_DEVICE, NULL);

    if (mine == NULL || !bh_db_exec(mine, "CREATE TABLE t (a TEXT)", NULL) ||
        !bh_db_begin(mine, NULL) || !bh_db_exec(mine, "INSERT INTO t VALUES ('x')", NULL) ||
        !bh_db_commit(mine, NULL) || !bh_db_begin(mine, NULL) ||
        !bh_db_exec(mine, "INSERT INTO t VALUES ('lost')", NULL))
      _exit(1);
    raise(SIGKILL);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  db = open_or_die(fixture->path, BH_DB_DEVICE);
  count = read_text(db, "SELECT group_concat(a) FROM t");
  assert_string_equal(count, "x");
}

static void test_the_log_stays_near_its_bound(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autofree char *log = g_strconcat(fixture->path, "-wal", NULL);
  g_autofree guint8 *bytes = g_malloc0(64 * 1024);
  GStatBuf info;

  run(db, "CREATE TABLE t (a BLOB)");
  for (int i = 0; i < 200; i++) {
    BhStmt *stmt;

    assert_true(bh_db_begin(db, NULL));
    stmt = bh_db_prepare(db, "INSERT INTO t VALUES (:a)", NULL);
    bh_stmt_bind_blob(stmt, "a", bytes, 64 * 1024);
    assert_true(bh_stmt_run(stmt, NULL));
    assert_true(bh_db_commit(db, NULL));
  }
  assert_int_equal(g_stat(log, &info), 0);
  assert_true(info.st_size < 2 * BH_DB_WAL_MAX_BYTES);
}

static void test_deleted_text_is_not_left_in_the_file(void **state)
{
  Fixture *fixture = *state;
  BhDb *db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autofree char *bytes = NULL;
  gsize len;

  run(db, "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('13800001111-secret')");
  bh_db_checkpoint(db);
  run(db, "DELETE FROM t");
  bh_db_checkpoint(db);
  bh_db_close(db);
  assert_true(g_file_get_contents(fixture->path, &bytes, &len, NULL));
  assert_null(memmem(bytes, len, "13800001111", 11));
}

static void test_backup_is_whole_and_private(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(BhDb) copy = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, "copy.db", NULL);
  g_autofree char *part = g_strconcat(path, ".part", NULL);
  g_autofree char *count = NULL;
  g_autofree char *check = NULL;
  GStatBuf info;

  run(db, "CREATE TABLE t (a TEXT);"
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
          "INSERT INTO t SELECT printf('row %d', i) FROM n");
  assert_true(g_file_set_contents(part, "left by a crash", -1, NULL));
  assert_true(bh_db_backup(db, path, &error));
  assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
  assert_int_equal(g_stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  copy = open_or_die(path, BH_DB_EXPORT);
  count = read_text(copy, "SELECT count(*) FROM t");
  assert_string_equal(count, "5000");
  check = read_text(copy, "PRAGMA integrity_check");
  assert_string_equal(check, "ok");
  /* The store stays usable. */
  run(db, "INSERT INTO t VALUES ('after')");
}

static void test_backup_to_nowhere_is_an_error_and_leaves_nothing(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, "no", "such", "copy.db", NULL);

  assert_false(bh_db_backup(db, path, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  g_clear_error(&error);
  assert_true(bh_db_begin(db, NULL));
  assert_false(bh_db_backup(db, fixture->path, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_BUSY));
}

static void test_the_schema_table_cannot_be_written(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autoptr(GError) error = NULL;

  run(db, "CREATE TABLE t (a TEXT)");
  bh_db_exec(db, "PRAGMA writable_schema=ON", NULL);
  assert_false(bh_db_exec(db, "UPDATE sqlite_master SET sql = 'x'", &error));
}

static void test_full_text_search_works_under_the_defensive_settings(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(BhDb) db = open_or_die(fixture->path, BH_DB_DEVICE);
  g_autofree char *hit = NULL;

  run(db, "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f VALUES ('wa si');"
          "DELETE FROM f WHERE rowid = 9; INSERT INTO f VALUES ('other')");
  hit = read_text(db, "SELECT a FROM f WHERE f MATCH 'si'");
  assert_string_equal(hit, "wa si");
}

static gboolean is_over(gpointer data)
{
  return ++*(int *)data > 3;
}

static void test_an_interrupted_statement_ends_and_the_connection_stays_usable(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhDb) db = bh_db_open(fixture->path, BH_DB_HUB_WRITER, &error);
  const char *endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                        " SELECT count(*) FROM n";
  gboolean row = FALSE;
  int asked = 0;
  bh_db_set_interrupt(db, is_over, &asked);
  BhStmt *stmt = bh_db_prepare(db, endless, &error);
  assert_non_null(stmt);
  assert_false(bh_stmt_step(stmt, &row, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_BUSY));
  assert_int_equal(asked, 4);
  assert_false(bh_db_is_dead(db));
  g_clear_error(&error);
  bh_db_set_interrupt(db, NULL, NULL);
  stmt = bh_db_prepare(db, "SELECT 1", &error);
  assert_true(bh_stmt_step(stmt, &row, &error) && row);
  assert_int_equal(asked, 4);
}

static void test_texts_made_at_run_time_are_not_kept_without_end(void **state)
{
  Fixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhDb) db = bh_db_open(fixture->path, BH_DB_HUB_WRITER, &error);
  gboolean row = FALSE;
  BhStmt *read = bh_db_prepare(db, "SELECT 1 UNION ALL SELECT 2", &error);
  assert_true(bh_stmt_step(read, &row, &error));
  guint kept = 0;
  for (int i = 0; i < 2000; i++) {
    g_autofree char *sql = g_strdup_printf("SELECT %d", i);
    g_autoptr(BhStmt) stmt = bh_db_prepare(db, sql, &error);
    assert_true(bh_stmt_step(stmt, &row, &error));
    assert_int_equal(bh_stmt_get_int(stmt, 0), i);
    kept = MAX(kept, bh_db_count_kept(db));
  }
  assert_int_equal(kept, 512);
  /* The statement that is being read stays valid. */
  assert_true(bh_stmt_step(read, &row, &error) && row);
  assert_int_equal(bh_stmt_get_int(read, 0), 2);
  bh_stmt_reset(read);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      T(test_device_has_the_durable_settings),
      T(test_device_store_is_refused_to_a_second_connection),
      T(test_reader_sees_commits_and_never_writes_or_checkpoints),
      T(test_reader_of_nothing_is_not_found),
      T(test_a_file_that_is_not_a_database_is_refused_by_name),
      T(test_values_come_back_as_they_went_in),
      T(test_a_prepared_text_is_cached_and_cleared),
      T(test_an_unknown_parameter_is_an_error_of_the_step),
      T(test_L2_uniqueness_is_a_constraint_of_the_database),
      T(test_rollback_leaves_nothing),
      T(test_a_failed_commit_makes_the_connection_unusable),
      T(test_a_committed_row_outlives_a_killed_process),
      T(test_the_log_stays_near_its_bound),
      T(test_deleted_text_is_not_left_in_the_file),
      T(test_backup_is_whole_and_private),
      T(test_backup_to_nowhere_is_an_error_and_leaves_nothing),
      T(test_the_schema_table_cannot_be_written),
      T(test_full_text_search_works_under_the_defensive_settings),
      T(test_texts_made_at_run_time_are_not_kept_without_end),
      T(test_an_interrupted_statement_ends_and_the_connection_stays_usable),
#undef T
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

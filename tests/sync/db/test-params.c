/* Parameters in one call, and the difference between no row and an error. */
#include "sync/db/params.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *path;

static int setup(void **state)
{
  int fd = g_file_open_tmp("bihuan-params-XXXXXX", &path, NULL);
  BhDb *db = fd >= 0 ? bh_db_open(path, BH_DB_EXPORT, NULL) : NULL;
  close(fd);
  *state = db;
  return db == NULL || !bh_db_exec(db, "CREATE TABLE t (a TEXT, n INTEGER, b BLOB)", NULL);
}

static int teardown(void **state)
{
  bh_db_close(*state);
  g_unlink(path);
  g_clear_pointer(&path, g_free);
  return 0;
}

static void insert(BhDb *db, const char *a, gint64 n, GBytes *b)
{
  assert_true(bh_db_run(
      db, "INSERT INTO t VALUES (:a, :n, :b)",
      BH_PARAMS(bh_param_text("a", a), bh_param_int("n", n), bh_param_bytes("b", b)), NULL));
}

static void test_each_type_is_stored_as_it_was_given(void **state)
{
  BhDb *db = *state;
  g_autoptr(GBytes) bytes = g_bytes_new_static("\0\1", 2);
  g_autoptr(BhStmt) row = NULL;
  gsize len;
  insert(db, "煤矿", G_MAXINT64, bytes);
  insert(db, NULL, 0, NULL);
  assert_true(bh_db_query_row(db, "SELECT a, n, b FROM t WHERE a IS NOT NULL", NULL, &row, NULL));
  assert_string_equal(bh_stmt_get_text(row, 0), "煤矿");
  assert_int_equal(bh_stmt_get_int(row, 1), G_MAXINT64);
  assert_memory_equal(bh_stmt_get_blob(row, 2, &len), "\0\1", 2);
  assert_int_equal(len, 2);
  gboolean has;
  assert_true(bh_db_has_row(db, "SELECT 1 FROM t WHERE a IS NULL AND b IS NULL", NULL, &has, NULL));
  assert_true(has);
}

static void test_a_missing_row_is_not_an_error(void **state)
{
  BhDb *db = *state;
  g_autoptr(GError) error = NULL;
  BhStmt *row = (BhStmt *)1;
  gint64 value = 7;
  char *text = (char *)1;
  const char *sql = "SELECT a FROM t WHERE n = :n";
  const BhParam *params = BH_PARAMS(bh_param_int("n", 1));
  assert_true(bh_db_query_row(db, sql, params, &row, &error));
  assert_null(row);
  assert_true(bh_db_get_int(db, sql, params, &value, &error));
  assert_int_equal(value, 0);
  assert_true(bh_db_dup_text(db, sql, params, &text, &error));
  assert_null(text);
  assert_null(error);
}

static void test_an_error_is_not_reported_as_a_missing_row(void **state)
{
  BhDb *db = *state;
  BhStmt *row;
  gboolean has;
  gint64 value;
  char *text;
  g_autoptr(GError) error = NULL;
  assert_false(bh_db_query_row(db, "SELECT a FROM nothing", NULL, &row, &error));
  assert_int_equal(error->code, BH_ERROR_STORAGE);
  assert_null(row);
  assert_false(bh_db_has_row(db, "SELECT a FROM nothing", NULL, &has, NULL));
  assert_false(bh_db_get_int(db, "SELECT a FROM nothing", NULL, &value, NULL));
  assert_false(bh_db_dup_text(db, "SELECT a FROM nothing", NULL, &text, NULL));
}

static void test_a_parameter_that_the_statement_lacks_is_an_error(void **state)
{
  BhDb *db = *state;
  g_autoptr(GError) error = NULL;
  assert_false(
      bh_db_run(db, "DELETE FROM t WHERE n = :n", BH_PARAMS(bh_param_int("m", 1)), &error));
  assert_non_null(error);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
  const struct CMUnitTest tests[] = {
      T(test_each_type_is_stored_as_it_was_given),
      T(test_a_missing_row_is_not_an_error),
      T(test_an_error_is_not_reported_as_a_missing_row),
      T(test_a_parameter_that_the_statement_lacks_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Indexed numbers and months: equal values are found by any spelling, and the index has them in
 * order. */
#include "tests/sync/index/fixture.h"

#include <string.h>

#include "sync/db/migrations.h"

static const char declaration[] =
    "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'measure','label':{'zh':'量','en':'M'},"
    "'scope':'all','title':'{name}','fields':["
    "{'name':'name','type':'text','label':{'zh':'名','en':'Name'}},"
    "{'name':'count','type':'integer','label':{'zh':'数','en':'Count'},'min':-50,'indexed':true},"
    "{'name':'weight','type':'decimal','label':{'zh':'重','en':'Weight'},'indexed':true},"
    "{'name':'cost','type':'money','label':{'zh':'钱','en':'Cost'},'min':-100,'indexed':true},"
    "{'name':'share','type':'percent','label':{'zh':'比','en':'Share'},'indexed':true},"
    "{'name':'month','type':'month','label':{'zh':'月','en':'Month'},'indexed':true},"
    "{'name':'length','type':'duration','label':{'zh':'长','en':'Length'},'indexed':true},"
    "{'name':'page','type':'url','label':{'zh':'网','en':'Page'},'indexed':true}]}]}";

static TestIndex *make_index(void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdelimit(g_strdup(declaration), "'", '"');
  TestIndex *index = test_index_new();
  bh_kind_set_unref(index->kinds);
  index->kinds = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  return index;
}

static void put(TestIndex *index, gint64 nr, const char *field, json_t *value)
{
  test_index_put(index, nr, "measure", json_pack("{s:s, s:o}", "name", "样例", field, value));
}

static json_t *query(const char *field, json_t *value)
{
  return json_pack("{s:s, s:{s:o}}", "kind", "measure", "where", field, value);
}

static void test_equal_numbers_are_found_by_any_spelling(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = make_index();
  put(index, 1, "cost", json_string("12.50"));
  put(index, 2, "cost", json_string("12.5"));
  put(index, 3, "cost", json_string("12.05"));
  put(index, 4, "share", json_string("100"));
  put(index, 5, "weight", json_string("7.0"));
  put(index, 6, "length", json_integer(200));
  put(index, 7, "count", json_integer(-7));
  put(index, 8, "month", json_string("2026-11"));
  put(index, 9, "page", json_string("https://a.cn/7.0"));
  test_index_update(index);
  assert_listed(index, query("cost", json_string("12.5")), "2 1");
  assert_listed(index, query("cost", json_string("12.50")), "2 1");
  assert_listed(index, query("share", json_integer(100)), "4");
  assert_listed(index, query("share", json_string("100.00")), "4");
  assert_listed(index, query("weight", json_integer(7)), "5");
  assert_listed(index, query("length", json_integer(200)), "6");
  assert_listed(index, query("length", json_string("200")), "6");
  assert_listed(index, query("count", json_pack("[i, i]", 7, -7)), "7");
  assert_listed(index, query("month", json_string("2026-11")), "8");
  assert_listed(index, query("month", json_string("2026-1")), "");
  assert_listed(index, query("page", json_string("https://a.cn/7.0")), "9");
}

/* Numbers of the records by the indexed values of a field, smallest first. */
static char *list_in_order(TestIndex *index, const char *field)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *sql = g_strdup_printf(
      "SELECT record FROM field_value WHERE field = '%s' ORDER BY value, record", field);
  g_autoptr(BhStmt) stmt = bh_db_prepare(index->db, sql, &error);
  assert_no_error(error);
  GString *numbers = g_string_new(NULL);
  gboolean row = TRUE;
  while (bh_stmt_step(stmt, &row, &error) && row)
    g_string_append_printf(numbers, "%s%d", numbers->len > 0 ? " " : "",
                           (int)bh_stmt_get_int(stmt, 0));
  assert_no_error(error);
  return g_string_free(numbers, FALSE);
}

static void test_the_index_has_numbers_and_months_in_order(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = make_index();
  static const char *const costs[] = {"1000.5", "9", "-20", "100", "-3.5", "9.25"};
  static const int lengths[] = {100, 9, 1440, 20};
  static const char *const months[] = {"2026-11", "2025-12", "2026-02"};
  for (gsize i = 0; i < G_N_ELEMENTS(costs); i++)
    put(index, (gint64)i + 1, "cost", json_string(costs[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++)
    put(index, (gint64)i + 11, "length", json_integer(lengths[i]));
  for (gsize i = 0; i < G_N_ELEMENTS(months); i++)
    put(index, (gint64)i + 21, "month", json_string(months[i]));
  test_index_update(index);
  g_autofree char *by_cost = list_in_order(index, "cost");
  g_autofree char *by_length = list_in_order(index, "length");
  g_autofree char *by_month = list_in_order(index, "month");
  assert_string_equal(by_cost, "3 5 2 6 4 1");
  assert_string_equal(by_length, "12 14 11 13");
  assert_string_equal(by_month, "22 23 21");
}

static void test_a_filter_that_is_no_number_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = make_index();
  static const char *const fields[] = {"count", "weight", "cost", "share", "length"};
  static const char *const wrong[] = {"many", "1,000", "3:20", ""};
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
    for (gsize k = 0; k < G_N_ELEMENTS(wrong); k++) {
      g_auto(BhListQuery) read = {0};
      g_autoptr(GError) error = NULL;
      g_autofree char *named = g_strdup_printf("where.%s: ", fields[i]);
      g_autoptr(json_t) json = query(fields[i], json_string(wrong[k]));
      assert_false(bh_list_query_read(index->db, index->kinds, json, &read, &error));
      assert_true(g_str_has_prefix(error->message, named));
      assert_error(error, BH_ERROR_FORMAT);
    }
}

/* A value that the field does not allow, as an older kind set may have stored it. */
static void test_a_stored_value_that_is_no_number_is_not_indexed(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = make_index();
  put(index, 1, "cost", json_string("many"));
  put(index, 2, "cost", json_pack("{s:i}", "yuan", 5));
  test_index_update(index);
  g_autofree char *by_cost = list_in_order(index, "cost");
  assert_string_equal(by_cost, "");
  assert_listed(index, json_pack("{s:s}", "kind", "measure"), "2 1");
}

static const char *find_migration(const char *name)
{
  gsize n;
  const BhMigration *migrations = bh_migrations_get_device(&n);
  for (gsize i = 0; i < n; i++)
    if (g_str_has_suffix(migrations[i].name, name))
      return migrations[i].sql;
  fail_msg("no migration %s", name);
  return NULL;
}

/* The index of a program before this version had numbers as they are written. */
static void test_an_older_index_of_numbers_is_written_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = make_index();
  put(index, 1, "length", json_integer(100));
  put(index, 2, "length", json_integer(20));
  test_index_update(index);
  g_autoptr(GError) error = NULL;
  assert_true(
      bh_db_exec(index->db,
                 "UPDATE field_value SET value = CASE record WHEN 1 THEN '100' ELSE '20' END;"
                 "UPDATE listed SET field_values = json_set(field_values, '$.length[0]',"
                 " CASE nr WHEN 1 THEN '100' ELSE '20' END)",
                 &error));
  assert_listed(index, query("length", json_integer(20)), "");
  assert_true(bh_db_exec(index->db, find_migration("-index-numbers.sql"), &error));
  test_index_update(index);
  g_autofree char *by_length = list_in_order(index, "length");
  assert_string_equal(by_length, "2 1");
  assert_listed(index, query("length", json_integer(20)), "2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_equal_numbers_are_found_by_any_spelling),
      cmocka_unit_test(test_the_index_has_numbers_and_months_in_order),
      cmocka_unit_test(test_a_filter_that_is_no_number_is_refused),
      cmocka_unit_test(test_a_stored_value_that_is_no_number_is_not_indexed),
      cmocka_unit_test(test_an_older_index_of_numbers_is_written_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

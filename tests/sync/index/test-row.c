/* Writing the index: marks, differences, and records that are gone. */
#include "tests/sync/index/fixture.h"

#include <string.h>

/* --- marks --- */

static void test_marks_survive_a_restart_and_are_applied_once(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  gboolean is_behind;
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_put_named(index, 2, "北岭煤矿");
  test_index_put_named(index, 1, "安泰煤业");
  test_index_reopen(index);
  assert_true(bh_index_is_behind(index->db, &is_behind, NULL));
  assert_true(is_behind);
  assert_int_equal(test_index_apply(index, 10), 2);
  assert_int_equal(index->n_read, 2);
  assert_int_equal(test_index_apply(index, 10), 0);
  assert_int_equal(index->n_read, 2);
  assert_true(bh_index_is_behind(index->db, &is_behind, NULL));
  assert_false(is_behind);
  assert_listed(index, json_pack("{s:s}", "search", "煤业"), "1");
}

static void test_marks_are_applied_in_parts(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  gboolean more;
  test_index_put_many(index, 5, "煤矿");
  assert_true(bh_index_has_marks(index->db, 4, &more, NULL));
  assert_true(more);
  assert_true(bh_index_has_marks(index->db, 5, &more, NULL));
  assert_false(more);
  assert_int_equal(test_index_apply(index, 2), 2);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM index_pending"), 3);
  assert_int_equal(test_index_apply(index, 2), 2);
  assert_int_equal(test_index_apply(index, 2), 1);
  assert_int_equal(index->n_read, 5);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM listed"), 5);
}

static void test_a_mark_that_is_rolled_back_is_not_applied(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  gboolean is_behind;
  assert_true(bh_db_begin(index->db, NULL));
  test_index_put_named(index, 1, "安泰煤矿");
  bh_db_rollback(index->db);
  assert_true(bh_index_is_behind(index->db, &is_behind, NULL));
  assert_false(is_behind);
}

/* The second of three records cannot be read: nothing is lost, and nothing is written twice. */
static void test_marks_are_kept_when_a_record_cannot_be_read(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(GError) error = NULL;
  int applied = -1;
  test_index_put_many(index, 3, "煤矿");
  index->unreadable = 2;
  assert_true(bh_db_begin(index->db, NULL));
  assert_false(
      bh_index_apply(index->db, index->kinds, 10, test_index_read, index, &applied, NULL, &error));
  assert_error(error, BH_ERROR_STORAGE);
  assert_int_equal(applied, 0);
  bh_db_rollback(index->db);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM listed"), 0);
  index->unreadable = 0;
  assert_int_equal(test_index_apply(index, 10), 3);
  assert_listed(index, json_pack("{s:s}", "search", "煤矿"), "3 2 1");
}

/* --- differences --- */

/* `statements` and `rows` of one application to a record that has the name 安泰煤矿 and the sector
 * coal_mine. Each application begins and commits (2 statements), lists and removes marks
 * (2 statements, 1 row), and reads and writes the row of the list (2 statements, 1 row). Each value
 * or search text that is removed or added is one statement more. */
static void test_only_differences_are_written(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *change; /* JSON: what the record gets */
    guint64 statements;
    gint64 rows; /* ignored when the search is written, because FTS5 writes rows of its own */
    gboolean writes_search;
  } cases[] = {
      {"{}", 6, 2, FALSE},
      {"{\"state\": \"closed\"}", 6, 2, FALSE},
      {"{\"notes\": \"not indexed\"}", 6, 2, FALSE},
      {"{\"sector\": \"gas\"}", 8, 4, FALSE},
      {"{\"sector\": null}", 7, 3, FALSE},
      {"{\"key_enterprise\": true}", 7, 3, FALSE},
      {"{\"name\": \"安泰煤业\"}", 10, 0, TRUE},
      {"{\"name\": \"“安泰煤矿”\"}", 8, 4, FALSE}, /* the name has the same search terms */
      {"{\"short_code\": \"AT-1\"}", 9, 0, TRUE},
  };
  g_autoptr(TestIndex) index = test_index_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gint64 nr = (gint64)i + 1;
    g_autoptr(json_t) change = json_loads(cases[i].change, 0, NULL);
    json_t *values = json_pack("{s:s, s:s}", "name", "安泰煤矿", "sector", "coal_mine");
    test_index_put(index, nr, "enterprise", json_deep_copy(values));
    test_index_update(index);
    json_object_update(values, change);
    test_index_put(index, nr, "enterprise", values);
    guint64 pages = test_index_count_search_pages(index);
    guint64 prepared = bh_db_count_prepared(index->db);
    gint64 changes = bh_db_count_changes(index->db);
    assert_int_equal(test_index_apply(index, 10), 1);
    prepared = bh_db_count_prepared(index->db) - prepared;
    changes = bh_db_count_changes(index->db) - changes;
    if (prepared != cases[i].statements || (!cases[i].writes_search && changes != cases[i].rows) ||
        cases[i].writes_search != (test_index_count_search_pages(index) > pages))
      fail_msg("%s: %" G_GUINT64_FORMAT " statements, %" G_GINT64_FORMAT " rows", cases[i].change,
               prepared, changes);
  }
}

static void test_values_of_a_list_are_written_by_themselves(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, 1, "inspection", json_pack("{s:[s, s]}", "modes", "routine", "covert"));
  test_index_update(index);
  assert_listed(index,
                json_pack("{s:s, s:{s:s}}", "kind", "inspection", "where", "modes", "covert"), "1");
  test_index_put(index, 1, "inspection", json_pack("{s:[s, s]}", "modes", "routine", "special"));
  gint64 before = bh_db_count_changes(index->db);
  test_index_update(index);
  /* One value is removed and one added; the row of the list and the mark are written besides. */
  assert_int_equal(bh_db_count_changes(index->db) - before, 4);
  assert_listed(index,
                json_pack("{s:s, s:{s:s}}", "kind", "inspection", "where", "modes", "covert"), "");
  assert_listed(
      index, json_pack("{s:s, s:{s:s}}", "kind", "inspection", "where", "modes", "special"), "1");
  assert_listed(
      index, json_pack("{s:s, s:{s:s}}", "kind", "inspection", "where", "modes", "routine"), "1");
}

/* A trigger on a table of the index would break this: each statement that may be undone alone ends
 * what the search has gathered. */
static void test_the_search_of_many_records_is_written_at_once(void **state G_GNUC_UNUSED)
{
  enum { MADE = 400 };
  g_autoptr(TestIndex) index = test_index_new();
  guint64 before = test_index_count_search_pages(index);
  test_index_put_many(index, MADE, "甲乙");
  assert_int_equal(test_index_count_search_pages(index), before);
  test_index_update(index);
  assert_in_range(test_index_count_search_pages(index) - before, 1, MADE / 5);
  assert_int_equal(
      test_index_get_int(index, "SELECT count(*) FROM search WHERE search MATCH '\"甲乙\"'"), MADE);
}

/* --- records that are gone --- */

static void assert_index_is_empty(TestIndex *index)
{
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM listed"), 0);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM field_value"), 0);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM search WHERE search MATCH"
                                             " '\"安泰\"'"),
                   0);
}

static void test_a_record_that_is_gone_leaves_all_tables(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_update(index);
  assert_in_range(test_index_get_int(index, "SELECT count(*) FROM field_value"), 1, 9);
  assert_listed(index, json_pack("{s:s}", "search", "安泰"), "1");
  test_index_remove(index, 1);
  test_index_update(index);
  assert_index_is_empty(index);
}

static void test_a_record_can_be_removed_at_once(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_update(index);
  assert_true(bh_db_begin(index->db, NULL));
  assert_true(bh_index_remove(index->db, 1, NULL));
  assert_true(bh_db_commit(index->db, NULL));
  assert_index_is_empty(index);
}

static void test_a_record_that_came_and_went_is_never_written(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_remove(index, 1);
  gint64 before = bh_db_count_changes(index->db);
  assert_int_equal(test_index_apply(index, 10), 1);
  assert_int_equal(bh_db_count_changes(index->db) - before, 1); /* only the mark was written */
  assert_index_is_empty(index);
}

/* Record numbers are used again. The index must not mix the two records, also when it was not
 * updated between them. */
static void test_a_record_may_take_the_number_of_one_that_is_gone(void **state G_GNUC_UNUSED)
{
  for (int is_seen = 0; is_seen < 2; is_seen++) {
    g_autoptr(TestIndex) index = test_index_new();
    test_index_put_named(index, 1, "安泰煤矿");
    test_index_update(index);
    test_index_remove(index, 1);
    if (is_seen)
      test_index_update(index);
    test_index_put_named(index, 1, "北岭铁矿");
    test_index_update(index);
    assert_listed(index, json_pack("{s:s}", "search", "安泰"), "");
    assert_listed(index, json_pack("{s:s}", "search", "北岭"), "1");
    assert_listed(
        index, json_pack("{s:s, s:{s:s}}", "kind", "enterprise", "where", "name", "安泰煤矿"), "");
    assert_listed(
        index, json_pack("{s:s, s:{s:s}}", "kind", "enterprise", "where", "name", "北岭铁矿"), "1");
    assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM listed"), 1);
  }
}

/* Both kinds have an indexed field "name". */
static void test_values_move_when_the_kind_changes(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, 1, "enterprise",
                 json_pack("{s:s, s:s}", "name", "安泰煤矿", "sector", "coal_mine"));
  test_index_update(index);
  test_index_put(index, 1, "unit", json_pack("{s:s}", "name", "安泰煤矿"));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s, s:{s:s}}", "kind", "unit", "where", "name", "安泰煤矿"),
                "1");
  assert_listed(index, json_pack("{s:s}", "kind", "enterprise"), "");
  assert_int_equal(
      test_index_get_int(index, "SELECT count(*) FROM field_value WHERE kind = 'enterprise'"), 0);
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM field_value"), 1);
}

static void test_an_emptied_index_is_made_again_from_marks(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_update(index);
  assert_true(bh_db_begin(index->db, NULL));
  assert_true(bh_index_clear(index->db, NULL));
  assert_true(bh_db_commit(index->db, NULL));
  assert_index_is_empty(index);
  assert_true(bh_index_mark(index->db, 1, NULL));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s}", "search", "安泰"), "1");
}

/* --- long values --- */

/* The value has characters of one to four bytes, after 0 to 3 bytes that shift the place of the
 * limit. */
static void test_a_long_value_is_cut_at_a_character(void **state G_GNUC_UNUSED)
{
  static const char *const characters[] = {"a", "é", "矿", "𠀀"};
  for (gsize i = 0; i < G_N_ELEMENTS(characters); i++)
    for (guint shift = 0; shift < 4; shift++) {
      g_autofree char *head = g_strnfill(shift, 'x');
      g_autoptr(GString) text = test_repeat(head, characters[i], 600, "");
      g_autoptr(json_t) value = json_string(text->str);
      g_autofree char *cut = bh_index_dup_value_text(NULL, value);
      assert_true(g_utf8_validate(cut, -1, NULL));
      assert_true(g_str_has_prefix(text->str, cut));
      assert_in_range(strlen(cut), 512 - strlen(characters[i]) + 1, 512);
    }
}

static void test_a_value_of_512_bytes_is_kept_whole(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) text = test_repeat("", "矿", 170, "ab");
  g_autoptr(json_t) value = json_string(text->str);
  g_autofree char *kept = bh_index_dup_value_text(NULL, value);
  assert_int_equal(text->len, 512);
  assert_string_equal(kept, text->str);
}

static void test_a_long_value_is_found_by_its_whole_text(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(GString) text = test_repeat("x", "矿", 300, "");
  test_index_put_named(index, 1, text->str);
  test_index_put_named(index, 2, "矿");
  test_index_update(index);
  assert_listed(index,
                json_pack("{s:s, s:{s:s}}", "kind", "enterprise", "where", "name", text->str), "1");
}

static void test_numbers_and_flags_have_a_text_and_objects_have_none(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *json;
    const char *text;
  } cases[] = {{"[-7]", "-7"},   {"[true]", "true"}, {"[false]", "false"}, {"[\"\"]", ""},
               {"[null]", NULL}, {"[1.5]", NULL},    {"[{}]", NULL},       {"[[]]", NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) list = json_loads(cases[i].json, 0, NULL);
    g_autofree char *text = bh_index_dup_value_text(NULL, json_array_get(list, 0));
    if (g_strcmp0(text, cases[i].text) != 0)
      fail_msg("%s: %s", cases[i].json, text != NULL ? text : "none");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_marks_survive_a_restart_and_are_applied_once),
      cmocka_unit_test(test_marks_are_applied_in_parts),
      cmocka_unit_test(test_a_mark_that_is_rolled_back_is_not_applied),
      cmocka_unit_test(test_marks_are_kept_when_a_record_cannot_be_read),
      cmocka_unit_test(test_only_differences_are_written),
      cmocka_unit_test(test_values_of_a_list_are_written_by_themselves),
      cmocka_unit_test(test_the_search_of_many_records_is_written_at_once),
      cmocka_unit_test(test_a_record_that_is_gone_leaves_all_tables),
      cmocka_unit_test(test_a_record_can_be_removed_at_once),
      cmocka_unit_test(test_a_record_that_came_and_went_is_never_written),
      cmocka_unit_test(test_a_record_may_take_the_number_of_one_that_is_gone),
      cmocka_unit_test(test_values_move_when_the_kind_changes),
      cmocka_unit_test(test_an_emptied_index_is_made_again_from_marks),
      cmocka_unit_test(test_a_long_value_is_cut_at_a_character),
      cmocka_unit_test(test_a_value_of_512_bytes_is_kept_whole),
      cmocka_unit_test(test_a_long_value_is_found_by_its_whole_text),
      cmocka_unit_test(test_numbers_and_flags_have_a_text_and_objects_have_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Pages of lists: order, and where the next page begins. */
#include "tests/sync/index/fixture.h"

#define MANY 60
#define PAGE 7

/* Reads all pages of a query and asserts that they give the numbers 1 to MANY once each. Steals
 * `query`. */
static void check_pages(TestIndex *index, json_t *query, const char *shown)
{
  gboolean is_seen[MANY + 1] = {0};
  guint n_seen = 0, n_pages = 0;
  g_autofree char *after = NULL;
  json_object_set_new(query, "limit", json_integer(PAGE));
  do {
    if (after != NULL)
      json_object_set_new(query, "after", json_string(after));
    g_clear_pointer(&after, g_free);
    g_autofree char *page = test_index_list(index, json_deep_copy(query), &after);
    g_auto(GStrv) numbers = g_strsplit(page, " ", -1);
    for (guint i = 0; numbers[i] != NULL; i++) {
      guint64 nr = g_ascii_strtoull(numbers[i], NULL, 10);
      if (nr < 1 || nr > MANY || is_seen[nr])
        fail_msg("%s: %s in page %u", shown, numbers[i], n_pages);
      is_seen[nr] = TRUE;
      n_seen++;
    }
    n_pages += numbers[0] != NULL;
  } while (after != NULL);
  assert_int_equal(n_seen, MANY);
  assert_int_equal(n_pages, (MANY + PAGE - 1) / PAGE);
  json_decref(query);
}

/* Hazards with the numbers 1 to MANY: `n_titles` titles and `n_days` days, one after the other. */
static void put_hazards(TestIndex *index, int n_titles, int n_days)
{
  assert_true(bh_db_begin(index->db, NULL));
  for (int nr = 1; nr <= MANY; nr++) {
    g_autofree char *summary = g_strdup_printf("顶板离层%02d", nr * 7 % n_titles);
    g_autofree char *day = g_strdup_printf("2026-12-%02d", 1 + nr * 5 % n_days);
    test_index_put(
        index, nr, "hazard",
        json_pack("{s:s, s:s, s:s}", "summary", summary, "state", "ordered", "deadline", day));
  }
  assert_true(bh_db_commit(index->db, NULL));
  test_index_update(index);
}

static void test_pages_meet_each_record_once(void **state G_GNUC_UNUSED)
{
  static const struct {
    int n_titles, n_days;
  } cases[] = {{1, 1}, {3, 2}, {MANY, 28}}; /* equal keys, some equal keys, different keys */
  static const char *const orders[] = {"changed", "title", "due"};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(TestIndex) index = test_index_new();
    put_hazards(index, cases[i].n_titles, cases[i].n_days);
    for (gsize order = 0; order < G_N_ELEMENTS(orders); order++) {
      check_pages(index, json_pack("{s:s, s:s}", "kind", "hazard", "order", orders[order]),
                  orders[order]);
      check_pages(index,
                  json_pack("{s:s, s:s, s:{s:s}}", "kind", "hazard", "order", orders[order],
                            "where", "state", "ordered"),
                  orders[order]);
      check_pages(
          index,
          json_pack("{s:s, s:s, s:s}", "kind", "hazard", "order", orders[order], "search", "顶板"),
          orders[order]);
    }
  }
}

static void test_the_latest_change_comes_first(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_many(index, 3, "煤矿");
  test_index_put_named(index, 2, "第2煤矿");
  test_index_update(index);
  assert_listed(index, json_pack("{s:s}", "kind", "enterprise"), "2 3 1");
}

/* GB18030 orders common characters by their sound: ān, běi, zhōng. Unicode would put 中 first. */
static void test_titles_are_in_the_order_of_their_sound(void **state G_GNUC_UNUSED)
{
  static const char *const names[] = {"中兴", "安泰", "北岭", "zhong", "An", "an", "7号"};
  g_autoptr(TestIndex) index = test_index_new();
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    test_index_put_named(index, (gint64)i + 1, names[i]);
  test_index_update(index);
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "enterprise", "order", "title"),
                "7 5 6 4 2 3 1");
}

static void test_days_are_in_order_and_before_the_given_one(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *state, *deadline;
  } hazards[] = {{"ordered", "2026-12-05"},
                 {"ordered", "2027-01-31"},
                 {"ordered", "2026-10-01"},
                 {"closed", "2026-01-01"},
                 {"ordered", NULL}};
  g_autoptr(TestIndex) index = test_index_new();
  for (gsize i = 0; i < G_N_ELEMENTS(hazards); i++)
    test_index_put(
        index, (gint64)i + 1, "hazard",
        json_pack("{s:s, s:s*}", "state", hazards[i].state, "deadline", hazards[i].deadline));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "hazard", "order", "due"), "3 1 2");
  assert_listed(
      index,
      json_pack("{s:s, s:s, s:s}", "kind", "hazard", "order", "due", "due_before", "2026-12-05"),
      "3");
  /* A period has both of its first and last days. */
  assert_listed(index,
                json_pack("{s:s, s:s, s:s, s:s}", "kind", "hazard", "order", "due", "due_from",
                          "2026-12-05", "due_before", "2027-01-31"),
                "1");
}

/* A ledger of the shipped enterprises finds those without a responsible officer. */
static void test_a_ledger_finds_the_records_in_which_a_field_is_empty(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  for (gint64 nr = 1; nr <= 3; nr++)
    test_index_put(index, nr, "enterprise",
                   json_pack("{s:s, s:s, s:s*}", "name", "煤矿", "state", "confirmed", "supervisor",
                             nr == 2 ? "01999999-0000-7000-8000-000000000001" : NULL));
  test_index_update(index);
  json_t *query = json_pack("{s:s, s:{s:s}}", "kind", "enterprise", "where", "supervisor", "");
  assert_listed(index, json_incref(query), "3 1");
  test_index_put(index, 3, "enterprise",
                 json_pack("{s:s, s:s, s:s}", "name", "煤矿", "state", "confirmed", "supervisor",
                           "01999999-0000-7000-8000-000000000001"));
  test_index_put(index, 2, "enterprise",
                 json_pack("{s:s, s:s}", "name", "煤矿", "state", "confirmed"));
  test_index_update(index);
  assert_listed(index, query, "2 1");
}

static json_t *make_assigned(const char *state, const char *day)
{
  return json_pack("{s:s, s:s*}", "state", state, "planned_month", day);
}

/* The shipped inspection is listed by the day for which it is planned while it is assigned. */
static void test_a_ledger_is_in_the_order_of_its_own_date(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, 1, "inspection", make_assigned("assigned", "2026-12-05"));
  test_index_put(index, 2, "inspection", make_assigned("assigned", NULL));
  test_index_put(index, 3, "inspection", make_assigned("assigned", "2026-10-01"));
  test_index_put(index, 4, "inspection", make_assigned("on_site", NULL));
  test_index_update(index);
  assert_listed(
      index,
      json_pack("{s:s, s:s, s:s}", "kind", "inspection", "order", "due", "day", "planned_month"),
      "3 1");
  assert_listed(index,
                json_pack("{s:s, s:s, s:s, s:s}", "kind", "inspection", "order", "due", "day",
                          "planned_month", "due_before", "2026-12-05"),
                "3");
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "inspection", "undated", "planned_month"),
                "2");
  test_index_put(index, 2, "inspection", make_assigned("assigned", "2026-11-01"));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "inspection", "undated", "planned_month"),
                "");
}

/* Only records in a state of the ledger are marked as having no day. */
static void test_records_without_a_day_are_found(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, 1, "hazard", json_pack("{s:s}", "state", "found"));
  test_index_put(index, 2, "hazard", json_pack("{s:s}", "state", "closed"));
  test_index_put(index, 3, "hazard",
                 json_pack("{s:s, s:s}", "state", "ordered", "deadline", "2026-12-05"));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "hazard", "undated", BH_INDEX_DUE), "1");
}

static void test_children_are_found_by_their_parent(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autofree char *first = g_strdup(test_id(1));
  g_autofree char *second = g_strdup(test_id(2));
  test_index_put(index, 1, "inspection", json_pack("{s:s}", "state", "on_site"));
  test_index_put(index, 2, "inspection", json_pack("{s:s}", "state", "closed"));
  test_index_put(index, 3, "inspection", json_object());
  test_index_put(index, 4, "review", json_pack("{s:s}", "parent", first));
  test_index_put(index, 5, "review", json_pack("{s:s}", "parent", second));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s}", "parent", first), "4");
  assert_listed(index, json_pack("{s:[s, s]}", "parent", first, second), "5 4");
  assert_listed(index, json_pack("{s:s, s:[s]}", "kind", "review", "parent_not", "closed"), "4");
  assert_listed(index, json_pack("{s:s, s:s}", "kind", "inspection", "without", "review"), "3");
}

static void test_the_newest_record_with_a_value_is_found(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  gint64 nr = -1;
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_put_named(index, 2, "安泰煤矿");
  test_index_update(index);
  assert_true(bh_list_find(index->db, "enterprise", "name", "安泰煤矿", &nr, NULL));
  assert_int_equal(nr, 2);
  assert_true(bh_list_find(index->db, "enterprise", "name", "安泰", &nr, NULL));
  assert_int_equal(nr, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pages_meet_each_record_once),
      cmocka_unit_test(test_the_latest_change_comes_first),
      cmocka_unit_test(test_titles_are_in_the_order_of_their_sound),
      cmocka_unit_test(test_days_are_in_order_and_before_the_given_one),
      cmocka_unit_test(test_a_ledger_finds_the_records_in_which_a_field_is_empty),
      cmocka_unit_test(test_a_ledger_is_in_the_order_of_its_own_date),
      cmocka_unit_test(test_records_without_a_day_are_found),
      cmocka_unit_test(test_children_are_found_by_their_parent),
      cmocka_unit_test(test_the_newest_record_with_a_value_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

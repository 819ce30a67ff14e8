/* Reading list queries from JSON: what is refused, and with which words. */
#include "tests/sync/index/fixture.h"

#include <string.h>

/* The query is refused with this code, and the error names the member. */
static void check_refused(TestIndex *index, const json_t *json, BhErrorCode code, const char *named,
                          const char *shown)
{
  g_auto(BhListQuery) query = {0};
  g_autoptr(GError) error = NULL;
  if (bh_list_query_read(index->db, index->kinds, json, &query, &error))
    fail_msg("%s: accepted", shown);
  if (!g_error_matches(error, BH_ERROR, code) || !g_str_has_prefix(error->message, named))
    fail_msg("%s: %d: %s", shown, error->code, error->message);
}

static void test_a_wrong_member_is_refused_and_named(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *json;
    BhErrorCode code;
    const char *named; /* the error begins with it */
  } cases[] = {
      {"{\"kind\": 7}", BH_ERROR_FORMAT, "kind: must be "},
      {"{\"where\": [\"state\"]}", BH_ERROR_FORMAT, "where: must be "},
      {"{\"doubtful\": true}", BH_ERROR_FORMAT, "doubtful: must be "},
      {"{\"undated\": 1}", BH_ERROR_FORMAT, "undated: must be "},
      {"{\"undated\": \"@due\"}", BH_ERROR_FORMAT, "undated: needs "},
      {"{\"day\": 1}", BH_ERROR_FORMAT, "day: must be "},
      {"{\"kind\": \"hazard\", \"day\": \"summary\"}", BH_ERROR_UNKNOWN, "day: summary "},
      {"{\"kind\": \"hazard\", \"day\": \"nothing\"}", BH_ERROR_UNKNOWN, "day: nothing "},
      {"{\"without\": 1}", BH_ERROR_FORMAT, "without: must be "},
      {"{\"parent_not\": \"closed\"}", BH_ERROR_FORMAT, "parent_not: must be "},
      {"{\"parent_not\": [1]}", BH_ERROR_FORMAT, "parent_not: must be "},
      {"{\"search\": 5}", BH_ERROR_FORMAT, "search: must be "},
      {"{\"order\": 0}", BH_ERROR_FORMAT, "order: must be "},
      {"{\"due_before\": 20261128}", BH_ERROR_FORMAT, "due_before: must be "},
      {"{\"after\": 12}", BH_ERROR_FORMAT, "after: must be "},
      {"{\"limit\": \"50\"}", BH_ERROR_FORMAT, "limit: must be "},
      {"{\"kind\": \"mine\"}", BH_ERROR_UNKNOWN, "no such kind: mine"},
      {"{\"where\": {\"name\": \"x\"}}", BH_ERROR_UNKNOWN, "where.name: "},
      {"{\"kind\": \"enterprise\", \"where\": {\"nothing\": 1}}", BH_ERROR_UNKNOWN,
       "where.nothing: "},
      {"{\"kind\": \"enterprise\", \"where\": {\"notes\": \"x\"}}", BH_ERROR_UNKNOWN,
       "where.notes: "}, /* not indexed */
      {"{\"kind\": \"enterprise\", \"where\": {\"phone\": \"x\"}}", BH_ERROR_UNKNOWN,
       "where.phone: "}, /* personal */
      {"{\"kind\": \"enterprise\", \"where\": {\"@due\": \"x\"}}", BH_ERROR_UNKNOWN,
       "where.@due: "},
      {"{\"kind\": \"enterprise\", \"where\": {\"name\": null}}", BH_ERROR_FORMAT, "where.name: "},
      {"{\"kind\": \"enterprise\", \"where\": {\"name\": {}}}", BH_ERROR_FORMAT, "where.name: "},
      {"{\"kind\": \"enterprise\", \"where\": {\"name\": [\"x\", 1.5]}}", BH_ERROR_FORMAT,
       "where.name: "},
      {"{\"where\": {\"state\": []}, \"doubtful\": \"uscc\"}", BH_ERROR_FORMAT, "doubtful: "},
      {"{\"parent\": 5}", BH_ERROR_FORMAT, "parent: "},
      {"{\"parent\": [\"x\", null]}", BH_ERROR_FORMAT, "parent: "},
      {"{\"kind\": \"enterprise\", \"parent\": \"x\"}", BH_ERROR_INVALID, "parent: "},
      {"{\"without\": \"mine\"}", BH_ERROR_UNKNOWN, "without: mine "},
      {"{\"without\": \"enterprise\"}", BH_ERROR_UNKNOWN, "without: enterprise "},
      {"{\"order\": \"size\"}", BH_ERROR_UNKNOWN, "order size: "},
      {"{\"order\": \"due\"}", BH_ERROR_UNKNOWN, "order due: "},
      {"{\"after\": \"x\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"after\": \"0\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"after\": \"-1\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"after\": \"7:c3f3\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"order\": \"title\", \"after\": \"7\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"order\": \"title\", \"after\": \"7:c3f\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"order\": \"title\", \"after\": \"7:C3F3\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"order\": \"title\", \"after\": \":c3f3\"}", BH_ERROR_FORMAT, "after: "},
      {"{\"kind\": \"hazard\", \"order\": \"due\", \"after\": \"7\"}", BH_ERROR_FORMAT, "after: "},
  };
  g_autoptr(TestIndex) index = test_index_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) json = json_loads(cases[i].json, 0, NULL);
    assert_non_null(json);
    check_refused(index, json, cases[i].code, cases[i].named, cases[i].json);
  }
}

static json_t *repeat(const char *text, int n)
{
  json_t *list = json_array();
  for (int i = 0; i < n; i++)
    json_array_append_new(list, json_string(text));
  return list;
}

static void check_accepted(TestIndex *index, const json_t *json)
{
  g_auto(BhListQuery) query = {0};
  g_autoptr(GError) error = NULL;
  assert_true(bh_list_query_read(index->db, index->kinds, json, &query, &error));
  assert_no_error(error);
}

static void test_values_up_to_the_limit_are_accepted(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(json_t) where = json_pack("{s:s, s:{s:o}}", "kind", "enterprise", "where", "name",
                                      repeat("x", BH_LIST_VALUES_MAX));
  json_t *names = json_object_get(json_object_get(where, "where"), "name");
  check_accepted(index, where);
  json_array_append_new(names, json_string("x"));
  check_refused(index, where, BH_ERROR_LIMIT, "where.name: ", "one value more");
}

static void test_parents_up_to_the_limit_are_accepted(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(json_t) json = json_pack("{s:o}", "parent", repeat("x", BH_LIST_VALUES_MAX));
  check_accepted(index, json);
  json_array_append_new(json_object_get(json, "parent"), json_string("x"));
  check_refused(index, json, BH_ERROR_FORMAT, "parent: ", "one parent more");
}

static void test_a_search_up_to_the_limit_is_accepted(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(GString) text = test_repeat("", "矿", BH_SEARCH_MAX, "");
  g_autoptr(json_t) json = json_pack("{s:s}", "search", text->str);
  check_accepted(index, json);
  g_string_append(text, "矿");
  json_object_set_new(json, "search", json_string(text->str));
  check_refused(index, json, BH_ERROR_LIMIT, "search: ", "one character more");
}

/* A ninth field is refused, also one that only warns (the credit code). */
static void test_fields_up_to_the_limit_are_accepted(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_autoptr(json_t) json = json_pack("{s:s, s:{}}", "kind", "enterprise", "where");
  json_t *where = json_object_get(json, "where");
  const GPtrArray *fields = bh_kind_list_fields(bh_kind_set_find(index->kinds, "enterprise"));
  guint at = 0;
  while (json_object_size(where) < BH_LIST_WHERE_MAX) {
    assert_true(at < fields->len);
    const BhField *field = fields->pdata[at++];
    if (bh_field_is_indexed(field) && !bh_field_is_personal(field))
      json_object_set_new(where, bh_field_get_name(field), json_string("x"));
  }
  check_accepted(index, json);
  json_object_set_new(json, "doubtful", json_string("uscc"));
  check_refused(index, json, BH_ERROR_LIMIT, "where: ", "a doubtful field more");
  json_object_del(json, "doubtful");
  json_object_set_new(where, "state", json_string("closed"));
  check_refused(index, json, BH_ERROR_LIMIT, "where: ", "the state more");
}

static void test_the_limit_of_rows_is_kept_in_bounds(void **state G_GNUC_UNUSED)
{
  static const struct {
    json_int_t given;
    int limit;
  } cases[] = {{-1, BH_LIST_LIMIT_DEFAULT},
               {0, BH_LIST_LIMIT_DEFAULT},
               {1, 1},
               {BH_LIST_LIMIT_MAX, BH_LIST_LIMIT_MAX},
               {BH_LIST_LIMIT_MAX + 1, BH_LIST_LIMIT_MAX},
               {G_MAXINT64, BH_LIST_LIMIT_MAX}};
  g_autoptr(TestIndex) index = test_index_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(BhListQuery) query = {0};
    g_autoptr(json_t) json = json_pack("{s:I}", "limit", cases[i].given);
    assert_true(bh_list_query_read(index->db, index->kinds, json, &query, NULL));
    assert_int_equal(query.limit, cases[i].limit);
  }
}

static void test_an_empty_query_lists_all_records_by_change(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_put(index, 2, "hazard", json_pack("{s:s}", "summary", "顶板离层"));
  test_index_put_named(index, 1, "安泰煤业");
  test_index_update(index);
  assert_listed(index, json_object(), "1 2");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_wrong_member_is_refused_and_named),
      cmocka_unit_test(test_values_up_to_the_limit_are_accepted),
      cmocka_unit_test(test_parents_up_to_the_limit_are_accepted),
      cmocka_unit_test(test_a_search_up_to_the_limit_is_accepted),
      cmocka_unit_test(test_fields_up_to_the_limit_are_accepted),
      cmocka_unit_test(test_the_limit_of_rows_is_kept_in_bounds),
      cmocka_unit_test(test_an_empty_query_lists_all_records_by_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

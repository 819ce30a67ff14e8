#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sync/hub/http/route.h"

static gboolean match(const char *pattern_text, const char *path, GHashTable *params)
{
  g_autoptr(BhPathPattern) pattern = bh_path_pattern_new(pattern_text);
  g_auto(GStrv) segments = bh_path_split(path, NULL);
  return segments != NULL && bh_path_pattern_match(pattern, segments, params);
}

static void test_patterns_match_whole_segments(void **state)
{
  (void)state;
  g_autoptr(GHashTable) params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  assert_true(match("/", "/", NULL));
  assert_false(match("/", "/a", NULL));
  assert_true(match("/v1/uploads/{id}", "/v1/uploads/7%20x", params));
  assert_string_equal(g_hash_table_lookup(params, "id"), "7 x");
  assert_false(match("/v1/uploads/{id}", "/v1/uploads/", NULL));
  assert_false(match("/v1/uploads/{id}", "/v1/uploads/7/8", NULL));
  assert_true(match("/office/{path*}", "/office/a/b.js", params));
  assert_string_equal(g_hash_table_lookup(params, "path"), "a/b.js");
  assert_true(match("/office/{path*}", "/office/", params));
  assert_string_equal(g_hash_table_lookup(params, "path"), "");
  assert_false(match("/office/{path*}", "/office", NULL));
}

static void test_paths_with_tricks_are_refused(void **state)
{
  (void)state;
  static const char *const bad[] = {
      "relative",
      "/a/../b",
      "/a/%2e%2e/b",
      "/a/%2E./b",
      "/./b",
      "/a%2fb",
      "/a%5cb",
      "/a\\b",
      "/a%00b",
      "/a%0ab",
      "/a%zz",
      "/a%",
      "/a%ff%fe",
      "/a%c0%af",
      "/a%7f",
      "/a%c2%85b",
      "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    char **segments = bh_path_split(bad[i], &error);
    if (segments != NULL)
      fail_msg("%s was accepted", bad[i]);
    assert_int_equal(error->domain, BH_ERROR);
  }
  g_autofree char *lengthy = g_strnfill(BH_PATH_MAX + 1, 'a');
  lengthy[0] = '/';
  g_autoptr(GError) error = NULL;
  assert_null(bh_path_split(lengthy, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

static void test_queries_are_decoded_and_bounded(void **state)
{
  (void)state;
  g_autoptr(GHashTable) query = bh_query_parse("q=%E7%89%8C+1&empty&q=second&a=b=c", NULL);
  assert_string_equal(g_hash_table_lookup(query, "q"), "牌 1");
  assert_string_equal(g_hash_table_lookup(query, "empty"), "");
  assert_string_equal(g_hash_table_lookup(query, "a"), "b=c");
  assert_null(bh_query_parse("q=%00", NULL));
  assert_null(bh_query_parse("q=%ff", NULL));
  g_autoptr(GString) many = g_string_new("a=1");
  for (int i = 0; i < BH_QUERY_MAX_PARAMS; i++)
    g_string_append_printf(many, "&b%d=1", i);
  g_autoptr(GError) error = NULL;
  assert_null(bh_query_parse(many->str, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

static void test_cookies_are_found_by_whole_name(void **state)
{
  (void)state;
  g_autofree char *plain = bh_cookie_find("xid=1; id=2 ; other=3", "id");
  assert_string_equal(plain, "2");
  assert_null(bh_cookie_find("xid=1; idx=2", "id"));
  assert_null(bh_cookie_find(NULL, "id"));
  assert_null(bh_cookie_find("", "id"));
  assert_null(bh_cookie_find("id", "id"));
}

static void test_ranges_as_rfc_9110_says(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    BhRangeResult result;
    gint64 first, length;
  } cases[] = {
      {NULL, BH_RANGE_NONE, 0, 0},
      {"bytes=0-9", BH_RANGE_PART, 0, 10},
      {"bytes=90-", BH_RANGE_PART, 90, 10},
      {"bytes=-5", BH_RANGE_PART, 95, 5},
      {"bytes=-500", BH_RANGE_PART, 0, 100},
      {"bytes=50-500", BH_RANGE_PART, 50, 50},
      {"bytes=100-", BH_RANGE_UNSATISFIABLE, 0, 0},
      {"bytes=-0", BH_RANGE_UNSATISFIABLE, 0, 0},
      {"bytes=9-3", BH_RANGE_NONE, 0, 0},
      {"bytes=-", BH_RANGE_NONE, 0, 0},
      {"bytes=a-b", BH_RANGE_NONE, 0, 0},
      {"bytes=0-1,5-6", BH_RANGE_NONE, 0, 0},
      {"items=0-1", BH_RANGE_NONE, 0, 0},
      {"bytes=0-99999999999999999999", BH_RANGE_NONE, 0, 0},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gint64 first = 0;
    gint64 length = 0;
    if (bh_range_parse(cases[i].header, 100, &first, &length) != cases[i].result ||
        first != cases[i].first || length != cases[i].length)
      fail_msg("%s", cases[i].header);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_patterns_match_whole_segments),
      cmocka_unit_test(test_paths_with_tricks_are_refused),
      cmocka_unit_test(test_queries_are_decoded_and_bounded),
      cmocka_unit_test(test_cookies_are_found_by_whole_name),
      cmocka_unit_test(test_ranges_as_rfc_9110_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

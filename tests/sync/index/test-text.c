/* Search: terms of a text, the query for a typed text, and what it finds. */
#include "tests/sync/index/fixture.h"

static void test_terms_are_pairs_of_neighbouring_characters(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *text, *terms;
  } cases[] = {{"东升煤矿", "东升 升煤 煤矿 矿"},
               {"矿", "矿"},
               {"PL-0042", "pl l 00 04 42 2 0042 2"},
               {"第12345号", "第1 12 23 34 45 5号 号 1234 2345 5"},
               {"ab12号2223", "ab b1 12 2号 号2 22 22 23 3 ab12 2 2223 3"},
               {"ＰＬ－０", "pl l 0"},
               {"（一）号", "一 号"},
               {"--，。", ""},
               {"", ""}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *terms = bh_search_grams(cases[i].text);
    if (g_strcmp0(terms, cases[i].terms) != 0)
      fail_msg("%s: %s", cases[i].text, terms);
  }
}

static void test_a_typed_text_becomes_a_query_of_phrases(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *typed, *query;
  } cases[] = {{"升", "\"升\"*"},
               {"东升", "\"东升\""},
               {"东升煤", "\"东升 升煤\""},
               {"204", "\"20 04\""},
               {"2042", "\"2042\""},
               {"20421", "\"2042 0421\""},
               {"第20421号", "\"2042 0421\" \"第2 20 04 42 21 1号\""},
               {"东升 矿", "\"东升\" \"矿\"*"},
               {"ＰＬ", "\"pl\""},
               {"a\"b* OR c", "\"a\"* \"b\"* \"or\" \"c\"*"},
               {"，。％", NULL},
               {"", NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *query = bh_search_query(cases[i].typed);
    if (g_strcmp0(query, cases[i].query) != 0)
      fail_msg("%s: %s", cases[i].typed, query != NULL ? query : "none");
  }
}

static void test_a_search_finds_characters_letters_and_codes(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *typed, *numbers;
  } cases[] = {{"安", "2 1"},     {"安泰", "1"},     {"安泰煤", "1"}, {"泰安", "2"},
               {"煤矿", "3 2 1"}, {"安矿", ""},      {"矿", "3 2 1"}, {"安 煤矿", "2 1"},
               {"安泰 北岭", ""}, {"PL-0042", "3"},  {"pl-00", "3"},  {"ＰＬ－００４２", "3"},
               {"２", "3"},       {"42", "3"},       {"“安泰”", "1"}, {"％", ""},
               {"，。 …", ""},    {"'; DROP--", ""}, {"龘", ""},      {"NEAR(安泰)", ""},
               {"  安泰  ", "1"}, {"0042", "3"},     {"0043", ""},    {"91140603MA0000015Q", "3"},
               {"00015q", "3"},   {"00051Q", ""},    {"015", "3"},    {"码91140603", "3"},
               {"码1140603", ""}, {"15Q号", "3"},    {"22222223", ""}};
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put_named(index, 1, "安泰煤矿");
  test_index_put_named(index, 2, "泰安煤矿");
  test_index_put(index, 3, "enterprise",
                 json_pack("{s:s, s:s}", "name", "北岭煤矿码91140603MA0000015Q号2222号2223",
                           "short_code", "PL-0042"));
  test_index_update(index);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *numbers = test_index_list(
        index, json_pack("{s:s, s:s}", "kind", "enterprise", "search", cases[i].typed), NULL);
    if (g_strcmp0(numbers, cases[i].numbers) != 0)
      fail_msg("%s: %s", cases[i].typed, numbers);
  }
}

/* Signs alone are a search that nothing matches, and not a list without a search. */
static void test_signs_alone_match_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  g_auto(BhListQuery) signs = {0}, empty = {0};
  g_autoptr(json_t) json = json_pack("{s:s}", "search", "…％");
  g_autoptr(json_t) without = json_pack("{s:s}", "search", "");
  assert_true(bh_list_query_read(index->db, index->kinds, json, &signs, NULL));
  assert_true(signs.matches_nothing);
  assert_true(bh_list_query_read(index->db, index->kinds, without, &empty, NULL));
  assert_false(empty.matches_nothing);
}

static void test_only_the_first_characters_of_a_text_are_indexed(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) text = test_repeat("", "矿", BH_SEARCH_MAX, "北岭");
  g_autofree char *terms = bh_search_grams(text->str);
  g_auto(GStrv) list = g_strsplit(terms, " ", -1);
  assert_int_equal(g_strv_length(list), BH_SEARCH_MAX);
  assert_string_equal(list[BH_SEARCH_MAX - 1], "矿");
}

/* The legal representative is personal: searching for the name must not reveal the record. */
static void test_personal_fields_are_not_searched(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, 1, "enterprise",
                 json_pack("{s:s, s:s, s:s}", "name", "安泰煤矿", "legal_representative", "王建国",
                           "phone", "13834901234"));
  test_index_update(index);
  assert_listed(index, json_pack("{s:s}", "search", "安泰"), "1");
  assert_listed(index, json_pack("{s:s}", "search", "王建国"), "");
  assert_listed(index, json_pack("{s:s}", "search", "1383490"), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_terms_are_pairs_of_neighbouring_characters),
      cmocka_unit_test(test_a_typed_text_becomes_a_query_of_phrases),
      cmocka_unit_test(test_a_search_finds_characters_letters_and_codes),
      cmocka_unit_test(test_signs_alone_match_nothing),
      cmocka_unit_test(test_only_the_first_characters_of_a_text_are_indexed),
      cmocka_unit_test(test_personal_fields_are_not_searched),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Checklists are read from CSV and from files of items; wrong files are refused with file and
 * line. */
#include "schema/checklist.h"
#include "tests/schema/support.h"

#define HEADER                                                                                     \
  "item_no,section_zh,check_zh,standard_zh,basis_zh,major_hazard,rectification_zh,method_zh\n"
#define ROW "A-1,部分,是否,标准,依据,no,整改,询问\n"

static BhChecklist *parse(const char *csv, const char *items, GError **error)
{
  g_autoptr(json_t) file = items != NULL ? json_loads(items, 0, NULL) : NULL;
  assert_true(items == NULL || file != NULL);
  return bh_checklist_parse(csv, strlen(csv), "list.csv", file, error);
}

static void test_quotes_line_ends_and_marks_of_spreadsheets_are_read(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = g_strsplit(HEADER ROW, "\n", -1);
  g_autofree char *crlf = g_strjoinv("\r\n", lines);
  g_autofree char *text =
      g_strconcat("\xef\xbb\xbf", crlf, "A-2,部分,\"甲,乙\"\"丙\",标准,依据,yes,整改,询问", NULL);
  g_autoptr(BhChecklist) list = parse(text, NULL, &error);
  assert_no_error(error);
  assert_int_equal(bh_checklist_count(list), 2);
  assert_string_equal(bh_checklist_find(list, "A-2")->check, "甲,乙\"丙");
  assert_true(bh_checklist_find(list, "A-2")->major_candidate);
  assert_false(bh_checklist_find(list, "A-1")->major_candidate);
  assert_null(bh_checklist_find(list, "A-3"));
  assert_null(bh_checklist_get(list, 2));
  assert_null(bh_checklist_get_head(list));
}

static void test_broken_csv_names_line_and_column(void **state)
{
  (void)state;
  static const struct {
    const char *csv, *where;
  } cases[] = {
      {"", "line 1"},
      {HEADER, "no items"},
      {"item,section\n", "line 1, column 2"},
      {"number,section_zh,check_zh,standard_zh,basis_zh,major_hazard,rectification_zh,method_zh\n",
       "line 1, column 1: the header"},
      {HEADER ROW "A-2,b,c\n", "line 3, column 3: the row has too few"},
      {HEADER "A-2,b,c,d,e,no,g,h,i\n", "line 2, column 8: the row has too many"},
      {HEADER "A-2,b,c,d,e,maybe,g,h\n", "line 2, column 6: major_hazard"},
      {HEADER "A-2,b,,d,e,no,g,h\n", "line 2, column 3: the cell is empty"},
      {HEADER "a-2,b,c,d,e,no,g,h\n", "line 2, column 1: item_no"},
      {HEADER ROW ROW, "line 3, column 1: duplicate item_no"},
      {HEADER "A-2,\"b,c,d,e,no,g,h\n", "line 2, column 2: a quoted cell"},
      {HEADER "A-2,b\"b,c,d,e,no,g,h\n", "line 2, column 2: a quote"},
      {HEADER "A-2,\"b\"b,c,d,e,no,g,h\n", "line 2, column 2: a quote"},
      {HEADER "A-2,b,\"c\nd\",d,e,no,g,h\n", "line 2, column 3: the cell contains a control"},
      {HEADER "A-2,b\xff,c,d,e,no,g,h\n", "neither UTF-8"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(parse(cases[i].csv, NULL, &error));
    assert_non_null(error);
    assert_true(g_str_has_prefix(error->message, "list.csv: "));
    if (strstr(error->message, cases[i].where) == NULL)
      fail_msg("case %zu: \"%s\" instead of \"%s\"", i, error->message, cases[i].where);
  }
}

static void test_limits_of_size_hold(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *cell = g_strnfill(2001, 'x');
  g_autofree char *wide = g_strconcat(HEADER "A-1,", cell, ",c,d,e,no,g,h\n", NULL);
  assert_null(parse(wide, NULL, &error));
  assert_error(error, BH_ERROR_FORMAT);
  g_autofree char *huge = g_strnfill(BH_CHECKLIST_MAX_BYTES + 1, 'x');
  assert_null(parse(huge, NULL, &error));
  assert_error(error, BH_ERROR_LIMIT);
  GString *many = g_string_new(HEADER);
  for (int i = 0; i <= BH_CHECKLIST_MAX_ITEMS; i++)
    g_string_append_printf(many, "A-%d,b,c,d,e,no,g,h\n", i);
  assert_null(parse(many->str, NULL, &error));
  assert_error(error, BH_ERROR_FORMAT);
  g_string_free(many, TRUE);
  assert_null(bh_checklist_load("/nonexistent/list.csv", NULL, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
}

#define ITEMS(head, items) "{\"bihuan-items\":1,\"checklist\":" head ",\"items\":" items "}"
#define HEAD                                                                                       \
  "{\"code\":\"x\",\"name\":{\"zh\":\"甲\",\"en\":\"A\"},\"version\":\"1\",\"valid_from\":"       \
  "\"2026-01-01\",\"source\":\"s\"}"

static void test_broken_item_files_name_the_place(void **state)
{
  (void)state;
  static const struct {
    const char *items, *where;
  } cases[] = {
      {"[]", "$: must be an object"},
      {"{\"bihuan-items\":2}", "$: \"bihuan-items\""},
      {"{\"bihuan-items\":1}", "$.checklist: must be an object"},
      {"{\"bihuan-items\":1,\"more\":1}", "$: unknown member \"more\""},
      {ITEMS("{\"code\":\"x\"}", "{}"), "$.checklist: \"name\" is missing"},
      {ITEMS(HEAD, "[]"), "$.items: must be an object"},
      {ITEMS(HEAD, "{\"B-1\":{}}"), "$.items: the list has no item \"B-1\""},
      {ITEMS(HEAD, "{\"A-1\":{\"colour\":1}}"), "$.items.A-1: unknown member"},
      {ITEMS(HEAD, "{\"A-1\":{\"addressee\":\"me\"}}"), "$.items.A-1.addressee"},
      {ITEMS(HEAD, "{\"A-1\":{\"area\":\"14060\"}}"), "$.items.A-1.area"},
      {ITEMS(HEAD, "{\"A-1\":{\"same_as\":\"A-1\"}}"), "$.items.A-1.same_as"},
      {ITEMS(HEAD, "{\"A-1\":{\"same_as\":\"a b\"}}"), "$.items.A-1.same_as"},
      {ITEMS(HEAD, "{\"A-1\":{\"applies_when\":true}}"), "$.items.A-1.applies_when"},
      {ITEMS(HEAD, "{\"A-1\":{\"measures\":1}}"), "$.items.A-1.measures: must be"},
      {ITEMS(HEAD, "{\"A-1\":{\"preset\":{}}}"),
       "$.items.A-1.preset: must be an object of 1 to 10"},
      {ITEMS(HEAD, "{\"A-1\":{\"preset\":{\"x\":\"now\"}}}"), "$.items.A-1.preset.x: must be"},
      {ITEMS(HEAD, "{\"A-1\":{\"preset\":{\"x\":{}}}}"), "$.items.A-1.preset.x: \"is\" is missing"},
      {ITEMS(HEAD, "{\"A-1\":{\"preset\":{\"x\":{\"was\":1}}}}"), "$.items.A-1.preset.x: unknown"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(parse(HEADER ROW, cases[i].items, &error));
    assert_non_null(error);
    if (strstr(error->message, cases[i].where) == NULL)
      fail_msg("case %zu: \"%s\" instead of \"%s\"", i, error->message, cases[i].where);
    assert_true(g_str_has_prefix(error->message, "list.csv, item file: "));
  }
}

static void test_a_condition_about_nothing_declared_is_refused(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  static const char kinds[] =
      "{\"bihuan-kinds\":1,\"kinds\":[{\"bihuan-kind\":1,\"kind\":\"enterprise\",\"label\":{\"zh\":"
      "\"企\",\"en\":\"E\"},\"scope\":\"all\",\"title\":\"{x}\",\"directory\":\"s\","
      "\"fields\":[{\"name\":\"x\",\"type\":\"flag\",\"label\":{\"zh\":\"甲\",\"en\":\"X\"}},"
      "{\"name\":\"s\",\"type\":\"choice\",\"indexed\":true,\"label\":{\"zh\":\"类\",\"en\":"
      "\"S\"},\"choices\":[{\"code\":\"a\",\"label\":{\"zh\":\"一\",\"en\":\"A\"}}]}]}]}";
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(kinds, strlen(kinds), &error);
  assert_no_error(error);
  g_autoptr(BhChecklist) good =
      parse(HEADER ROW, ITEMS(HEAD, "{\"A-1\":{\"applies_when\":{\"field\":\"x\",\"is\":true}}}"),
            &error);
  assert_true(bh_checklist_check(good, set, &error));
  g_autoptr(BhChecklist) bad =
      parse(HEADER ROW, ITEMS(HEAD, "{\"A-1\":{\"applies_when\":{\"field\":\"y\",\"is\":true}}}"),
            &error);
  assert_false(bh_checklist_check(bad, set, &error));
  assert_non_null(strstr(error->message, "A-1: $.applies_when.field"));
  assert_error(error, BH_ERROR_INVALID);
  g_clear_error(&error);

  g_autoptr(BhChecklist) preset =
      parse(HEADER ROW, ITEMS(HEAD, "{\"A-1\":{\"preset\":{\"x\":{\"is\":true}}}}"), &error);
  assert_true(bh_checklist_check(preset, set, &error));
  static const char *const wrong[] = {"{\"y\":{\"is\":true}}", "{\"x\":{\"is\":7}}",
                                      "{\"x\":\"today\"}"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autofree char *items = g_strdup_printf(ITEMS(HEAD, "{\"A-1\":{\"preset\":%s}}"), wrong[i]);
    g_autoptr(BhChecklist) list = parse(HEADER ROW, items, &error);
    assert_false(bh_checklist_check(list, set, &error));
    assert_string_equal(error->message, "A-1: $.preset: no kind has all these fields with these "
                                        "values");
    g_clear_error(&error);
  }
}

static void test_a_checklist_is_unchanged_after_it_was_a_record(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhChecklist) list =
      parse(HEADER ROW "A-2,部分二,是否,标准,依据,yes,整改,询问\n",
            ITEMS(HEAD, "{\"A-2\":{\"same_as\":\"A-1\",\"area\":\"140600\",\"addressee\":"
                        "\"government\",\"applies_when\":{\"field\":\"x\",\"is\":true},"
                        "\"preset\":{\"a\":{\"is\":true},\"b\":\"today\"},"
                        "\"measures\":\"通风 风门\"}}"),
            &error);
  assert_no_error(error);
  g_autoptr(json_t) json = bh_checklist_to_json(list);
  g_autoptr(BhChecklist) again = bh_checklist_from_json(json, &error);
  assert_no_error(error);
  g_autoptr(json_t) json_again = bh_checklist_to_json(again);
  assert_true(json_equal(json, json_again));
  const BhChecklistItem *item = bh_checklist_find(again, "A-2");
  assert_string_equal(item->addressee, "government");
  assert_string_equal(item->same_as, "A-1");
  assert_true(item->major_candidate);
  assert_string_equal(item->measures, "通风 风门");
  assert_string_equal(bh_checklist_find(again, "A-1")->measures, "");
  g_autoptr(json_t) preset = bh_checklist_item_dup_preset(item, "2026-11-29");
  g_autofree char *preset_text = bh_json_dump_sorted(preset);
  assert_string_equal(preset_text, "{\"a\":true,\"b\":\"2026-11-29\"}");
  g_autoptr(json_t) none =
      bh_checklist_item_dup_preset(bh_checklist_find(again, "A-1"), "2026-11-29");
  assert_int_equal(json_object_size(none), 0);
  g_autoptr(GPtrArray) sections = bh_checklist_list_sections(again);
  assert_int_equal(sections->len, 2);
  assert_string_equal(sections->pdata[1], "部分二");
  json_object_set_new(json_array_get(json, 1), "check", json_integer(1));
  assert_null(bh_checklist_from_json(json, &error));
  assert_non_null(strstr(error->message, "$[1].check"));
  g_clear_error(&error);
  g_autoptr(json_t) empty = json_array();
  assert_null(bh_checklist_from_json(empty, &error));
}

static void test_a_list_is_offered_within_its_days(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) both =
      json_pack("{s:s, s:s}", "valid_from", "2026-01-01", "valid_to", "2026-10-31");
  g_autoptr(json_t) open = json_pack("{s:s}", "valid_from", "2026-11-01");
  g_autoptr(json_t) none = json_object();
  assert_false(bh_checklist_is_in_force(both, "2025-12-31"));
  assert_true(bh_checklist_is_in_force(both, "2026-01-01"));
  assert_true(bh_checklist_is_in_force(both, "2026-10-31"));
  assert_false(bh_checklist_is_in_force(both, "2026-11-01"));
  assert_false(bh_checklist_is_in_force(open, "2026-10-31"));
  assert_true(bh_checklist_is_in_force(open, "2030-01-01"));
  assert_true(bh_checklist_is_in_force(none, "2030-01-01"));
}

static void test_answers_have_stable_codes(void **state)
{
  (void)state;
  static const char *const codes[] = {"unchecked", "compliant", "noncompliant", "not_applicable"};
  static const char *const labels[] = {"未检查", "符合", "不符合", "不涉及"};
  BhAnswer answer;
  for (int i = 0; i < 4; i++) {
    assert_string_equal(bh_answer_code((BhAnswer)i), codes[i]);
    assert_string_equal(bh_answer_label((BhAnswer)i, "zh"), labels[i]);
    assert_true(bh_answer_from_code(codes[i], &answer));
    assert_int_equal(answer, i);
  }
  assert_false(bh_answer_from_code("yes", &answer));
  assert_false(bh_answer_from_code(NULL, &answer));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_quotes_line_ends_and_marks_of_spreadsheets_are_read),
      cmocka_unit_test(test_broken_csv_names_line_and_column),
      cmocka_unit_test(test_limits_of_size_hold),
      cmocka_unit_test(test_broken_item_files_name_the_place),
      cmocka_unit_test(test_a_condition_about_nothing_declared_is_refused),
      cmocka_unit_test(test_a_checklist_is_unchanged_after_it_was_a_record),
      cmocka_unit_test(test_a_list_is_offered_within_its_days),
      cmocka_unit_test(test_answers_have_stable_codes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

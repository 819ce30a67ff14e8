/* Worksheets: which items of a list are asked of a record, who may answer them and when, what an
 * answer sets, and which declarations are refused. */
#include <string.h>

#include "schema/act.h"
#include "schema/form.h"
#include "schema/worksheet.h"
#include "tests/schema/broken.h"
#include "tests/schema/world-of-records.h"

#define TODAY "2026-11-28"
#define KIND "capacity_assessment"
#define LISTED_TOWNSHIP 26
#define LISTED_EVALUATION 34

typedef struct {
  TestWorld *world;
  const BhKind *kind;
  BhChecklist *list;
  BhContext context;
} Sheet;

static BhChecklist *load_list(const char *name)
{
  g_autoptr(GError) error = NULL;
  const char *top = g_getenv("BIHUAN_DATADIR");
  g_autofree char *csv = g_strdup_printf("%s/assets/checklists/%s.csv", top, name);
  g_autofree char *items = g_strdup_printf("%s/assets/checklists/%s.items.json", top, name);
  BhChecklist *list = bh_checklist_load(csv, items, &error);
  assert_no_error(error);
  return list;
}

/* A check of a township office in 朔州 by the county, in progress. */
static void sheet_begin(Sheet *sheet, const char *area)
{
  g_autofree char *town = g_strdup_printf("{\"name\":\"town\",\"level\":\"township\","
                                          "\"area\":\"%s\"}",
                                          area);
  sheet->world = test_world_new();
  test_world_put(sheet->world, "town", "unit", town);
  test_world_put(sheet->world, "county", "unit", "{\"name\":\"county\",\"level\":\"county\"}");
  test_world_put(sheet->world, "sun", "staff",
                 "{\"name\":\"sun\",\"unit\":{\"$ref\":\"county\"},\"roles\":[\"reviewer\"]}");
  test_world_put(sheet->world, "li", "staff",
                 "{\"name\":\"li\",\"unit\":{\"$ref\":\"town\"},\"roles\":[\"inspector\"]}");
  test_world_put(sheet->world, "check", KIND,
                 "{\"state\":\"assessing\",\"assessed_unit\":{\"$ref\":\"town\"},"
                 "\"unit\":{\"$ref\":\"county\"},\"assessor\":{\"$ref\":\"sun\"},"
                 "\"assessed_on\":\"2026-11-28\"}");
  sheet->kind = bh_kind_set_find(sheet->world->kinds, KIND);
  sheet->list = load_list("township-capacity");
  sheet->context = test_world_context(sheet->world, "check", "sun", TODAY);
}

static void sheet_end(Sheet *sheet)
{
  bh_checklist_free(sheet->list);
  test_world_free(sheet->world);
}

static json_t *resolve(Sheet *sheet)
{
  return bh_worksheet_resolve(sheet->kind, sheet->world->kinds, sheet->list, &sheet->context, "en");
}

static json_t *answer(Sheet *sheet, const char *item, const char *code, const char *note,
                      GError **error)
{
  return bh_worksheet_dup_set(sheet->kind, sheet->world->kinds, sheet->list, test_id(77),
                              &sheet->context, item, code, note, error);
}

static const json_t *find(const json_t *rows, const char *item)
{
  gsize i;
  json_t *row;
  json_array_foreach((json_t *)rows, i, row) {
    if (strcmp(bh_json_string_or(row, "item", ""), item) == 0)
      return row;
  }
  return NULL;
}

static void test_R051_a_list_asks_in_the_area_of_the_record(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *area, *asked, *elsewhere;
    gsize total;
  } cases[] = {
      {"140603100", "TWN-01", "TWN-02", 20}, /* 朔州 */
      {"140502", "TWN-02", "TWN-01", 11},    /* 晋城 */
      {"530302", NULL, "TWN-01", 0},         /* not in the province */
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    Sheet sheet;
    sheet_begin(&sheet, cases[i].area);
    g_autoptr(json_t) view = resolve(&sheet);
    const json_t *items = json_object_get(view, "items");
    const json_t *others = json_object_get(view, "not_asked");
    assert_int_equal(json_array_size(items), cases[i].total);
    assert_int_equal(json_integer_value(json_object_get(view, "total")), cases[i].total);
    assert_int_equal(json_array_size(items) + json_array_size(others), LISTED_TOWNSHIP);
    assert_true(cases[i].asked == NULL || find(items, cases[i].asked) != NULL);
    const json_t *other = find(others, cases[i].elsewhere);
    assert_non_null(other);
    assert_non_null(json_object_get(other, "areas"));
    assert_true(json_is_true(json_object_get(view, "open")));
    sheet_end(&sheet);
  }
}

static void test_an_item_is_shown_with_all_that_it_says(void **state G_GNUC_UNUSED)
{
  Sheet sheet;
  sheet_begin(&sheet, "140603");
  test_world_put(sheet.world, "check", KIND,
                 "{\"answers/TWN-01\":{\"answer\":\"noncompliant\",\"note\":\"2\"},"
                 "\"answers/TWN-05\":{\"answer\":\"unchecked\"},"
                 "\"answers/TWN-04\":{\"answer\":\"compliant\"}}");
  sheet.context = test_world_context(sheet.world, "check", "sun", TODAY);
  g_autoptr(json_t) view = resolve(&sheet);
  const json_t *items = json_object_get(view, "items");
  const json_t *item = find(items, "TWN-01");
  static const char *const members[][2] = {
      {"section", "人员"},
      {"check", "监管执法人员是否不少于3人"},
      {"method", "查阅资料"},
      {"standard", "在岗、能履职的不少于3人"},
      {"rectification", "限期配齐"},
      {"basis", "朔安发〔2022〕3号第48条"},
      {"addressee", "government"},
      {"answer", "noncompliant"},
      {"note", "2"},
      {"answer_label", "not compliant"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
    assert_string_equal(bh_json_string_or(item, members[i][0], ""), members[i][1]);
  /* An answer to an item that is asked elsewhere stays visible, and counts nowhere. */
  assert_true(json_is_false(json_object_get(find(items, "TWN-04"), "asked")));
  assert_null(find(json_object_get(view, "not_asked"), "TWN-04"));
  assert_int_equal(json_integer_value(json_object_get(view, "total")), 20);
  /* What is marked as not checked is not answered. */
  assert_int_equal(json_integer_value(json_object_get(view, "answered")), 1);
  const json_t *counts = json_object_get(view, "counts");
  assert_int_equal(json_integer_value(json_object_get(counts, "noncompliant")), 1);
  assert_int_equal(json_integer_value(json_object_get(counts, "unchecked")), 19);
  sheet_end(&sheet);
}

static void test_an_answer_sets_one_key_and_the_first_one_the_list(void **state G_GNUC_UNUSED)
{
  Sheet sheet;
  sheet_begin(&sheet, "140603");
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) first = answer(&sheet, "TWN-01", "compliant", " ", &error);
  assert_no_error(error);
  g_autoptr(json_t) wanted = json_pack("{s:{s:s}, s:s}", "answers/TWN-01", "answer", "compliant",
                                       "checklist", test_id(77));
  assert_true(json_equal(first, wanted));
  g_autofree char *text = json_dumps(first, 0);
  test_world_put(sheet.world, "check", KIND, text);
  sheet.context = test_world_context(sheet.world, "check", "sun", TODAY);
  assert_string_equal(bh_worksheet_get_list(sheet.kind, sheet.world->kinds, sheet.context.values),
                      test_id(77));
  g_autoptr(json_t) second = answer(&sheet, "TWN-05", "noncompliant", "只有2人", &error);
  assert_no_error(error);
  g_autoptr(json_t) also =
      json_pack("{s:{s:s, s:s}}", "answers/TWN-05", "answer", "noncompliant", "note", "只有2人");
  assert_true(json_equal(second, also));
  const char *key;
  json_t *value;
  json_object_foreach(second, key, value) {
    assert_true(bh_kind_check_value(sheet.kind, key, value, &error));
  }
  sheet_end(&sheet);
}

static void assert_refused(Sheet *sheet, const char *item, const char *code, const char *note,
                           BhErrorCode wanted, const char *part)
{
  g_autoptr(GError) error = NULL;
  assert_null(answer(sheet, item, code, note, &error));
  assert_non_null(error);
  assert_true(g_error_matches(error, BH_ERROR, (int)wanted));
  if (strstr(error->message, part) == NULL)
    fail_msg("\"%s\" is not in: %s", part, error->message);
}

static void test_answers_that_cannot_be_given_are_refused(void **state G_GNUC_UNUSED)
{
  Sheet sheet;
  sheet_begin(&sheet, "140603");
  g_autofree char *fits = g_strnfill(BH_ANSWER_NOTE_MAX, 'x');
  g_autofree char *wide = g_strnfill(BH_ANSWER_NOTE_MAX + 1, 'x');
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) good = answer(&sheet, "TWN-01", "compliant", fits, &error);
  assert_non_null(good);
  assert_refused(&sheet, "TWN-01", "compliant", wide, BH_ERROR_LIMIT, "\"note\"");
  assert_refused(&sheet, "TWN-01", "yes", "", BH_ERROR_INVALID, "unknown answer \"yes\"");
  assert_refused(&sheet, "TWN-99", "compliant", "", BH_ERROR_INVALID, "no item \"TWN-99\"");
  assert_refused(&sheet, "TWN-02", "compliant", "", BH_ERROR_INVALID, "TWN-02 is not asked");
  sheet.context = test_world_context(sheet.world, "check", "li", TODAY);
  assert_refused(&sheet, "TWN-01", "compliant", "", BH_ERROR_DENIED, "not open to this person");
  g_autoptr(json_t) read = resolve(&sheet);
  assert_true(json_is_false(json_object_get(read, "open")));
  assert_string_equal(bh_json_string_or(read, "why", ""), "actor");
  test_world_put(sheet.world, "check", KIND, "{\"state\":\"assessed\"}");
  sheet.context = test_world_context(sheet.world, "check", "sun", TODAY);
  assert_refused(&sheet, "TWN-01", "compliant", "", BH_ERROR_DENIED, "not open to this person");
  g_autoptr(json_t) closed = resolve(&sheet);
  assert_string_equal(bh_json_string_or(closed, "why", ""), "state");
  sheet_end(&sheet);
}

static void test_the_newest_list_in_force_is_chosen(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *kind = bh_kind_set_find(world->kinds, KIND);
  g_autoptr(json_t) rows =
      test_parse_quoted("[{'id':'a','values':{'code':'township-capacity','name':'A','version':'1',"
                        "'valid_from':'2026-01-01','valid_to':'2026-10-31'}},"
                        "{'id':'b','values':{'code':'township-capacity','name':'A','version':'2',"
                        "'valid_from':'2026-11-01'}},"
                        "{'id':'c','values':{'code':'township-capacity','name':'A','version':'3',"
                        "'valid_from':'2027-01-01'}},"
                        "{'id':'d','values':{'code':'coal-mine','name':'D','version':'1',"
                        "'valid_from':'2026-11-02'}}]");
  static const struct {
    const char *today, *id;
  } cases[] = {{"2026-10-31", "a"}, {"2026-11-28", "b"}, {"2027-01-01", "c"}, {"2025-12-31", NULL}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) choices = bh_worksheet_list_choices(kind, rows, cases[i].today);
    assert_int_equal(json_array_size(choices), cases[i].id != NULL);
    if (cases[i].id != NULL)
      assert_string_equal(bh_json_string_or(json_array_get(choices, 0), "id", ""), cases[i].id);
  }
}

static void test_R052_three_kinds_of_the_office_have_their_lists(void **state G_GNUC_UNUSED)
{
  static const char *const wanted[][2] = {
      {"tip_off", "tip-off-verification"},
      {"accident", "accident-direct-report"},
      {"accident_evaluation", "accident-rectification-evaluation"}};
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
    const BhKind *kind = bh_kind_set_find(world->kinds, wanted[i][0]);
    assert_string_equal(json_string_value(json_array_get(bh_worksheet_get_codes(kind), 0)),
                        wanted[i][1]);
    g_autoptr(BhChecklist) list = load_list(wanted[i][1]);
    assert_true(bh_checklist_check(list, world->kinds, NULL));
  }
  assert_null(bh_worksheet_find(bh_kind_set_find(world->kinds, "inspection")));
  /* Of the evaluation, three items bind in the province, all in the district of their source. */
  static const struct {
    const char *area;
    gsize total;
  } cases[] = {{"140603", 3}, {"530302", LISTED_EVALUATION}};
  const BhKind *kind = bh_kind_set_find(world->kinds, "accident_evaluation");
  g_autoptr(BhChecklist) list = load_list("accident-rectification-evaluation");
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *accident = g_strdup_printf("{\"area\":\"%s\"}", cases[i].area);
    test_world_put(world, "accident", "accident", accident);
    test_world_put(world, "evaluation", "accident_evaluation",
                   "{\"state\":\"group_set\",\"accident\":{\"$ref\":\"accident\"}}");
    BhContext context = test_world_context(world, "evaluation", NULL, TODAY);
    g_autoptr(json_t) view = bh_worksheet_resolve(kind, world->kinds, list, &context, "zh");
    assert_int_equal(json_integer_value(json_object_get(view, "total")), cases[i].total);
  }
}

/* Answers are asked for by the worksheet only: no form has them, and no button opens an empty
 * form. */
static void test_no_form_asks_for_answers(void **state G_GNUC_UNUSED)
{
  Sheet sheet;
  sheet_begin(&sheet, "140603");
  g_autoptr(GPtrArray) acts = bh_act_list(sheet.kind, &sheet.context);
  gboolean found = FALSE;
  for (guint i = 0; i < acts->len; i++) {
    g_autoptr(GPtrArray) fields = bh_act_list_fields(acts->pdata[i], &sheet.context, TRUE);
    assert_string_not_equal(bh_act_get_name(acts->pdata[i]), "edit/tick_off");
    found |= strcmp(bh_act_get_name(acts->pdata[i]), "edit/correct") == 0;
    for (guint k = 0; k < fields->len; k++)
      assert_int_not_equal(bh_field_get_type(fields->pdata[k]), BH_FIELD_ITEMS);
  }
  assert_true(found);
  sheet_end(&sheet);
}

#define F "kinds/0/fields/"

static void test_declarations_without_sense_are_refused(void **state G_GNUC_UNUSED)
{
  static const char sound[] =
      "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'audit','label':{'zh':'a','en':'A'},"
      "'scope':'all','title':'{name}','edit':[{'name':'tick','label':{'zh':'a','en':'A'},"
      "'who':['anyone'],'fields':['results']}],'fields':["
      "{'name':'name','type':'text','label':{'zh':'a','en':'A'}},"
      "{'name':'list','type':'ref','label':{'zh':'a','en':'A'},'ref_kinds':['questions'],"
      "'in_form':false},"
      "{'name':'results','type':'items','label':{'zh':'a','en':'A'},'lists':['one-1','two_2']},"
      "{'name':'more','type':'items','label':{'zh':'a','en':'A'}}]},"
      "{'bihuan-kind':1,'kind':'questions','label':{'zh':'a','en':'A'},'scope':'all',"
      "'title':'{code}','fields':["
      "{'name':'code','type':'text','label':{'zh':'a','en':'A'},'indexed':true},"
      "{'name':'items','type':'json','label':{'zh':'a','en':'A'}}]}]}";
  static const TestBroken cases[] = {
      {F "2/lists", "[]", "$.kinds[0].fields[2].lists: is empty"},
      {F "2/lists", "'one'", "$.kinds[0].fields[2].lists: "},
      {F "2/lists", "['A b']", "$.kinds[0].fields[2].lists[0]: must be the code of a list"},
      {F "2/lists", "['a','a']", "$.kinds[0].fields[2].lists[1]: duplicate \"a\""},
      {F "2/lists", "[1]", "$.kinds[0].fields[2].lists[0]: must be the code of a list"},
      {F "2/lists", "['a','b','c','d','e','f','g','h','i','j','k']", "$.kinds[0].fields[2].lists"},
      {F "0/lists", "['a']", "$.kinds[0].fields[0].lists: only a field of type items can have it"},
      {F "3/lists", "['a']", "$.kinds[0].fields[3].lists: field \"results\" has it already"},
      {F "1/in_form", "true", "$.kinds[0].fields[2].lists: the first answer sets field \"list\""},
      {F "1/written_by", "'hub'",
       "$.kinds[0].fields[2].lists: the first answer sets field \"list\""},
      {F "1/ref_kinds", "['audit']",
       "$.kinds[0].fields[2].lists: kind audit has no ref field to a kind"},
      {"kinds/0/edit/0/fields", "['name']",
       "$.kinds[0].fields[2].lists: no \"edit\" without a page has the field \"results\""},
      {"kinds/0/edit/0/page", "'visit'",
       "$.kinds[0].fields[2].lists: no \"edit\" without a page has the field \"results\""},
  };
  g_autoptr(json_t) root = test_parse_quoted(sound);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_string_equal(bh_field_get_name(bh_worksheet_find(bh_kind_set_find(set, "audit"))),
                      "results");
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) broken = json_deep_copy(root);
    test_change(broken, cases[i].path, cases[i].value);
    g_autoptr(BhKindSet) none = test_load_kinds(broken, &error);
    assert_null(none);
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("\"%s\" is not in: %s", cases[i].error, error->message);
    g_clear_error(&error);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_R051_a_list_asks_in_the_area_of_the_record),
      cmocka_unit_test(test_an_item_is_shown_with_all_that_it_says),
      cmocka_unit_test(test_an_answer_sets_one_key_and_the_first_one_the_list),
      cmocka_unit_test(test_answers_that_cannot_be_given_are_refused),
      cmocka_unit_test(test_the_newest_list_in_force_is_chosen),
      cmocka_unit_test(test_R052_three_kinds_of_the_office_have_their_lists),
      cmocka_unit_test(test_no_form_asks_for_answers),
      cmocka_unit_test(test_declarations_without_sense_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

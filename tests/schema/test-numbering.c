/* The word `number`: which declarations are refused and why, which counter a record has, and how
 * numbers are written and read. */
#include "schema/numbering.h"

#include <string.h>

#include "tests/schema/support.h"

/* A kind with numbers, and the unit and staff that it needs. Each case changes the member "number"
 * or one field. */
#define LABEL "'label':{'zh':'某','en':'Some'}"
#define KIND                                                                                       \
  "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'paper'," LABEL                              \
  ",'scope':'unit','unit_from':'unit','title':'{nr}','number':%s,'fields':["                       \
  "{'name':'nr','type':'text'," LABEL ",'in_form':false,'max':%d},"                                \
  "{'name':'draft','type':'flag'," LABEL ",'in_form':false},"                                      \
  "{'name':'typed','type':'text'," LABEL "},"                                                      \
  "{'name':'unit','type':'ref'," LABEL ",'ref_kinds':['unit']},"                                   \
  "{'name':'form','type':'choice'," LABEL ",'choices':[{'code':'a'," LABEL ",'mark':'甲'},"       \
  "{'code':'b'," LABEL ",'mark':'乙'},{'code':'old'," LABEL ",'mark':'旧','retired':true}]},"     \
  "{'name':'bare','type':'choice'," LABEL ",'choices':[{'code':'a'," LABEL "}]}]},"                \
  "{'bihuan-kind':1,'kind':'unit'," LABEL ",'scope':'all','title':'{short}','fields':["            \
  "{'name':'short','type':'text'," LABEL ",'max':10},"                                             \
  "{'name':'area','type':'area'," LABEL "}]}]}"

#define GOOD                                                                                       \
  "{'field':'nr','provisional':'draft','pattern':'{unit.short}{form.mark}〔{year}〕{n:03}号',"  \
  "'per':['unit','form','year']}"

#define U "00000000-0000-7000-8000-0000000a3f2b"

static BhKindSet *load(const char *number, int max, GError **error)
{
  g_autofree char *quoted = g_strdup_printf(KIND, number, max);
  g_strdelimit(quoted, "'", '"');
  return bh_kind_set_from_text(quoted, strlen(quoted), error);
}

static const json_t *find_unit(const char *record, gpointer data)
{
  return strcmp(record, U) == 0 ? data : NULL;
}

static void test_a_sound_declaration_loads(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = load(GOOD, 60, &error);
  assert_no_error(error);
  const BhKind *kind = bh_kind_set_find(set, "paper");
  const BhNumbering *numbering = bh_kind_get_numbering(kind);
  assert_non_null(numbering);
  assert_string_equal(bh_numbering_get_field(numbering), "nr");
  assert_string_equal(bh_numbering_get_provisional(numbering), "draft");
  assert_string_equal(bh_field_get_name(bh_numbering_get_type(kind)), "form");
  assert_true(bh_numbering_is_key(numbering, "nr") && bh_numbering_is_key(numbering, "draft"));
  assert_false(bh_numbering_is_key(numbering, "typed"));
  assert_null(bh_kind_get_numbering(bh_kind_set_find(set, "unit")));
}

static void test_a_wrong_declaration_is_refused_with_place_and_reason(void **state)
{
  (void)state;
  static const struct {
    const char *number, *place;
  } cases[] = {
      {"1", "number"},
      {"{'pattern':'{n}'}", "field"},
      {"{'field':'nr'}", "pattern"},
      {"{'field':'nr','pattern':'{n}','per':'year'}", "per"},
      {"{'field':'nr','pattern':'{n}','per':[]}", "per: is empty"},
      {"{'field':'nr','pattern':'{n}','more':1}", "more"},
      {"{'field':'none','pattern':'{n}'}", "no field \"none\""},
      {"{'field':'form','pattern':'{n}'}", "of type text"},
      {"{'field':'typed','pattern':'{n}'}", "in_form"},
      {"{'field':'nr','provisional':'typed','pattern':'{n}'}", "of type flag"},
      {"{'field':'nr','pattern':'A'}", "exactly once"},
      {"{'field':'nr','pattern':'{n}{n:02}'}", "exactly once"},
      {"{'field':'nr','pattern':'{n:00}'}", "\"n:00\""},
      {"{'field':'nr','pattern':'{n:08}'}", "\"n:08\""},
      {"{'field':'nr','pattern':'{n'}", "unknown part"},
      {"{'field':'nr','pattern':'n}{n}'}", "unknown part"},
      {"{'field':'nr','pattern':'{}{n}'}", "unknown part"},
      {"{'field':'nr','pattern':'{typed}{n}'}", "\"typed\""},
      {"{'field':'nr','pattern':'{form}{n}'}", "\"form\""},
      {"{'field':'nr','pattern':'{n}','per':['year']}", "{year}"},
      {"{'field':'nr','pattern':'{year}{n}'}", "{year}"},
      {"{'field':'nr','pattern':'{n}','per':['unit']}", "{unit.FIELD}"},
      {"{'field':'nr','pattern':'{n}','per':['form']}", "{form}"},
      {"{'field':'nr','pattern':'{form}{n}','per':['form','bare']}", "two fields"},
      {"{'field':'nr','pattern':'{typed}{n}','per':['typed']}", "no choice field"},
      {"{'field':'nr','pattern':'{bare.mark}{n}','per':['bare']}", "\"mark\" of its own"},
      {"{'field':'nr','pattern':'{unit.none}{n}','per':['unit']}", "\"none\""},
      {"{'field':'nr','pattern':'{unit.area}{n}','per':['unit']}", "\"area\""},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set = load(cases[i].number, 60, &error);
    if (set != NULL)
      fail_msg("%s was accepted", cases[i].number);
    if (strstr(error->message, "number") == NULL || strstr(error->message, cases[i].place) == NULL)
      fail_msg("%s: %s", cases[i].number, error->message);
    assert_error(error, BH_ERROR_INVALID);
  }
}

static void test_a_field_too_short_for_the_longest_number_is_refused(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  /* ten characters of the unit, one of the type, six of the year, seven digits and 号 */
  g_autoptr(BhKindSet) fits = load(GOOD, 10 + 1 + 6 + 7 + 1, &error);
  assert_no_error(error);
  g_autoptr(BhKindSet) set = load(GOOD, 10 + 1 + 6 + 7, &error);
  assert_null(set);
  assert_non_null(strstr(error->message, "25 characters"));
}

static void test_no_step_may_set_the_number(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *quoted = g_strdup_printf(KIND, GOOD, 60);
  g_strdelimit(quoted, "'", '"');
  g_autoptr(json_t) root = json_loads(quoted, 0, NULL);
  json_t *kind = json_array_get(json_object_get(root, "kinds"), 0);
  json_object_set_new(kind, "states",
                      json_pack("[{ss s{ss ss} sb}]", "name", "new", "label", "zh", "新", "en",
                                "New", "initial", 1));
  json_object_set_new(kind, "transitions",
                      json_pack("[{sn ss s{ss ss} s[s] s[s]}]", "from", "to", "new", "label", "zh",
                                "新", "en", "New", "who", "anyone", "asks", "nr"));
  g_autofree char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &error);
  assert_null(set);
  assert_non_null(strstr(error->message, "number: transition 0"));
}

static void test_a_counter_is_named_by_unit_type_and_year(void **state)
{
  (void)state;
  g_autoptr(BhKindSet) set = load(GOOD, 60, NULL);
  const BhKind *kind = bh_kind_set_find(set, "paper");
  g_autoptr(json_t) unit = json_pack("{ss}", "short", "平应急");
  g_autoptr(json_t) values = json_pack("{ss ss}", "unit", U, "form", "b");
  BhContext context = {.values = values, .lookup = find_unit, .data = unit};
  g_auto(BhCounter) counter = {0};
  assert_true(bh_numbering_find_counter(kind, &context, NULL, 2026, &counter));
  assert_string_equal(counter.key, U " b");
  assert_int_equal(counter.year, 2026);
  g_autofree char *first = bh_counter_format(&counter, 7);
  assert_string_equal(first, "平应急乙〔2026〕007号");
  g_autofree char *long_one = bh_counter_format(&counter, 12345);
  assert_string_equal(long_one, "平应急乙〔2026〕12345号");
  g_autofree char *provisional =
      bh_counter_dup_provisional(&counter, "01a2b3c4-0000-7000-8000-0000deadbeef");
  assert_string_equal(provisional, "平应急乙〔2026〕TADBEEF号");

  /* Without a type there is no counter; without a unit it is that of the device. */
  g_auto(BhCounter) other = {0};
  json_object_del(values, "unit");
  assert_false(bh_numbering_find_counter(kind, &context, NULL, 2026, &other));
  assert_true(bh_numbering_find_counter(kind, &context, U, 2027, &other));
  assert_string_equal(other.prefix, "平应急乙〔2027〕");
  bh_counter_clear(&other);
  json_object_set_new(values, "form", json_string("unknown"));
  assert_false(bh_numbering_find_counter(kind, &context, U, 2026, &other));
  json_object_del(values, "form");
  assert_false(bh_numbering_find_counter(kind, &context, U, 2026, &other));
}

static void test_units_without_a_short_name_have_different_numbers(void **state)
{
  (void)state;
  g_autoptr(BhKindSet) set = load(GOOD, 60, NULL);
  const BhKind *kind = bh_kind_set_find(set, "paper");
  g_autoptr(json_t) unit = json_object();
  g_autoptr(json_t) values = json_pack("{ss ss}", "unit", U, "form", "a");
  BhContext context = {.values = values, .lookup = find_unit, .data = unit};
  g_auto(BhCounter) counter = {0};
  assert_true(bh_numbering_find_counter(kind, &context, NULL, 2026, &counter));
  assert_string_equal(counter.prefix, "0A3F2B甲〔2026〕");
}

static void test_each_type_that_is_not_retired_has_a_counter(void **state)
{
  (void)state;
  g_autoptr(BhKindSet) set = load(GOOD, 60, NULL);
  g_autoptr(json_t) unit = json_pack("{ss}", "short", "平");
  BhContext context = {.lookup = find_unit, .data = unit};
  g_autoptr(GPtrArray) counters =
      bh_numbering_list_counters(bh_kind_set_find(set, "paper"), &context, U, 2026);
  assert_int_equal(counters->len, 2);
  assert_string_equal(((BhCounter *)counters->pdata[0])->key, U " a");
  assert_string_equal(((BhCounter *)counters->pdata[1])->prefix, "平乙〔2026〕");
}

static void test_only_exactly_written_numbers_are_read(void **state)
{
  (void)state;
  const BhCounter counter = {
      .key = (char *)"", .prefix = (char *)"YH-", .suffix = (char *)"号", .digits = 3};
  static const struct {
    const char *text;
    gint64 n;
  } cases[] = {{"YH-001号", 1},
               {"YH-999号", 999},
               {"YH-1000号", 1000},
               {"YH-9999999号", 9999999},
               {"YH-1号", 0},
               {"YH-0001号", 0},
               {"YH-000号", 0},
               {"YH-10000000号", 0},
               {"YH-99999999999999999999号", 0},
               {"YH-001", 0},
               {"YH-号", 0},
               {"YH--01号", 0},
               {"YH-+01号", 0},
               {"YH- 01号", 0},
               {"001号", 0},
               {"YH-001号 ", 0},
               {"YH-T12AB3号", 0},
               {"", 0}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    gint64 n = 0;
    gboolean is_read = bh_counter_parse(&counter, cases[i].text, &n);
    if (is_read != (cases[i].n != 0) || n != cases[i].n)
      fail_msg("\"%s\" was read as %" G_GINT64_FORMAT, cases[i].text, n);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_sound_declaration_loads),
      cmocka_unit_test(test_a_wrong_declaration_is_refused_with_place_and_reason),
      cmocka_unit_test(test_a_field_too_short_for_the_longest_number_is_refused),
      cmocka_unit_test(test_no_step_may_set_the_number),
      cmocka_unit_test(test_a_counter_is_named_by_unit_type_and_year),
      cmocka_unit_test(test_units_without_a_short_name_have_different_numbers),
      cmocka_unit_test(test_each_type_that_is_not_retired_has_a_counter),
      cmocka_unit_test(test_only_exactly_written_numbers_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

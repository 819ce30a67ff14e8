/* Every field type accepts the values that it should and refuses all others, when read and when
 * written. */
#include "schema/kind-rules.h"
#include "schema/kind.h"
#include "schema/paths.h"
#include "tests/schema/support.h"

static const char declaration[] =
    "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'all','label':{'zh':'全','en':'All'},"
    "'scope':'all','title':'{text}','fields':["
    "{'name':'text','type':'text','label':{'zh':'文','en':'Text'},'max':5},"
    "{'name':'min_text','type':'text','label':{'zh':'文','en':'Text'},'min':2},"
    "{'name':'longtext','type':'longtext','label':{'zh':'长','en':'Long'},'max':20},"
    "{'name':'integer','type':'integer','label':{'zh':'整','en':'Integer'},'min':-5,'max':10},"
    "{'name':'decimal','type':'decimal','label':{'zh':'数','en':'Decimal'},'max':100},"
    "{'name':'flag','type':'flag','label':{'zh':'标','en':'Flag'}},"
    "{'name':'choice','type':'choice','label':{'zh':'选','en':'Choice'},'choices':["
    "{'code':'a','label':{'zh':'甲','en':'Alpha'},'automatic':true},"
    "{'code':'b','label':{'zh':'乙','en':'Beta'},'retired':true}]},"
    "{'name':'choices','type':'choices','label':{'zh':'多','en':'Choices'},'min':1,'choices':["
    "{'code':'a','label':{'zh':'甲','en':'Alpha'}},{'code':'b','label':{'zh':'乙','en':'Beta'}}]},"
    "{'name':'date','type':'date','label':{'zh':'日','en':'Date'}},"
    "{'name':'time','type':'time','label':{'zh':'时','en':'Time'}},"
    "{'name':'ref','type':'ref','label':{'zh':'引','en':'Ref'},'ref_kinds':['all']},"
    "{'name':'refs','type':'refs','label':{'zh':'引','en':'Refs'},'ref_kinds':['all'],'max':2},"
    "{'name':'phone','type':'phone','label':{'zh':'话','en':'Phone'}},"
    "{'name':'uscc','type':'uscc','label':{'zh':'码','en':'Code'},'doubt':'why'},"
    "{'name':'why','type':'text','label':{'zh':'缘由','en':'Why'}},"
    "{'name':'area','type':'area','label':{'zh':'区','en':'Area'}},"
    "{'name':'place','type':'place','label':{'zh':'位','en':'Place'}},"
    "{'name':'hash','type':'hash','label':{'zh':'纹','en':'Hash'}},"
    "{'name':'items','type':'items','label':{'zh':'项','en':'Items'}},"
    "{'name':'paper','type':'paper','label':{'zh':'文','en':'Paper'},'max':40},"
    "{'name':'json','type':'json','label':{'zh':'体','en':'JSON'},'max':20}]}]}";

#define ID "'01890000-0000-7000-8000-000000000001'"
#define ID2 "'01890000-0000-7000-8000-000000000002'"
#define HASH "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'"

static BhKindSet *kinds;
static const BhKind *all;

static int set_up(void **state)
{
  (void)state;
  g_autofree char *text = g_strdelimit(g_strdup(declaration), "'", '"');
  kinds = bh_kind_set_from_text(text, strlen(text), NULL);
  all = bh_kind_set_find(kinds, "all");
  return all == NULL;
}

static int tear_down(void **state)
{
  (void)state;
  bh_kind_set_unref(kinds);
  return 0;
}

static json_t *value_of(const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  json_error_t where;
  json_t *value = json_loads(text, JSON_DECODE_ANY, &where);
  if (value == NULL)
    fail_msg("the case is not JSON: %s", quoted);
  return value;
}

static void test_good_values_are_taken(void **state)
{
  (void)state;
  static const struct {
    const char *key, *value;
  } cases[] = {
      {"text", "'一二三四五'"},
      {"text", "''"},
      {"text", "'<b>&\\u0022'"},
      {"text", "'=1+1'"},
      {"min_text", "'ab'"},
      {"longtext", "'a\\nb\\tc'"},
      {"integer", "-5"},
      {"integer", "10"},
      {"decimal", "'12.50'"},
      {"decimal", "'0'"},
      {"decimal", "'100'"},
      {"flag", "true"},
      {"flag", "false"},
      {"choice", "'a'"},
      {"choice", "'b'"},
      {"choices", "['a']"},
      {"choices", "['a','b']"},
      {"date", "'2024-02-29'"},
      {"time", "0"},
      {"time", "1795258740000"},
      {"ref", ID},
      {"refs", "[]"},
      {"refs", "[" ID2 "," ID "]"},
      {"phone", "'0349-6020000'"},
      {"phone", "'+86 (138) 0000 0001'"},
      {"phone", "'110'"},
      {"phone", "'0553-1234567-801'"},
      {"phone", "'0553-1234567转801'"},
      {"phone", "'13800000000、13900000000'"},
      {"phone", "'(0553) 1234567/13900000000'"},
      {"phone", "'0553-1234567转801, 0553-7654321转802'"},
      {"uscc", "'91140603MA0000015Q'"},
      {"uscc", "'91140603MA0000015R'"},
      {"area", "'140603'"},
      {"area", "'140603100'"},
      {"area", "'140603100001'"},
      {"place", "{'lat':'39.512','lon':'-112.2880000'}"},
      {"place", "{'lat':'-90','lon':'180','accuracy_m':0,'at_ms':5,'source':'gps'}"},
      {"hash", HASH},
      {"items/COAL-01", "{'answer':'compliant'}"},
      {"items/A_1.b", "{'answer':'noncompliant','note':'甲\\n乙','bulk':false,'remote':true}"},
      {"json", "{'a':[1,2,null]}"},
      {"paper", "{'paper':1}"},
      {"text", "null"},
      {"items/X", "null"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) value = value_of(cases[i].value);
    if (!bh_kind_check_value(all, cases[i].key, value, &error))
      fail_msg("%s = %s: %s", cases[i].key, cases[i].value, error->message);
  }
}

static void test_bad_values_are_refused_by_kind_and_key(void **state)
{
  (void)state;
  static const struct {
    const char *key, *value;
  } cases[] = {
      {"text", "'一二三四五六'"},
      {"text", "5"},
      {"text", "'a\\nb'"},
      {"text", "'a\\u0007'"},
      {"text", "'a\\u001b[0m'"},
      {"text", "'a\\u0085'"},
      {"text", "'a\\u202eb'"},
      {"text", "'a\\u2066b'"},
      {"text", "'\\ufeffa'"},
      {"text", "'a\\u2028'"},
      {"text", "['a']"},
      {"min_text", "'a'"},
      {"longtext", "'123456789012345678901'"},
      {"longtext", "'a\\u0000'"},
      {"integer", "11"},
      {"integer", "-6"},
      {"integer", "1.0"},
      {"integer", "'1'"},
      {"integer", "9007199254740993"},
      {"decimal", "12.5"},
      {"decimal", "'12.505'"},
      {"decimal", "'1e2'"},
      {"decimal", "'+1'"},
      {"decimal", "'01'"},
      {"decimal", "'.5'"},
      {"decimal", "'5.'"},
      {"decimal", "'101'"},
      {"decimal", "'-1'"},
      {"decimal", "''"},
      {"decimal", "'99999999999999999999999999'"},
      {"flag", "1"},
      {"flag", "'true'"},
      {"choice", "'c'"},
      {"choice", "''"},
      {"choice", "['a']"},
      {"choices", "[]"},
      {"choices", "['b','a']"},
      {"choices", "['a','a']"},
      {"choices", "['c']"},
      {"choices", "'a'"},
      {"choices", "[1]"},
      {"date", "'2023-02-29'"},
      {"date", "'2023-2-9'"},
      {"date", "'20230209'"},
      {"date", "20230209"},
      {"time", "-1"},
      {"time", "253402300800000"},
      {"time", "'2026-11-21'"},
      {"ref", "'1'"},
      {"ref", "'01890000-0000-7000-8000-00000000000G'"},
      {"ref", "'01890000-0000-7000-8000-00000000000A'"},
      {"refs", "[" ID "," ID "]"},
      {"refs", "[" ID "," ID2 ",'01890000-0000-7000-8000-000000000003']"},
      {"refs", ID},
      {"phone", "'12'"},
      {"phone", "'call me'"},
      {"phone", "'----'"},
      {"phone", "'13800000000、13900000000、13700000000'"},
      {"phone", "'13800000000、'"},
      {"phone", "'、'"},
      {"phone", "'13800000000、12'"},
      {"phone", "'0553-1234567转'"},
      {"phone", "'0553-1234567转8012345'"},
      {"phone", "'0553-1234567转8转9'"},
      {"phone", "'转801'"},
      {"phone", "'1234567890123456789012345'"},
      {"phone", "'１３８00000000'"},
      {"phone", "13800000000"},
      {"uscc", "'91140603ma0000015q'"},
      {"uscc", "''"},
      {"uscc", "5"},
      {"area", "'14060'"},
      {"area", "'14060a'"},
      {"area", "'1406031000'"},
      {"place", "{'lat':39.5,'lon':'112'}"},
      {"place", "{'lat':'91','lon':'112'}"},
      {"place", "{'lat':'39','lon':'181'}"},
      {"place", "{'lat':'39'}"},
      {"place", "{'lat':'39.12345678','lon':'1'}"},
      {"place", "{'lat':'39','lon':'1','more':1}"},
      {"place", "{'lat':'39','lon':'1','accuracy_m':-1}"},
      {"place", "{'lat':'39','lon':'1','accuracy_m':250000}"},
      {"place", "{'lat':'0','lon':'0.000'}"},
      {"place", "{'lat':'39','lon':'1','source':'GPS!'}"},
      {"place", "{'lat':'nan','lon':'1'}"},
      {"place", "'39,112'"},
      {"hash", "'0123'"},
      {"hash", "'0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef'"},
      {"items/COAL-01", "{'answer':'yes'}"},
      {"items/COAL-01", "{'note':'x'}"},
      {"items/COAL-01", "{'answer':'compliant','extra':1}"},
      {"items/COAL-01", "{'answer':'compliant','note':'a\\u0007'}"},
      {"items/COAL-01", "{'answer':'compliant','bulk':1}"},
      {"items/COAL-01", "'compliant'"},
      {"json", "{'a':'123456789012345'}"},
      {"paper", "{'title':'1234567890123456789012345678901234567890'}"},
      {"paper", "[1]"},
      {"paper", "'发现隐患'"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdelimit(g_strdup(cases[i].value), "'", '"');
    g_autoptr(json_t) value = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_non_null(value);
    if (bh_kind_check_value(all, cases[i].key, value, &error))
      fail_msg("%s = %s was accepted", cases[i].key, cases[i].value);
    g_autofree char *prefix = g_strdup_printf("all.%s: ", cases[i].key);
    if (!g_str_has_prefix(error->message, prefix))
      fail_msg("%s = %s: %s", cases[i].key, cases[i].value, error->message);
    assert_error(error, BH_ERROR_INVALID);
  }
}

/* A wrong check character is only a warning: the person gives a reason and can save. */
static void test_a_check_character_warns_and_forbids_nothing(void **state)
{
  (void)state;
  static const struct {
    const char *values;
    gboolean doubtful, asked;
  } rows[] = {
      {"{'uscc':'91140603MA0000015Q'}", FALSE, FALSE},
      {"{'uscc':'91140603MA0000015R'}", TRUE, TRUE},
      {"{'uscc':'91140603MA0000015R','why':'执照上就是这样'}", TRUE, FALSE},
      {"{'uscc':'91140603MA0000015R','why':'　'}", TRUE, TRUE},
      {"{'uscc':'91140603MA0000015Q','why':'改正前的话'}", FALSE, FALSE},
      {"{}", FALSE, FALSE},
  };
  const BhField *uscc = bh_kind_find_field(all, "uscc");
  const BhField *why = bh_kind_find_field(all, "why");
  assert_ptr_equal(bh_field_get_doubted_field(why), uscc);
  assert_null(bh_field_get_doubted_field(uscc));
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    static const char *const keys[] = {"uscc", NULL}, *const others[] = {"text", NULL};
    g_autoptr(json_t) values = value_of(rows[i].values);
    BhContext context = {.values = values};
    g_autoptr(BhProblem) doubt = bh_field_find_doubt(uscc, json_object_get(values, "uscc"));
    assert_int_equal(doubt != NULL, rows[i].doubtful);
    assert_int_equal(bh_field_is_shown(why, &context), rows[i].doubtful);
    assert_int_equal(bh_field_is_required(why, &context), rows[i].doubtful);
    g_autoptr(GPtrArray) set = bh_kind_check_keys(all, keys, &context);
    g_autoptr(GPtrArray) unset = bh_kind_check_keys(all, others, &context);
    g_autoptr(GPtrArray) whole = bh_kind_check_record(all, &context);
    assert_int_equal(set->len, rows[i].asked);
    assert_int_equal(unset->len, 0);
    guint asked = 0;
    for (guint k = 0; k < whole->len; k++) {
      const BhProblem *problem = whole->pdata[k];
      asked += strcmp(problem->field, "why") == 0 && strcmp(problem->code, "required") == 0;
    }
    assert_int_equal(asked, rows[i].asked);
  }
}

/* The kind declares on one of the two choices only that they exclude each other; both orders are
 * refused. */
static void test_choices_that_exclude_each_other_are_refused_when_set(void **state)
{
  (void)state;
  static const struct {
    const char *modes;
    gboolean fine;
  } rows[] = {
      {"['self_check']", TRUE},
      {"['routine','self_check']", TRUE},
      {"['routine','unannounced']", TRUE},
      {"['self_check','unannounced']", FALSE},
      {"['covert','open']", FALSE},
      {"['remote','unannounced']", FALSE},
  };
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(BhKindSet) shipped = bh_kind_set_load_dir(dir, NULL);
  const BhKind *inspection = bh_kind_set_find(shipped, "inspection");
  const BhField *field = bh_kind_find_field(inspection, "modes");
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(json_t) value = value_of(rows[i].modes);
    g_autoptr(GError) error = NULL;
    assert_int_equal(bh_kind_check_value(inspection, "modes", value, &error), rows[i].fine);
    g_autoptr(BhProblem) problem = bh_field_check_excludes(field, value);
    assert_int_equal(problem == NULL, rows[i].fine);
  }
  g_autoptr(json_t) both = value_of("['self_check','unannounced']");
  g_autoptr(BhProblem) problem = bh_field_check_excludes(field, both);
  assert_string_equal(problem->text_zh, "“企业自查”和“四不两直”不能同时选择");
  /* An inspection that was begun under an older kind set can still be finished. */
  g_autoptr(json_t) values = json_pack("{s:O}", "modes", both);
  BhContext context = {.values = values};
  g_autoptr(GPtrArray) problems = bh_kind_check_record(inspection, &context);
  for (guint i = 0; i < problems->len; i++)
    assert_string_not_equal(((BhProblem *)problems->pdata[i])->code, "invalid");
}

static void test_keys_that_address_nothing_are_unknown(void **state)
{
  (void)state;
  static const char *const keys[] = {"nothing",
                                     "text/1",
                                     "items",
                                     "items/",
                                     "items/a/b",
                                     "items/甲",
                                     "items/../x",
                                     "state",
                                     "",
                                     "Text",
                                     "items/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  g_autoptr(json_t) value = json_pack("{s:s}", "answer", "compliant");
  for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
    g_autoptr(GError) error = NULL;
    if (bh_kind_check_value(all, keys[i], value, &error))
      fail_msg("%s was accepted", keys[i]);
    assert_error(error, BH_ERROR_UNKNOWN);
  }
  g_autoptr(GError) error = NULL;
  assert_false(bh_kind_check_value(all, NULL, value, &error));
}

static void test_typed_text_becomes_values(void **state)
{
  (void)state;
  static const struct {
    const char *field, *typed, *value;
  } cases[] = {
      {"text", "  安全 ", "'安全'"},
      {"text", "   ", "null"},
      {"integer", " ７ ", "7"},
      {"integer", "-3", "-3"},
      {"decimal", "１２.5", "'12.5'"},
      {"flag", "是", "true"},
      {"flag", "NO", "false"},
      {"choice", "甲", "'a'"},
      {"choice", "beta", "'b'"},
      {"choice", "a", "'a'"},
      {"choices", "乙、甲", "['a','b']"},
      {"choices", "b; a,b", "['a','b']"},
      {"date", "2026/11/21", "'2026-11-21'"},
      {"date", "2026.1.2", "'2026-01-02'"},
      {"date", "20261121", "'2026-11-21'"},
      {"date", "2026年11月21日", "'2026-11-21'"},
      {"date", "２０２６-11-21", "'2026-11-21'"},
      {"time", "2026-11-21 18:59", "1795258740000"},
      {"uscc", "9114 0603-ma00 0001 5q", "'91140603MA0000015Q'"},
      {"phone", "１３８ 0000 0001", "'138 0000 0001'"},
      {"phone", "０５５３－１２３４５６７　转　８０１", "'0553-1234567转801'"},
      {"phone", "0553–1234567—801", "'0553-1234567-801'"},
      {"phone", "（0553）1234567 分机：801", "'(0553)1234567转801'"},
      {"phone", "13800000000/13900000000", "'13800000000、13900000000'"},
      {"phone", " 13800000000 ， 0553-1234567转801　", "'13800000000、0553-1234567转801'"},
      {"phone", "13800000000；0553-1234567 Ext. 801", "'13800000000、0553-1234567转801'"},
      {"place", "39.5, 112.3", "{'lat':'39.5','lon':'112.3','source':'typed'}"},
      {"place", "39.5，112.3", "{'lat':'39.5','lon':'112.3','source':'typed'}"},
      {"json", "{\"a\":1}", "{'a':1}"},
      {"longtext", "a\nb", "'a\\nb'"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) wanted = value_of(cases[i].value);
    g_autoptr(json_t) value = bh_field_parse_typed(field, cases[i].typed, &error);
    if (value == NULL)
      fail_msg("%s: %s", cases[i].typed, error->message);
    if (!json_equal(value, wanted))
      fail_msg("%s became %s", cases[i].typed, json_dumps(value, JSON_ENCODE_ANY));
  }
}

static void test_typed_text_that_is_not_a_value_is_refused_with_a_reason(void **state)
{
  (void)state;
  static const struct {
    const char *field, *typed;
  } cases[] = {
      {"integer", "7a"},
      {"integer", "99"},
      {"integer", "99999999999999999999999"},
      {"decimal", "abc"},
      {"flag", "maybe"},
      {"choice", "丙"},
      {"choices", "甲、丙"},
      {"date", "2026-13-01"},
      {"date", "21.11.2026"},
      {"date", "2026-11-211"},
      {"time", "2026-11-21"},
      {"time", "2026-11-21 24:00"},
      {"place", "39.5"},
      {"place", "1,2,3"},
      {"place", "north,south"},
      {"phone", "12"},
      {"phone", "13800000000、13900000000、13700000000"},
      {"phone", "13800000000，"},
      {"phone", "0553-1234567转总机"},
      {"phone", "没有"},
      {"ref", "x"},
      {"refs", "x"},
      {"uscc", "123"},
      {"area", "平鲁区"},
      {"hash", "zz"},
      {"json", "{"},
      {"text", "六个字的文本"},
      {"text", "\xff\xfe"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) value = bh_field_parse_typed(field, cases[i].typed, &error);
    if (value != NULL)
      fail_msg("%s: %s was read", cases[i].field, cases[i].typed);
    assert_true(g_str_has_prefix(error->message, cases[i].field));
    assert_error(error, BH_ERROR_INVALID);
  }
}

static void test_values_are_shown_in_the_language_of_the_reader(void **state)
{
  (void)state;
  static const struct {
    const char *field, *value, *zh, *en;
  } cases[] = {
      {"text", "'a'", "a", "a"},
      {"integer", "7", "7", "7"},
      {"flag", "true", "是", "yes"},
      {"flag", "false", "否", "no"},
      {"choice", "'a'", "甲", "Alpha"},
      {"choice", "'gone'", "gone", "gone"},
      {"choices", "['a','b']", "甲、乙", "Alpha, Beta"},
      {"date", "'2026-11-21'", "2026-11-21", "2026-11-21"},
      {"time", "1795258740000", "2026-11-21 18:59", "2026-11-21 18:59"},
      {"place", "{'lat':'39.5','lon':'112.3','accuracy_m':20}", "39.5, 112.3（±20 米）",
       "39.5, 112.3 (±20 m)"},
      {"items", "{'answer':'noncompliant','note':'锁闭'}", "不符合：锁闭", "not compliant: 锁闭"},
      {"items", "{'answer':'unchecked'}", "未检查", "not checked"},
      {"json", "{'a':1}", "{\"a\":1}", "{\"a\":1}"},
      {"paper", "{'paper':1}", "发现隐患 0 条\n", "发现隐患 0 条\n"},
      {"integer", "'wrong'", "\"wrong\"", "\"wrong\""},
      {"text", "null", "", ""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) value = value_of(cases[i].value);
    g_autofree char *zh = bh_field_format_value(field, value, "zh");
    g_autofree char *en = bh_field_format_value(field, value, "en");
    assert_string_equal(zh, cases[i].zh);
    assert_string_equal(en, cases[i].en);
  }
}

static void test_fields_have_all_properties_that_forms_need(void **state)
{
  (void)state;
  const BhField *choice = bh_kind_find_field(all, "choice");
  assert_int_equal(bh_field_count_choices(choice), 2);
  assert_string_equal(bh_field_get_choice_code(choice, 1), "b");
  assert_string_equal(bh_field_get_choice_label(choice, 1, "zh"), "乙");
  assert_string_equal(bh_field_find_choice_label(choice, "b", "en"), "Beta");
  assert_true(bh_field_is_choice_retired(choice, 1));
  assert_false(bh_field_is_choice_retired(choice, 0));
  assert_true(bh_field_is_choice_automatic(choice, 0));
  assert_false(bh_field_is_choice_automatic(choice, 1));
  assert_null(bh_field_get_choice_code(choice, 2));
  const BhField *integer = bh_kind_find_field(all, "integer");
  assert_int_equal(bh_field_get_min(integer), -5);
  assert_int_equal(bh_field_get_max(integer), 10);
  assert_string_equal(bh_field_get_type_name(integer), "integer");
  assert_string_equal(bh_field_get_hint(integer, "zh"), "");
  assert_int_equal(bh_field_get_digits(bh_kind_find_field(all, "decimal")), 2);
  assert_string_equal(bh_field_get_ref_kinds(bh_kind_find_field(all, "refs"))[0], "all");
  assert_null(bh_field_get_ref_kinds(integer)[0]);
  assert_null(bh_field_get_change_asks(integer)[0]);
  assert_ptr_equal(bh_kind_find_field(all, "items/COAL-01"), bh_kind_find_field(all, "items"));
  assert_null(bh_kind_find_field(all, "text/COAL-01"));
  assert_true(bh_field_is_in_form(integer));
  assert_false(bh_field_is_retired(integer));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_good_values_are_taken),
      cmocka_unit_test(test_bad_values_are_refused_by_kind_and_key),
      cmocka_unit_test(test_a_check_character_warns_and_forbids_nothing),
      cmocka_unit_test(test_choices_that_exclude_each_other_are_refused_when_set),
      cmocka_unit_test(test_keys_that_address_nothing_are_unknown),
      cmocka_unit_test(test_typed_text_becomes_values),
      cmocka_unit_test(test_typed_text_that_is_not_a_value_is_refused_with_a_reason),
      cmocka_unit_test(test_values_are_shown_in_the_language_of_the_reader),
      cmocka_unit_test(test_fields_have_all_properties_that_forms_need),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

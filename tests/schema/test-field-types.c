/* The field types money, percent, month, duration, url and id_number, and the unit of a number:
 * what a declaration may say, which values are stored, what people may type, and how values are
 * shown and compared. */
#include "schema/decimal.h"
#include "schema/kind-internal.h"
#include "tests/schema/support.h"

static const char declaration[] =
    "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'all','label':{'zh':'全','en':'All'},"
    "'scope':'all','title':'{name}','fields':["
    "{'name':'name','type':'text','label':{'zh':'名','en':'Name'}},"
    "{'name':'money','type':'money','label':{'zh':'钱','en':'Money'},'indexed':true},"
    "{'name':'debt','type':'money','label':{'zh':'债','en':'Debt'},'min':-100,'max':100},"
    "{'name':'percent','type':'percent','label':{'zh':'比','en':'Share'},'digits':1},"
    "{'name':'growth','type':'percent','label':{'zh':'增','en':'Growth'},'min':-50,'max':500},"
    "{'name':'month','type':'month','label':{'zh':'月','en':'Month'}},"
    "{'name':'other','type':'month','label':{'zh':'月','en':'Month'}},"
    "{'name':'day','type':'date','label':{'zh':'日','en':'Day'}},"
    "{'name':'at','type':'time','label':{'zh':'时','en':'At'}},"
    "{'name':'duration','type':'duration','label':{'zh':'长','en':'Length'}},"
    "{'name':'short','type':'duration','label':{'zh':'短','en':'Short'},'min':10,'max':90},"
    "{'name':'url','type':'url','label':{'zh':'网','en':'Page'},'max':40},"
    "{'name':'card','type':'id_number','label':{'zh':'证','en':'Card'},'personal':true},"
    "{'name':'count','type':'integer','label':{'zh':'数','en':'Count'},"
    "'unit':{'zh':'人','en':'people'}},"
    "{'name':'weight','type':'decimal','label':{'zh':'重','en':'Weight'},"
    "'unit':{'zh':'吨','en':'t'}}],"
    "'checks':[{'must':{'field':'month','empty':true},'text':{'zh':'错','en':'Wrong'}}]}]}";

static BhKindSet *kinds;
static const BhKind *all;

static json_t *parse(const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
  if (value == NULL)
    fail_msg("the case is not JSON: %s", quoted);
  return value;
}

static BhKindSet *load(const json_t *root, GError **error)
{
  g_autofree char *text = json_dumps(root, JSON_COMPACT);
  BhKindSet *set = bh_kind_set_from_text(text, strlen(text), error);
  return set;
}

static int set_up(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = parse(declaration);
  kinds = load(root, &error);
  if (kinds == NULL)
    fail_msg("%s", error->message);
  all = bh_kind_set_find(kinds, "all");
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  bh_kind_set_unref(kinds);
  return 0;
}

/* --- declarations --- */

/* Loads the set with one member of a field changed; NULL with the error. */
static BhKindSet *load_changed(const char *field, const char *member, const char *quoted,
                               GError **error)
{
  g_autoptr(json_t) root = parse(declaration);
  json_t *fields = json_object_get(json_array_get(json_object_get(root, "kinds"), 0), "fields");
  gsize index;
  json_t *one;
  json_array_foreach(fields, index, one) {
    if (strcmp(json_string_value(json_object_get(one, "name")), field) != 0)
      continue;
    if (quoted == NULL)
      json_object_del(one, member);
    else
      json_object_set_new(one, member, parse(quoted));
    return load(root, error);
  }
  fail_msg("no field %s", field);
  return NULL;
}

static void test_a_wrong_declaration_is_refused_with_place_and_reason(void **state)
{
  (void)state;
  static const struct {
    const char *field, *member, *quoted, *place, *reason;
  } cases[] = {
      {"card", "personal", NULL, "fields[12].personal",
       "must be true for a field of type id_number"},
      {"card", "personal", "false", "fields[12].personal", "must be true"},
      {"card", "indexed", "true", "fields[12].indexed", "a personal field cannot be indexed"},
      {"card", "max", "18", "fields[12]", "cannot have \"min\" or \"max\""},
      {"month", "max", "12", "fields[5]", "cannot have \"min\" or \"max\""},
      {"money", "digits", "1", "fields[1].digits", "only a field of type decimal or percent"},
      {"duration", "digits", "1", "fields[9].digits", "only a field of type decimal or percent"},
      {"percent", "digits", "7", "fields[3].digits", "from 0 to 6"},
      {"money", "unit", "{'zh':'元','en':'yuan'}", "fields[1].unit", "integer or decimal"},
      {"name", "unit", "{'zh':'元','en':'yuan'}", "fields[0].unit", "integer or decimal"},
      {"count", "unit", "'人'", "fields[13].unit", "must be an object"},
      {"count", "unit", "{'zh':'人'}", "fields[13].unit", "\"en\" is missing"},
      {"count", "unit", "{'zh':'','en':'people'}", "fields[13].unit.zh", ""},
      {"money", "max", "10000000000001", "fields[1].max", "to 10000000000000"},
      {"money", "min", "-10000000000001", "fields[1].min", "from -10000000000000"},
      {"duration", "min", "-1", "fields[9].min", "from 0"},
      {"duration", "max", "52704001", "fields[9].max", "to 52704000"},
      {"url", "max", "2001", "fields[11].max", "to 2000"},
      {"percent", "distinct", "true", "fields[3].distinct", "only fields of type"},
      {"month", "type", "'monat'", "fields[5].type", "unknown type \"monat\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set =
        load_changed(cases[i].field, cases[i].member, cases[i].quoted, &error);
    if (set != NULL)
      fail_msg("%s.%s %s was loaded", cases[i].field, cases[i].member, cases[i].quoted);
    if (strstr(error->message, cases[i].place) == NULL ||
        strstr(error->message, cases[i].reason) == NULL)
      fail_msg("%s.%s: %s", cases[i].field, cases[i].member, error->message);
    assert_error(error, BH_ERROR_INVALID);
  }
}

static void test_limits_up_to_the_bound_are_loaded(void **state)
{
  (void)state;
  static const struct {
    const char *field, *member, *quoted;
  } cases[] = {
      {"money", "max", "10000000000000"}, {"money", "min", "-10000000000000"},
      {"duration", "max", "52704000"},    {"url", "max", "2000"},
      {"percent", "digits", "6"},         {"percent", "max", "1000000"},
      {"month", "indexed", "true"},       {"duration", "indexed", "true"},
      {"percent", "indexed", "true"},     {"url", "personal", "true"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set =
        load_changed(cases[i].field, cases[i].member, cases[i].quoted, &error);
    assert_no_error(error);
    assert_non_null(set);
  }
}

/* --- values --- */

static void test_good_values_are_taken(void **state)
{
  (void)state;
  static const struct {
    const char *key, *value;
  } cases[] = {
      {"money", "'0'"},
      {"money", "'0.01'"},
      {"money", "'1234567890.10'"},
      {"money", "'1000000000000'"},
      {"debt", "'-100.00'"},
      {"debt", "'100'"},
      {"percent", "'0'"},
      {"percent", "'100.0'"},
      {"growth", "'-50'"},
      {"growth", "'499.99'"},
      {"month", "'2026-11'"},
      {"month", "'1900-01'"},
      {"month", "'9999-12'"},
      {"duration", "0"},
      {"duration", "527040"},
      {"short", "10"},
      {"short", "90"},
      {"url", "'http://a.cn'"},
      {"url", "'https://a-b.gov.cn:8443/x?y=1#安全'"},
      {"url", "'http://[::1]:80/（附件）.pdf'"},
      {"card", "'11010519491231002X'"},
      {"card", "'440524199002281119'"},
      {"card", "null"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) value = parse(cases[i].value);
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
      {"money", "12"},
      {"money", "'-0.01'"},
      {"money", "'1.005'"},
      {"money", "'1,234'"},
      {"money", "'1000000000000.01'"},
      {"money", "'1e3'"},
      {"money", "'01'"},
      {"money", "''"},
      {"debt", "'-100.01'"},
      {"debt", "'100.01'"},
      {"percent", "'12.55'"},
      {"percent", "'100.1'"},
      {"percent", "'-1'"},
      {"percent", "'5%'"},
      {"percent", "5"},
      {"growth", "'-50.01'"},
      {"month", "'2026-13'"},
      {"month", "'2026-00'"},
      {"month", "'2026-1'"},
      {"month", "'2026-11-01'"},
      {"month", "'1899-12'"},
      {"month", "202611"},
      {"duration", "-1"},
      {"duration", "527041"},
      {"duration", "'3:20'"},
      {"duration", "1.5"},
      {"short", "9"},
      {"short", "91"},
      {"url", "'ftp://a.cn'"},
      {"url", "'javascript:alert(1)'"},
      {"url", "'HTTP://a.cn'"},
      {"url", "'//a.cn'"},
      {"url", "'https://'"},
      {"url", "'https:///x'"},
      {"url", "'https://bank.cn@evil.cn/'"},
      {"url", "'https://a.cn:x'"},
      {"url", "'https://a.cn:'"},
      {"url", "'https://a.cn:65536'"},
      {"url", "'https://-a.cn'"},
      {"url", "'https://应急.cn'"},
      {"url", "'https://a.cn/a b'"},
      {"url", "'https://a.cn/<x>'"},
      {"url", "'https://a.cn/\\\\'"},
      {"url", "'https://a.cn/\\u202e'"},
      {"url", "'https://[1.2.3.4]/'"},
      {"url", "'https://[::1/'"},
      {"url", "'https://a.cn/1234567890123456789012345678'"},
      {"url", "7"},
      {"card", "'110105194912310021'"},
      {"card", "'11010519491231002x'"},
      {"card", "'1101051949123100'"},
      {"card", "'440524188001010014'"},
      {"card", "'110105194902290029'"},
      {"card", "'010105194912310026'"},
      {"card", "'1101051949123100XX'"},
      {"card", "11010519491231002"},
      {"card", "''"},
      {"weight", "'12 t'"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) value = parse(cases[i].value);
    if (bh_kind_check_value(all, cases[i].key, value, &error))
      fail_msg("%s = %s was taken", cases[i].key, cases[i].value);
    g_autofree char *place = g_strdup_printf("all.%s: ", cases[i].key);
    assert_true(g_str_has_prefix(error->message, place));
    assert_error(error, BH_ERROR_INVALID);
  }
}

static void test_an_error_about_an_identity_card_never_contains_its_number(void **state)
{
  (void)state;
  static const char *const typed[] = {"110105194912310021", "11010519491231", "110105194902290029",
                                      "X1010519491231002X"};
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(bh_field_parse_typed(bh_kind_find_field(all, "card"), typed[i], &error));
    assert_null(strstr(error->message, "19491231"));
    assert_null(strstr(error->message, "19490229"));
  }
}

static void test_typed_text_becomes_values(void **state)
{
  (void)state;
  static const struct {
    const char *field, *typed, *value;
  } cases[] = {
      {"money", "1234.5", "'1234.5'"},
      {"money", " １，２３４．５０ 元", "'1234.50'"},
      {"money", "￥1,234,567", "'1234567'"},
      {"money", "¥ 12。5", "'12.5'"},
      {"money", "1 234 yuan", "'1234'"},
      {"money", ".5", "'0.5'"},
      {"money", "007", "'7'"},
      {"debt", "−12.50", "'-12.50'"},
      {"debt", "-0.00", "'0.00'"},
      {"debt", "- 5元", "'-5'"},
      {"percent", "12.5％", "'12.5'"},
      {"percent", "１２。５ %", "'12.5'"},
      {"percent", "100", "'100'"},
      {"month", "2026-11", "'2026-11'"},
      {"month", "2026/1", "'2026-01'"},
      {"month", "2026.01", "'2026-01'"},
      {"month", "202611", "'2026-11'"},
      {"month", "２０２６年１月", "'2026-01'"},
      {"duration", "3 小时 20 分", "200"},
      {"duration", "3小时20分钟", "200"},
      {"duration", "３个小时", "180"},
      {"duration", "3 h 20 min", "200"},
      {"duration", "3H20M", "200"},
      {"duration", "3：20", "200"},
      {"duration", "3:05", "185"},
      {"duration", "0:00", "0"},
      {"duration", "90", "90"},
      {"duration", "90 分", "90"},
      {"duration", "100小时", "6000"},
      {"url", "https://a.cn/x", "'https://a.cn/x'"},
      {"url", " HTTPS://A.cn/X ", "'https://A.cn/X'"},
      {"url", "ｈｔｔｐ：／／a。cn／（一）", "'http://a.cn/（一）'"},
      {"url", "http：//a.cn", "'http://a.cn'"},
      {"url", "https://a.cn/（一）", "'https://a.cn/（一）'"},
      {"card", "１１０１０５ １９４９１２３１－００２ｘ", "'11010519491231002X'"},
      {"card", " 440524 19900228 1119 ", "'440524199002281119'"},
      {"count", "12 人", "12"},
      {"count", "１２people", "12"},
      {"weight", "1,200.5吨", "'1200.5'"},
      {"weight", "3 T", "'3'"},
      {"money", "  ", "null"},
      {"month", "", "null"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) wanted = parse(cases[i].value);
    g_autoptr(json_t) value = bh_field_parse_typed(field, cases[i].typed, &error);
    if (value == NULL)
      fail_msg("%s: %s: %s", cases[i].field, cases[i].typed, error->message);
    if (!json_equal(value, wanted)) {
      g_autofree char *got = json_dumps(value, JSON_ENCODE_ANY);
      fail_msg("%s became %s", cases[i].typed, got);
    }
  }
}

static void test_typed_text_that_is_not_a_value_is_refused_with_a_reason(void **state)
{
  (void)state;
  static const struct {
    const char *field, *typed;
  } cases[] = {
      {"money", "1,23"},
      {"money", "1,2345"},
      {"money", "12,34,567"},
      {"money", "1,234 567"},
      {"money", "5."},
      {"money", "."},
      {"money", "元"},
      {"money", "12万元"},
      {"money", "1.2.3"},
      {"money", "--1"},
      {"money", "1-"},
      {"money", "1 2"},
      {"money", "1234,567"},
      {"money", "-5"},
      {"money", "12.345"},
      {"percent", "120%"},
      {"percent", "1/2"},
      {"percent", "5‰"},
      {"month", "2026"},
      {"month", "11-2026"},
      {"month", "2026-13"},
      {"month", "2026-0"},
      {"month", "2026-11-01"},
      {"month", "2026年11"},
      {"duration", "3:60"},
      {"duration", "3:"},
      {"duration", ":20"},
      {"duration", "3 天"},
      {"duration", "-5"},
      {"duration", "3小时20分x"},
      {"duration", "1.5h"},
      {"duration", "小时"},
      {"duration", "9999999999"},
      {"duration", "3:20 分"},
      {"short", "5分"},
      {"url", "www.a.cn"},
      {"url", "a"},
      {"url", "：／／"},
      {"card", "123"},
      {"count", "12 t"},
      {"count", "人"},
      {"weight", "t"},
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

/* --- shown --- */

static void test_values_are_shown_with_their_unit(void **state)
{
  (void)state;
  static const struct {
    const char *field, *value, *zh, *en;
  } cases[] = {
      {"money", "'1234567.5'", "1,234,567.50 元", "1,234,567.50 yuan"},
      {"money", "'1234'", "1,234 元", "1,234 yuan"},
      {"money", "'123'", "123 元", "123 yuan"},
      {"debt", "'-100000.05'", "-100,000.05 元", "-100,000.05 yuan"},
      {"money", "'many'", "many", "many"},
      {"percent", "'12.5'", "12.5%", "12.5%"},
      {"month", "'2026-11'", "2026-11", "2026-11"},
      {"duration", "200", "3 小时 20 分", "3 h 20 min"},
      {"duration", "180", "3 小时", "3 h"},
      {"duration", "59", "59 分", "59 min"},
      {"duration", "0", "0 分", "0 min"},
      {"url", "'https://a.cn'", "https://a.cn", "https://a.cn"},
      {"card", "'11010519491231002X'", "11010519491231002X", "11010519491231002X"},
      {"count", "12", "12 人", "12 people"},
      {"weight", "'1200.50'", "1200.50 吨", "1200.50 t"},
      {"weight", "7", "7", "7"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) value = parse(cases[i].value);
    g_autofree char *zh = bh_field_format_value(field, value, "zh");
    g_autofree char *en = bh_field_format_value(field, value, "en");
    assert_string_equal(zh, cases[i].zh);
    assert_string_equal(en, cases[i].en);
  }
}

/* What is shown, and what an input contains, can be typed again. */
static void test_shown_and_input_texts_are_read_again(void **state)
{
  (void)state;
  static const struct {
    const char *field, *value, *input;
  } cases[] = {
      {"money", "'1234567.50'", "1234567.50"},
      {"debt", "'-20.5'", "-20.5"},
      {"percent", "'12.5'", "12.5"},
      {"month", "'2026-11'", "2026-11"},
      {"duration", "200", "3:20"},
      {"duration", "5", "0:05"},
      {"url", "'https://a.cn/（一）'", NULL},
      {"card", "'11010519491231002X'", NULL},
      {"count", "12", "12"},
      {"weight", "'1200.5'", "1200.5"},
  };
  static const char *const langs[] = {"zh", "en"};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    const BhField *field = bh_kind_find_field(all, cases[i].field);
    g_autoptr(json_t) value = parse(cases[i].value);
    g_autofree char *input = bh_field_format_input(field, value);
    g_autoptr(json_t) from_input = bh_field_parse_typed(field, input, NULL);
    assert_string_equal(input, cases[i].input != NULL ? cases[i].input : json_string_value(value));
    assert_true(json_equal(from_input, value) ||
                (json_is_string(value) && json_equal(from_input, value)));
    for (gsize k = 0; k < G_N_ELEMENTS(langs); k++) {
      g_autofree char *shown = bh_field_format_value(field, value, langs[k]);
      g_autoptr(json_t) again = bh_field_parse_typed(field, shown, NULL);
      assert_non_null(again);
      g_autofree char *same = bh_field_format_value(field, again, langs[k]);
      assert_string_equal(same, shown);
    }
  }
  const BhField *duration = bh_kind_find_field(all, "duration");
  g_autoptr(json_t) draft = json_string("drei Stunden");
  g_autofree char *kept = bh_field_format_input(duration, draft);
  g_autofree char *none = bh_field_format_input(duration, NULL);
  assert_string_equal(kept, "drei Stunden");
  assert_string_equal(none, "");
}

static void test_a_field_has_the_unit_of_its_type_or_declaration(void **state)
{
  (void)state;
  static const char *const units[][3] = {{"money", "元", "yuan"},   {"percent", "%", "%"},
                                         {"count", "人", "people"}, {"weight", "吨", "t"},
                                         {"duration", "", ""},      {"name", "", ""}};
  for (gsize i = 0; i < G_N_ELEMENTS(units); i++) {
    const BhField *field = bh_kind_find_field(all, units[i][0]);
    assert_string_equal(bh_field_get_unit(field, "zh"), units[i][1]);
    assert_string_equal(bh_field_get_unit(field, "en"), units[i][2]);
  }
  assert_int_equal(bh_field_get_digits(bh_kind_find_field(all, "money")), 2);
  assert_int_equal(bh_field_get_digits(bh_kind_find_field(all, "percent")), 1);
  assert_int_equal(bh_field_get_digits(bh_kind_find_field(all, "growth")), 2);
}

/* --- order --- */

static void test_sort_keys_have_the_order_of_the_numbers(void **state)
{
  (void)state;
  static const char *const rising[] = {"-1000", "-999.99",
                                       "-100",  "-12.25",
                                       "-12.2", "-12",
                                       "-1.5",  "-0.01",
                                       "0",     "0.01",
                                       "0.1",   "0.99",
                                       "1",     "1.05",
                                       "1.5",   "9",
                                       "10",    "12.2",
                                       "12.25", "99",
                                       "100",   "1234567890123.45"};
  for (gsize i = 0; i + 1 < G_N_ELEMENTS(rising); i++) {
    g_autofree char *low = bh_decimal_make_sort_key(rising[i]);
    g_autofree char *high = bh_decimal_make_sort_key(rising[i + 1]);
    if (strcmp(low, high) >= 0)
      fail_msg("%s (%s) does not come before %s (%s)", rising[i], low, rising[i + 1], high);
  }
}

static void test_equal_numbers_have_equal_sort_keys(void **state)
{
  (void)state;
  static const char *const equal[][2] = {
      {"1.5", "1.50"}, {"10", "10.00"}, {"0", "-0"}, {"0", "0.00"}, {"-2", "-2.0"}};
  for (gsize i = 0; i < G_N_ELEMENTS(equal); i++) {
    g_autofree char *one = bh_decimal_make_sort_key(equal[i][0]);
    g_autofree char *other = bh_decimal_make_sort_key(equal[i][1]);
    assert_string_equal(one, other);
  }
  static const char *const none[] = {"", "x", "1,000", "01", "1.", "1e5"};
  for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
    assert_null(bh_decimal_make_sort_key(none[i]));
}

/* --- conditions --- */

static BhKindSet *load_with_condition(const char *condition, GError **error)
{
  g_autoptr(json_t) root = parse(declaration);
  json_t *kind = json_array_get(json_object_get(root, "kinds"), 0);
  json_object_set_new(json_array_get(json_object_get(kind, "checks"), 0), "must", parse(condition));
  return load(root, error);
}

static void test_conditions_compare_by_value(void **state)
{
  (void)state;
  static const struct {
    const char *condition, *values;
    gboolean holds;
  } cases[] = {
      {"{'field':'money','at_least':100}", "{'money':'100.00'}", TRUE},
      {"{'field':'money','at_least':100}", "{'money':'99.99'}", FALSE},
      {"{'field':'money','at_most':100}", "{'money':'100.01'}", FALSE},
      {"{'field':'money','at_most':100}", "{'money':'20'}", TRUE},
      {"{'field':'percent','at_least':9}", "{'percent':'10.5'}", TRUE},
      {"{'field':'percent','at_most':9}", "{'percent':'10.5'}", FALSE},
      {"{'field':'duration','at_least':60}", "{'duration':60}", TRUE},
      {"{'field':'duration','at_least':60}", "{'duration':59}", FALSE},
      {"{'field':'duration','is':60}", "{'duration':60}", TRUE},
      {"{'field':'month','is':'2026-11'}", "{'month':'2026-11'}", TRUE},
      {"{'field':'month','before':'2026-11'}", "{'month':'2026-10'}", TRUE},
      {"{'field':'month','before':'2026-11'}", "{'month':'2026-11'}", FALSE},
      {"{'field':'month','after':'2026-09'}", "{'month':'2026-10'}", TRUE},
      {"{'field':'month','before':'today'}", "{'month':'2026-11'}", FALSE},
      {"{'field':'month','after':'today'}", "{'month':'2026-11'}", FALSE},
      {"{'field':'month','after':'today'}", "{'month':'2026-12'}", TRUE},
      {"{'field':'month','before':'today'}", "{'month':'2026-10'}", TRUE},
      {"{'field':'month','before':'2026-11-30'}", "{'month':'2026-11'}", FALSE},
      {"{'field':'month','before':{'field':'other'}}", "{'month':'2025-12','other':'2026-01'}",
       TRUE},
      {"{'field':'month','after':{'field':'day'}}", "{'month':'2026-11','day':'2026-10-31'}", TRUE},
      {"{'field':'month','after':{'field':'day'}}", "{'month':'2026-11','day':'2026-11-01'}",
       FALSE},
      {"{'field':'day','before':{'field':'month'}}", "{'month':'2026-11','day':'2026-10-31'}",
       TRUE},
      {"{'field':'at','after':'2026-10'}", "{'at':1795258740000}", TRUE},
      {"{'field':'month','before':'2026-11'}", "{}", FALSE},
      {"{'field':'url','is':'https://a.cn'}", "{'url':'https://a.cn'}", TRUE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set = load_with_condition(cases[i].condition, &error);
    assert_no_error(error);
    g_autoptr(json_t) values = parse(cases[i].values);
    g_autoptr(json_t) condition = parse(cases[i].condition);
    BhContext context = {.values = values, .today = "2026-11-21"};
    if (bh_condition_holds(condition, &context) != cases[i].holds)
      fail_msg("%s with %s", cases[i].condition, cases[i].values);
  }
}

static void test_conditions_that_cannot_compare_are_refused(void **state)
{
  (void)state;
  static const struct {
    const char *condition, *reason;
  } cases[] = {
      {"{'field':'money','is':'12.5'}", "is: cannot be used for a field of type money or percent"},
      {"{'field':'percent','in':['5']}", "in: cannot be used for a field of type money or percent"},
      {"{'field':'money','at_least':'5'}", "must be an integer"},
      {"{'field':'money','before':'today'}", "date, time or month"},
      {"{'field':'month','is':'2026-13'}", "is not a valid value of this field"},
      {"{'field':'month','before':'2026-13'}", "a month YYYY-MM"},
      {"{'field':'month','at_least':5}", "can only be used for a field of type"},
      {"{'field':'duration','is':'3:20'}", "is not a valid value of this field"},
      {"{'field':'url','at_least':5}", "can only be used for a field of type"},
      {"{'field':'month','before':{'field':'money'}}", "must end at a field of type"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set = load_with_condition(cases[i].condition, &error);
    if (set != NULL)
      fail_msg("%s was loaded", cases[i].condition);
    if (strstr(error->message, "$.kinds[0].checks[0].must") == NULL ||
        strstr(error->message, cases[i].reason) == NULL)
      fail_msg("%s: %s", cases[i].condition, error->message);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_wrong_declaration_is_refused_with_place_and_reason),
      cmocka_unit_test(test_limits_up_to_the_bound_are_loaded),
      cmocka_unit_test(test_good_values_are_taken),
      cmocka_unit_test(test_bad_values_are_refused_by_kind_and_key),
      cmocka_unit_test(test_an_error_about_an_identity_card_never_contains_its_number),
      cmocka_unit_test(test_typed_text_becomes_values),
      cmocka_unit_test(test_typed_text_that_is_not_a_value_is_refused_with_a_reason),
      cmocka_unit_test(test_values_are_shown_with_their_unit),
      cmocka_unit_test(test_shown_and_input_texts_are_read_again),
      cmocka_unit_test(test_a_field_has_the_unit_of_its_type_or_declaration),
      cmocka_unit_test(test_sort_keys_have_the_order_of_the_numbers),
      cmocka_unit_test(test_equal_numbers_have_equal_sort_keys),
      cmocka_unit_test(test_conditions_compare_by_value),
      cmocka_unit_test(test_conditions_that_cannot_compare_are_refused),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}

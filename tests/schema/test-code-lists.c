/* Code lists (codes.h): which codes are offered in an area and on a day, what forms refuse, and
 * what is shown of codes that are not offered any more. */
#include "schema/act.h"
#include "schema/codes.h"
#include "schema/form.h"
#include "schema/setting-values.h"
#include "tests/schema/broken.h"
#include "tests/schema/support.h"

#define CITY "140600"
#define COUNTY "140603"
#define OTHER "140500"

static const char kinds_text[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'code','label':{'zh':'代码','en':'Code'},'scope':'all',"
    "'written_by':'hub','title':'{list}','fields':["
    "{'name':'list','type':'choice','label':{'zh':'表','en':'List'},'choices':'codes'},"
    "{'name':'code','type':'text','label':{'zh':'码','en':'Code'}},"
    "{'name':'label_zh','type':'text','label':{'zh':'名','en':'Name'}}]},"
    "{'bihuan-kind':1,'kind':'shop','label':{'zh':'店','en':'Shop'},'scope':'area',"
    "'area_from':'area','title':'{note}',"
    "'codes':[{'name':'trade','label':{'zh':'行业','en':'Trade'}}],"
    "'create':[{'name':'add','from':'office','who':['anyone']}],"
    "'edit':[{'name':'file','label':{'zh':'改','en':'Edit'},'who':['anyone'],"
    "'fields':['note','area','trade','opened']}],"
    "'fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'area','type':'area','label':{'zh':'区','en':'Area'}},"
    "{'name':'opened','type':'date','label':{'zh':'开','en':'Opened'}},"
    "{'name':'trade','type':'enum_ref','label':{'zh':'业','en':'Trade'},'codes':'trade',"
    "'day':'opened','indexed':true}]}]}";

typedef struct {
  BhKindSet *kinds;
  BhSettingValues *settings;
} World;

static void world_clear(World *world)
{
  g_clear_pointer(&world->kinds, bh_kind_set_unref);
  g_clear_pointer(&world->settings, bh_setting_values_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void put(World *world, const char *id, const char *quoted)
{
  g_autoptr(json_t) values = test_parse_quoted(quoted);
  bh_setting_values_add(world->settings, BH_CODE_KIND, id, values);
}

/* Everywhere: bakery. In the city: ski, and swing until 2026. In the other city: stay. */
static void world_init(World *world)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(kinds_text);
  world->kinds = test_load_kinds(root, &error);
  assert_no_error(error);
  world->settings = bh_setting_values_new();
  put(world, "1",
      "{'list':'trade','code':'bakery','label_zh':'面包','label_en':'Bakery',"
      "'position':2,'valid_from':'2020-01-01'}");
  put(world, "2",
      "{'list':'trade','code':'ski','label_zh':'滑雪','area':'140600','position':1,"
      "'valid_from':'2020-01-01'}");
  put(world, "3",
      "{'list':'trade','code':'swing','label_zh':'秋千','label_en':'Swing',"
      "'area':'140600','position':3,'valid_from':'2020-01-01','valid_to':'2026-06-30'}");
  put(world, "4",
      "{'list':'trade','code':'stay','label_zh':'民宿','area':'140500','position':4,"
      "'valid_from':'2020-01-01'}");
  put(world, "5",
      "{'list':'trade','code':'slip','label_zh':'误','position':5,"
      "'valid_from':'2020-01-01','state':'withdrawn'}");
}

static const BhSettingValues *get_settings(gpointer data)
{
  return ((World *)data)->settings;
}

static BhContext context_of(World *world, const json_t *values)
{
  return (BhContext){.values = values,
                     .today = "2026-12-01",
                     .settings = get_settings,
                     .kind = bh_kind_set_find(world->kinds, "shop"),
                     .data = world};
}

static char *join(const json_t *codes)
{
  GString *out = g_string_new(NULL);
  gsize i;
  json_t *one;
  json_array_foreach((json_t *)codes, i, one) {
    g_string_append_printf(out, "%s%s", i > 0 ? " " : "", bh_json_string_or(one, "code", "?"));
  }
  return g_string_free(out, FALSE);
}

static void assert_offered(World *world, const char *quoted, const char *expected)
{
  g_autoptr(json_t) values = test_parse_quoted(quoted);
  const BhContext context = context_of(world, values);
  const BhField *field = bh_kind_find_field(context.kind, "trade");
  g_autoptr(json_t) codes = bh_field_list_codes(field, &context, NULL, "zh");
  g_autofree char *joined = join(codes);
  assert_string_equal(joined, expected);
}

static void test_codes_of_an_area_are_those_of_all_areas_around_it(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  assert_offered(&world, "{}", "bakery");
  assert_offered(&world, "{'area':'" CITY "'}", "ski bakery");
  assert_offered(&world, "{'area':'" COUNTY "'}", "ski bakery");
  assert_offered(&world, "{'area':'" OTHER "'}", "bakery stay");
}

static void test_the_day_of_the_record_decides(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  assert_offered(&world, "{'area':'" CITY "','opened':'2026-06-30'}", "ski bakery swing");
  assert_offered(&world, "{'area':'" CITY "','opened':'2026-07-01'}", "ski bakery");
  assert_offered(&world, "{'area':'" CITY "','opened':'2019-12-31'}", "");
}

static void test_a_retired_code_stays_readable(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  const BhField *field = bh_kind_find_field(bh_kind_set_find(world.kinds, "shop"), "trade");
  /* What the record has comes last, although it is not offered. */
  assert_offered(&world, "{'area':'" CITY "','trade':'swing'}", "ski bakery swing");
  g_autoptr(json_t) swing = json_string("swing"), slip = json_string("slip");
  g_autoptr(json_t) unknown = json_string("zz");
  g_autofree char *text = bh_field_format_with(field, swing, world.settings, "zh");
  g_autofree char *english = bh_field_format_with(field, swing, world.settings, "en");
  g_autofree char *withdrawn = bh_field_format_with(field, slip, world.settings, "zh");
  g_autofree char *bare = bh_field_format_with(field, unknown, world.settings, "zh");
  g_autofree char *blind = bh_field_format_with(field, swing, NULL, "zh");
  assert_string_equal(text, "秋千");
  assert_string_equal(english, "Swing");
  assert_string_equal(withdrawn, "误");
  assert_string_equal(bare, "zz");
  assert_string_equal(blind, "swing");
  g_autoptr(json_t) known = bh_code_list_known(world.settings, "trade", "zh");
  g_autofree char *joined = join(known);
  assert_string_equal(joined, "ski bakery swing stay slip");
}

/* The texts of the problems that the act finds for what was typed, joined with "; ". */
static char *try_act(World *world, const char *act_name, const char *before_quoted,
                     const char *typed_quoted, json_t **set)
{
  g_autoptr(json_t) before = before_quoted != NULL ? test_parse_quoted(before_quoted) : NULL;
  g_autoptr(json_t) typed = test_parse_quoted(typed_quoted);
  BhContext context = context_of(world, before);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhAct) act = bh_act_find(context.kind, NULL, act_name);
  assert_non_null(act);
  g_autoptr(BhForm) form = bh_form_new(act, &context, FALSE, typed, 1780000000000, &error);
  assert_no_error(error);
  g_autoptr(GPtrArray) problems = bh_form_check(form);
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? "; " : "",
                           ((const BhProblem *)problems->pdata[i])->text_en);
  if (set != NULL)
    *set = json_copy((json_t *)bh_form_get_set(form));
  return g_string_free(out, FALSE);
}

static void assert_problem(World *world, const char *act, const char *before, const char *typed,
                           const char *expected)
{
  g_autofree char *problems = try_act(world, act, before, typed, NULL);
  assert_string_equal(problems, expected);
}

static void test_a_form_refuses_what_is_not_offered(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  assert_problem(&world, "create/add", NULL, "{'note':'a','area':'" CITY "','trade':'ski'}", "");
  assert_problem(&world, "create/add", NULL, "{'note':'a','area':'" OTHER "','trade':'ski'}",
                 "Trade: \"滑雪\" is not offered in this area or on this day");
  assert_problem(&world, "create/add", NULL, "{'note':'a','area':'" CITY "','trade':'swing'}",
                 "Trade: \"Swing\" is not offered in this area or on this day");
  assert_problem(&world, "create/add", NULL, "{'note':'a','area':'" CITY "','trade':'slip'}",
                 "Trade: \"误\" is not offered in this area or on this day");
  assert_problem(&world, "create/add", NULL, "{'note':'a','area':'" CITY "','trade':'zz'}",
                 "Trade: the code list has no such code");
  /* A value that stays may be retired; a new one may not. */
  assert_problem(&world, "edit/file", "{'note':'a','area':'" CITY "','trade':'swing'}",
                 "{'note':'b'}", "");
  assert_problem(&world, "edit/file", "{'note':'a','area':'" CITY "','trade':'ski'}",
                 "{'trade':'swing'}",
                 "Trade: \"Swing\" is not offered in this area or on this day");
}

static void test_a_code_is_typed_by_its_label_too(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  const char *const typed[] = {"{'note':'a','trade':'面包'}", "{'note':'a','trade':'bakery'}",
                               "{'note':'a','trade':'BAKERY'}"};
  for (gsize i = 0; i < G_N_ELEMENTS(typed) - 1; i++) {
    g_autoptr(json_t) set = NULL;
    g_autofree char *problems = try_act(&world, "create/add", NULL, typed[i], &set);
    assert_string_equal(problems, "");
    assert_string_equal(bh_json_string_or(set, "trade", ""), "bakery");
  }
}

static void test_a_code_has_one_label(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  const BhKind *kind = bh_kind_set_find(world.kinds, "code");
  const struct {
    const char *record, *values, *expected;
  } cases[] = {
      {NULL, "{'list':'trade','code':'ski','label_zh':'滑雪'}", ""},
      {NULL, "{'list':'trade','code':'ski','label_zh':'雪橇'}",
       "The code \"ski\" is that of \"滑雪\": a code has the same label in all areas"},
      {"2", "{'list':'trade','code':'ski','label_zh':'滑雪场'}", ""},
      {NULL, "{'list':'trade','code':'a b','label_zh':'空'}",
       "A code has 1 to 40 letters, digits, \"_\", \"-\" or \".\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) values = test_parse_quoted(cases[i].values);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
    BhContext context = context_of(&world, values);
    context.record = cases[i].record;
    context.kind = kind;
    bh_code_check(kind, &context, problems);
    assert_string_equal(problems->len > 0 ? ((const BhProblem *)problems->pdata[0])->text_en : "",
                        cases[i].expected);
  }
}

static void test_broken_codes_are_refused(void **state)
{
  (void)state;
  const struct {
    const char *old, *new, *expected;
  } cases[] = {
      {"'codes':'trade'", "'codes':'none'",
       "fields[3].codes: no kind declares the code list \"none\""},
      {"'codes':'trade',", "", "fields[3]: \"codes\" is missing"},
      {"'day':'opened'", "'day':'note'",
       "fields[3].day: path \"note\" must end at a field of type date or time"},
      {"'type':'text','label':{'zh':'注'", "'type':'text','codes':'trade','label':{'zh':'注'",
       "fields[0].codes: only a field of type enum_ref can have it"},
      {"'title':'{note}'", "'title':'{trade}'",
       "title: field \"trade\" has codes, which a title cannot show"},
      {"[{'name':'trade','label':{'zh':'行业','en':'Trade'}}]",
       "[{'name':'trade','label':{'zh':'行业','en':'Trade'}},"
       "{'name':'trade','label':{'zh':'行业','en':'Trade'}}]",
       "codes[0].name: duplicate code list \"trade\""},
      {"[{'name':'trade','label':{'zh':'行业','en':'Trade'}}]", "[{'name':'trade'}]",
       "codes[0]: \"label\" is missing"},
      {"[{'name':'trade',", "[{'codes':[],'name':'trade',", "codes[0]: unknown member \"codes\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_auto(GStrv) parts = g_strsplit(kinds_text, cases[i].old, 2);
    assert_int_equal(g_strv_length(parts), 2);
    g_autofree char *text = g_strconcat(parts[0], cases[i].new, parts[1], NULL);
    g_autoptr(json_t) root = test_parse_quoted(text);
    g_autoptr(GError) error = NULL;
    assert_null(test_load_kinds(root, &error));
    if (strstr(error->message, cases[i].expected) == NULL)
      fail_msg("case %zu: %s", i, error->message);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_codes_of_an_area_are_those_of_all_areas_around_it),
      cmocka_unit_test(test_the_day_of_the_record_decides),
      cmocka_unit_test(test_a_retired_code_stays_readable),
      cmocka_unit_test(test_a_form_refuses_what_is_not_offered),
      cmocka_unit_test(test_a_code_is_typed_by_its_label_too),
      cmocka_unit_test(test_a_code_has_one_label),
      cmocka_unit_test(test_broken_codes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Deadlines, and the settings and calendars that they and other numbers are taken from. */
#include "schema/due.h"
#include "schema/setting-values.h"
#include "schema/workflow.h"
#include "tests/schema/broken.h"
#include "tests/schema/support.h"

/* A case of an office: with a visit above it, and with one deadline of each form. */
static const char kinds_text[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'case','label':{'zh':'案','en':'Case'},'scope':'area',"
    "'area_from':'visit.area','parent':'visit','title':'{note}',"
    "'settings':[{'name':'grace','type':'integer','label':{'zh':'宽限','en':'Grace'},'min':1,"
    "'max':60,'default':3},"
    "{'name':'ceiling','type':'money','label':{'zh':'上限','en':'Ceiling'}}],"
    "'fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'visit','type':'ref','label':{'zh':'检','en':'Visit'},'ref_kinds':['visit']},"
    "{'name':'opened','type':'date','label':{'zh':'立','en':'Opened'}},"
    "{'name':'seen','type':'date','label':{'zh':'见','en':'Seen'}},"
    "{'name':'heard','type':'time','label':{'zh':'听','en':'Heard'}},"
    "{'name':'month','type':'month','label':{'zh':'月','en':'Month'}},"
    "{'name':'people','type':'integer','label':{'zh':'人','en':'People'},"
    "'max':{'setting':'grace'}},"
    "{'name':'fine','type':'money','label':{'zh':'罚','en':'Fine'},'min':{'setting':'ceiling'}}],"
    "'states':[{'name':'s0','label':{'zh':'零','en':'0'},'initial':true},"
    "{'name':'hours','label':{'zh':'时','en':'H'},'initial':true},"
    "{'name':'work','label':{'zh':'工','en':'W'},'initial':true},"
    "{'name':'fifth','label':{'zh':'五','en':'5'},'initial':true},"
    "{'name':'last','label':{'zh':'末','en':'31'},'initial':true},"
    "{'name':'above','label':{'zh':'上','en':'Up'},'initial':true},"
    "{'name':'again','label':{'zh':'再','en':'Again'},'initial':true},"
    "{'name':'over','label':{'zh':'结','en':'Over'},'final':true}],"
    "'transitions':["
    "{'from':null,'to':'s0','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'hours','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'work','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'fifth','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'last','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'above','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':null,'to':'again','label':{'zh':'a','en':'a'},'who':'anyone'},"
    "{'from':['s0'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'opened','days':{'setting':'grace'},"
    "'warn':{'setting':'grace'},'not_before':1},"
    "'needs':[{'must':{'field':'people','at_least':{'setting':'grace'}},"
    "'text':{'zh':'少','en':'Too few'}}]},"
    "{'from':['hours'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'heard','hours':36}},"
    "{'from':['work'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'opened','workdays':3}},"
    "{'from':['fifth'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'month','months':1,'day_of_month':5}},"
    "{'from':['last'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'opened','months':0,'day_of_month':31,'warn':10}},"
    "{'from':['above'],'to':'over','label':{'zh':'b','en':'b'},'who':'anyone','deadline':"
    "{'text':{'zh':'t','en':'t'},'from':'visit.ended','days':2}},"
    "{'from':['again'],'to':'again','label':{'zh':'b','en':'b'},'who':'anyone','asks':['seen'],"
    "'deadline':{'text':{'zh':'t','en':'t'},'from':['seen','opened'],'days':10}}]},"
    "{'bihuan-kind':1,'kind':'calendar','label':{'zh':'历','en':'Calendar'},'scope':'all',"
    "'written_by':'hub','title':'{year}','fields':["
    "{'name':'year','type':'integer','label':{'zh':'年','en':'Year'}}]},"
    "{'bihuan-kind':1,'kind':'setting','label':{'zh':'设','en':'Setting'},'scope':'all',"
    "'written_by':'hub','title':'{name}','fields':["
    "{'name':'name','type':'choice','label':{'zh':'名','en':'Name'},'choices':'settings'},"
    "{'name':'value','type':'decimal','label':{'zh':'值','en':'Value'}}]},"
    "{'bihuan-kind':1,'kind':'visit','label':{'zh':'检','en':'Visit'},'scope':'area',"
    "'area_from':'area','title':'{note}','fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'area','type':'area','label':{'zh':'区','en':'Area'}},"
    "{'name':'ended','type':'time','label':{'zh':'毕','en':'Ended'}}]}]}";

typedef struct {
  BhKindSet *kinds;
  json_t *visit; /* values of the record "visit"; NULL: it is not available */
  BhSettingValues *settings;
} World;

static void world_clear(World *world)
{
  g_clear_pointer(&world->kinds, bh_kind_set_unref);
  g_clear_pointer(&world->settings, bh_setting_values_unref);
  json_decref(world->visit);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void world_init(World *world)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(kinds_text);
  world->kinds = test_load_kinds(root, &error);
  assert_no_error(error);
  world->settings = bh_setting_values_new();
}

static const json_t *lookup(const char *record, gpointer data)
{
  const World *world = data;
  return g_str_equal(record, "visit") ? world->visit : NULL;
}

static const BhSettingValues *get_settings(gpointer data)
{
  const World *world = data;
  return world->settings;
}

static void put(World *world, const char *kind, const char *id, const char *values)
{
  g_autoptr(json_t) json = test_parse_quoted(values);
  bh_setting_values_add(world->settings, kind, id, json);
}

static BhContext context_of(World *world, const json_t *values, const char *today)
{
  return (BhContext){.values = values,
                     .record = "case",
                     .today = today,
                     .lookup = lookup,
                     .settings = get_settings,
                     .data = world};
}

/* The key of the deadline of a case; "none". *uses: what it depends on, joined; may be NULL. */
static char *due_of(World *world, const char *quoted, char **uses)
{
  g_autoptr(json_t) values = test_parse_quoted(quoted);
  g_autoptr(json_t) names = json_array();
  const BhContext context = context_of(world, values, NULL);
  const BhKind *kind = bh_kind_set_find(world->kinds, "case");
  BhDue due;
  char *key =
      bh_due_collect(kind, &context, &due, names) ? bh_due_format_key(&due) : g_strdup("none");
  if (uses != NULL)
    *uses = json_dumps(names, JSON_COMPACT);
  return key;
}

static void assert_due(World *world, const char *values, const char *expected)
{
  g_autofree char *key = due_of(world, values, NULL);
  assert_string_equal(key, expected);
}

static void test_R261_each_form_of_a_deadline_gives_its_moment(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  /* 2026-11-27 23:30 in UTC+8 and 36 hours */
  assert_due(&world, "{'state':'hours','heard':1795793400000}", "2026-11-29T11:30");
  assert_due(&world, "{'state':'hours'}", "none");
  assert_due(&world, "{'state':'fifth','month':'2026-12'}", "2027-01-05T24:00");
  assert_due(&world, "{'state':'last','opened':'2027-02-03'}", "2027-02-28T24:00");
  assert_due(&world, "{'state':'last','opened':'2026-12-31'}", "2026-12-31T24:00");
  /* A step that stays in its state: from the last time, at first from the day of opening. */
  assert_due(&world, "{'state':'again','opened':'2026-11-01'}", "2026-11-11T24:00");
  assert_due(&world, "{'state':'again','opened':'2026-11-01','seen':'2026-11-09'}",
             "2026-11-19T24:00");
}

static void test_a_deadline_counts_from_a_record_above(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  g_autofree char *uses = NULL, *key = NULL;
  /* The record has not arrived yet: no day, but it is known on what the day depends. */
  key = due_of(&world, "{'state':'above','visit':'visit'}", &uses);
  assert_string_equal(key, "none");
  assert_string_equal(uses, "[\"r:visit\"]");
  world.visit = test_parse_quoted("{'ended':1795793400000}");
  assert_due(&world, "{'state':'above','visit':'visit'}", "2026-11-29T24:00");
  assert_due(&world, "{'state':'above'}", "none");
  const BhKind *visit = bh_kind_set_find(world.kinds, "visit");
  const BhKind *own = bh_kind_set_find(world.kinds, "case");
  assert_true(bh_due_depends_on_others(own));
  assert_false(bh_due_depends_on_others(visit));
  assert_true(bh_due_is_input(visit, "ended"));
  assert_true(bh_due_is_input(visit, "area"));
  assert_false(bh_due_is_input(visit, "note"));
  assert_true(bh_due_depends_on(own, "visit"));
  assert_false(bh_due_depends_on(own, "note"));
  /* Only what is read by others changes the text by which dependants are found. */
  g_autoptr(json_t) noted = test_parse_quoted("{'ended':1795793400000,'note':'x'}");
  g_autoptr(json_t) later = test_parse_quoted("{'ended':1795793400001}");
  g_autofree char *name = bh_due_dup_name(visit, "visit", world.visit);
  g_autofree char *first = bh_due_dup_inputs(visit, world.visit);
  g_autofree char *same = bh_due_dup_inputs(visit, noted);
  g_autofree char *other = bh_due_dup_inputs(visit, later);
  assert_string_equal(name, "r:visit");
  assert_string_equal(first, same);
  assert_string_not_equal(first, other);
  assert_null(bh_due_dup_name(own, "case", noted));
}

static void test_R261_workdays_follow_the_calendar_of_the_hub(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  g_autofree char *uses = NULL, *key = NULL;
  key = due_of(&world, "{'state':'work','opened':'2026-12-30'}", &uses);
  assert_string_equal(key, "2027-01-04T24:00");
  assert_string_equal(uses, "[\"c:2026\",\"c:2027\"]");
  put(&world, "calendar", "c27",
      "{'year':2027,'off':['2027-01-01','2027-01-04'],'work':['2027-01-02']}");
  /* 12-31, the shifted Saturday, and the Tuesday */
  assert_due(&world, "{'state':'work','opened':'2026-12-30'}", "2027-01-05T24:00");
  /* A calendar that cannot be used is left out, with a warning. */
  put(&world, "calendar", "c28", "{'year':2028,'off':['2027-01-01'],'work':[]}");
  assert_due(&world, "{'state':'work','opened':'2026-12-30'}", "2027-01-05T24:00");
}

static void test_a_setting_counts_for_its_area_and_its_days(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  world.visit = test_parse_quoted("{'area':'140603101'}");
  static const char early[] = "{'state':'s0','visit':'visit','opened':'2026-06-30'}";
  static const char late[] = "{'state':'s0','visit':'visit','opened':'2026-07-01'}";
  g_autofree char *uses = NULL, *key = NULL;
  key = due_of(&world, early, &uses);
  assert_string_equal(key, "2026-07-03T24:00"); /* the declared default */
  assert_string_equal(uses, "[\"s:grace\",\"r:visit\"]");
  /* The value of the day from which the deadline is counted: a later one moves no older deadline.
   */
  put(&world, "setting", "a", "{'name':'grace','value':'10','valid_from':'2026-07-01'}");
  assert_due(&world, early, "2026-07-03T24:00");
  assert_due(&world, late, "2026-07-11T24:00");
  /* The smaller area goes before the larger one, another area does not count. */
  put(&world, "setting", "b",
      "{'name':'grace','value':'20','area':'140603','valid_from':'2026-01-01'}");
  put(&world, "setting", "c",
      "{'name':'grace','value':'30','area':'140602','valid_from':'2026-01-01'}");
  put(&world, "setting", "d",
      "{'name':'grace','value':'40','area':'140600','valid_from':'2026-06-01'}");
  assert_due(&world, early, "2026-07-20T24:00");
  /* In one area the later beginning goes before the earlier one, until its end. */
  put(&world, "setting", "e",
      "{'name':'grace','value':'5','area':'140603','valid_from':'2026-06-30',"
      "'valid_to':'2026-06-30'}");
  assert_due(&world, early, "2026-07-05T24:00");
  assert_due(&world, late, "2026-07-21T24:00");
  /* Withdrawn, beyond the declared limits, no number: left out. */
  put(&world, "setting", "f",
      "{'name':'grace','value':'6','area':'140603101','valid_from':'2026-06-30',"
      "'state':'withdrawn'}");
  put(&world, "setting", "g", "{'name':'grace','value':'x','area':'140603101'}");
  assert_due(&world, early, "2026-07-05T24:00");
  put(&world, "setting", "h", "{'name':'grace','value':'61','area':'140603101'}");
  assert_due(&world, early, "2026-07-03T24:00");
}

static gboolean has_problem(const GPtrArray *problems, const char *text)
{
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal(((const BhProblem *)problems->pdata[i])->text_en, text))
      return TRUE;
  return FALSE;
}

static GPtrArray *check_step(World *world, const char *quoted, const char *today)
{
  g_autoptr(json_t) values = test_parse_quoted(quoted);
  const BhContext context = context_of(world, values, today);
  return bh_workflow_check(bh_kind_set_find(world->kinds, "case"), "s0", "over", &context);
}

static void test_a_window_opens_some_days_before_the_deadline(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  g_autoptr(GPtrArray) before =
      check_step(&world, "{'state':'s0','opened':'2026-06-30','people':9}", "2026-07-01");
  g_autoptr(GPtrArray) within =
      check_step(&world, "{'state':'s0','opened':'2026-06-30','people':9}", "2026-07-02");
  g_autoptr(GPtrArray) unknown = check_step(&world, "{'state':'s0','people':9}", "2026-07-01");
  assert_true(has_problem(before, "Not before 2026-07-02"));
  assert_int_equal(within->len, 0);
  assert_int_equal(unknown->len, 0);
}

static void test_conditions_and_limits_take_the_setting_of_today(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  put(&world, "setting", "a", "{'name':'grace','value':'4','valid_from':'2026-07-02'}");
  g_autoptr(GPtrArray) by_default = check_step(&world, "{'state':'s0','people':3}", "2026-07-01");
  g_autoptr(GPtrArray) by_value = check_step(&world, "{'state':'s0','people':3}", "2026-07-02");
  g_autoptr(GPtrArray) without = check_step(&world, "{'state':'s0','people':3}", NULL);
  assert_false(has_problem(by_default, "Too few"));
  assert_true(has_problem(by_value, "Too few"));
  assert_false(has_problem(without, "Too few"));

  static const struct {
    const char *values, *today, *problem;
  } cases[] = {{"{'state':'s0','people':3}", "2026-07-01", NULL},
               {"{'state':'s0','people':4}", "2026-07-01", "People must be at most 3"},
               {"{'state':'s0','people':4}", "2026-07-02", NULL},
               {"{'state':'s0','people':5}", "2026-07-02", "People must be at most 4"},
               {"{'state':'s0','people':5}", NULL, NULL},
               /* The ceiling has no default, and nobody has set it. */
               {"{'state':'s0','fine':'0.01'}", "2026-07-02", NULL},
               {"{'state':'s0','fine':'99.99'}", "2027-01-01", "Fine must be at least 100.5"},
               {"{'state':'s0','fine':'100.50'}", "2027-01-01", NULL}};
  put(&world, "setting", "b", "{'name':'ceiling','value':'100.5','valid_from':'2027-01-01'}");
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) values = test_parse_quoted(cases[i].values);
    const BhContext context = context_of(&world, values, cases[i].today);
    g_autoptr(GPtrArray) problems =
        bh_kind_check_record(bh_kind_set_find(world.kinds, "case"), &context);
    if (cases[i].problem != NULL)
      assert_true(has_problem(problems, cases[i].problem));
    else
      assert_int_equal(problems->len, 0);
  }
}

static void test_nothing_is_known_of_settings_without_a_store(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  g_autoptr(json_t) values = test_parse_quoted("{'state':'s0','opened':'2026-06-30','people':99}");
  const BhContext context = {.values = values, .today = "2026-07-02"};
  const BhKind *kind = bh_kind_set_find(world.kinds, "case");
  g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
  BhDue due;
  assert_int_equal(problems->len, 0);
  assert_false(bh_due_find(kind, &context, &due));
}

static void test_a_value_of_a_setting_fits_its_declaration(void **state)
{
  (void)state;
  static const struct {
    const char *values;
    gboolean fits;
  } cases[] = {
      {"{'name':'grace','value':'1'}", TRUE},    {"{'name':'grace','value':'60'}", TRUE},
      {"{'name':'grace','value':'61'}", FALSE},  {"{'name':'grace','value':'0'}", FALSE},
      {"{'name':'grace','value':'2.5'}", FALSE}, {"{'name':'ceiling','value':'2.5'}", TRUE},
      {"{'name':'nothing','value':'2'}", FALSE}, {"{'name':'grace'}", TRUE}};
  g_auto(World) world = {0};
  world_init(&world);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) values = test_parse_quoted(cases[i].values);
    const BhContext context = context_of(&world, values, "2026-07-01");
    g_autoptr(GPtrArray) problems =
        bh_kind_check_record(bh_kind_set_find(world.kinds, "setting"), &context);
    if ((problems->len == 0) != cases[i].fits)
      fail_msg("%s: %u problems", cases[i].values, problems->len);
  }
}

static void test_what_is_overdue_and_what_is_soon(void **state)
{
  (void)state;
  g_auto(World) world = {0};
  world_init(&world);
  static const gint64 noon = 1795838400000; /* 2026-11-28 12:00 in UTC+8 */
  static const struct {
    BhDue due;
    const char *json;
  } cases[] = {{{{2026, 11, 27}, -1, 3}, "{\"day\":\"2026-11-27\",\"days\":-1,\"overdue\":true}"},
               {{{2026, 11, 28}, -1, 3}, "{\"day\":\"2026-11-28\",\"days\":0,\"soon\":true}"},
               {{{2026, 11, 28}, 719, 3},
                "{\"day\":\"2026-11-28\",\"days\":0,\"overdue\":true,\"time\":\"11:59\"}"},
               {{{2026, 11, 28}, 720, 3},
                "{\"day\":\"2026-11-28\",\"days\":0,\"soon\":true,\"time\":\"12:00\"}"},
               {{{2026, 12, 1}, -1, 3}, "{\"day\":\"2026-12-01\",\"days\":3,\"soon\":true}"},
               {{{2026, 12, 2}, -1, 3}, "{\"day\":\"2026-12-02\",\"days\":4}"},
               {{{2026, 12, 2}, -1, 4}, "{\"day\":\"2026-12-02\",\"days\":4,\"soon\":true}"}};
  g_autofree char *bound = bh_due_format_bound(noon);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) json = bh_due_to_json(&cases[i].due, noon);
    g_autofree char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    g_autofree char *key = bh_due_format_key(&cases[i].due);
    assert_string_equal(text, cases[i].json);
    /* The index compares the same texts. */
    assert_int_equal(strcmp(key, bound) < 0, bh_due_is_over(&cases[i].due, noon));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_R261_each_form_of_a_deadline_gives_its_moment),
      cmocka_unit_test(test_a_deadline_counts_from_a_record_above),
      cmocka_unit_test(test_R261_workdays_follow_the_calendar_of_the_hub),
      cmocka_unit_test(test_a_setting_counts_for_its_area_and_its_days),
      cmocka_unit_test(test_a_window_opens_some_days_before_the_deadline),
      cmocka_unit_test(test_conditions_and_limits_take_the_setting_of_today),
      cmocka_unit_test(test_nothing_is_known_of_settings_without_a_store),
      cmocka_unit_test(test_a_value_of_a_setting_fits_its_declaration),
      cmocka_unit_test(test_what_is_overdue_and_what_is_soon),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

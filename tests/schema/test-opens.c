/* Steps that open records: which operations are added to an entry, with which values, and when
 * none. */
#include "schema/opens.h"

#include "schema/returns.h"

#include <string.h>

#include "tests/schema/broken.h"

#define NOW_MS 1795824000000 /* 2026-11-28 */

/* What the step new → done of the sound kind "visit" opens in these tests: one visit below it, and
 * one below each of the visits in "others". */
static const char opens_text[] =
    "[{'kind':'visit','state':'new','when':{'field':'mode','is':'a'},"
    "'preset':{'note':{'field':'note'},'lead':'actor','day':'today','count':{'is':7}}},"
    "{'kind':'visit','state':'new','each':'others',"
    "'preset':{'note':{'field':'note'},'area':{'field':'upper.area'}}},"
    "{'kind':'visit','state':'new','when':{'field':'upper.mode','is':'a'}}]";

typedef struct {
  BhKindSet *set;
  json_t *records; /* id → values, with the operations applied */
  json_t *states;  /* id → state before */
  guint n_ids;
} World;

static char *dup_state(const char *record, gpointer data)
{
  World *world = data;
  return g_strdup(bh_json_string_or(world->states, record, NULL));
}

static const json_t *look_up(const char *record, gpointer data)
{
  World *world = data;
  return json_object_get(world->records, record);
}

static void fill(const char *record, BhContext *context, gpointer data)
{
  *context = (BhContext){.values = look_up(record, data),
                         .record = record,
                         .actor = "li",
                         .today = "2026-11-28",
                         .lookup = look_up,
                         .data = data};
}

static void make_id(char id[BH_ID_LEN + 1], gpointer data)
{
  World *world = data;
  g_strlcpy(id, test_id(0x900 + world->n_ids++), BH_ID_LEN + 1);
}

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/1/fields/+",
              "{'name':'others','type':'refs','label':{'zh':'他','en':'Others'},"
              "'ref_kinds':['visit'],'in_form':false}");
  test_change(root, "kinds/1/transitions/1/opens", opens_text);
  world->set = test_load_kinds(root, &error);
  assert_no_error(error);
  world->records = json_object();
  world->states = json_object();
  return world;
}

static void world_free(World *world)
{
  bh_kind_set_unref(world->set);
  json_decref(world->records);
  json_decref(world->states);
  g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

/* Puts a record of the state before into the world. */
static void put(World *world, guint id, const char *state, const char *quoted)
{
  json_object_set_new(world->records, test_id(id), test_parse_quoted(quoted));
  json_object_set_new(world->states, test_id(id), json_string(state));
}

static json_t *complete(World *world, const json_t *ops, GError **error)
{
  BhOpensWorld reads = {.set = world->set,
                        .now_ms = NOW_MS,
                        .dup_state = dup_state,
                        .fill = fill,
                        .make_id = make_id,
                        .data = world};
  return bh_opens_complete(&reads, ops, error);
}

static json_t *make_step(guint id, const char *to)
{
  return json_pack("[{s:s,s:s,s:{s:s}}]", "record", test_id(id), "kind", "visit", "set", "state",
                   to);
}

static void test_a_step_opens_one_record_with_copied_values(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GError) error = NULL;
  put(world, 1, "new", "{'mode':'a','note':'gas','state':'done'}");
  g_autoptr(json_t) ops = make_step(1, "done");
  g_autoptr(json_t) all = complete(world, ops, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(ops), 1);
  assert_int_equal(json_array_size(all), 2);
  assert_true(json_array_get(all, 0) == json_array_get(ops, 0));
  g_autoptr(json_t) wanted =
      json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:i,s:s,s:s}}", "record", test_id(0x900), "kind", "visit",
                "set", "note", "gas", "lead", "li", "day", "2026-11-28", "count", 7, "upper",
                test_id(1), "state", "new");
  assert_true(json_equal(json_array_get(all, 1), wanted));
}

static void test_a_condition_that_fails_opens_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GError) error = NULL;
  put(world, 1, "new", "{'mode':'b','note':'gas','state':'done'}");
  g_autoptr(json_t) ops = make_step(1, "done");
  assert_true(bh_opens_may_open(world->set, ops));
  g_autoptr(json_t) all = complete(world, ops, &error);
  assert_no_error(error);
  assert_true(json_equal(all, ops));
}

static void test_other_operations_open_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) creation = make_step(2, "new");
  g_autoptr(json_t) edit =
      json_pack("[{s:s,s:s,s:{s:s}}]", "record", test_id(1), "kind", "visit", "set", "note", "oil");
  assert_false(bh_opens_may_open(world->set, creation));
  assert_false(bh_opens_may_open(world->set, edit));
  g_autoptr(json_t) same = complete(world, edit, &error);
  assert_true(same == edit);
  /* The state is set again, or chosen among states in conflict: no step leads there. */
  put(world, 1, "done", "{'mode':'a','state':'done'}");
  g_autoptr(json_t) again = make_step(1, "done");
  g_autoptr(json_t) all = complete(world, again, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(all), 1);
}

static void test_each_chosen_record_opens_one(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  g_autoptr(GError) error = NULL;
  put(world, 1, "new", "{'mode':'b','area':'140603','state':'done'}");
  g_autoptr(json_t) chosen = json_pack("[s]", test_id(2));
  json_array_append_new(chosen, json_string(test_id(3)));
  json_object_set(json_object_get(world->records, test_id(1)), "others", chosen);
  put(world, 2, "new", "{'note':'two'}");
  put(world, 3, "new", "{'note':'three'}");
  json_object_set_new(json_object_get(world->records, test_id(3)), "upper",
                      json_string(test_id(1)));
  g_autoptr(json_t) ops = make_step(1, "done");
  g_autoptr(json_t) all = complete(world, ops, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(all), 3);
  const json_t *two = json_object_get(json_array_get(all, 1), "set");
  const json_t *three = json_object_get(json_array_get(all, 2), "set");
  /* Paths begin at the chosen record; a value that it does not have is left out. */
  assert_string_equal(bh_json_string_or(two, "note", ""), "two");
  assert_string_equal(bh_json_string_or(two, "upper", ""), test_id(2));
  assert_null(json_object_get(two, "area"));
  assert_string_equal(bh_json_string_or(three, "note", ""), "three");
  assert_string_equal(bh_json_string_or(three, "area", ""), "140603");
  /* An entry that opens one of them already gets the other one only. */
  g_autoptr(json_t) partly = json_deep_copy(ops);
  json_array_append(partly, json_array_get(all, 1));
  g_autoptr(json_t) rest = complete(world, partly, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(rest), 3);
  assert_string_equal(
      bh_json_string_or(json_object_get(json_array_get(rest, 2), "set"), "upper", ""), test_id(3));
  /* Completing a complete entry changes nothing. */
  g_autoptr(json_t) twice = complete(world, all, &error);
  assert_true(json_equal(twice, all));
}

static void test_what_cannot_be_opened_is_an_error(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  GError *error = NULL;
  put(world, 1, "new", "{'mode':'b','state':'done'}");
  json_t *chosen = json_array();
  json_object_set_new(json_object_get(world->records, test_id(1)), "others", chosen);
  json_array_append_new(chosen, json_string(test_id(0x77)));
  g_autoptr(json_t) ops = make_step(1, "done");
  assert_null(complete(world, ops, &error));
  assert_error(error, BH_ERROR_INVALID);
  json_array_clear(chosen);
  /* Whether one is opened depends on a record that is not available. */
  json_object_set_new(json_object_get(world->records, test_id(1)), "upper",
                      json_string(test_id(0x78)));
  assert_null(complete(world, ops, &error));
  assert_error(error, BH_ERROR_INVALID);
  json_object_del(json_object_get(world->records, test_id(1)), "upper");
  for (guint i = 0; i < BH_ENTRY_MAX_OPS; i++) {
    put(world, 0x100 + i, "new", "{'note':'n'}");
    json_array_append_new(chosen, json_string(test_id(0x100 + i)));
  }
  assert_null(complete(world, ops, &error));
  assert_error(error, BH_ERROR_LIMIT);
  json_array_remove(chosen, 0);
  g_autoptr(json_t) all = complete(world, ops, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(all), BH_ENTRY_MAX_OPS);
}

static void test_a_form_says_what_a_step_opens(void **state G_GNUC_UNUSED)
{
  g_autoptr(World) world = world_new();
  const BhTransition *step = bh_workflow_find(bh_kind_set_find(world->set, "visit"), "new", "done");
  g_autoptr(json_t) values = json_pack("{s:s,s:[s,s]}", "mode", "a", "others", "x", "y");
  BhContext after = {.values = values};
  g_autoptr(json_t) both = bh_opens_preview(step, world->set, &after);
  assert_int_equal(json_array_size(both), 2);
  assert_string_equal(bh_json_string_or(json_array_get(both, 0), "kind", ""), "visit");
  assert_int_equal(json_integer_value(json_object_get(json_array_get(both, 0), "count")), 1);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(both, 1), "count")), 2);
  json_object_set_new(values, "mode", json_string("b"));
  json_object_del(values, "others");
  g_autoptr(json_t) none = bh_opens_preview(step, world->set, &after);
  assert_int_equal(json_array_size(none), 0);
  g_autoptr(json_t) no_step = bh_opens_preview(NULL, world->set, &after);
  assert_int_equal(json_array_size(no_step), 0);
}

#define V "kinds/1/transitions/1/opens"
#define P "kinds: $.kinds[1].transitions[1].opens"

static void test_wrong_declarations_are_refused(void **state G_GNUC_UNUSED)
{
  static const TestBroken cases[] = {
      {V, "{}", P ": must be an array"},
      {V, "[{'state':'new'}]", P "[0]: \"kind\" is missing"},
      {V, "[{'kind':'visit','state':'new','who':['inspector']}]", P "[0]: unknown member \"who\""},
      {V, "[{'kind':'gone'}]", P "[0].kind: there is no kind \"gone\""},
      {V, "[{'kind':'visit'}]", P "[0].state: must be a state of visit to which a step from null"},
      {V, "[{'kind':'visit','state':'done'}]", P "[0].state: must be a state of visit"},
      {V, "[{'kind':'staff'}]", P "[0].link: names no field of staff that refers to visit"},
      {V, "[{'kind':'visit','state':'new','link':'lead'}]", P "[0].link: names no field of visit"},
      {V, "[{'kind':'visit','state':'new','each':'lead'}]",
       P "[0].each: kind visit has no refs field \"lead\""},
      {V, "[{'kind':'visit','state':'new','each':'people'}]",
       P "[0].link: names no field of visit that refers to staff"},
      {V, "[{'kind':'visit','state':'new','when':{'field':'gone','empty':true}}]", P "[0].when"},
      {V, "[{'kind':'visit','state':'new','preset':{}}]",
       P "[0].preset: must be an object of 1 to 40 fields"},
      {V, "[{'kind':'visit','state':'new','preset':{'gone':{'is':1}}}]",
       P "[0].preset.gone: kind visit has no field \"gone\""},
      {V, "[{'kind':'visit','state':'new','preset':{'count':{'field':'note'}}}]",
       P "[0].preset.count: path \"note\" must end at a field of type integer"},
      {V, "[{'kind':'visit','state':'new','preset':{'count':{'is':12}}}]", P "[0].preset.count"},
      {V, "[{'kind':'visit','state':'new','preset':{'day':'now'}}]",
       P "[0].preset.day: \"day\" must be a time field"},
  };
  test_try_broken(cases, G_N_ELEMENTS(cases));
}

static void test_declarations_that_could_never_work_are_refused(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *path, *value, *error;
  } cases[] = {
      {"kinds/1/fields/0/required", "true",
       P "[0].preset: \"note\" of visit is required, and has no value here"},
      {"kinds/1/transitions/0/written_by", "'hub'",
       P "[0].kind: only the hub may make records of visit, but devices take this step"},
      {"kinds/1/transitions/0/opens", "[{'kind':'visit','state':'new'}]",
       ".transitions[0].opens[0].state: the step to \"new\" of visit opens records itself"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
    test_change(root, V, "[{'kind':'visit','state':'new','preset':{'count':{'is':2}}}]");
    g_autoptr(BhKindSet) sound = test_load_kinds(root, &error);
    assert_no_error(error);
    test_change(root, cases[i].path, cases[i].value);
    assert_null(test_load_kinds(root, &error));
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("not \"%s\" but \"%s\"", cases[i].error, error->message);
  }
}

static void test_personal_values_are_not_copied(void **state G_GNUC_UNUSED)
{
  static const char *const words[] = {V, "kinds/1/returns"};
  static const char *const values[] = {
      "[{'kind':'visit','state':'new','preset':{'note':{'field':'upper.secret'}}}]",
      "[{'states':['done'],'to':'done','text':{'zh':'回','en':'Back'},"
      "'preset':{'note':{'field':'upper.secret'}}}]"};
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
    test_change(root, "kinds/1/fields/+",
                "{'name':'secret','type':'text','label':{'zh':'密','en':'Secret'},"
                "'in_form':false}");
    test_change(root, "kinds/1/fields/3/indexed", "true");
    test_change(root, "kinds/1/transitions/1/asks/+", "'note'");
    test_change(root, words[i], values[i]);
    g_autoptr(BhKindSet) sound = test_load_kinds(root, &error);
    assert_no_error(error);
    test_change(root, "kinds/1/fields/10/personal", "true");
    assert_null(test_load_kinds(root, &error));
    assert_non_null(strstr(error->message, "\"upper.secret\" of visit is personal"));
  }
}

/* --- returning --- */

#define RETURNS "kinds/1/returns"
#define R "kinds: $.kinds[1].returns[0]"
#define TEXT "'text':{'zh':'回','en':'Back'}"

/* A visit returns to the visit above it. */
static BhKindSet *make_returning_kinds(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/1/fields/3/indexed", "true");
  test_change(root, "kinds/1/fields/6/indexed", "true");
  test_change(root, RETURNS,
              "[{'states':['done'],'to':'done','where':{'field':'mode','in':['a','b']}," TEXT
              ",'preset':{'day':{'field':'day'}}}]");
  BhKindSet *set = test_load_kinds(root, &error);
  assert_no_error(error);
  return set;
}

static void test_a_record_that_returns_offers_a_step(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhKindSet) set = make_returning_kinds();
  const BhKind *visit = bh_kind_set_find(set, "visit");
  g_autoptr(GPtrArray) ways = bh_returns_list(set, visit, "new");
  assert_int_equal(ways->len, 1);
  g_autoptr(json_t) query = bh_return_dup_query(ways->pdata[0], "v1");
  g_autoptr(json_t) wanted =
      json_pack("{s:s,s:{s:s,s:[s],s:[s,s]},s:i}", "kind", "visit", "where", "upper", "v1", "state",
                "done", "mode", "a", "b", "limit", 1);
  assert_true(json_equal(query, wanted));
  g_autoptr(json_t) values = json_pack("{s:s}", "day", "2026-11-20");
  BhContext returned = {.values = values, .record = "v2"};
  g_autoptr(json_t) offer = bh_return_dup_offer(ways->pdata[0], &returned, NOW_MS);
  assert_string_equal(bh_json_string_or(offer, "act", ""), "step/done");
  assert_string_equal(bh_json_string_or(offer, "record", ""), "v2");
  assert_string_equal(bh_json_string_or(json_object_get(offer, "text"), "en", ""), "Back");
  assert_string_equal(bh_json_string_or(json_object_get(offer, "values"), "day", ""), "2026-11-20");
  /* No step starts in this state, and nothing returns to people. */
  g_autoptr(GPtrArray) ended = bh_returns_list(set, visit, "done");
  assert_int_equal(ended->len, 0);
  g_autoptr(GPtrArray) people = bh_returns_list(set, bh_kind_set_find(set, "staff"), NULL);
  assert_int_equal(people->len, 0);
}

static void test_wrong_returns_are_refused(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *value, *error;
  } cases[] = {
      {"[{'to':'done'," TEXT "}]", R ": \"states\" is missing"},
      {"[{'states':['gone'],'to':'done'," TEXT "}]", R ".states: kind visit has no state \"gone\""},
      {"[{'states':['done']," TEXT "}]", R ": \"to\" is missing"},
      {"[{'states':['done'],'to':'done'}]", R ": \"text\" is missing"},
      {"[{'states':['done'],'to':'new'," TEXT "}]", R ".to: no step of visit leads to \"new\""},
      {"[{'states':['done'],'to':'done','link':'note'," TEXT "}]",
       R ".link: must be an indexed ref field of visit"},
      {"[{'states':['done'],'to':'done','link':'lead'," TEXT "}]",
       R ".link: must be an indexed ref field of visit"},
      {"[{'states':['done'],'to':'done','where':{'field':'note','is':'x'}," TEXT "}]",
       R ".where: a list filters only by indexed fields"},
      {"[{'states':['done'],'to':'done','where':{'actor_is':'upper'}," TEXT "}]", R ".where"},
      {"[{'states':['done'],'to':'done','preset':{'note':{'field':'note'}}," TEXT "}]",
       R ".preset: no step of visit to \"done\" asks for \"note\""},
      {"[{'states':['done'],'to':'done','preset':{'day':{'field':'note'}}," TEXT "}]",
       R ".preset.day: path \"note\" must end at a field of type date"},
      {"[{'states':['done'],'to':'done','who':['author']," TEXT "}]", R ": unknown member \"who\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
    test_change(root, "kinds/1/fields/3/indexed", "true");
    test_change(root, RETURNS, cases[i].value);
    assert_null(test_load_kinds(root, &error));
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("%s: not \"%s\" but \"%s\"", cases[i].value, cases[i].error, error->message);
  }
}

static void test_a_ledger_of_returned_records_needs_returns(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/1/ledgers",
              "[{'name':'back','label':{'zh':'回','en':'Back'},'returned':true}]");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(
      strstr(error->message, "ledgers[0].returned: no kind has \"returns\" for records of visit"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_step_opens_one_record_with_copied_values),
      cmocka_unit_test(test_a_condition_that_fails_opens_nothing),
      cmocka_unit_test(test_other_operations_open_nothing),
      cmocka_unit_test(test_each_chosen_record_opens_one),
      cmocka_unit_test(test_what_cannot_be_opened_is_an_error),
      cmocka_unit_test(test_a_form_says_what_a_step_opens),
      cmocka_unit_test(test_wrong_declarations_are_refused),
      cmocka_unit_test(test_declarations_that_could_never_work_are_refused),
      cmocka_unit_test(test_personal_values_are_not_copied),
      cmocka_unit_test(test_a_record_that_returns_offers_a_step),
      cmocka_unit_test(test_wrong_returns_are_refused),
      cmocka_unit_test(test_a_ledger_of_returned_records_needs_returns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

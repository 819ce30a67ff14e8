/* The resolved form of an act: what is shown, required, locked and offered for half-typed values,
 * what is written, and what is refused at which field. */
#include <string.h>

#include "schema/form.h"
#include "tests/schema/support.h"

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define NAMED(zh, en) "'label':{'zh':'" zh "','en':'" en "'}"
#define NOW_MS 1795824000000 /* 2026-11-28 */
#define ACTOR "00000000-0000-7000-8000-000000000007"

/* A shop with sections, states and an edit; a file kind; staff. */
static const char kinds_text[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'file'," LABEL ",'scope':'all','parent':'parent','title':'{note}',"
    "'fields':["
    "{'name':'parent','type':'ref'," LABEL ",'ref_kinds':['shop'],'in_form':false},"
    "{'name':'note','type':'text'," LABEL "},"
    "{'name':'role','type':'choice'," LABEL ",'choices':[{'code':'proof'," NAMED(
        "证明",
        "Proof") "},{'code':'scan'," LABEL "}]}]},"
                 "{'bihuan-kind':1,'kind':'shop'," NAMED(
                     "店",
                     "Shop") ",'scope':'all','title':'{name}',"
                             "'states':[{'name':'open'," LABEL
                             ",'initial':true},{'name':'shut'," LABEL "}],"
                             "'sections':["
                             "{'name':'who'," NAMED(
                                 "主体",
                                 "Who") ",'fields':['name','type','licence','code','doubt',"
                                        "'chief','others']},"
                                        "{'name':'gas'," NAMED(
                                            "燃气",
                                            "Gas") ",'fields':['bottles','inspected_on','valve'],"
                                                   "'show_when':{'field':'type','is':'gas'}},"
                                                   "{'name':'end'," NAMED(
                                                       "结束",
                                                       "End") ",'fields':['why','seen_at','spot']}]"
                                                              ","
                                                              "'create':[{'name':'register','from':"
                                                              "'office','state':'open','preset':{'"
                                                              "type':{'is':'food'},"
                                                              "'chief':'actor'}}],"
                                                              "'edit':[{'name':'correct'," NAMED(
                                                                  "更正",
                                                                  "Correct") ",'who':['leader'],'"
                                                                             "reason':'why',"
                                                                             "'fields':['name','"
                                                                             "type','licence','"
                                                                             "bottles','valve'],'"
                                                                             "when':{'field':'"
                                                                             "state','is':'open'}}]"
                                                                             ","
                                                                             "'fields':["
                                                                             "{'name':'name','type'"
                                                                             ":'text'," NAMED(
                                                                                 "名称",
                                                                                 "Name") ",'"
                                                                                         "required'"
                                                                                         ":true,'"
                                                                                         "max':10},"
                                                                                         "{'name':'"
                                                                                         "type','"
                                                                                         "type':'"
                                                                                         "choice'"
                                                                                         "," LABEL
                                                                                         ",'"
                                                                                         "choices':"
                                                                                         "[{'code':"
                                                                                         "'food'"
                                                                                         "," LABEL
                                                                                         "},"
                                                                                         "{'code':'"
                                                                                         "gas'"
                                                                                         "," LABEL
                                                                                         "},{'code'"
                                                                                         ":'old'"
                                                                                         "," LABEL
                                                                                         ",'"
                                                                                         "retired':"
                                                                                         "true}]},"
                                                                                         "{'name':'"
                                                                                         "licence',"
                                                                                         "'type':'"
                                                                                         "text'"
                                                                                         "," LABEL
                                                                                         ",'"
                                                                                         "personal'"
                                                                                         ":true},"
                                                                                         "{'name':'"
                                                                                         "code','"
                                                                                         "type':'"
                                                                                         "uscc'"
                                                                                         "," LABEL
                                                                                         ",'doubt':"
                                                                                         "'doubt'},"
                                                                                         "{'name':'"
                                                                                         "doubt','"
                                                                                         "type':'"
                                                                                         "text'"
                                                                                         "," LABEL
                                                                                         "},"
                                                                                         "{'name':'"
                                                                                         "chief','"
                                                                                         "type':'"
                                                                                         "ref'"
                                                                                         "," LABEL
                                                                                         ",'ref_"
                                                                                         "kinds':['"
                                                                                         "staff']},"
                                                                                         "{'name':'"
                                                                                         "others','"
                                                                                         "type':'"
                                                                                         "refs'"
                                                                                         "," LABEL
                                                                                         ",'ref_"
                                                                                         "kinds':['"
                                                                                         "staff']},"
                                                                                         "{'name':'"
                                                                                         "bottles',"
                                                                                         "'type':'"
                                                                                         "integer'"
                                                                                         "," NAMED(
                                                                                             "瓶数",
                                                                                             "Bottl"
                                                                                             "es") ",'min':1,'max':50,"
                                                                                                   "'required':{'field':'type','is':'gas'},'locked_when':{'field':'bottles','at_least':40}},"
                                                                                                   "{'name':'inspected_on','type':'date'," LABEL
                                                                                                   "},"
                                                                                                   "{'name':'valve','type':'choice'," LABEL
                                                                                                   ",'choices':[{'code':'new'," LABEL
                                                                                                   "}],"
                                                                                                   "'show_when':{'field':'bottles','at_least':5}},"
                                                                                                   "{'name':'why','type':'text'," LABEL
                                                                                                   "},"
                                                                                                   "{'name':'seen_at','type':'time'," LABEL
                                                                                                   "},"
                                                                                                   "{'name':'spot','type':'place'," LABEL
                                                                                                   "}],"
                                                                                                   "'transitions':[{'from':null,'to':'open'," NAMED(
                                                                                                       "登记",
                                                                                                       "Register") ",'who':['leader'],"
                                                                                                                   "'source':'R-001; 条例 §3'},"
                                                                                                                   "{'from':['open'],'to':'shut'," NAMED(
                                                                                                                       "关闭",
                                                                                                                       "Shut") ",'who':['leader'],"
                                                                                                                               "'asks':['why','seen_at'],'needs':[{'field':'why','must':{'field':'why','empty':false},"
                                                                                                                               "'text':{'zh':'请写明原因','en':'Say why'}}],"
                                                                                                                               "'attach':[{'role':'proof','at_least':2,'media':['image']}]}]},"
                                                                                                                               "{'bihuan-kind':1,'kind':'staff'," NAMED(
                                                                                                                                   "人员",
                                                                                                                                   "Staff") ",'scope':'all','title':'{name}',"
                                                                                                                                            "'fields':[{'name':'name','type':'text'," LABEL
                                                                                                                                            "},{'name':'unit','type':'text'," LABEL
                                                                                                                                            "},"
                                                                                                                                            "{'name':'roles','type':'choices'," LABEL
                                                                                                                                            ",'choices':[{'code':'inspector'," LABEL
                                                                                                                                            "},"
                                                                                                                                            "{'code':'leader'," LABEL
                                                                                                                                            "}]}]}]}";

typedef struct {
  BhKindSet *set;
  const BhKind *shop;
  json_t *record, *leader, *inspector, *files;
} World;

static json_t *list_children(const char *record, const char *kind, gpointer data)
{
  (void)record;
  World *world = data;
  return strcmp(kind, "file") == 0 ? json_incref(world->files) : json_array();
}

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  g_autofree char *text = g_strdelimit(g_strdup(kinds_text), "'", '"');
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  assert_non_null(root);
  g_autofree char *canonical = bh_json_dump(root);
  g_autoptr(GError) error = NULL;
  world->set = bh_kind_set_from_text(canonical, strlen(canonical), &error);
  assert_no_error(error);
  world->shop = bh_kind_set_find(world->set, "shop");
  world->record = json_pack("{s:s, s:s, s:s, s:i}", "state", "open", "name", "one", "type", "gas",
                            "bottles", 7);
  world->leader = json_pack("{s:[s], s:s}", "roles", "leader", "unit", "u");
  world->inspector = json_pack("{s:[s], s:s}", "roles", "inspector", "unit", "u");
  world->files = json_array();
  return world;
}

static void world_free(World *world)
{
  bh_kind_set_unref(world->set);
  json_decref(world->record);
  json_decref(world->leader);
  json_decref(world->inspector);
  json_decref(world->files);
  g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static BhContext context_of(World *world, const json_t *values, const json_t *actor)
{
  return (BhContext){.values = values,
                     .record = values != NULL ? "s1" : NULL,
                     .actor = ACTOR,
                     .actor_values = actor,
                     .today = "2026-11-28",
                     .children = list_children,
                     .data = world};
}

static json_t *parse(const char *text)
{
  g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
  json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
  if (value == NULL)
    fail_msg("no JSON: %s", text);
  return value;
}

/* An act and its form for typed values. */
typedef struct {
  BhContext before;
  BhAct *act;
  json_t *typed;
  BhForm *form;
  json_t *drawn; /* bh_form_resolve in English */
} Case;

static void case_clear(Case *one)
{
  json_decref(one->drawn);
  bh_form_free(one->form);
  json_decref(one->typed);
  bh_act_free(one->act);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static void fill(World *world, Case *one, const char *act, const json_t *values,
                 const json_t *actor, const char *typed)
{
  g_autoptr(GError) error = NULL;
  one->before = context_of(world, values, actor);
  one->act = bh_act_find(world->shop, bh_json_string_or(values, "state", NULL), act);
  assert_non_null(one->act);
  one->typed = parse(typed);
  one->form = bh_form_new(one->act, &one->before, values != NULL, one->typed, NOW_MS, &error);
  assert_no_error(error);
  one->drawn = bh_form_resolve(one->form, world->set, "en");
}

static const json_t *find_field(const json_t *form, const char *name)
{
  gsize i, k;
  json_t *section, *field;
  json_array_foreach(json_object_get(form, "sections"), i, section) {
    json_array_foreach(json_object_get(section, "fields"), k, field) {
      if (strcmp(bh_json_string_or(field, "name", ""), name) == 0)
        return field;
    }
  }
  fail_msg("the form has no field %s", name);
  return NULL;
}

/* Whether the flag ("shown", "required", "locked") of the field is set. */
static gboolean has(const Case *one, const char *name, const char *flag)
{
  return json_is_true(json_object_get(find_field(one->drawn, name), flag));
}

static char *join_names(const json_t *form)
{
  GString *out = g_string_new(NULL);
  gsize i, k;
  json_t *section, *field;
  json_array_foreach(json_object_get(form, "sections"), i, section) {
    g_string_append_printf(out, "%s[", bh_json_string_or(section, "name", ""));
    json_array_foreach(json_object_get(section, "fields"), k, field) {
      g_string_append_printf(out, "%s%s", k > 0 ? " " : "", bh_json_string_or(field, "name", ""));
    }
    g_string_append(out, "]");
  }
  return g_string_free(out, FALSE);
}

/* "FIELD:CODE …" of all problems. */
static char *join_problems(const BhForm *form)
{
  g_autoptr(GPtrArray) problems = bh_form_check(form);
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    g_string_append_printf(out, "%s%s:%s", i > 0 ? " " : "", problem->field, problem->code);
  }
  return g_string_free(out, FALSE);
}

static void assert_problems(const Case *one, const char *wanted)
{
  g_autofree char *found = join_problems(one->form);
  assert_string_equal(found, wanted);
}

static void assert_set(const Case *one, const char *wanted)
{
  g_autoptr(json_t) json = parse(wanted);
  g_autofree char *found = bh_json_dump_sorted(bh_form_get_set(one->form));
  g_autofree char *expected = bh_json_dump_sorted(json);
  assert_string_equal(found, expected);
}

static void test_a_creation_is_drawn_by_sections_with_its_first_values(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  fill(world, &one, "create/register", NULL, world->leader, "{}");
  g_autofree char *names = join_names(one.drawn);
  assert_string_equal(names, "who[name type licence code doubt chief others]"
                             "gas[bottles inspected_on valve]end[why seen_at spot]");
  const json_t *name = find_field(one.drawn, "name");
  assert_string_equal(bh_json_string_or(name, "label", ""), "Name");
  assert_true(has(&one, "name", "required"));
  assert_int_equal(json_integer_value(json_object_get(name, "max")), 10);
  assert_null(json_object_get(name, "value"));
  assert_string_equal(bh_json_string_or(find_field(one.drawn, "type"), "value", ""), "food");
  assert_string_equal(bh_json_string_or(find_field(one.drawn, "chief"), "value", ""), ACTOR);
  assert_true(json_is_true(json_object_get(find_field(one.drawn, "licence"), "personal")));
  const json_t *kinds = json_object_get(find_field(one.drawn, "others"), "ref_kinds");
  assert_string_equal(bh_json_string_or(json_array_get(kinds, 0), "code", ""), "staff");
  assert_string_equal(bh_json_string_or(json_array_get(kinds, 0), "label", ""), "Staff");
  /* A requirement number means nothing to people. */
  assert_string_equal(bh_json_string_or(one.drawn, "source", ""), "条例 §3");
  /* Of the choices, the retired one is not offered. */
  assert_int_equal(json_array_size(json_object_get(find_field(one.drawn, "type"), "choices")), 2);
}

static void test_conditions_follow_what_is_typed(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) food = {0};
  g_auto(Case) gas = {0};
  g_auto(Case) many = {0};
  fill(world, &food, "create/register", NULL, world->leader, "{'name':'x'}");
  assert_false(has(&food, "bottles", "shown"));
  fill(world, &gas, "create/register", NULL, world->leader, "{'name':'x','type':'gas'}");
  assert_true(has(&gas, "bottles", "shown"));
  assert_true(has(&gas, "bottles", "required"));
  assert_false(has(&gas, "valve", "shown"));
  assert_problems(&gas, "bottles:required");
  fill(world, &many, "create/register", NULL, world->leader,
       "{'name':'x','type':'gas','bottles':'6'}");
  assert_true(has(&many, "valve", "shown"));
  assert_problems(&many, "");
}

static void test_typed_text_is_read_and_what_cannot_be_read_is_kept(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  fill(world, &one, "create/register", NULL, world->leader,
       "{'name':' ten ','type':'gas','bottles':'ten','seen_at':'2026-11-21 18:59',"
       "'spot':'39.5, 112.3','inspected_on':'2026-99','others':['no id']}");
  const json_t *bottles = find_field(one.drawn, "bottles");
  assert_string_equal(bh_json_string_or(bottles, "typed", ""), "ten");
  assert_null(json_object_get(bottles, "value"));
  assert_string_equal(bh_json_string_or(find_field(one.drawn, "name"), "value", ""), "ten");
  assert_string_equal(bh_json_string_or(find_field(one.drawn, "seen_at"), "text", ""),
                      "2026-11-21 18:59");
  assert_string_equal(bh_json_string_or(find_field(one.drawn, "spot"), "text", ""), "39.5, 112.3");
  assert_int_equal(bh_form_list_unread(one.form)->len, 3);
  g_autofree char *problems = join_problems(one.form);
  assert_non_null(strstr(problems, "bottles:unread"));
  assert_non_null(strstr(problems, "inspected_on:unread"));
  assert_non_null(strstr(problems, "others:unread"));
  /* What cannot be read is not reported as missing too. */
  assert_null(strstr(problems, "bottles:required"));
}

static void test_a_value_that_is_hidden_is_not_written(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  /* "valve" is shown by the number of bottles, which is hidden by the type. */
  fill(world, &one, "create/register", NULL, world->leader,
       "{'name':'x','bottles':'6','valve':'new','inspected_on':'never'}");
  assert_false(has(&one, "valve", "shown"));
  assert_set(&one, "{'name':'x','type':'food','chief':'" ACTOR "','state':'open'}");
  assert_problems(&one, "");
}

static void test_a_doubtful_value_asks_for_its_reason(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) good = {0};
  g_auto(Case) doubtful = {0};
  fill(world, &good, "create/register", NULL, world->leader, "{'name':'x'}");
  assert_false(has(&good, "doubt", "shown"));
  fill(world, &doubtful, "create/register", NULL, world->leader,
       "{'name':'x','code':'91140603MA00000151'}");
  assert_true(has(&doubtful, "doubt", "shown"));
  assert_true(has(&doubtful, "doubt", "required"));
  assert_non_null(json_object_get(find_field(doubtful.drawn, "code"), "doubt"));
  assert_problems(&doubtful, "doubt:required");
}

static void test_a_step_says_what_its_guards_and_files_need(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  json_array_append_new(world->files, json_pack("{s:s}", "role", "proof"));
  json_array_append_new(world->files, json_pack("{s:s}", "role", "scan"));
  fill(world, &one, "step/shut", world->record, world->leader, "{}");
  g_autofree char *names = join_names(one.drawn);
  assert_string_equal(names, "[why seen_at]");
  assert_true(has(&one, "why", "required"));
  assert_false(has(&one, "seen_at", "required"));
  g_autoptr(json_t) files = parse("[{'role':'proof','label':'Proof','at_least':2,'count':1,"
                                  "'media':['image']}]");
  assert_true(json_equal(json_object_get(one.drawn, "files"), files));
  assert_problems(&one, "why:condition :files");
  assert_set(&one, "{'state':'shut'}");
}

static void test_a_step_is_refused_to_others(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) step = {0};
  g_auto(Case) edit = {0};
  g_auto(Case) creation = {0};
  fill(world, &step, "step/shut", world->record, world->inspector, "{'why':'x'}");
  assert_problems(&step, "state:actor :files");
  fill(world, &edit, "edit/correct", world->record, world->inspector, "{'name':'x','why':'y'}");
  assert_problems(&edit, ":actor");
  fill(world, &creation, "create/register", NULL, world->inspector, "{'name':'x'}");
  assert_problems(&creation, ":actor");
}

static void test_an_edit_needs_a_reason_of_its_own_and_respects_locks(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) first = {0};
  g_auto(Case) second = {0};
  g_auto(Case) locked = {0};
  fill(world, &first, "edit/correct", world->record, world->leader, "{'name':'two'}");
  assert_string_equal(bh_json_string_or(first.drawn, "reason", ""), "why");
  assert_true(has(&first, "why", "required"));
  assert_problems(&first, "why:required");
  /* The reason of an earlier correction is not the reason of this one. */
  json_object_set_new(world->record, "why", json_string("spelling"));
  json_object_set_new(world->record, "bottles", json_integer(45));
  fill(world, &second, "edit/correct", world->record, world->leader, "{'name':'two'}");
  assert_null(json_object_get(find_field(second.drawn, "why"), "value"));
  assert_problems(&second, "why:required");
  /* A locked field is not in the form: only a step could change it. */
  fill(world, &locked, "edit/correct", world->record, world->leader, "{'why':'count again'}");
  g_autofree char *names = join_names(locked.drawn);
  assert_string_equal(names, "who[name type licence]gas[valve]end[why]");
}

static void test_an_edit_is_not_stopped_by_an_older_fault_of_another_field(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  g_auto(Case) cleared = {0};
  json_object_set_new(world->record, "inspected_on", json_string("no date"));
  fill(world, &one, "edit/correct", world->record, world->leader, "{'name':'two','why':'x'}");
  assert_problems(&one, "");
  assert_set(&one, "{'name':'two','why':'x'}");
  fill(world, &cleared, "edit/correct", world->record, world->leader, "{'name':null,'why':'x'}");
  assert_problems(&cleared, "name:required");
}

static void test_a_retired_choice_is_offered_where_it_is_chosen(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_auto(Case) one = {0};
  json_object_set_new(world->record, "type", json_string("old"));
  fill(world, &one, "edit/correct", world->record, world->leader, "{}");
  assert_int_equal(json_array_size(json_object_get(find_field(one.drawn, "type"), "choices")), 3);
}

static void test_unknown_fields_are_refused_by_name(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhContext before = context_of(world, world->record, world->leader);
  g_autoptr(BhAct) act = bh_act_find(world->shop, "open", "edit/correct");
  const char *const wrong[] = {"{'state':'shut'}", "{'spot':'1, 2'}", "{'nothing':'x'}", "[]",
                               "'x'"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    g_autoptr(json_t) typed = parse(wrong[i]);
    g_autoptr(GError) error = NULL;
    assert_null(bh_form_new(act, &before, TRUE, typed, NOW_MS, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
    assert_true(g_str_has_prefix(error->message, "values: "));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_creation_is_drawn_by_sections_with_its_first_values),
      cmocka_unit_test(test_conditions_follow_what_is_typed),
      cmocka_unit_test(test_typed_text_is_read_and_what_cannot_be_read_is_kept),
      cmocka_unit_test(test_a_value_that_is_hidden_is_not_written),
      cmocka_unit_test(test_a_doubtful_value_asks_for_its_reason),
      cmocka_unit_test(test_a_step_says_what_its_guards_and_files_need),
      cmocka_unit_test(test_a_step_is_refused_to_others),
      cmocka_unit_test(test_an_edit_needs_a_reason_of_its_own_and_respects_locks),
      cmocka_unit_test(test_an_edit_is_not_stopped_by_an_older_fault_of_another_field),
      cmocka_unit_test(test_a_retired_choice_is_offered_where_it_is_chosen),
      cmocka_unit_test(test_unknown_fields_are_refused_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Acts: which ones a person is offered, what their forms ask for, what they write, and who is
 * refused. */
#include <string.h>

#include "schema/act.h"
#include "tests/schema/support.h"

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define NOW_MS 1795824000000 /* 2026-11-28 */

/* Three kinds: places, tasks at a place (with states) and notes on a task (without). */
static const char kinds_text[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'file'," LABEL ",'scope':'all','parent':'parent','title':'{note}',"
    "'fields':["
    "{'name':'parent','type':'ref'," LABEL ",'ref_kinds':['task','note'],'in_form':false},"
    "{'name':'note','type':'text'," LABEL "},"
    "{'name':'at_step','type':'time'," LABEL ",'in_form':false},"
    "{'name':'role','type':'choice'," LABEL ",'choices':[{'code':'proof'," LABEL "},"
    "{'code':'scan'," LABEL "}]}]},"
    "{'bihuan-kind':1,'kind':'note'," LABEL ",'scope':'all','parent':'task',"
    "'author_from':'written_by','title':'{text}',"
    "'locked_when':{'field':'task.state','is':'done'},"
    "'create':[{'name':'on_task','from':'task','who':['inspector'],"
    "'when':{'field':'state','is':'open'},'form':['text','day'],"
    "'preset':{'text':{'field':'summary'},'place':{'field':'place'},'day':'today'},"
    "'stamps':{'written_by':'actor','written_at':'now'}},"
    "{'name':'late','from':'task','who':['clerk'],'form':['text']}],"
    "'edit':[{'name':'text'," LABEL ",'who':['author'],'fields':['text'],'reason':'why',"
    "'when':{'not':{'field':'closed','is':true}}},"
    "{'name':'close'," LABEL ",'who':['leader'],'fields':['day'],'stamps':{'closed':{'is':true}},"
    "'attach':[{'role':'proof','at_least':1}]}],"
    "'fields':["
    "{'name':'task','type':'ref'," LABEL ",'ref_kinds':['task'],'in_form':false},"
    "{'name':'place','type':'ref'," LABEL ",'ref_kinds':['place'],'in_form':false},"
    "{'name':'text','type':'text'," LABEL "},{'name':'why','type':'text'," LABEL "},"
    "{'name':'day','type':'date'," LABEL "},{'name':'other','type':'text'," LABEL "},"
    "{'name':'closed','type':'flag'," LABEL ",'in_form':false},"
    "{'name':'written_by','type':'ref'," LABEL ",'ref_kinds':['staff'],'in_form':false},"
    "{'name':'written_at','type':'time'," LABEL ",'in_form':false}]},"
    "{'bihuan-kind':1,'kind':'place'," LABEL ",'scope':'all','title':'{name}','fields':["
    "{'name':'name','type':'text'," LABEL "}]},"
    "{'bihuan-kind':1,'kind':'staff'," LABEL ",'scope':'all','title':'{name}','fields':["
    "{'name':'name','type':'text'," LABEL "},{'name':'unit','type':'text'," LABEL "},"
    "{'name':'roles','type':'choices'," LABEL ",'choices':[{'code':'inspector'," LABEL "},"
    "{'code':'leader'," LABEL "},{'code':'clerk'," LABEL "}]}]},"
    "{'bihuan-kind':1,'kind':'task'," LABEL ",'scope':'all','title':'{summary}',"
    "'states':[{'name':'open'," LABEL ",'initial':true},{'name':'done'," LABEL ",'final':true}],"
    "'create':[{'name':'here','from':['home','place'],'state':'open','link':'place'}],"
    "'fields':[{'name':'place','type':'ref'," LABEL ",'ref_kinds':['place'],'in_form':false},"
    "{'name':'summary','type':'text'," LABEL "},"
    "{'name':'result','type':'text'," LABEL ",'required':{'field':'state','is':'done'}},"
    "{'name':'old_result','type':'text'," LABEL "},"
    "{'name':'ended_on','type':'date'," LABEL "},"
    "{'name':'open_since','type':'time'," LABEL ",'in_form':false},"
    "{'name':'ended_by','type':'ref'," LABEL ",'ref_kinds':['staff'],'in_form':false}],"
    "'transitions':[{'from':null,'to':'open'," LABEL ",'who':['inspector']},"
    "{'from':['open'],'to':'done'," LABEL ",'who':['inspector'],'asks':['ended_on'],"
    "'stamps':{'ended_by':'actor','old_result':{'field':'result'}},"
    "'attach':[{'role':'proof','at_least':2},{'role':'scan'}]}]}]}";

typedef struct {
  BhKindSet *set;
  json_t *task, *note, *inspector, *leader;
  json_t *files; /* file records below the record */
} World;

static const json_t *look_up(const char *record, gpointer data)
{
  World *world = data;
  return strcmp(record, "t1") == 0 ? world->task : NULL;
}

static json_t *list_children(const char *record, const char *kind, gpointer data)
{
  (void)record;
  World *world = data;
  return strcmp(kind, "file") == 0 ? json_incref(world->files) : json_array();
}

/* The kinds, with `attach` (quoted; NULL: as they are) for the step of a task, and with `stamps`
 * for it. NULL with an error. */
static BhKindSet *load_kinds(const char *attach, const char *stamps, GError **error)
{
  g_autofree char *text = g_strdelimit(g_strdup(kinds_text), "'", '"');
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  json_t *task = json_array_get(json_object_get(root, "kinds"), 4);
  json_t *step = json_array_get(json_object_get(task, "transitions"), 1);
  const char *const members[][2] = {{"attach", attach}, {"stamps", stamps}};
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    if (members[i][1] == NULL)
      continue;
    g_autofree char *value = g_strdelimit(g_strdup(members[i][1]), "'", '"');
    json_object_set_new(step, members[i][0], json_loads(value, 0, NULL));
  }
  g_autofree char *canonical = bh_json_dump(root);
  return bh_kind_set_from_text(canonical, strlen(canonical), error);
}

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  world->set = load_kinds(NULL, NULL, &error);
  assert_no_error(error);
  world->task = json_pack("{s:s, s:s, s:s}", "state", "open", "summary", "dust", "place", "p1");
  world->note = json_pack("{s:s, s:s, s:s}", "task", "t1", "text", "wet", "written_by", "li");
  world->inspector = json_pack("{s:[s], s:s}", "roles", "inspector", "unit", "u");
  world->leader = json_pack("{s:[s], s:s}", "roles", "leader", "unit", "u");
  world->files = json_array();
  return world;
}

static void world_free(World *world)
{
  bh_kind_set_unref(world->set);
  json_decref(world->task);
  json_decref(world->note);
  json_decref(world->inspector);
  json_decref(world->leader);
  json_decref(world->files);
  g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static BhContext context_of(World *world, const char *record, const json_t *values,
                            const char *actor, const json_t *actor_values)
{
  return (BhContext){.values = values,
                     .record = record,
                     .actor = actor,
                     .actor_values = actor_values,
                     .today = "2026-11-28",
                     .lookup = look_up,
                     .children = list_children,
                     .data = world};
}

static char *join_names(const GPtrArray *acts)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < acts->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
                           bh_act_get_name(g_ptr_array_index(acts, i)));
  return g_string_free(out, FALSE);
}

static char *join_fields(const GPtrArray *fields)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < fields->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
                           bh_field_get_name(g_ptr_array_index(fields, i)));
  return g_string_free(out, FALSE);
}

static void assert_acts(const BhKind *kind, const BhContext *context, const char *names)
{
  g_autoptr(GPtrArray) acts = bh_act_list(kind, context);
  g_autofree char *found = join_names(acts);
  assert_string_equal(found, names);
}

static void test_a_record_offers_the_acts_that_are_open_to_the_person(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  const BhKind *task = bh_kind_set_find(world->set, "task");
  BhContext author = context_of(world, "n1", world->note, "li", world->inspector);
  BhContext other = context_of(world, "n1", world->note, "wang", world->inspector);
  BhContext leader = context_of(world, "n1", world->note, "zhao", world->leader);
  assert_acts(note, &author, "edit/text");
  assert_acts(note, &other, "");
  assert_acts(note, &leader, "edit/close");
  BhContext on_task = context_of(world, "t1", world->task, "li", world->inspector);
  assert_acts(task, &on_task, "step/done");
  json_object_set_new(world->note, "closed", json_true());
  assert_acts(note, &author, "");
}

static void test_a_correction_of_locked_fields_is_not_offered(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  BhContext author = context_of(world, "n1", world->note, "li", world->inspector);
  assert_acts(note, &author, "edit/text");
  json_object_set_new(world->task, "state", json_string("done"));
  assert_acts(note, &author, "");
}

static void assert_creations(World *world, const char *from, const BhContext *origin,
                             const char *names)
{
  g_autoptr(GPtrArray) acts = bh_act_list_creations(world->set, from, origin);
  g_autofree char *found = join_names(acts);
  assert_string_equal(found, names);
}

static void test_a_place_offers_the_records_that_can_be_made_there(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhContext nowhere = context_of(world, NULL, NULL, "li", world->inspector);
  BhContext leader = context_of(world, NULL, NULL, "zhao", world->leader);
  BhContext on_task = context_of(world, "t1", world->task, "li", world->inspector);
  assert_creations(world, BH_ACT_FROM_HOME, &nowhere, "create/here");
  assert_creations(world, BH_ACT_FROM_HOME, &leader, "");
  assert_creations(world, BH_ACT_FROM_OFFICE, &nowhere, "");
  assert_creations(world, "task", &on_task, "create/on_task");
  g_autoptr(json_t) clerk = json_pack("{s:s, s:[s]}", "name", "C", "roles", "clerk");
  BhContext clerk_on_task = context_of(world, "t1", world->task, "qian", clerk);
  assert_creations(world, "task", &clerk_on_task, "create/late");
  json_object_set_new(world->task, "state", json_string("done"));
  assert_creations(world, "task", &on_task, "");
  /* A record that would be locked from the beginning is not offered. */
  assert_creations(world, "task", &clerk_on_task, "");
}

static void test_a_new_record_begins_with_the_values_of_its_origin(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  BhContext origin = context_of(world, "t1", world->task, "li", world->inspector);
  g_autoptr(BhAct) act = bh_act_find(note, NULL, "create/on_task");
  g_autoptr(json_t) preset = bh_act_dup_preset(act, &origin, NOW_MS);
  g_autoptr(json_t) wanted = json_pack("{s:s, s:s, s:s, s:s}", "task", "t1", "text", "dust",
                                       "place", "p1", "day", "2026-11-28");
  assert_true(json_equal(preset, wanted));
  /* The person changed the text, cleared the day, and sent a field that the form does not have. */
  g_autoptr(json_t) typed =
      json_pack("{s:s, s:n, s:s}", "text", "dust at the belt", "day", "other", "x");
  g_autoptr(json_t) set = bh_act_dup_set(act, typed, &origin, FALSE, NOW_MS);
  g_autoptr(json_t) saved =
      json_pack("{s:s, s:s, s:s, s:s, s:I}", "task", "t1", "place", "p1", "text",
                "dust at the belt", "written_by", "li", "written_at", (json_int_t)NOW_MS);
  assert_true(json_equal(set, saved));
}

static void test_a_correction_asks_for_its_reason_once_the_record_was_sent(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  BhContext before = context_of(world, "n1", world->note, "li", world->inspector);
  g_autoptr(BhAct) act = bh_act_find(note, NULL, "edit/text");
  g_autoptr(GPtrArray) early = bh_act_list_fields(act, &before, FALSE);
  g_autoptr(GPtrArray) late = bh_act_list_fields(act, &before, TRUE);
  g_autofree char *early_names = join_fields(early);
  g_autofree char *late_names = join_fields(late);
  assert_string_equal(early_names, "text");
  assert_string_equal(late_names, "text why");
  g_autoptr(json_t) same = bh_act_dup_set(act, world->note, &before, FALSE, NOW_MS);
  assert_int_equal(json_object_size(same), 0);
  g_autoptr(json_t) empty = json_object();
  g_autoptr(json_t) cleared = bh_act_dup_set(act, empty, &before, FALSE, NOW_MS);
  assert_true(json_is_null(json_object_get(cleared, "text")));
}

static void test_a_step_asks_for_what_its_new_state_requires_and_stamps_the_rest(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *task = bh_kind_set_find(world->set, "task");
  BhContext before = context_of(world, "t1", world->task, "li", world->inspector);
  g_autoptr(BhAct) act = bh_act_find(task, "open", "step/done");
  g_autoptr(GPtrArray) fields = bh_act_list_fields(act, &before, FALSE);
  g_autofree char *names = join_fields(fields);
  assert_string_equal(names, "ended_on result");
  json_object_set_new(world->task, "result", json_string("swept"));
  g_autoptr(json_t) typed = json_pack("{s:s, s:s}", "ended_on", "2026-11-27", "result", "x");
  g_autoptr(json_t) set = bh_act_dup_set(act, typed, &before, FALSE, NOW_MS);
  g_autoptr(json_t) wanted = json_pack("{s:s, s:s, s:s, s:s}", "state", "done", "ended_on",
                                       "2026-11-27", "ended_by", "li", "old_result", "swept");
  assert_true(json_equal(set, wanted));
}

static guint count_problems(const GPtrArray *problems, const char *code)
{
  guint n = 0;
  for (guint i = 0; i < problems->len; i++)
    n += strcmp(((const BhProblem *)g_ptr_array_index(problems, i))->code, code) == 0;
  return n;
}

static void test_a_step_needs_its_files(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *task = bh_kind_set_find(world->set, "task");
  BhContext after = context_of(world, "t1", world->task, "li", world->inspector);
  json_object_set_new(world->task, "ended_by", json_string("li"));
  g_autoptr(GPtrArray) none = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(count_problems(none, "files"), 1);
  json_array_append_new(world->files, json_pack("{s:s}", "role", "scan"));
  json_array_append_new(world->files, json_pack("{s:s}", "role", "proof"));
  g_autoptr(GPtrArray) one = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(count_problems(one, "files"), 1);
  json_array_append_new(world->files, json_pack("{s:s}", "role", "proof"));
  g_autoptr(GPtrArray) two = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(two->len, 0);
  g_autoptr(BhAct) act = bh_act_find(task, "open", "step/done");
  g_autoptr(GPtrArray) files = bh_act_list_files(act, &after);
  assert_int_equal(files->len, 2);
  assert_int_equal(((const BhActFiles *)g_ptr_array_index(files, 0))->at_least, 2);
}

static guint count_missing_files(World *world, const char *name)
{
  BhContext after = context_of(world, "n1", world->note, "li", world->inspector);
  g_autoptr(BhAct) act = bh_act_find(bh_kind_set_find(world->set, "note"), NULL, name);
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  bh_act_check_edit_files(act, &after, problems);
  return count_problems(problems, "files");
}

static void test_a_correction_needs_its_files(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  assert_int_equal(count_missing_files(world, "edit/close"), 1);
  assert_int_equal(count_missing_files(world, "edit/text"), 0);
  json_array_append_new(world->files, json_pack("{s:s}", "role", "proof"));
  assert_int_equal(count_missing_files(world, "edit/close"), 0);
}

/* A file is marked with the time of its parent's state when it is attached; after the record has
 * come into the state again, the file does not count any more. */
static void test_R098_files_of_an_earlier_step_do_not_count(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  g_autoptr(GError) error = NULL;
  bh_kind_set_unref(world->set);
  world->set = load_kinds("[{'role':'proof','at_least':1,'since':'open_since'}]", NULL, &error);
  assert_no_error(error);
  const BhKind *task = bh_kind_set_find(world->set, "task");
  const BhKind *file = bh_kind_set_find(world->set, "file");
  BhContext after = context_of(world, "t1", world->task, "li", world->inspector);
  json_object_set_new(world->task, "ended_by", json_string("li"));
  /* A record that came into its state before the field was declared: all files count. */
  g_autoptr(json_t) early = json_pack("{s:s}", "role", "proof");
  bh_act_mark_file(file, task, world->task, early);
  assert_null(json_object_get(early, "at_step"));
  json_array_append(world->files, early);
  g_autoptr(GPtrArray) old = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(old->len, 0);
  json_object_set_new(world->task, "open_since", json_integer(NOW_MS));
  g_autoptr(GPtrArray) none = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(count_problems(none, "files"), 1);
  g_autoptr(json_t) present = json_pack("{s:s}", "role", "proof");
  bh_act_mark_file(file, task, world->task, present);
  assert_int_equal(json_integer_value(json_object_get(present, "at_step")), NOW_MS);
  json_array_append(world->files, present);
  g_autoptr(GPtrArray) one = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(one->len, 0);
  g_autoptr(BhAct) act = bh_act_find(task, "open", "step/done");
  g_autoptr(GPtrArray) files = bh_act_list_files(act, &after);
  assert_false(bh_act_files_has(g_ptr_array_index(files, 0), early, &after));
  assert_true(bh_act_files_has(g_ptr_array_index(files, 0), present, &after));
  json_object_set_new(world->task, "open_since", json_integer(NOW_MS + 1));
  g_autoptr(GPtrArray) again = bh_workflow_check(task, "open", "done", &after);
  assert_int_equal(count_problems(again, "files"), 1);
  /* Other records, and files of kinds without "since", are not marked. */
  g_autoptr(json_t) other = json_pack("{s:s}", "role", "proof");
  bh_act_mark_file(task, task, world->task, other);
  bh_act_mark_file(file, bh_kind_set_find(world->set, "note"), world->task, other);
  bh_act_mark_file(file, NULL, world->task, other);
  assert_int_equal(json_object_size(other), 1);
}

static void test_R098_a_broken_since_is_refused(void **state)
{
  (void)state;
  const struct {
    const char *attach, *stamps, *reason;
  } cases[] = {
      {"[{'role':'proof','since':'nine'}]", NULL,
       "transitions[1].attach[0].since: kind task has no time \"nine\""},
      {"[{'role':'proof','since':'ended_on'}]", NULL,
       "transitions[1].attach[0].since: kind task has no time \"ended_on\""},
      {"[{'role':'proof','since':7}]", NULL, "transitions[1].attach[0].since"},
      {"[{'role':'proof','since':'open_since'}]", "{'open_since':'now'}",
       "transitions[1].attach[0].since: the step itself stamps \"open_since\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(load_kinds(cases[i].attach, cases[i].stamps, &error));
    if (strstr(error->message, cases[i].reason) == NULL)
      fail_msg("case %zu: %s", i, error->message);
  }
}

static guint count_refused(const BhKind *kind, const json_t *set, const BhContext *before)
{
  g_autoptr(GPtrArray) problems = bh_kind_check_change(kind, set, before);
  return count_problems(problems, "actor");
}

static void test_a_change_without_an_act_is_refused(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  BhContext author = context_of(world, "n1", world->note, "li", world->inspector);
  BhContext other = context_of(world, "n1", world->note, "wang", world->inspector);
  BhContext leader = context_of(world, "n1", world->note, "zhao", world->leader);
  BhContext nobody = context_of(world, "n1", world->note, NULL, NULL);
  g_autoptr(json_t) text = json_pack("{s:s}", "text", "dry");
  g_autoptr(json_t) unnamed = json_pack("{s:s}", "other", "x");
  g_autoptr(json_t) program = json_pack("{s:s}", "place", "p2");
  g_autoptr(json_t) closed = json_pack("{s:b}", "closed", 1);
  assert_int_equal(count_refused(note, text, &author), 0);
  assert_int_equal(count_refused(note, text, &other), 1);
  assert_int_equal(count_refused(note, text, &leader), 1);
  assert_int_equal(count_refused(note, text, &nobody), 0);
  assert_int_equal(count_refused(note, unnamed, &author), 1);
  assert_int_equal(count_refused(note, program, &other), 0);
  assert_int_equal(count_refused(note, closed, &author), 1);
  assert_int_equal(count_refused(note, closed, &leader), 0);
}

static void test_a_record_without_states_is_made_by_those_its_kind_names(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  const BhKind *place = bh_kind_set_find(world->set, "place");
  BhContext inspector = context_of(world, "n2", NULL, "li", world->inspector);
  BhContext leader = context_of(world, "n2", NULL, "zhao", world->leader);
  assert_int_equal(count_refused(note, world->note, &inspector), 0);
  assert_int_equal(count_refused(note, world->note, &leader), 1);
  assert_int_equal(count_refused(place, world->note, &leader), 0);
}

static void test_older_words_of_a_step_are_read_as_stamps(void **state)
{
  (void)state;
  g_autofree char *text = g_strdelimit(g_strdup(kinds_text), "'", '"');
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  json_t *task = json_array_get(json_object_get(root, "kinds"), 4);
  json_t *step = json_array_get(json_object_get(task, "transitions"), 1);
  json_object_del(step, "stamps");
  json_object_set_new(step, "taker", json_string("ended_by"));
  json_object_set_new(step, "keeps", json_pack("{s:s}", "old_result", "result"));
  g_autofree char *canonical = bh_json_dump(root);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(canonical, strlen(canonical), &error);
  assert_no_error(error);
  g_autoptr(json_t) wanted =
      json_pack("{s:s, s:{s:s}}", "ended_by", "actor", "old_result", "field", "result");
  const BhKind *kind = bh_kind_set_find(set, "task");
  assert_true(json_equal((json_t *)bh_transition_get_stamps(bh_workflow_find(kind, "open", "done")),
                         wanted));
}

/* --- declarations --- */

typedef struct {
  guint kind; /* index in the set */
  const char *word, *value, *reason;
} Broken;

static void test_broken_acts_are_refused_with_place_and_reason(void **state)
{
  (void)state;
  static const Broken cases[] = {
      {1, "create", "{}", "must be an array"},
      {1, "create", "[{'from':'task','who':['inspector']}]", "\"name\" is missing"},
      {1, "create", "[{'name':'a','from':'task'}]", "create[0].who: is missing"},
      {1, "create", "[{'name':'a','from':'cave','who':['leader']}]",
       "create[0].from: \"cave\" must be home, office or a kind"},
      {1, "create", "[{'name':'a','from':'staff','who':['leader']}]",
       "create[0].link: names no field of note that refers to staff"},
      {1, "create", "[{'name':'a','from':'task','who':['leader'],'state':'open'}]",
       "create[0].state: kind note has no states"},
      {1, "create",
       "[{'name':'a','from':['home'],'who':['leader'],'when':{'field':'text','is':'x'}}]",
       "create[0].when: is evaluated on a record, and \"home\" is none"},
      {1, "create", "[{'name':'a','from':'task','who':['leader'],'form':['colour']}]",
       "create[0].form: kind note has no field \"colour\""},
      {1, "create", "[{'name':'a','from':'home','who':['leader'],'preset':{'task':'origin'}}]",
       "create[0].preset.task: \"origin\" needs a record"},
      {1, "create",
       "[{'name':'a','from':'task','who':['leader'],'preset':{'day':{'field':'nine'}}}]",
       "create[0].preset.day"},
      {1, "edit", "[{'name':'a'," LABEL ",'who':['leader'],'fields':['day'],'authority':'day'}]",
       "edit[0].authority: "},
      {1, "edit", "[{'name':'a'," LABEL ",'who':['leader'],'fields':['day'],'authority':true}]",
       "edit[0].authority: "},
      {1, "create", "[{'name':'a','from':'task','who':['leader'],'authority':'place'}]",
       "unknown member"},
      {1, "create", "[{'name':'a','from':'task','who':['boss']}]", "staff has no role \"boss\""},
      {4, "create", "[{'name':'a','from':'home'}]",
       "create[0].state: must be a state to which a step from null leads"},
      {4, "create", "[{'name':'a','from':'home','state':'open','who':['leader']}]",
       "create[0].who: is declared by the step from null"},
      {1, "edit", "[{'name':'a'," LABEL ",'who':['leader'],'fields':['colour']}]",
       "edit[0].fields: kind note has no field \"colour\""},
      {1, "edit", "[{'name':'a'," LABEL ",'who':['leader'],'fields':['text'],'reason':'day'}]",
       "edit[0].reason: kind note has no text field \"day\""},
      {1, "edit", "[{'name':'a','who':['leader'],'fields':['text']}]", "\"label\" is missing"},
      {1, "edit", "[{'name':'a'," LABEL ",'who':['leader'],'fields':['text'],'from':'home'}]",
       "from"},
      {1, "edit",
       "[{'name':'a'," LABEL ",'who':['leader'],'fields':['text'],"
       "'attach':[{'role':'scan','since':'written_at'}]}]",
       "edit[0].attach[0].since: only the files of a step can have it"},
      {1, "edit",
       "[{'name':'a'," LABEL ",'who':['leader'],'fields':['text'],'attach':[{'role':'song'}]}]",
       "edit[0].attach[0].role: \"file\" has no role \"song\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdelimit(g_strdup(kinds_text), "'", '"');
    g_autofree char *value = g_strdelimit(g_strdup(cases[i].value), "'", '"');
    g_autoptr(json_t) root = json_loads(text, 0, NULL);
    json_t *kind = json_array_get(json_object_get(root, "kinds"), cases[i].kind);
    json_object_set_new(kind, cases[i].word, json_loads(value, 0, NULL));
    g_autofree char *canonical = bh_json_dump(root);
    g_autoptr(GError) error = NULL;
    g_autoptr(BhKindSet) set = bh_kind_set_from_text(canonical, strlen(canonical), &error);
    assert_null(set);
    if (strstr(error->message, cases[i].reason) == NULL)
      fail_msg("%s: %s", cases[i].value, error->message);
  }
}

static const char *find_problem(const GPtrArray *problems, const char *field)
{
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = g_ptr_array_index(problems, i);
    if (strcmp(problem->field, field) == 0)
      return problem->text_en;
  }
  return NULL;
}

/* What the form does not ask for, and what cannot be read, is named and changes no value. */
static void test_given_values_are_read_by_the_fields_of_the_form(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  const BhKind *note = bh_kind_set_find(world->set, "note");
  g_autoptr(GPtrArray) fields = g_ptr_array_new();
  g_ptr_array_add(fields, (gpointer)bh_kind_find_field(note, "text"));
  g_ptr_array_add(fields, (gpointer)bh_kind_find_field(note, "day"));
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  g_autoptr(json_t) values = json_pack("{s:s, s:s}", "text", "wet", "other", "kept");
  g_autoptr(json_t) given = json_pack("{s:s, s:s}", "text", "", "day", "2026年11月3日");
  bh_act_read_values(note, fields, given, NULL, values, problems);
  assert_int_equal(problems->len, 0);
  assert_true(json_is_null(json_object_get(values, "text")));
  assert_string_equal(bh_json_string_or(values, "day", ""), "2026-11-03");
  g_autoptr(json_t) wrong = json_pack("{s:s, s:s, s:i}", "day", "soon", "other", "x", "nothing", 1);
  bh_act_read_values(note, fields, wrong, NULL, values, problems);
  assert_int_equal(problems->len, 3);
  assert_string_equal(find_problem(problems, "day"), "cannot be read as date");
  assert_non_null(find_problem(problems, "other"));
  assert_non_null(find_problem(problems, "nothing"));
  assert_string_equal(bh_json_string_or(values, "day", ""), "2026-11-03");
  assert_string_equal(bh_json_string_or(values, "other", ""), "kept");
  assert_null(json_object_get(values, "nothing"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_record_offers_the_acts_that_are_open_to_the_person),
      cmocka_unit_test(test_a_correction_of_locked_fields_is_not_offered),
      cmocka_unit_test(test_a_place_offers_the_records_that_can_be_made_there),
      cmocka_unit_test(test_a_new_record_begins_with_the_values_of_its_origin),
      cmocka_unit_test(test_a_correction_asks_for_its_reason_once_the_record_was_sent),
      cmocka_unit_test(test_a_step_asks_for_what_its_new_state_requires_and_stamps_the_rest),
      cmocka_unit_test(test_a_step_needs_its_files),
      cmocka_unit_test(test_a_correction_needs_its_files),
      cmocka_unit_test(test_R098_files_of_an_earlier_step_do_not_count),
      cmocka_unit_test(test_R098_a_broken_since_is_refused),
      cmocka_unit_test(test_given_values_are_read_by_the_fields_of_the_form),
      cmocka_unit_test(test_a_change_without_an_act_is_refused),
      cmocka_unit_test(test_a_record_without_states_is_made_by_those_its_kind_names),
      cmocka_unit_test(test_older_words_of_a_step_are_read_as_stamps),
      cmocka_unit_test(test_broken_acts_are_refused_with_place_and_reason),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

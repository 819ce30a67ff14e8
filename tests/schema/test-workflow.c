/* Walks workflows 1 to 4 as they are declared: each transition with a record that satisfies it,
 * each guard without the field that it asks for, and each transition that is not declared. */
#include "schema/kind-internal.h"
#include "tests/schema/workflow-steps.h"

/* Removes each field that a guard requires; the guard must then report that field. */
static void try_without(const TestStep *step, const char *from, const BhTransition *transition)
{
  gsize index;
  json_t *need;
  json_array_foreach((json_t *)transition->needs, index, need) {
    const char *field = json_string_value(json_object_get(need, "field"));
    const json_t *must = json_object_get(need, "must");
    if (field == NULL || !json_is_false(json_object_get(must, "empty")))
      continue;
    g_autoptr(TestWorld) world = test_step_make_world(step);
    test_world_unset(world, "r", field);
    g_autoptr(GPtrArray) problems = test_step_judge(world, step, from, step->actor);
    BhContext context = test_world_context(world, "r", step->actor, TODAY);
    const json_t *when = json_object_get(need, "when");
    if (when != NULL && !bh_condition_holds(when, &context))
      continue;
    if (!test_names_field(problems, field))
      fail_msg("%s %s > %s without %s was let through", step->kind, from != NULL ? from : "*",
               step->to, field);
  }
}

/* A person without roles, in a unit that has no part in the record, must be refused. */
static void try_stranger(const TestStep *step, const char *from)
{
  g_autoptr(TestWorld) world = test_step_make_world(step);
  test_world_put_quoted(world, "nobody", "staff", "{'roles':[]}");
  g_autoptr(GPtrArray) problems = test_step_judge(world, step, from, "nobody");
  gboolean refused = FALSE;
  for (guint i = 0; i < problems->len; i++)
    refused |= g_str_equal(((BhProblem *)problems->pdata[i])->code, "actor");
  if (!refused)
    fail_msg("%s %s > %s is open to a stranger", step->kind, from != NULL ? from : "*", step->to);
}

static void walk(const TestStep *step, const char *from, const BhTransition *transition,
                 GHashTable *walked)
{
  g_hash_table_add(walked,
                   g_strdup_printf("%s %s>%s", step->kind, from != NULL ? from : "*", step->to));
  g_autoptr(TestWorld) world = test_step_make_world(step);
  g_autoptr(GPtrArray) problems = test_step_judge(world, step, from, step->actor);
  if (problems->len > 0)
    fail_msg("%s %s > %s: %s", step->kind, from != NULL ? from : "*", step->to,
             ((BhProblem *)problems->pdata[0])->text_en);
  BhContext context = test_world_context(world, "r", step->actor, TODAY);
  g_autoptr(GPtrArray) open =
      bh_workflow_list_open(bh_kind_set_find(world->kinds, step->kind), from, &context);
  gboolean offered = FALSE;
  for (guint i = 0; i < open->len; i++)
    offered |= g_str_equal(bh_transition_get_to(open->pdata[i]), step->to);
  assert_true(offered);
  try_without(step, from, transition);
  try_stranger(step, from);
}

static void test_every_declared_transition_can_be_walked_and_its_guards_hold(void **state)
{
  (void)state;
  static const char *const kinds[] = {"inspection", "hazard", "document",
                                      "enterprise", "review", "plaque"};
  gsize count;
  const TestStep *steps = test_step_list(&count);
  g_autoptr(GHashTable) walked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < count; i++) {
    const BhTransition *transition =
        bh_workflow_find(bh_kind_set_find(world->kinds, steps[i].kind), steps[i].from, steps[i].to);
    if (transition == NULL)
      fail_msg("%s %s > %s is not declared", steps[i].kind, steps[i].from, steps[i].to);
    if (transition->creates)
      walk(&steps[i], NULL, transition, walked);
    for (gsize k = 0; transition->from != NULL && transition->from[k] != NULL; k++)
      walk(&steps[i], transition->from[k], transition, walked);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const BhKind *kind = bh_kind_set_find(world->kinds, kinds[i]);
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhTransition *transition = g_ptr_array_index(kind->transitions, k);
      const char *from = transition->creates ? "*" : transition->from[0];
      g_autofree char *key = g_strdup_printf("%s %s>%s", kind->name, from, transition->to);
      if (!g_hash_table_contains(walked, key))
        fail_msg("%s is walked by no step", key);
    }
  }
}

static void test_ways_that_are_not_declared_are_refused(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  BhContext context = {0};
  g_autoptr(json_t) values = json_object();
  context.values = values;
  guint refused = 0;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
    for (guint a = 0; a <= states->len; a++)
      for (guint b = 0; b < states->len; b++) {
        const char *from = a < states->len ? g_ptr_array_index(states, a) : NULL;
        const char *to = g_ptr_array_index(states, b);
        if (bh_workflow_find(kind, from, to) != NULL)
          continue;
        g_autoptr(GPtrArray) problems = bh_workflow_check(kind, from, to, &context);
        assert_int_equal(problems->len, 1);
        const BhProblem *problem = g_ptr_array_index(problems, 0);
        assert_string_equal(problem->code, "transition");
        assert_non_null(strstr(problem->text_zh, bh_kind_get_state_label(kind, to, "zh")));
        refused++;
      }
  }
  assert_true(refused > 500);
  g_autoptr(GPtrArray) unknown =
      bh_workflow_check(bh_kind_set_find(world->kinds, "hazard"), "found", "heaven", &context);
  assert_int_equal(unknown->len, 1);
}

static void test_states_say_what_they_are(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  assert_true(bh_kind_has_states(hazard));
  assert_false(bh_kind_has_states(bh_kind_set_find(world->kinds, "unit")));
  assert_true(bh_kind_has_state(hazard, "ordered"));
  assert_false(bh_kind_has_state(hazard, "overdue"));
  assert_true(bh_kind_is_initial_state(hazard, "found"));
  assert_false(bh_kind_is_initial_state(hazard, "closed"));
  assert_true(bh_kind_is_final_state(hazard, "struck_off"));
  assert_false(bh_kind_is_final_state(hazard, "as_accident"));
  assert_string_equal(bh_kind_get_state_label(hazard, "closed", "zh"), "已销号");
  assert_string_equal(bh_kind_get_state_label(hazard, "gone", "zh"), "gone");
  assert_string_equal(bh_kind_get_state_label(hazard, NULL, "zh"), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_declared_transition_can_be_walked_and_its_guards_hold),
      cmocka_unit_test(test_ways_that_are_not_declared_are_refused),
      cmocka_unit_test(test_states_say_what_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Who decides about a record, and what approving it means. In each state of each reviewed kind an
 * approval moves the record, confirms the state in which it was seen, or is refused because a step
 * has to be taken instead. */
#include "schema/kind-internal.h"
#include "tests/schema/workflow-steps.h"

static void test_the_kind_declares_what_the_program_names(void **state)
{
  (void)state;
  static const char *const made[] = {BH_DECISION_APPROVE, BH_DECISION_RETURN, BH_DECISION_STEP};
  static const char *const states[] = {BH_REVIEW_OPEN, BH_REVIEW_ANSWERED, BH_REVIEW_CLOSED};
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *kind = bh_kind_set_find(world->kinds, BH_REVIEW_KIND);
  assert_non_null(kind);
  const BhField *decision = bh_kind_find_field(kind, "decision");
  g_autoptr(GPtrArray) declared = bh_kind_list_states(kind);
  assert_int_equal(bh_field_count_choices(decision), G_N_ELEMENTS(made));
  assert_int_equal(declared->len, G_N_ELEMENTS(states));
  for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
    assert_string_equal(bh_field_get_choice_code(decision, i), made[i]);
    assert_true(bh_kind_is_initial_state(kind, bh_decision_get_state(made[i])));
  }
  for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
    assert_true(bh_kind_has_state(kind, states[i]));
  assert_true(bh_kind_is_final_state(kind, BH_REVIEW_CLOSED));
}

static void test_the_last_review_gives_the_lane(void **state)
{
  (void)state;
  static const struct {
    const char *state, *decision, *lane;
  } cases[] = {
      {BH_REVIEW_OPEN, BH_DECISION_RETURN, BH_LANE_RETURNED},
      {BH_REVIEW_ANSWERED, BH_DECISION_RETURN, BH_LANE_ANSWERED},
      {BH_REVIEW_CLOSED, BH_DECISION_RETURN, NULL},
      {BH_REVIEW_CLOSED, BH_DECISION_APPROVE, NULL},
      {BH_REVIEW_CLOSED, BH_DECISION_STEP, NULL},
      {NULL, NULL, NULL},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) review =
        json_pack("{s:s*, s:s*}", "state", cases[i].state, "decision", cases[i].decision);
    const char *lane = bh_review_get_lane(review);
    if (g_strcmp0(lane, cases[i].lane) != 0)
      fail_msg("%s %s: %s", cases[i].state, cases[i].decision, lane);
    assert_true(lane == NULL || g_strv_contains(BH_LANES, lane));
  }
  assert_null(bh_review_get_lane(NULL));
  assert_string_equal(bh_decision_get_event(BH_DECISION_APPROVE), BH_REVIEW_ON_APPROVE);
  assert_string_equal(bh_decision_get_event(BH_DECISION_RETURN), BH_REVIEW_ON_RETURN);
  assert_null(bh_decision_get_event(BH_DECISION_STEP));
  assert_null(bh_decision_get_event("reject"));
  assert_null(bh_decision_get_state(NULL));
}

static gboolean has_code(const GPtrArray *problems, const char *code)
{
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal(((BhProblem *)problems->pdata[i])->code, code))
      return TRUE;
  return FALSE;
}

/* Makes a record in `state` by the step that leads there; without such a step, sets the state. */
static TestWorld *make_world(const BhKind *kind, const char *state)
{
  gsize count;
  const TestStep *steps = test_step_list(&count);
  const TestStep *found = NULL;
  for (gsize i = 0; i < count; i++) {
    if (!g_str_equal(steps[i].kind, bh_kind_get_name(kind)))
      continue;
    if (found == NULL || g_str_equal(steps[i].to, state))
      found = &steps[i];
  }
  assert_non_null(found);
  TestWorld *world = test_step_make_world(found);
  g_autofree char *set = g_strdup_printf("{'state':'%s'}", state);
  test_world_put_quoted(world, "r", bh_kind_get_name(kind), set);
  return world;
}

/* Ledgers and due days depend on the state alone, so an approval that does not move the record
 * cannot hide it from them. */
static void try_approving(const BhKind *kind, const char *state)
{
  g_autoptr(TestWorld) world = make_world(kind, state);
  BhContext context = test_world_context(world, "r", "sun", TODAY);
  g_autoptr(GPtrArray) problems = bh_review_check(kind, "on_approve", &context);
  const char *to = bh_kind_get_review_move(kind, "on_approve", state);
  switch (bh_kind_get_review_meaning(kind, state)) {
  case BH_REVIEW_NOTHING:
    assert_true(has_code(problems, "transition"));
    break;
  case BH_REVIEW_STEPS: {
    assert_true(has_code(problems, "transition"));
    gboolean leads = FALSE;
    g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
    for (guint i = 0; i < states->len; i++)
      leads |= bh_workflow_find(kind, state, states->pdata[i]) != NULL;
    assert_true(leads);
    break;
  }
  case BH_REVIEW_MOVES: {
    assert_non_null(to);
    /* The approval is refused exactly when the step into the same state would be. */
    g_autoptr(json_t) moved = json_copy((json_t *)context.values);
    json_object_set_new(moved, "state", json_string(to));
    BhContext after = context;
    after.values = moved;
    g_autoptr(GPtrArray) step = bh_workflow_check(kind, state, to, &after);
    assert_int_equal(problems->len, step->len);
    break;
  }
  case BH_REVIEW_COVERS:
    assert_null(to);
    assert_int_equal(problems->len, 0);
    break;
  }
}

static void test_approving_means_one_thing_in_every_state_of_every_reviewed_kind(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  guint tried = 0;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    if (!bh_kind_is_reviewable(kind))
      continue;
    g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
    for (guint k = 0; k < states->len; k++, tried++)
      try_approving(kind, states->pdata[k]);
  }
  assert_true(tried > 40);
}

/* A state that only a step of the office ends, or that somebody has to confirm, is not left by an
 * approval. */
static void test_what_waits_for_a_step_is_not_approved(void **state)
{
  (void)state;
  static const struct {
    const char *kind, *state;
    BhReviewMeaning meaning;
  } cases[] = {
      {"hazard", "found", BH_REVIEW_STEPS},          {"hazard", "suspected", BH_REVIEW_STEPS},
      {"hazard", "reported_fixed", BH_REVIEW_STEPS}, {"hazard", "planned", BH_REVIEW_STEPS},
      {"hazard", "acceptance", BH_REVIEW_STEPS},     {"hazard", "signed_off", BH_REVIEW_STEPS},
      {"hazard", "fixed_on_site", BH_REVIEW_MOVES},  {"hazard", "ordered", BH_REVIEW_COVERS},
      {"inspection", "on_site", BH_REVIEW_NOTHING},  {"inspection", "signed", BH_REVIEW_MOVES},
      {"inspection", "returned", BH_REVIEW_STEPS},   {"inspection", "accepted", BH_REVIEW_COVERS},
      {"document", "draft", BH_REVIEW_NOTHING},      {"document", "legal_review", BH_REVIEW_STEPS},
      {"document", "issued", BH_REVIEW_COVERS},      {"document", "performed", BH_REVIEW_STEPS},
  };
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_int_equal(
        bh_kind_get_review_meaning(bh_kind_set_find(world->kinds, cases[i].kind), cases[i].state),
        cases[i].meaning);
}

static void test_nobody_approves_the_visit_they_led(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *kind = bh_kind_set_find(world->kinds, "inspection");
  g_autoptr(TestWorld) there = make_world(kind, "signed");
  test_world_put_quoted(there, "sun", "staff", "{'roles':['inspector','reviewer']}");
  test_world_put_quoted(there, "r", "inspection", "{'lead':{'$ref':'sun'}}");
  BhContext own = test_world_context(there, "r", "sun", TODAY);
  BhContext other = test_world_context(there, "r", "zhou", TODAY);
  g_autoptr(GPtrArray) refused = bh_review_check(kind, "on_approve", &own);
  g_autoptr(GPtrArray) taken = bh_review_check(kind, "on_approve", &other);
  assert_true(test_names_field(refused, "lead"));
  assert_int_equal(taken->len, 0);
}

/* --- who may decide --- */

/* A decision is tried by people of the unit itself, of the unit above, of one below, and of an
 * unrelated unit. */
static void test_a_unit_decides_about_its_own_and_about_what_is_below_it(void **state)
{
  (void)state;
  static const struct {
    const char *unit;
    gboolean decides;
  } cases[] = {{"u", TRUE}, {"v", TRUE}, {"top", TRUE}, {"below", FALSE}, {"beside", FALSE}};
  static const char *const kinds[] = {"inspection", "hazard", "document"};
  g_autoptr(TestWorld) set = test_world_new();
  for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++) {
    const BhKind *kind = bh_kind_set_find(set->kinds, kinds[k]);
    g_autoptr(TestWorld) world = make_world(kind, g_str_equal(kinds[k], "inspection") ? "accepted"
                                                  : g_str_equal(kinds[k], "hazard")   ? "ordered"
                                                                                      : "issued");
    test_world_put_quoted(world, "v", "unit", "{'parent':{'$ref':'top'}}");
    test_world_put_quoted(world, "top", "unit", "{'level':'province'}");
    test_world_put_quoted(world, "below", "unit", "{'parent':{'$ref':'u'}}");
    test_world_put_quoted(world, "beside", "unit", "{'parent':{'$ref':'v'}}");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
      g_autofree char *person = g_strdup_printf("{'unit':{'$ref':'%s'}}", cases[i].unit);
      test_world_put_quoted(world, "sun", "staff", person);
      BhContext context = test_world_context(world, "r", "sun", TODAY);
      g_autoptr(GPtrArray) approve = bh_review_check(kind, "on_approve", &context);
      g_autoptr(GPtrArray) back = bh_review_check(kind, "on_return", &context);
      assert_int_equal(has_code(approve, "actor"), !cases[i].decides);
      assert_int_equal(has_code(back, "actor"), !cases[i].decides);
    }
  }
}

/* Steps that belong to the office are refused to people of a unit below or of an unrelated
 * unit. */
static void test_steps_of_the_office_are_taken_in_its_own_unit_or_above(void **state)
{
  (void)state;
  gsize count, bound = 0;
  const TestStep *steps = test_step_list(&count);
  for (gsize i = 0; i < count; i++) {
    g_autoptr(TestWorld) world = test_step_make_world(&steps[i]);
    const BhKind *kind = bh_kind_set_find(world->kinds, steps[i].kind);
    const BhTransition *step = bh_workflow_find(kind, steps[i].from, steps[i].to);
    if (kind->authority == NULL || (step->authority == NULL && !step->by_hub))
      continue;
    test_world_put_quoted(world, "beside", "unit", "{'parent':{'$ref':'v'}}");
    if (bh_kind_find_field(kind, "unit") != NULL)
      test_world_put_quoted(world, "r", steps[i].kind, "{'unit':{'$ref':'u'}}");
    test_world_put_quoted(world, steps[i].actor, "staff", "{'unit':{'$ref':'beside'}}");
    g_autoptr(GPtrArray) problems =
        test_step_judge(world, &steps[i], steps[i].from, steps[i].actor);
    if (!has_code(problems, "actor"))
      fail_msg("%s to %s is open to a unit beside", steps[i].kind, steps[i].to);
    bound++;
  }
  assert_true(bound > 20);
}

static void test_a_ring_of_units_ends_and_an_unknown_unit_decides_nothing(void **state)
{
  (void)state;
  g_autoptr(TestWorld) set = test_world_new();
  const BhKind *kind = bh_kind_set_find(set->kinds, "hazard");
  g_autoptr(TestWorld) world = make_world(kind, "ordered");
  test_world_put_quoted(world, "v", "unit", "{'parent':{'$ref':'u'}}");
  test_world_put_quoted(world, "sun", "staff", "{'unit':{'$ref':'beside'}}");
  BhContext ring = test_world_context(world, "r", "sun", TODAY);
  assert_false(bh_kind_has_authority(kind, &ring));
  test_world_put_quoted(world, "sun", "staff", "{'unit':{'$ref':'u'}}");
  BhContext own = test_world_context(world, "r", "sun", TODAY);
  assert_true(bh_kind_has_authority(kind, &own));
  test_world_remove(world, "i");
  BhContext unknown = test_world_context(world, "r", "sun", TODAY);
  assert_false(bh_kind_has_authority(kind, &unknown));
}

static void test_a_hazard_that_was_handed_over_is_decided_by_whom_it_was_handed_to(void **state)
{
  (void)state;
  g_autoptr(TestWorld) set = test_world_new();
  const BhKind *kind = bh_kind_set_find(set->kinds, "hazard");
  g_autoptr(TestWorld) world = make_world(kind, "ordered");
  test_world_put_quoted(world, "i", "inspection", "{'unit':{'$ref':'v'}}");
  test_world_put_quoted(world, "sun", "staff", "{'unit':{'$ref':'u'}}");
  BhContext before = test_world_context(world, "r", "sun", TODAY);
  assert_false(bh_kind_has_authority(kind, &before));
  test_world_put_quoted(world, "r", "hazard", "{'handed_over_unit':{'$ref':'u'}}");
  BhContext after = test_world_context(world, "r", "sun", TODAY);
  assert_true(bh_kind_has_authority(kind, &after));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_kind_declares_what_the_program_names),
      cmocka_unit_test(test_the_last_review_gives_the_lane),
      cmocka_unit_test(test_approving_means_one_thing_in_every_state_of_every_reviewed_kind),
      cmocka_unit_test(test_what_waits_for_a_step_is_not_approved),
      cmocka_unit_test(test_nobody_approves_the_visit_they_led),
      cmocka_unit_test(test_a_unit_decides_about_its_own_and_about_what_is_below_it),
      cmocka_unit_test(test_steps_of_the_office_are_taken_in_its_own_unit_or_above),
      cmocka_unit_test(test_a_ring_of_units_ends_and_an_unknown_unit_decides_nothing),
      cmocka_unit_test(test_a_hazard_that_was_handed_over_is_decided_by_whom_it_was_handed_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

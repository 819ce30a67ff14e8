/* There is no state that nobody can leave. The test walks every kind, state, step and role that is
 * declared. Of each step it asks whether its inputs can be entered by the people who may take it,
 * in the program where they take it.
 *
 * The kinds do not say which pages exist: the tables below list which pages make which child
 * records. */
#include <string.h>

#include "schema/step-input.h"
#include "schema/kind-internal.h"
#include "tests/schema/world-of-records.h"

/* Where a person makes records that belong to another record. `page` is the name that a step uses;
 * NULL is a page that can be opened in every state of the parent. */
static const struct {
  const char *parent, *child, *page;
} makers[] = {
    {"hazard", "file", NULL},            /* photos, on the page of the hazard */
    {"inspection", "hazard", NULL},      /* from the checklist or the page of the visit */
    {"inspection", "participant", NULL}, /* at the start, and on the page of participants */
    {"inspection", "signature", "sign"},
    {"inspection", "file", "outcome"},
    {"inspection", "document", "papers"},
    {"document", "file", "papers"},
};

/* Pages of the collector that take a step and set the fields of that step themselves. */
static const char *const pages[] = {"answer", "find", "hazard", "outcome",
                                    "papers", "sign", "start",  NULL};

/* Roles of people who sign in at a device, and at the office. */
static const char *const field_roles[] = {"inspector", "township", "expert", "reviewer", "leader",
                                          "author",    "unit",     "anyone", NULL};
static const char *const office_roles[] = {"reviewer", "leader", "legal",  "admin",
                                           "author",   "unit",   "anyone", NULL};
/* Kinds of record that only the hub makes: by a command, by a request, or as a side effect. */
static const char *const made_at_hub[] = {"device", "staff", "plaque", "review", NULL};

typedef struct {
  const BhKindSet *set;
  GPtrArray *found; /* char *: "kind from > to: why" */
  guint steps;
} Walk;

static void note(Walk *walk, const BhKind *kind, const char *from, const char *to, const char *why)
{
  g_ptr_array_add(walk->found,
                  g_strdup_printf("%s %s > %s: %s", kind->name, from, to != NULL ? to : "?", why));
}

static gboolean shares(const char *const *a, const char *const *b)
{
  for (; *a != NULL; a++)
    if (g_strv_contains(b, *a))
      return TRUE;
  return FALSE;
}

static gboolean is_hub_step(const BhKind *kind, const BhTransition *step)
{
  g_autoptr(json_t) to = json_string(step->to);
  return step->by_hub || bh_kind_is_hub_only(kind, "state", to) ||
         bh_kind_is_hub_only(kind, NULL, NULL);
}

/* --- fields --- */

static gboolean has_office_control(const BhField *field)
{
  if (field->type == BH_FIELD_REF)
    return g_strv_contains(bh_field_get_ref_kinds(field), "staff") ||
           g_strv_contains(bh_field_get_ref_kinds(field), "unit") ||
           g_strv_contains(bh_field_get_ref_kinds(field), "enterprise");
  return field->type != BH_FIELD_REFS && field->type != BH_FIELD_ITEMS &&
         field->type != BH_FIELD_JSON && field->type != BH_FIELD_HASH &&
         field->type != BH_FIELD_PLACE;
}

static gboolean has_device_control(const BhField *field)
{
  return field->in_form && !field->retired && !field->by_hub && field->type != BH_FIELD_ITEMS &&
         field->type != BH_FIELD_JSON && field->type != BH_FIELD_HASH;
}

/* Whether the form shows this section. A form by sections shows one when its condition holds with
 * the new state. */
static gboolean is_section_shown(const BhKind *kind, const BhField *field, const char *to)
{
  gsize i;
  json_t *section, *name;
  json_array_foreach(json_object_get(kind->declaration, "sections"), i, section) {
    gsize j;
    json_array_foreach(json_object_get(section, "fields"), j, name) {
      if (strcmp(json_string_value(name), field->name) != 0)
        continue;
      g_autoptr(json_t) values = json_pack("{s:s, s:s}", "state", to, "level", "major");
      BhContext context = {.values = values};
      return bh_condition_holds(json_object_get(section, "show_when"), &context);
    }
  }
  return TRUE;
}

/* The field can be filled before this step, because another step asks for it, a form shows it, or
 * the program sets it. */
static gboolean can_be_there(const BhKind *kind, const BhField *field)
{
  gboolean there = has_device_control(field);
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(kind->transitions, i);
    there |= g_strv_contains(bh_transition_get_asks(step), field->name);
    there |= step->sets != NULL && g_strv_contains((const char *const *)step->sets, field->name);
  }
  return there || !field->in_form;
}

static void walk_fields(Walk *walk, const BhKind *kind, const char *from, const BhTransition *step,
                        const BhStepInput *input)
{
  gboolean hub = is_hub_step(kind, step);
  gboolean office = shares((const char *const *)step->who, office_roles);
  gboolean field_work = !hub && shares((const char *const *)step->who, field_roles);
  const char *page = bh_transition_get_page(step);
  for (guint i = 0; i < input->fields->len; i++) {
    const BhField *field = g_ptr_array_index(input->fields, i);
    gboolean asked = g_strv_contains(bh_transition_get_asks(step), field->name);
    gboolean can_enter =
        (office && asked && has_office_control(field)) || (field_work && page != NULL) ||
        (field_work && has_device_control(field) && is_section_shown(kind, field, step->to));
    if (can_enter || (!asked && can_be_there(kind, field)))
      continue;
    g_autofree char *why = g_strdup_printf("nobody can enter %s", field->name);
    note(walk, kind, from, step->to, why);
  }
}

/* --- child records --- */

static gboolean is_made(const char *parent, const char *child, const char *page)
{
  for (gsize i = 0; i < G_N_ELEMENTS(makers); i++)
    if (strcmp(makers[i].parent, parent) == 0 && strcmp(makers[i].child, child) == 0 &&
        (makers[i].page == NULL || page == NULL || g_strcmp0(makers[i].page, page) == 0))
      return TRUE;
  return FALSE;
}

static const char *parent_of(const BhKind *kind, const BhStepInputChild *child)
{
  const BhField *field = child->of != NULL ? bh_kind_find_field(kind, child->of) : NULL;
  return field != NULL ? bh_field_get_ref_kinds(field)[0] : kind->name;
}

static gboolean is_within_reach(const BhKind *kind, const BhTransition *step,
                                const BhStepInputChild *child)
{
  const char *page = bh_transition_get_page(step);
  /* The page of a step can take pictures that belong to its own record. */
  if (!is_hub_step(kind, step) && page == NULL && child->of == NULL &&
      strcmp(child->kind, "file") == 0 && bh_step_input_child_get_value(child, "role") != NULL)
    return TRUE;
  return is_made(parent_of(kind, child), child->kind, child->of != NULL ? NULL : page);
}

/* Whether another branch of the same guard can be met: by a field, or by a record that can be
 * made. */
static gboolean has_other_branch(const BhKind *kind, const BhTransition *step,
                                 const BhStepInput *input, const BhStepInputChild *child)
{
  const json_t *guard = json_array_get(step->needs, child->guard);
  const json_t *branches = json_object_get(json_object_get(guard, "must"), "any_of");
  gsize k;
  json_t *branch;
  json_array_foreach(branches, k, branch) {
    if (json_object_get(branch, "field") != NULL)
      return TRUE;
  }
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *other = g_ptr_array_index(input->children, i);
    if (other->guard == child->guard && is_within_reach(kind, step, other))
      return TRUE;
  }
  return FALSE;
}

static void walk_children(Walk *walk, const BhKind *kind, const char *from,
                          const BhTransition *step, const BhStepInput *input)
{
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *child = g_ptr_array_index(input->children, i);
    if (is_within_reach(kind, step, child) ||
        (child->alternative && has_other_branch(kind, step, input, child)))
      continue;
    g_autofree char *why = g_strdup_printf("nobody can make a %s", child->kind);
    note(walk, kind, from, step->to, why);
  }
}

/* --- steps and states --- */

static gboolean can_be_taken(const BhKind *kind, const BhTransition *step)
{
  const char *const *who = (const char *const *)step->who;
  if (shares(who, office_roles))
    return TRUE;
  return is_hub_step(kind, step) ? g_strv_contains(who, "system") : shares(who, field_roles);
}

static void walk_step(Walk *walk, const BhKind *kind, const char *from, const BhTransition *step)
{
  const char *page = bh_transition_get_page(step);
  walk->steps++;
  if (!can_be_taken(kind, step))
    note(walk, kind, from, step->to, "no role that may take it signs in where it is taken");
  if (page != NULL && !g_strv_contains(pages, page))
    note(walk, kind, from, step->to, "the collector has no such page");
  g_autoptr(BhStepInput) input = bh_step_input_new(kind, step);
  walk_fields(walk, kind, from, step, input);
  walk_children(walk, kind, from, step, input);
}

/* Whether an act of the kind makes a record by this step. */
static gboolean has_act(const BhKind *kind, const BhTransition *step)
{
  for (guint i = 0; i < kind->creates->len; i++)
    if (g_strcmp0(((const BhActRule *)kind->creates->pdata[i])->state, step->to) == 0)
      return TRUE;
  return FALSE;
}

/* A new record is made by an act, by a page of the collector, or at the hub. Otherwise it is a dead
 * end. */
static void walk_creation(Walk *walk, const BhKind *kind, const BhTransition *step)
{
  walk->steps++;
  if (has_act(kind, step))
    return;
  if (is_hub_step(kind, step) ? !g_strv_contains(made_at_hub, kind->name)
                              : bh_transition_get_page(step) == NULL &&
                                    !g_strv_contains((const char *const *)step->who, "system"))
    note(walk, kind, "*", step->to, "no page makes one");
}

static void walk_kind(Walk *walk, const BhKind *kind)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(kind->transitions, i);
    if (step->creates)
      walk_creation(walk, kind, step);
    for (gsize k = 0; step->from != NULL && step->from[k] != NULL; k++)
      walk_step(walk, kind, step->from[k], step);
  }
  for (guint i = 0; i < kind->states->len; i++) {
    const BhState *state = g_ptr_array_index(kind->states, i);
    gboolean can_be_left = state->final, can_be_entered = state->initial;
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhTransition *step = g_ptr_array_index(kind->transitions, k);
      can_be_left |= bh_workflow_find(kind, state->name, step->to) == step &&
                     can_be_taken(kind, step) && strcmp(step->to, state->name) != 0;
      can_be_entered |= strcmp(step->to, state->name) == 0;
    }
    if (!can_be_left)
      note(walk, kind, state->name, NULL, "no step leads out of it");
    if (!can_be_entered)
      note(walk, kind, state->name, NULL, "no step leads to it");
  }
}

static void test_every_state_can_be_left(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  Walk walk = {.set = world->kinds, .found = g_ptr_array_new_with_free_func(g_free)};
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 0; i < kinds->len; i++)
    walk_kind(&walk, g_ptr_array_index(kinds, i));
  for (guint i = 0; i < walk.found->len; i++)
    print_error("dead end: %s\n", (const char *)g_ptr_array_index(walk.found, i));
  assert_int_equal(walk.found->len, 0);
  assert_true(walk.steps > 100);
  g_ptr_array_unref(walk.found);
}

/* The walk does find dead ends: the expert's opinion was one while no page had that field. */
static void test_a_step_wants_what_its_guards_look_at(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  g_autoptr(BhStepInput) report =
      bh_step_input_new(hazard, bh_workflow_find(hazard, "ordered", "reported_fixed"));
  assert_int_equal(report->children->len, 1);
  const BhStepInputChild *proof = g_ptr_array_index(report->children, 0);
  assert_string_equal(proof->kind, "file");
  assert_string_equal(bh_step_input_child_get_value(proof, "role"), "after_photo");
  assert_true(g_ptr_array_find(report->fields, bh_kind_find_field(hazard, "fix_report"), NULL));

  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  g_autoptr(BhStepInput) sign =
      bh_step_input_new(inspection, bh_workflow_find(inspection, "on_site", "signed"));
  guint signatures = 0, experts = 0;
  for (guint i = 0; i < sign->children->len; i++) {
    const BhStepInputChild *child = g_ptr_array_index(sign->children, i);
    signatures += strcmp(child->kind, "signature") == 0;
    experts += strcmp(child->kind, "participant") == 0;
  }
  assert_int_equal(signatures, 3);
  assert_int_equal(experts, 1);
}

static void test_a_choice_that_blocks_the_first_step_is_known(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *kind = bh_kind_set_find(world->kinds, "inspection");
  const BhField *modes = bh_kind_find_field(kind, "modes");
  guint refused = 0;
  for (gsize i = 0; i < bh_field_count_choices(modes); i++) {
    g_autoptr(json_t) values = json_pack("{s:[s]}", "modes", bh_field_get_choice_code(modes, i));
    BhContext context = {.values = values};
    gboolean is = bh_workflow_is_blocked(kind, NULL, "on_site", "modes", &context);
    assert_int_equal(is, strcmp(bh_field_get_choice_code(modes, i), "double_random") == 0);
    refused += is;
    assert_false(bh_workflow_is_blocked(kind, "assigned", "on_site", "modes", &context));
  }
  assert_int_equal(refused, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_state_can_be_left),
      cmocka_unit_test(test_a_step_wants_what_its_guards_look_at),
      cmocka_unit_test(test_a_choice_that_blocks_the_first_step_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

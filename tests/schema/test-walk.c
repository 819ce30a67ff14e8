/* Nothing that is declared is out of reach. The test walks every kind and fails when a field can be
 * set by nobody, a state can be reached or left by nobody, a step can be taken by nobody, or a
 * guard can be satisfied by nobody. Who can do what is read from the declarations: acts ("create",
 * "edit", steps with what they ask for), and the roles of the people who may do them.
 *
 * The tables below name what the declarations do not say: the pages of the collector that were
 * written for one kind, and values that a program sets by itself. An entry that is not needed any
 * more fails the test. */
#include <string.h>

#include "schema/act.h"
#include "schema/numbering.h"
#include "schema/step-input.h"
#include "schema/worksheet.h"
#include "schema/kind-internal.h"
#include "tests/schema/world-of-records.h"

/* Pages of the collector that make records below another record. */
static const struct {
  const char *parent, *child;
} makers[] = {
    {"inspection", "hazard"},
    {"inspection", "signature"},
    {"document", "signature"},
};

/* Values that a program sets by itself. "*": all fields of the kind. */
static const struct {
  const char *kind, *field;
} programmed[] = {
    {"calendar", "*"},
    {"checklist", "*"},
    {"clock_note", "*"},
    {"device", "*"},
    {"file", "*"},
    {"number_block", "*"},
    {"plaque", "*"},
    {"release", "*"},
    {"review", "*"},
    {"scan", "*"},
    {"signature", "*"},
    {"staff", "*"},
    {"unit", "*"},
    {"document", "inspection"},
    {"document", "enterprise"},
    {"document", "doc_type"},
    {"document", "drafted_by"},
    {"document", "hazards"},
    {"document", "frozen"},
    {"document", "clock_poor"},
    {"document", "signed_sha256"},
    {"document", "served_pdf"},
    {"enterprise", "sample"},
    {"hazard", "inspection"},
    {"hazard", "enterprise"},
    {"hazard", "major_candidate"},
    {"hazard", "recorded_by"},
    {"hazard", "item_no"},
    {"hazard", "checklist"},
    {"hazard", "policy_source"},
    {"inspection", "scan"},
    {"inspection", "checklist_version"},
    {"inspection", "sections"},
    {"inspection", "entered_later"},
    {"inspection", "answers"},
    {"inspection", "signed_facts"},
    {"inspection", "signed_sha256"},
    {"participant", "removed"},
    {"site", "sample"},
};

/* Pages of the collector that take a step and set the fields of that step themselves. */
static const char *const pages[] = {"answer", "find", "hazard", "outcome",
                                    "papers", "sign", "start",  NULL};
/* Forms of those pages. */
static const char *const forms[] = {"record", "start",  "visit",       "outcome", "person",
                                    "issue",  "answer", "provisional", NULL};

/* Roles of people who sign in at a device, and at the office. The second list is that of the kind
 * "staff"; "author" and "unit" are people of any role. */
static const char *const field_roles[] = {"inspector", "township", "expert", "reviewer", "leader",
                                          "author",    "unit",     "anyone", NULL};
static const char *const office_roles[] = {"inspector", "township", "expert", "reviewer",
                                           "leader",    "legal",    "admin",  "author",
                                           "unit",      "anyone",   NULL};
/* Kinds whose records only the hub makes: by a command, by a request, or as a side effect. */
static const char *const made_at_hub[] = {"device", "staff",  "unit", "checklist",
                                          "plaque", "review", NULL};

typedef struct {
  const BhKindSet *set;
  GPtrArray *found; /* char *: "kind from > to: why" */
  guint steps;
  gboolean made[G_N_ELEMENTS(makers)], set_by_program[G_N_ELEMENTS(programmed)];
} Walk;

static void note(Walk *walk, const BhKind *kind, const char *what, const char *why)
{
  g_ptr_array_add(walk->found, g_strdup_printf("%s %s: %s", kind->name, what, why));
}

static gboolean shares(const char *const *a, const char *const *b)
{
  for (; a != NULL && *a != NULL; a++)
    if (g_strv_contains(b, *a))
      return TRUE;
  return FALSE;
}

static gboolean has(const char *const *names, const char *name)
{
  return names != NULL && g_strv_contains(names, name);
}

static gboolean is_made_at_hub(const BhKind *kind)
{
  return g_strv_contains(made_at_hub, kind->name);
}

static gboolean is_hub_step(const BhKind *kind, const BhTransition *step)
{
  g_autoptr(json_t) to = json_string(step->to);
  return step->by_hub || bh_kind_is_hub_only(kind, "state", to) ||
         bh_kind_is_hub_only(kind, NULL, NULL);
}

/* Whether somebody with one of the roles signs in where records are written: at the office always,
 * on a device unless only the hub writes. */
static gboolean can_act(const char *const *who, gboolean by_hub)
{
  return shares(who, office_roles) || (!by_hub && shares(who, field_roles));
}

static gboolean can_be_taken(const BhKind *kind, const BhTransition *step)
{
  const char *const *who = (const char *const *)step->who;
  return can_act(who, is_hub_step(kind, step)) ||
         (is_hub_step(kind, step) && has(who, "system") && is_made_at_hub(kind));
}

/* --- fields --- */

/* Whether a form has a control for the field. Values of the other types are made by programs. */
static gboolean has_control(const BhField *field)
{
  return field->in_form && !field->retired && field->type != BH_FIELD_ITEMS &&
         field->type != BH_FIELD_JSON && field->type != BH_FIELD_HASH &&
         field->type != BH_FIELD_PAPER;
}

static gboolean has_key(const json_t *object, const char *key)
{
  return json_object_get(object, key) != NULL;
}

static gboolean is_set_by_step(const BhKind *kind, const BhTransition *step, const BhField *field)
{
  if (!can_be_taken(kind, step))
    return FALSE;
  if (has_key(step->stamps, field->name))
    return TRUE;
  const char *page = bh_transition_get_page(step);
  if (page != NULL && has((const char *const *)step->sets, field->name))
    return TRUE;
  /* What only the hub sets can only be asked for at the office. */
  return has(bh_transition_get_asks(step), field->name) && has_control(field) &&
         can_act((const char *const *)step->who, field->by_hub || is_hub_step(kind, step));
}

static gboolean is_offered(const Walk *walk, const BhKind *kind, const BhActRule *rule);

static gboolean is_set_by_creation(const Walk *walk, const BhKind *kind, const BhActRule *rule,
                                   const BhField *field)
{
  if (!is_offered(walk, kind, rule))
    return FALSE;
  gboolean asked = rule->fields == NULL || has((const char *const *)rule->fields, field->name);
  return has_key(rule->preset, field->name) || has_key(rule->stamps, field->name) ||
         g_strcmp0(rule->link, field->name) == 0 || g_strcmp0(kind->parent, field->name) == 0 ||
         (asked && has_control(field) && !field->by_hub) ||
         (asked && has_control(field) &&
          g_strv_contains((const char *const *)rule->from, "office"));
}

static gboolean is_set_by_edit(const BhActRule *rule, const BhField *field)
{
  if (!can_act((const char *const *)rule->who, field->by_hub))
    return FALSE;
  return has_key(rule->stamps, field->name) || g_strcmp0(rule->reason, field->name) == 0 ||
         (has((const char *const *)rule->fields, field->name) && has_control(field));
}

/* Whether somebody can answer the items of the worksheet, which sets the answers and the list. */
static gboolean is_set_by_worksheet(const Walk *walk, const BhKind *kind, const BhField *field)
{
  const BhField *sheet = bh_worksheet_find(kind);
  if (sheet == NULL ||
      (field != sheet && g_strcmp0(bh_kind_find_list(walk->set, kind), field->name) != 0))
    return FALSE;
  for (guint i = 0; i < kind->edits->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->edits, i);
    if (rule->page == NULL && has((const char *const *)rule->fields, sheet->name) &&
        can_act((const char *const *)rule->who, sheet->by_hub || kind->by_hub))
      return TRUE;
  }
  return FALSE;
}

static gboolean is_in_page_form(const BhKind *kind, const BhField *field)
{
  for (gsize i = 0; forms[i] != NULL; i++) {
    g_autoptr(GPtrArray) fields = bh_kind_list_form(kind, forms[i]);
    if (has_key(json_object_get(kind->declaration, "forms"), forms[i]) && has_control(field) &&
        g_ptr_array_find(fields, field, NULL))
      return TRUE;
  }
  return FALSE;
}

static gboolean is_set_by_act(const Walk *walk, const BhKind *kind, const BhField *field)
{
  for (guint i = 0; i < kind->transitions->len; i++)
    if (is_set_by_step(kind, g_ptr_array_index(kind->transitions, i), field))
      return TRUE;
  for (guint i = 0; i < kind->creates->len; i++)
    if (is_set_by_creation(walk, kind, g_ptr_array_index(kind->creates, i), field))
      return TRUE;
  for (guint i = 0; i < kind->edits->len; i++)
    if (is_set_by_edit(g_ptr_array_index(kind->edits, i), field))
      return TRUE;
  return is_in_page_form(kind, field) || is_set_by_worksheet(walk, kind, field);
}

static gboolean is_set_by_program(Walk *walk, const BhKind *kind, const BhField *field)
{
  const BhNumbering *numbering = bh_kind_get_numbering(kind);
  if (numbering != NULL && bh_numbering_is_key(numbering, field->name))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS(programmed); i++) {
    if (strcmp(programmed[i].kind, kind->name) == 0 &&
        (strcmp(programmed[i].field, "*") == 0 || strcmp(programmed[i].field, field->name) == 0)) {
      walk->set_by_program[i] = TRUE;
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether a step of some kind opens a record of this kind with a value of the field. */
static gboolean is_set_by_opening(const Walk *walk, const BhKind *kind, const BhField *field)
{
  const GPtrArray *kinds = bh_kind_set_list(walk->set);
  for (guint i = 0; i < kinds->len; i++) {
    const GPtrArray *steps = ((const BhKind *)kinds->pdata[i])->transitions;
    for (guint k = 0; k < steps->len; k++) {
      const BhTransition *step = steps->pdata[k];
      for (guint n = 0; step->opens != NULL && n < step->opens->len; n++) {
        const BhOpening *opening = step->opens->pdata[n];
        if (strcmp(opening->kind, kind->name) == 0 &&
            (g_strcmp0(opening->link, field->name) == 0 ||
             json_object_get(opening->preset, field->name) != NULL))
          return TRUE;
      }
    }
  }
  return FALSE;
}

static gboolean can_be_set(Walk *walk, const BhKind *kind, const BhField *field)
{
  return field->compute != NULL || is_set_by_act(walk, kind, field) ||
         is_set_by_program(walk, kind, field) || is_set_by_opening(walk, kind, field);
}

/* --- child records --- */

static gboolean is_made_by_page(Walk *walk, const char *parent, const char *child)
{
  for (gsize i = 0; i < G_N_ELEMENTS(makers); i++) {
    if (strcmp(makers[i].parent, parent) == 0 && strcmp(makers[i].child, child) == 0) {
      walk->made[i] = TRUE;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean is_state_reached(const BhKind *kind, const char *state);

/* Whether somebody can make a record of this kind below a record of `parent`. */
static gboolean is_child_made(Walk *walk, const char *parent, const BhStepInputChild *child)
{
  /* Every page of a record, and the form of every step, takes files. */
  if (strcmp(child->kind, BH_ACT_FILE_KIND) == 0)
    return TRUE;
  const BhKind *kind = bh_kind_set_find(walk->set, child->kind);
  const char *state = bh_step_input_child_get_value(child, "state");
  if (state != NULL && !is_state_reached(kind, state))
    return FALSE;
  for (guint i = 0; i < kind->creates->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->creates, i);
    if (g_strv_contains((const char *const *)rule->from, parent) && is_offered(walk, kind, rule))
      return TRUE;
  }
  return is_made_by_page(walk, parent, child->kind);
}

static const char *parent_of(const BhKind *kind, const BhStepInputChild *child)
{
  const BhField *field = child->of != NULL ? bh_kind_find_field(kind, child->of) : NULL;
  return field != NULL ? bh_field_get_ref_kinds(field)[0] : kind->name;
}

/* Whether another branch of the same guard can be met: by a field, or by a record that can be
 * made. */
static gboolean has_other_branch(Walk *walk, const BhKind *kind, const BhTransition *step,
                                 const BhStepInput *input, const BhStepInputChild *child)
{
  const json_t *guard = json_array_get(step->needs, child->guard);
  gsize k;
  json_t *branch;
  json_array_foreach(json_object_get(json_object_get(guard, "must"), "any_of"), k, branch) {
    if (json_object_get(branch, "field") != NULL)
      return TRUE;
  }
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *other = g_ptr_array_index(input->children, i);
    if (other != child && other->guard == child->guard &&
        is_child_made(walk, parent_of(kind, other), other))
      return TRUE;
  }
  return FALSE;
}

/* --- steps and states --- */

/* Whether a person is offered the act that makes a record. */
static gboolean is_offered(const Walk *walk, const BhKind *kind, const BhActRule *rule)
{
  gboolean there = FALSE;
  for (gsize i = 0; rule->from[i] != NULL; i++)
    there |= strcmp(rule->from[i], "home") == 0 || strcmp(rule->from[i], "office") == 0 ||
             bh_kind_set_find(walk->set, rule->from[i]) != NULL;
  if (rule->state == NULL)
    return there && can_act((const char *const *)rule->who, bh_kind_is_hub_only(kind, NULL, NULL));
  const BhTransition *step = bh_workflow_find(kind, NULL, rule->state);
  return there && step != NULL && can_be_taken(kind, step);
}

/* Whether records begin in this state: by an act, by a page of the collector, or at the hub. */
static gboolean is_creation_possible(const Walk *walk, const BhKind *kind, const BhTransition *step)
{
  for (guint i = 0; i < kind->creates->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->creates, i);
    if (g_strcmp0(rule->state, step->to) == 0 && is_offered(walk, kind, rule))
      return TRUE;
  }
  const char *page = bh_transition_get_page(step);
  return is_made_at_hub(kind) ||
         (page != NULL && g_strv_contains(pages, page) && can_be_taken(kind, step));
}

/* Whether steps that can be taken lead to the state from the beginning of a record. */
static gboolean is_state_reached(const BhKind *kind, const char *state)
{
  g_autoptr(GHashTable) reached = g_hash_table_new(g_str_hash, g_str_equal);
  guint before;
  do {
    before = g_hash_table_size(reached);
    for (guint i = 0; i < kind->transitions->len; i++) {
      const BhTransition *step = g_ptr_array_index(kind->transitions, i);
      gboolean begins = step->creates;
      for (gsize k = 0; step->from != NULL && step->from[k] != NULL; k++)
        begins |= g_hash_table_contains(reached, step->from[k]);
      if (begins && can_be_taken(kind, step))
        g_hash_table_add(reached, (gpointer)step->to);
    }
  } while (g_hash_table_size(reached) > before);
  return g_hash_table_contains(reached, state);
}

static void walk_step(Walk *walk, const BhKind *kind, const char *from, const BhTransition *step)
{
  g_autofree char *what = g_strdup_printf("%s > %s", from, step->to);
  const char *page = bh_transition_get_page(step);
  walk->steps++;
  if (!can_be_taken(kind, step))
    note(walk, kind, what, "no role that may take it signs in where it is taken");
  if (page != NULL && !g_strv_contains(pages, page))
    note(walk, kind, what, "the collector has no such page");
  g_autoptr(BhStepInput) input = bh_step_input_new(kind, step);
  for (guint i = 0; i < input->fields->len; i++) {
    const BhField *field = g_ptr_array_index(input->fields, i);
    g_autofree char *why = g_strdup_printf("nobody can enter %s", field->name);
    if (!can_be_set(walk, kind, field))
      note(walk, kind, what, why);
  }
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *child = g_ptr_array_index(input->children, i);
    g_autofree char *why = g_strdup_printf("nobody can make a %s", child->kind);
    if (!is_child_made(walk, parent_of(kind, child), child) &&
        !(child->alternative && has_other_branch(walk, kind, step, input, child)))
      note(walk, kind, what, why);
  }
}

static void walk_states(Walk *walk, const BhKind *kind)
{
  for (guint i = 0; i < kind->states->len; i++) {
    const BhState *state = g_ptr_array_index(kind->states, i);
    gboolean can_be_left = state->final;
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhTransition *step = g_ptr_array_index(kind->transitions, k);
      can_be_left |= bh_workflow_find(kind, state->name, step->to) == step &&
                     can_be_taken(kind, step) && strcmp(step->to, state->name) != 0;
    }
    if (!can_be_left)
      note(walk, kind, state->name, "no step leads out of it");
    if (!is_state_reached(kind, state->name))
      note(walk, kind, state->name, "no step leads to it");
  }
}

static void walk_kind(Walk *walk, const BhKind *kind)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (!field->retired && !can_be_set(walk, kind, field))
      note(walk, kind, field->name, "nobody can set it");
  }
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(kind->transitions, i);
    if (step->creates) {
      if (!is_creation_possible(walk, kind, step))
        note(walk, kind, step->to, "nobody can make a record in this state");
      walk_step(walk, kind, "*", step);
    }
    for (gsize k = 0; step->from != NULL && step->from[k] != NULL; k++)
      walk_step(walk, kind, step->from[k], step);
  }
  walk_states(walk, kind);
}

static void walk_set(Walk *walk, const BhKindSet *set)
{
  *walk = (Walk){.set = set, .found = g_ptr_array_new_with_free_func(g_free)};
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len; i++)
    walk_kind(walk, g_ptr_array_index(kinds, i));
}

static void test_every_state_can_be_left(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  Walk walk;
  walk_set(&walk, world->kinds);
  for (guint i = 0; i < walk.found->len; i++)
    print_error("dead end: %s\n", (const char *)g_ptr_array_index(walk.found, i));
  assert_int_equal(walk.found->len, 0);
  for (gsize i = 0; i < G_N_ELEMENTS(makers); i++) {
    if (!walk.made[i])
      print_error("no step needs this page: %s below %s\n", makers[i].child, makers[i].parent);
    assert_true(walk.made[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(programmed); i++) {
    if (!walk.set_by_program[i])
      print_error("people can set this now: %s.%s\n", programmed[i].kind, programmed[i].field);
    assert_true(walk.set_by_program[i]);
  }
  assert_true(walk.steps > 100);
  g_ptr_array_unref(walk.found);
}

/* The declaration of a kind in the set. */
static json_t *find_declaration(json_t *set, const char *name)
{
  gsize i;
  json_t *kind;
  json_array_foreach(json_object_get(set, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), name) == 0)
      return kind;
  }
  fail_msg("no kind %s", name);
  return NULL;
}

static json_t *find_step(json_t *kind, const char *from, const char *to)
{
  gsize i;
  json_t *step;
  json_array_foreach(json_object_get(kind, "transitions"), i, step) {
    const char *first = json_string_value(json_array_get(json_object_get(step, "from"), 0));
    if (g_strcmp0(first, from) == 0 && strcmp(bh_json_string_or(step, "to", ""), to) == 0)
      return step;
  }
  fail_msg("no step %s > %s", from, to);
  return NULL;
}

static void assert_dead_end(json_t *set, const char *wanted)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = bh_json_dump_sorted(set);
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  Walk walk;
  walk_set(&walk, kinds);
  gboolean found = FALSE;
  for (guint i = 0; i < walk.found->len; i++)
    found |= strcmp(g_ptr_array_index(walk.found, i), wanted) == 0;
  if (!found)
    fail_msg("not found: %s", wanted);
  g_ptr_array_unref(walk.found);
}

static void test_the_walk_finds_each_dead_end(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = test_world_new();
  const char *text = bh_kind_set_get_text(world->kinds);
  g_autoptr(json_t) unset = json_loads(text, 0, NULL);
  json_array_append_new(json_object_get(find_declaration(unset, "progress_report"), "fields"),
                        json_pack("{s:s, s:s, s:{s:s, s:s}, s:b}", "name", "extra", "type", "text",
                                  "label", "zh", "多", "en", "Extra", "in_form", 0));
  assert_dead_end(unset, "progress_report extra: nobody can set it");

  g_autoptr(json_t) unmade = json_loads(text, 0, NULL);
  json_object_del(find_declaration(unmade, "progress_report"), "create");
  assert_dead_end(unmade, "progress_report submitted: nobody can make a record in this state");
  assert_dead_end(unmade, "hazard rectifying > rectifying: nobody can make a progress_report");

  g_autoptr(json_t) unasked = json_loads(text, 0, NULL);
  json_object_set_new(find_step(find_declaration(unasked, "hazard"), "planned", "listed"), "asks",
                      json_pack("[s,s,s,s,s]", "listing_body", "listing_body_name", "listing_on",
                                "listing_deadline", "listing_published_on"));
  assert_dead_end(unasked, "hazard planned > listed: nobody can enter listing_number");

  g_autoptr(json_t) untaken = json_loads(text, 0, NULL);
  json_object_set_new(find_step(find_declaration(untaken, "hazard"), "planned", "listed"), "who",
                      json_pack("[s]", "system"));
  assert_dead_end(untaken, "hazard planned > listed: no role that may take it signs in where it "
                           "is taken");
  assert_dead_end(untaken, "hazard listed: no step leads to it");

  g_autoptr(json_t) unended = json_loads(text, 0, NULL);
  json_object_set_new(find_step(find_declaration(unended, "hazard"), "signed_off", "struck_off"),
                      "who", json_pack("[s]", "system"));
  assert_dead_end(unended, "hazard signed_off: no step leads out of it");
}

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
    experts += strcmp(child->kind, "participant") == 0 &&
               g_strcmp0(bh_step_input_child_get_value(child, "role"), "expert") == 0;
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
      cmocka_unit_test(test_the_walk_finds_each_dead_end),
      cmocka_unit_test(test_a_step_wants_what_its_guards_look_at),
      cmocka_unit_test(test_a_choice_that_blocks_the_first_step_is_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* States and transitions of a kind. Locks are in kind-lock.c, reviews in review.c. Start with
 * bh_workflow_check. */
#include "schema/act.h"
#include "schema/staff.h"
#include "schema/workflow.h"

#include <string.h>
#include "schema/kind-internal.h"
#include "schema/kind-rules.h"

gboolean bh_kind_has_states(const BhKind *kind)
{
  return kind->states->len > 0;
}

gboolean bh_kind_has_state(const BhKind *kind, const char *state)
{
  return bh_kind_find_state(kind, state) != NULL;
}

GPtrArray *bh_kind_list_states(const BhKind *kind)
{
  GPtrArray *names = g_ptr_array_new();
  for (guint i = 0; i < kind->states->len; i++)
    g_ptr_array_add(names, (gpointer)((BhState *)g_ptr_array_index(kind->states, i))->name);
  return names;
}

const char *bh_kind_get_state_label(const BhKind *kind, const char *state, const char *lang)
{
  const BhState *found = bh_kind_find_state(kind, state);
  if (found == NULL)
    return state != NULL ? state : "";
  return bh_label_pick(json_object_get(found->declaration, "label"), lang, found->name);
}

gboolean bh_kind_is_final_state(const BhKind *kind, const char *state)
{
  const BhState *found = bh_kind_find_state(kind, state);
  return found != NULL && found->final;
}

gboolean bh_kind_is_void_state(const BhKind *kind, const char *state)
{
  const BhState *found = bh_kind_find_state(kind, state);
  return found != NULL && found->is_void;
}

gboolean bh_kind_is_initial_state(const BhKind *kind, const char *state)
{
  const BhState *found = bh_kind_find_state(kind, state);
  return found != NULL && found->initial;
}

const char *bh_transition_get_to(const BhTransition *transition)
{
  return transition->to;
}

gboolean bh_transition_is_hub_only(const BhTransition *transition)
{
  return transition->by_hub;
}

gboolean bh_transition_may_quarantine(const BhTransition *transition)
{
  gsize index;
  json_t *guard;
  json_array_foreach(transition->needs, index, guard) {
    if (json_is_true(json_object_get(guard, "quarantine")))
      return TRUE;
  }
  return FALSE;
}

const char *bh_transition_get_label(const BhTransition *transition, const char *lang)
{
  return bh_label_pick(json_object_get(transition->declaration, "label"), lang, transition->to);
}

const char *bh_transition_get_source(const BhTransition *transition)
{
  return bh_json_string_or(transition->declaration, "source", "");
}

const char *bh_transition_get_deadline_text(const BhTransition *transition, const char *lang)
{
  const json_t *deadline = json_object_get(transition->declaration, "deadline");
  return bh_label_pick(json_object_get(deadline, "text"), lang, "");
}

gboolean bh_transition_leads_from(const BhTransition *transition, const char *state)
{
  return transition->from != NULL && state != NULL &&
         g_strv_contains((const char *const *)transition->from, state);
}

const char *const *bh_transition_get_asks(const BhTransition *transition)
{
  static const char *const none[] = {NULL};
  return transition->asks != NULL ? transition->asks : none;
}

const char *bh_transition_get_page(const BhTransition *transition)
{
  return bh_json_string_or(transition->declaration, "page", NULL);
}

const json_t *bh_transition_get_stamps(const BhTransition *transition)
{
  return transition->stamps;
}

static gboolean starts_from(const BhTransition *transition, const char *from)
{
  if (from == NULL)
    return transition->creates;
  return transition->from != NULL && g_strv_contains(transition->from, from);
}

const BhTransition *bh_workflow_find(const BhKind *kind, const char *from, const char *to)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (starts_from(transition, from) && g_strcmp0(transition->to, to) == 0)
      return transition;
  }
  return NULL;
}

/* Whether "when" of the step holds. */
static gboolean does_apply(const BhKind *kind, const BhTransition *transition,
                           const BhContext *context)
{
  const BhContext at = bh_context_for(context, kind);
  return bh_condition_holds(transition->when, &at);
}

const BhTransition *bh_workflow_find_page_for(const BhKind *kind, const char *from,
                                              const char *page, const BhContext *context)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (starts_from(transition, from) && g_strcmp0(bh_transition_get_page(transition), page) == 0 &&
        (context == NULL || does_apply(kind, transition, context)))
      return transition;
  }
  return NULL;
}

const BhTransition *bh_workflow_find_page(const BhKind *kind, const char *from, const char *page)
{
  return bh_workflow_find_page_for(kind, from, page, NULL);
}

static gboolean has_name(const char **names, const char *name)
{
  return names != NULL && g_strv_contains((const char *const *)names, name);
}

gboolean bh_transition_sets(const BhTransition *transition, const char *field)
{
  return has_name(transition->asks, field) || has_name(transition->sets, field) ||
         json_object_get(transition->stamps, field) != NULL;
}

const BhTransition *bh_workflow_find_creation(const BhKind *kind, const char *page,
                                              const BhContext *context)
{
  const BhContext at = bh_context_for(context, kind);
  const BhTransition *found = NULL;
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (!transition->creates || g_strcmp0(bh_transition_get_page(transition), page) != 0 ||
        !bh_condition_holds(transition->when, &at))
      continue;
    if (found != NULL)
      return NULL;
    found = transition;
  }
  return found;
}

const BhTransition *bh_workflow_find_void(const BhKind *kind, const char *from)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (!transition->by_hub && bh_transition_leads_from(transition, from) &&
        bh_kind_is_void_state(kind, transition->to))
      return transition;
  }
  return NULL;
}

static gboolean has_role(const json_t *actor_values, const char *role)
{
  return bh_json_has_name(json_object_get(actor_values, "roles"), role);
}

gboolean bh_kind_is_named(const BhKind *kind, const char *const *names, const BhContext *context)
{
  for (gsize i = 0; names[i] != NULL; i++) {
    const char *who = names[i];
    if (g_str_equal(who, "anyone") || has_role(context->actor_values, who))
      return TRUE;
    if (g_str_equal(who, "author") &&
        g_strcmp0(bh_kind_get_author(kind, context), context->actor) == 0)
      return TRUE;
    const char *unit = g_str_equal(who, "unit") ? bh_kind_get_unit(kind, context) : NULL;
    if (unit != NULL && g_str_equal(unit, bh_json_string_or(context->actor_values, "unit", "")))
      return TRUE;
  }
  return FALSE;
}

gboolean bh_transition_is_open_to(const BhKind *kind, const BhTransition *transition,
                                  const BhContext *context)
{
  if (context->actor == NULL)
    return TRUE;
  if (context->actor_values == NULL)
    return g_strv_contains(transition->who, "system") || g_strv_contains(transition->who, "anyone");
  if (!bh_staff_is_in_service(context->actor_values, context->today) ||
      !bh_authority_allows(kind, transition, context))
    return FALSE;
  return bh_kind_is_named(kind, transition->who, context);
}

gboolean bh_workflow_can_reach(const BhKind *kind, const char *state, const BhContext *context)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (g_strcmp0(transition->to, state) == 0 &&
        bh_transition_is_open_to(kind, transition, context))
      return TRUE;
  }
  return FALSE;
}

GPtrArray *bh_workflow_list_open(const BhKind *kind, const char *from, const BhContext *context)
{
  const BhContext at = bh_context_for(context, kind);
  GPtrArray *open = g_ptr_array_new();
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (starts_from(transition, from) && bh_transition_is_open_to(kind, transition, context) &&
        bh_condition_holds(transition->when, &at))
      g_ptr_array_add(open, (gpointer)transition);
  }
  return open;
}

gboolean bh_workflow_is_blocked(const BhKind *kind, const char *from, const char *to,
                                const char *field, const BhContext *context)
{
  const BhContext at = bh_context_for(context, kind);
  const BhTransition *transition = bh_workflow_find(kind, from, to);
  gsize i;
  json_t *guard;

  if (transition == NULL)
    return TRUE;
  json_array_foreach((json_t *)transition->needs, i, guard) {
    if (g_strcmp0(bh_json_string_or(guard, "field", NULL), field) == 0 &&
        bh_condition_holds(json_object_get(guard, "when"), &at) &&
        !bh_condition_holds(json_object_get(guard, "must"), &at))
      return TRUE;
  }
  return FALSE;
}

GPtrArray *bh_workflow_check(const BhKind *kind, const char *from, const char *to,
                             const BhContext *context)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhTransition *transition = bh_workflow_find(kind, from, to);
  if (transition == NULL) {
    const char *start_zh = from != NULL ? bh_kind_get_state_label(kind, from, "zh") : "新建";
    const char *start_en = from != NULL ? bh_kind_get_state_label(kind, from, "en") : "new";
    g_autofree char *zh =
        g_strdup_printf("不能从“%s”转为“%s”", start_zh, bh_kind_get_state_label(kind, to, "zh"));
    g_autofree char *en = g_strdup_printf("No step leads from \"%s\" to \"%s\"", start_en,
                                          bh_kind_get_state_label(kind, to, "en"));
    g_ptr_array_add(problems, bh_problem_new("state", "transition", zh, en));
    return problems;
  }
  if (!bh_transition_is_open_to(kind, transition, context)) {
    gboolean has_authority =
        context->actor == NULL || bh_authority_allows(kind, transition, context);
    g_autofree char *zh =
        g_strdup_printf(has_authority ? "当前人员无权“%s”" : "“%s”由承办单位或其上级单位办理",
                        bh_transition_get_label(transition, "zh"));
    g_autofree char *en =
        g_strdup_printf(has_authority ? "This person may not do \"%s\""
                                      : "\"%s\" is for the unit in charge or one above it",
                        bh_transition_get_label(transition, "en"));
    g_ptr_array_add(problems, bh_problem_new("state", "actor", zh, en));
  }
  const BhContext at = bh_context_for(context, kind);
  if (!bh_condition_holds(transition->when, &at)) {
    g_autofree char *zh =
        g_strdup_printf("此记录不适用“%s”", bh_transition_get_label(transition, "zh"));
    g_autofree char *en = g_strdup_printf("\"%s\" does not apply to this record",
                                          bh_transition_get_label(transition, "en"));
    g_ptr_array_add(problems, bh_problem_new("state", "transition", zh, en));
  }
  bh_rules_check(transition->needs, &at, problems);
  bh_transition_check_actor_stamps(transition, context, problems);
  bh_deadline_check(transition, &at, problems);
  bh_attach_check(transition->attach, &at, problems);
  return problems;
}

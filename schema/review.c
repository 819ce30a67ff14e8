/* Determines what a review of a record does in its present state, and checks decisions. Changes no
 * record. Start with bh_review_check. */
#include "schema/review.h"

#include <string.h>
#include "schema/kind-internal.h"
#include "schema/workflow.h"

/* --- decisions and lanes --- */

static const struct {
  const char *decision;
  const char *state;
  const char *event;
} decisions[] = {
    {BH_DECISION_APPROVE, BH_REVIEW_CLOSED, BH_REVIEW_ON_APPROVE},
    {BH_DECISION_RETURN, BH_REVIEW_OPEN, BH_REVIEW_ON_RETURN},
    {BH_DECISION_STEP, BH_REVIEW_CLOSED, NULL},
};

const char *const BH_LANES[] = {BH_LANE_NEW,
                                BH_LANE_RETURNED,
                                BH_LANE_ANSWERED,
                                BH_LANE_CONFLICT,
                                BH_LANE_QUARANTINE,
                                BH_LANE_ACCEPTED,
                                NULL};

const char *bh_decision_get_event(const char *decision)
{
  for (gsize i = 0; i < G_N_ELEMENTS(decisions); i++)
    if (g_strcmp0(decision, decisions[i].decision) == 0)
      return decisions[i].event;
  return NULL;
}

const char *bh_decision_get_state(const char *decision)
{
  for (gsize i = 0; i < G_N_ELEMENTS(decisions); i++)
    if (g_strcmp0(decision, decisions[i].decision) == 0)
      return decisions[i].state;
  return NULL;
}

const char *bh_review_get_lane(const json_t *review)
{
  const char *state = bh_json_string_or(review, "state", "");
  const char *decision = bh_json_string_or(review, "decision", "");
  if (strcmp(state, BH_REVIEW_ANSWERED) == 0)
    return BH_LANE_ANSWERED;
  return strcmp(state, BH_REVIEW_OPEN) == 0 && strcmp(decision, BH_DECISION_RETURN) == 0
             ? BH_LANE_RETURNED
             : NULL;
}

/* --- what a decision means --- */

static gboolean lists_state(const BhKind *kind, const char *member, const char *state)
{
  const json_t *review = json_object_get(kind->declaration, "review");
  return bh_json_has_name(json_object_get(review, member), state);
}

BhReviewMeaning bh_kind_get_review_meaning(const BhKind *kind, const char *state)
{
  const char *to = bh_kind_get_review_state(kind, BH_REVIEW_ON_APPROVE);
  if (lists_state(kind, "unfinished", state))
    return BH_REVIEW_NOTHING;
  if (lists_state(kind, "steps", state))
    return BH_REVIEW_STEPS;
  if (to != NULL && g_strcmp0(to, state) != 0 && bh_workflow_find(kind, state, to) != NULL)
    return BH_REVIEW_MOVES;
  return BH_REVIEW_COVERS;
}

const char *bh_kind_get_review_move(const BhKind *kind, const char *event, const char *state)
{
  const char *to = bh_kind_get_review_state(kind, event);
  return to != NULL && g_strcmp0(to, state) != 0 && bh_workflow_find(kind, state, to) != NULL
             ? to
             : NULL;
}

static void add(GPtrArray *problems, const char *code, const char *zh, const char *en)
{
  g_ptr_array_add(problems, bh_problem_new("state", code, zh, en));
}

static void add_steps(const BhKind *kind, const char *state, GPtrArray *problems)
{
  g_autofree char *zh = g_strdup_printf("“%s”不能直接审核通过，请办理下一步",
                                        bh_kind_get_state_label(kind, state, "zh"));
  g_autofree char *en = g_strdup_printf("\"%s\" is not approved: its next step decides",
                                        bh_kind_get_state_label(kind, state, "en"));
  add(problems, "transition", zh, en);
}

/* Checks the step that a decision makes like any other step: by the values after it. */
static void check_move(const BhKind *kind, const char *event, const BhContext *context,
                       GPtrArray *problems)
{
  const char *from = bh_json_string_or(context->values, "state", NULL);
  const char *to = bh_kind_get_review_move(kind, event, from);
  if (to == NULL)
    return;
  g_autoptr(json_t) moved = json_copy((json_t *)context->values);
  json_object_set_new(moved, "state", json_string(to));
  BhContext after = *context;
  after.values = moved;
  g_autoptr(GPtrArray) more = bh_workflow_check(kind, from, to, &after);
  g_ptr_array_set_free_func(more, NULL);
  for (guint i = 0; i < more->len; i++)
    g_ptr_array_add(problems, more->pdata[i]);
}

GPtrArray *bh_review_check(const BhKind *kind, const char *event, const BhContext *context)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const char *state = bh_json_string_or(context->values, "state", NULL);
  BhReviewMeaning meaning = bh_kind_get_review_meaning(kind, state);
  gboolean approves = strcmp(event, BH_REVIEW_ON_APPROVE) == 0;
  if (!kind->reviewable || meaning == BH_REVIEW_NOTHING)
    add(problems, "transition", "还没有可以审核的内容", "There is nothing to review yet");
  else if (approves && meaning == BH_REVIEW_STEPS)
    add_steps(kind, state, problems);
  if (!bh_kind_has_authority(kind, context))
    add(problems, "actor", "由检查单位或其上级单位审核",
        "The unit that carried it out, or one above it, reviews it");
  if (problems->len == 0)
    check_move(kind, event, context, problems);
  return problems;
}

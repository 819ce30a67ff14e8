/* Judges reviews when they take effect; the office page may have offered them earlier, when the
 * record was different. Writes nothing. Start at bh_review_judge. */
#include "sync/hub/ingest/judge-review.h"

#include <string.h>

#include "schema/workflow.h"
#include "sync/hub/ingest/judge-internal.h"

static const char *get_set_text(const BhOp *op, const char *key)
{
  const BhSet *set = bh_op_find_set(op, key);
  return set != NULL ? json_string_value(set->value) : NULL;
}

/* The state that the same entry sets in the record; NULL when it sets none. */
static const char *get_move(const BhBody *body, const char *record)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const char *state = strcmp(op->record, record) == 0 ? get_set_text(op, "state") : NULL;
    if (state != NULL)
      return state;
  }
  return NULL;
}

static gboolean refuse(GPtrArray *problems, gboolean by_system, GError **error)
{
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    gboolean actor = strcmp(problem->code, "actor") == 0;
    if (actor && by_system)
      continue;
    g_set_error(error, BH_ERROR, actor ? BH_ERROR_DENIED : BH_ERROR_INVALID, "review: %s",
                problem->text_en);
    return FALSE;
  }
  return TRUE;
}

static gboolean is_visit_finished(BhPiece *piece, const char *target, GError **error)
{
  gboolean finished;
  /* bh_records_get_finished uses the state of the record as it is stored or was last derived in
   * this piece. */
  if (!bh_records_get_finished(piece->records, target, &finished, error))
    return FALSE;
  if (finished)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "review: record %s and its visit have not ended yet", target);
  return FALSE;
}

static gboolean judge_decision(BhPiece *piece, const BhBody *body, const char *target,
                               const char *decision, gboolean by_system, GError **error)
{
  BhRecord *record;
  if (!bh_records_get(piece->records, target, &record, error))
    return FALSE;
  const BhKind *kind =
      record != NULL ? bh_kind_set_find(piece->kinds, bh_record_get_kind(record)) : NULL;
  if (kind == NULL || !bh_kind_is_reviewable(kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "review: record %s cannot be reviewed", target);
    return FALSE;
  }
  const char *move = get_move(body, target);
  if (strcmp(decision, BH_DECISION_STEP) == 0) {
    /* judge-step.c judges the step itself. */
    if (move != NULL)
      return TRUE;
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "review: the decision step needs a step of record %s in the same entry", target);
    return FALSE;
  }
  const char *event = bh_decision_get_event(decision);
  if (event == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "review: %.32s is not a decision; it must be approve, return or step", decision);
    return FALSE;
  }
  BhContext context = {.values = bh_records_get_values(piece->records, target),
                       .record = target,
                       .actor = body->by,
                       .actor_values =
                           by_system ? NULL : bh_records_get_values(piece->records, body->by),
                       .today = piece->today,
                       .lookup = bh_records_lookup,
                       .kind_of = bh_records_get_kind,
                       .children = bh_records_list_children,
                       .referring = bh_records_list_referring,
                       .data = piece->records};
  const char *from = bh_json_string_or(context.values, "state", NULL);
  g_autoptr(GPtrArray) problems = bh_review_check(kind, event, &context);
  if (!is_visit_finished(piece, target, error) || !refuse(problems, by_system, error))
    return FALSE;
  const char *to = bh_kind_get_review_move(kind, event, from);
  if (to == NULL || g_strcmp0(move, to) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "review: the same entry must also take record %s from %s to %s", target,
              from != NULL ? from : "(no state)", to);
  return FALSE;
}

gboolean bh_review_judge(BhPiece *piece, const BhBody *body, gboolean by_system, GError **error)
{
  const BhKind *kind = bh_kind_set_find(piece->kinds, BH_REVIEW_KIND);
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  for (guint i = 0; field != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const char *target = strcmp(op->kind, BH_REVIEW_KIND) == 0 ? get_set_text(op, field) : NULL;
    const char *decision = target != NULL ? get_set_text(op, "decision") : NULL;
    if (decision != NULL && !judge_decision(piece, body, target, decision, by_system, error))
      return FALSE;
  }
  return TRUE;
}

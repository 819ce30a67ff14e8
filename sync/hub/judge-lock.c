/* What an operation may not change any more: fields and records that a signature or an issued paper
 * stands on (schema/kinds/README.md, What is locked). Judged by the records as they are at the hub
 * before the entry. */
#include "sync/hub/judge-internal.h"

#include <string.h>

static const json_t *lookup_before(const char *record, gpointer data)
{
  const BhJudgement *judgement = data;
  return bh_records_get_values(judgement->piece->records, record);
}

static json_t *list_children_before(const char *record, const char *kind, gpointer data)
{
  const BhJudgement *judgement = data;
  return bh_records_share_children(judgement->piece->records, record, kind);
}

/* The sets as values; a choice among present heads changes nothing that was not there. */
static json_t *dup_sets(const BhOp *op, const BhRecord *record)
{
  json_t *values = json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    json_t *value = set->value != NULL ? set->value : set->opened;
    if (strcmp(set->key, "state") != 0 && bh_judge_is_choice(record, set))
      continue;
    if (value != NULL)
      json_object_set(values, set->key, value);
    else
      json_object_set_new(values, set->key, json_null());
  }
  return values;
}

/* By the set in use: what is locked now is locked for entries made under an older set too. */
void bh_judge_locks(BhJudgement *judgement, guint op, const BhKind *named, const BhRecord *record)
{
  BhPiece *piece = judgement->piece;
  const BhOp *at = judgement->body->ops->pdata[op];
  const BhKind *kind = bh_kind_set_find(piece->kinds, bh_kind_get_name(named));
  /* An import brings whole cases, a child after its signed visit: only changes are judged. */
  if (kind == NULL || (record == NULL && judgement->actor->path == BH_PATH_SYSTEM))
    return;
  g_autoptr(json_t) set = dup_sets(at, record);
  BhContext before = {
      .values = record != NULL ? bh_records_get_values(piece->records, at->record) : NULL,
      .record = at->record,
      .actor = judgement->body->by,
      .actor_values = judgement->acting,
      .today = piece->made_on,
      .lookup = lookup_before,
      .children = list_children_before,
      .data = judgement,
  };
  piece->work->is_over = FALSE;
  g_autoptr(GPtrArray) problems = bh_kind_check_change(kind, set, &before);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    gboolean locked = strcmp(problem->code, "locked") == 0;
    bh_judgement_add_fault(judgement, op, locked ? BH_FAULT_AUTHORITY : BH_FAULT_DATA,
                           locked ? BH_ERROR_DENIED : BH_ERROR_INVALID,
                           *problem->field != '\0' ? problem->field : NULL, problem->text_en);
  }
  /* What was not looked at must not open a lock. */
  if (piece->work->is_over)
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_LIMIT, NULL,
                           "there are too many records below it to tell whether it is locked");
}

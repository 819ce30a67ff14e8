/* Judges changes of locked fields and records, for which a signature or an issued paper exists
 * (schema/kinds/README.md, "What is locked"). The records count as they are at the hub before the
 * entry. Start at bh_judge_locks. */
#include "sync/hub/ingest/judge-internal.h"

#include <string.h>

/* The records as they are before the entry. A record with several current states (a conflict) is
 * judged once for each of them, and is locked if any of them locks it. Otherwise a step from an
 * outdated state, which is shown because its entry is the newest, could unlock what others have
 * signed. */
typedef struct {
  BhRecords *records;
  guint variant;  /* index of the state that is used for records in conflict */
  guint variants; /* greatest number of states that a record in conflict had so far */
} Before;

/* Returns the values of a record in conflict with the state of the present variant; NULL for other
 * records. A BhOverlayFunc. */
static json_t *make_before(const char *record, const json_t *shown, gpointer data)
{
  Before *before = data;
  BhRecord *folded;
  if (shown == NULL || !bh_records_get(before->records, record, &folded, NULL) || folded == NULL ||
      !bh_record_has_conflict(folded, "state"))
    return NULL;
  g_autoptr(GPtrArray) states = bh_judge_list_states(folded);
  before->variants = MAX(before->variants, states->len);
  json_t *values = json_copy((json_t *)shown);
  if (states->len > 0)
    json_object_set_new(values, "state",
                        json_string(states->pdata[MIN(before->variant, states->len - 1)]));
  return values;
}

/* The values that an operation sets. Choosing among current values in conflict is not counted as a
 * change. */
static json_t *dup_sets(const BhOp *op, const BhRecord *record)
{
  json_t *values = json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    json_t *value = bh_set_get_value(set);
    if (strcmp(set->key, "state") != 0 && bh_judge_is_choice(record, set))
      continue;
    if (value != NULL)
      json_object_set(values, set->key, value);
    else
      json_object_set_new(values, set->key, json_null());
  }
  return values;
}

/* Whether the step of the operation unlocks a field, by the state that the step starts from.
 * Another person may have replaced that state meanwhile. */
static gboolean is_opened_by_step(BhJudgement *judgement, guint op, const BhKind *kind,
                                  const char *key, const json_t *set, const BhContext *context)
{
  return bh_kind_step_unlocks(kind, key, judgement->verdict->steps[op].from,
                              bh_json_string_or(set, "state", NULL), context);
}

static void judge_variant(BhJudgement *judgement, guint op, const BhKind *kind, const json_t *set,
                          gboolean is_new, BhOverlay *before)
{
  const BhOp *at = judgement->body->ops->pdata[op];
  BhContext context = {
      .values = is_new ? NULL : bh_overlay_lookup(at->record, before),
      .record = at->record,
      /* The system may take any declared step. */
      .actor = judgement->actor->path != BH_PATH_SYSTEM ? judgement->body->by : NULL,
      .actor_values = judgement->acting,
      .today = judgement->piece->made_on,
      .lookup = bh_overlay_lookup,
      .kind_of = bh_overlay_get_kind,
      .children = bh_overlay_list_children,
      .referring = bh_overlay_list_referring,
      .data = before,
  };
  g_autoptr(GPtrArray) problems = bh_kind_check_change(kind, set, &context);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    gboolean locked = strcmp(problem->code, "locked") == 0;
    if (locked && is_opened_by_step(judgement, op, kind, problem->field, set, &context))
      continue;
    gboolean denied = locked || strcmp(problem->code, "actor") == 0;
    bh_judgement_add_fault(judgement, op, denied ? BH_FAULT_AUTHORITY : BH_FAULT_DATA,
                           denied ? BH_ERROR_DENIED : BH_ERROR_INVALID,
                           *problem->field != '\0' ? problem->field : NULL, problem->text_en);
  }
}

/* The locks of the kind set in use are applied, also to entries that were made under an older kind
 * set. */
void bh_judge_locks(BhJudgement *judgement, guint op, const BhKind *named, const BhRecord *record)
{
  BhPiece *piece = judgement->piece;
  const BhKind *kind = bh_kind_set_find(piece->kinds, bh_kind_get_name(named));
  /* The system may create records below signed ones, because imports contain whole cases with the
   * children after the signed visit. Only changes are judged. */
  if (kind == NULL || (record == NULL && judgement->actor->path == BH_PATH_SYSTEM))
    return;
  g_autoptr(json_t) set = dup_sets(judgement->body->ops->pdata[op], record);
  Before before = {.records = piece->records, .variants = 1};
  g_auto(BhOverlay) overlay = {.lookup = bh_records_lookup,
                               .kind_of = bh_records_get_kind,
                               .children = bh_records_list_children,
                               .referring = bh_records_list_referring,
                               .store = piece->records,
                               .make = make_before,
                               .maker = &before};
  piece->work->is_over = FALSE;
  for (; before.variant < before.variants; before.variant++) {
    judge_variant(judgement, op, kind, set, record == NULL, &overlay);
    bh_overlay_clear(&overlay);
  }
  /* If not all children could be checked, the record counts as locked. */
  if (piece->work->is_over)
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_LIMIT, NULL,
                           "there are too many records below it to check whether it is locked");
}

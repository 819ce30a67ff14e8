#include <string.h>

#include "schema/workflow.h"
#include "sync/hub/ingest-internal.h"
#include "sync/wire/limits.h"

#define TRIES_MAX 64 /* earlier entries looked up in the log for one operation */

static void refuse(GError **reason, BhErrorCode code, const BhOp *op, const char *key,
                   const char *why)
{
  g_set_error(reason, BH_ERROR, (gint)code, "%s %s, %s: %s", op->kind, op->record,
              key != NULL ? key : "whole record", why);
}

static const BhSet *find_set(const BhOp *op, const char *key)
{
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    if (strcmp(set->key, key) == 0)
      return set;
  }
  return NULL;
}

static gboolean judge_value(const BhOp *op, const BhKind *kind, const BhSet *set, GError **reason)
{
  if (strcmp(set->key, "state") == 0 && bh_kind_has_states(kind))
    return TRUE; /* judged as a transition */
  const BhField *field = bh_kind_find_field(kind, set->key);
  if (field == NULL) {
    refuse(reason, BH_ERROR_UNKNOWN, op, set->key, "the kind has no such field");
    return FALSE;
  }
  gboolean personal = bh_field_is_personal(field);
  if (set->commitment != NULL && !personal) {
    refuse(reason, BH_ERROR_INVALID, op, set->key, "a commitment for a field that is not personal");
    return FALSE;
  }
  if (personal && set->value != NULL && !json_is_null(set->value)) {
    refuse(reason, BH_ERROR_INVALID, op, set->key, "a personal value stands open in the body");
    return FALSE;
  }
  const json_t *value = set->commitment != NULL ? set->opened : set->value;
  return value == NULL || bh_kind_check_value(kind, set->key, value, reason);
}

static gboolean judge_transition(BhPiece *piece, const BhOp *op, const BhKind *kind,
                                 const BhSet *set, gboolean by_device, int *tries, GError **reason,
                                 GError **error);

/* By the set in use as well: an entry names its own kind set, and an older one may not know yet
 * what is left to the hub now. */
static gboolean is_left_to_hub(BhPiece *piece, const BhKind *kind, const char *key,
                               const json_t *value)
{
  const BhKind *in_use = bh_kind_set_find(piece->ingest->kinds, bh_kind_get_name(kind));
  return bh_kind_is_left_to_hub(kind, key, value) ||
         (in_use != NULL && bh_kind_is_left_to_hub(in_use, key, value));
}

/* The same for a step; one that is not declared is nobody's. */
static gboolean is_step_open(BhPiece *piece, const BhKind *kind, const char *from, const char *to,
                             gboolean by_device)
{
  const BhTransition *step = bh_workflow_find(kind, from, to);
  if (step == NULL || !by_device)
    return step != NULL;
  const BhKind *in_use = bh_kind_set_find(piece->ingest->kinds, bh_kind_get_name(kind));
  const BhTransition *now = in_use != NULL ? bh_workflow_find(in_use, from, to) : NULL;
  return !bh_transition_is_left_to_hub(step) && (now == NULL || !bh_transition_is_left_to_hub(now));
}

/* What an entry in quarantine sets counts as a state only where it could have been set: else it
 * would be a bridge over every step between. */
static gboolean could_be_set(BhPiece *piece, const BhEntryRow *row, const BhOp *op,
                             const BhSet *set, int *tries, GError **error)
{
  if (row->status != BH_ENTRY_QUARANTINED)
    return row->status != BH_ENTRY_DISMISSED;
  const BhKind *kind = bh_kind_set_find(piece->ingest->kinds, op->kind);
  g_autoptr(GError) reason = NULL;
  gboolean by_device = strcmp(row->device, piece->ingest->hub) != 0;
  return kind != NULL && !(by_device && is_left_to_hub(piece, kind, "state", set->value)) &&
         judge_transition(piece, op, kind, set, by_device, tries, &reason, error);
}

/* The state one earlier entry gave the record, g_free; NULL when that is not known here. */
static char *dup_state_by_entry(BhPiece *piece, const char *entry_id, const char *record_id,
                                int *tries, GError **error)
{
  BhRecord *record;
  if (!bh_records_get(piece->records, record_id, &record, error))
    return NULL;
  const json_t *head = record != NULL ? bh_record_get_by_entry(record, "state", entry_id) : NULL;
  if (head != NULL)
    return g_strdup(json_string_value(head));
  /* No head any more, or quarantined: the log has it. A list of thousands of such entries would
   * keep the writer from everybody else. */
  if ((*tries)-- <= 0)
    return NULL;
  g_autoptr(BhEntryRow) row = bh_log_find_entry(piece->db, entry_id, error);
  if (row == NULL || row->text->body == NULL)
    return NULL;
  g_autoptr(BhBody) body = bh_body_parse(row->text->body, row->text->openings, NULL);
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhSet *set = strcmp(op->record, record_id) == 0 ? find_set(op, "state") : NULL;
    if (set != NULL)
      return could_be_set(piece, row, op, set, tries, error)
                 ? g_strdup(json_string_value(set->value))
                 : NULL;
  }
  return NULL;
}

/* A transition is judged against the states its `was` names, so that the verdict does not depend
 * on what arrived in between. */
static gboolean judge_transition(BhPiece *piece, const BhOp *op, const BhKind *kind,
                                 const BhSet *set, gboolean by_device, int *tries, GError **reason,
                                 GError **error)
{
  const char *to = json_string_value(set->value);
  if (to == NULL || !bh_kind_has_state(kind, to)) {
    refuse(reason, BH_ERROR_UNKNOWN, op, "state", "the kind has no such state");
    return FALSE;
  }
  if (set->was[0] == NULL) {
    gboolean begins =
        bh_kind_is_initial_state(kind, to) || bh_workflow_find(kind, NULL, to) != NULL;
    if (is_step_open(piece, kind, NULL, to, by_device) ||
        (begins && bh_workflow_find(kind, NULL, to) == NULL))
      return TRUE;
    g_autofree char *why = begins ? g_strdup_printf("that it begins as %s is left to the hub", to)
                                  : g_strdup_printf("no record begins as %s", to);
    refuse(reason, begins ? BH_ERROR_DENIED : BH_ERROR_INVALID, op, "state", why);
    return FALSE;
  }
  g_autofree char *from = NULL;
  for (guint i = 0; set->was[i] != NULL; i++) {
    GError *failed = NULL;
    g_free(from);
    from = dup_state_by_entry(piece, set->was[i], op->record, tries, &failed);
    if (failed != NULL) {
      g_propagate_error(error, failed);
      return FALSE;
    }
    if (from != NULL && (strcmp(from, to) == 0 || is_step_open(piece, kind, from, to, by_device)))
      return TRUE;
  }
  gboolean declared = from != NULL && bh_workflow_find(kind, from, to) != NULL;
  g_autofree char *why =
      declared       ? g_strdup_printf("the step from %s to %s is left to the hub", from, to)
      : from != NULL ? g_strdup_printf("no transition from %s to %s", from, to)
                     : g_strdup_printf("the entry it starts from (%s) is not known", set->was[0]);
  refuse(reason, declared ? BH_ERROR_DENIED : BH_ERROR_INVALID, op, "state", why);
  return FALSE;
}

static gboolean judge_writer(BhPiece *piece, const BhKind *kind, const BhOp *op, GError **reason)
{
  if (is_left_to_hub(piece, kind, NULL, NULL)) {
    refuse(reason, BH_ERROR_DENIED, op, NULL, "records of this kind are made at the hub");
    return FALSE;
  }
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    if (!is_left_to_hub(piece, kind, set->key, set->value))
      continue;
    refuse(reason, BH_ERROR_DENIED, op, set->key, "it is left to the hub");
    return FALSE;
  }
  return TRUE;
}

/* What only the signer's place decides: what a device of this unit may touch at all. */
static gboolean judge_device(BhPiece *piece, const BhKind *kind, const BhOp *op, const char *unit,
                             GError **reason, GError **error)
{
  gboolean within;
  if (!judge_writer(piece, kind, op, reason))
    return FALSE;
  if (piece->reach == NULL)
    piece->reach = bh_reach_new(piece->records, piece->ingest->kinds, piece->ingest->region, unit);
  if (!bh_reach_judge(piece->reach, op->record, &within, error))
    return FALSE;
  if (!within) {
    refuse(reason, BH_ERROR_DENIED, op, NULL, "the record is not open to the device");
    return FALSE;
  }
  /* Nor does it hang anything under one. A parent that is not here yet is nobody's to protect. */
  const char *field = bh_kind_get_parent_field(kind);
  const BhSet *set = field != NULL ? find_set(op, field) : NULL;
  const char *parent = set != NULL ? json_string_value(set->value) : NULL;
  if (parent == NULL)
    return TRUE;
  if (!bh_reach_judge(piece->reach, parent, &within, error))
    return FALSE;
  if (!within)
    refuse(reason, BH_ERROR_DENIED, op, field,
           "the record it belongs to is not open to the device");
  return within;
}

static gboolean judge_op(BhPiece *piece, const BhKindSet *kinds, const BhOp *op, const char *unit,
                         GError **reason, GError **error)
{
  const BhKind *kind = bh_kind_set_find(kinds, op->kind);
  if (kind == NULL) {
    refuse(reason, BH_ERROR_UNKNOWN, op, NULL, "the kind is not in the kind set of the entry");
    return FALSE;
  }
  if (unit != NULL && !judge_device(piece, kind, op, unit, reason, error))
    return FALSE;
  BhRecord *record;
  if (!bh_records_get(piece->records, op->record, &record, error))
    return FALSE;
  if (record != NULL && strcmp(bh_record_get_kind(record), op->kind) != 0) {
    refuse(reason, BH_ERROR_INVALID, op, NULL, "the record is of another kind");
    return FALSE;
  }
  int tries = TRIES_MAX;
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    if (!judge_value(op, kind, set, reason))
      return FALSE;
    if (strcmp(set->key, "state") == 0 && bh_kind_has_states(kind) &&
        !judge_transition(piece, op, kind, set, unit != NULL, &tries, reason, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean judge_files(BhPiece *piece, const BhBody *body, GError **reason, GError **error)
{
  for (guint i = 0; body->files != NULL && i < body->files->len; i++) {
    const BhFileRef *file = body->files->pdata[i];
    gint64 size;
    gboolean complete;
    if (!bh_log_get_file(piece->db, file->sha256, &size, NULL, &complete, error))
      return FALSE;
    if (size >= 0 && size != file->size) {
      g_set_error(reason, BH_ERROR, BH_ERROR_INVALID,
                  "file %s was declared with another size before", file->sha256);
      return FALSE;
    }
    if (file->size > BH_FILE_MAX_BYTES) {
      g_set_error(reason, BH_ERROR, BH_ERROR_LIMIT, "file %s is larger than %d bytes", file->sha256,
                  BH_FILE_MAX_BYTES);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean bh_judge_entry(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                        const char *unit, GError **reason, GError **error)
{
  if (unit != NULL && strcmp(body->by, piece->ingest->hub) == 0) {
    g_set_error(reason, BH_ERROR, BH_ERROR_DENIED, "a device cannot act as the hub");
    return FALSE;
  }
  for (guint i = 0; i < body->ops->len; i++)
    if (!judge_op(piece, kinds, body->ops->pdata[i], unit, reason, error))
      return FALSE;
  return judge_files(piece, body, reason, error);
}

/* --- reports --- */

static const json_t *lookup(const char *record, gpointer data)
{
  BhPiece *piece = data;
  return bh_records_get_values(piece->records, record);
}

static json_t *list_children(const char *record, const char *kind, gpointer data)
{
  BhPiece *piece = data;
  return bh_records_share_children(piece->records, record, kind);
}

static void take_problems(GPtrArray *all, GPtrArray *more)
{
  g_ptr_array_set_free_func(more, NULL);
  for (guint i = 0; i < more->len; i++)
    g_ptr_array_add(all, more->pdata[i]);
  g_ptr_array_unref(more);
}

BhProblem *bh_judge_actor(BhPiece *piece, const BhBody *body, const char *unit)
{
  BhRecord *actor;
  if (!bh_records_get(piece->records, body->by, &actor, NULL))
    return NULL;
  if (actor == NULL || strcmp(bh_record_get_kind(actor), "staff") != 0)
    return bh_problem_new("by", "actor", "操作人不是本级登记的人员", "who acted is not known here");
  if (g_strcmp0(bh_record_get_string(actor, "unit"), unit) != 0)
    return bh_problem_new("by", "actor", "操作人不属于该设备所在单位",
                          "who acted is not of the unit of the device");
  return NULL;
}

GPtrArray *bh_judge_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                           const BhOp *op, const char *from)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhKind *kind = bh_kind_set_find(kinds, op->kind);
  const BhSet *state = find_set(op, "state");
  if (kind == NULL || state == NULL || !bh_kind_has_states(kind))
    return problems;
  BhContext context = {
      .values = bh_records_get_values(piece->records, op->record),
      .record = op->record,
      .actor = body->by,
      .actor_values = bh_records_get_values(piece->records, body->by),
      .lookup = lookup,
      .children = list_children,
      .data = piece,
  };
  piece->work->is_over = FALSE;
  take_problems(problems, bh_workflow_check(kind, from, json_string_value(state->value), &context));
  take_problems(problems, bh_kind_check_record(kind, &context));
  if (piece->work->is_over)
    g_ptr_array_add(problems, bh_problem_new("", "limit", "下级记录太多，有关规则未核对",
                                             "not checked: there are too many records below it"));
  return problems;
}

char *bh_judge_dup_from(BhPiece *piece, const BhOp *op)
{
  const BhSet *set = find_set(op, "state");
  if (set == NULL || set->was[0] == NULL)
    return NULL;
  int tries = TRIES_MAX;
  return dup_state_by_entry(piece, set->was[0], op->record, &tries, NULL);
}

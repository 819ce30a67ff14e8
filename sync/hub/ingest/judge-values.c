/* Judges one entry: its id, operations, values and files. States are judged in judge-step.c, people
 * in judge-people.c, locks in judge-lock.c. Problems that do not stop an entry are reported after
 * it was applied (bh_judge_list_problems). Start at bh_judge_entry. */
#include <string.h>

#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/kind-rules.h"
#include "schema/opens.h"
#include "schema/workflow.h"
#include "sync/hub/ingest/judge-internal.h"
#include "sync/wire/limits.h"

/* --- verdict --- */

static void fault_free(gpointer data)
{
  BhFault *fault = data;
  g_error_free(fault->reason);
  g_free(fault);
}

void bh_verdict_clear(BhVerdict *verdict)
{
  for (guint i = 0; i < verdict->n_steps; i++)
    g_free(verdict->steps[i].from);
  g_clear_pointer(&verdict->steps, g_free);
  g_clear_pointer(&verdict->faults, g_ptr_array_unref);
  verdict->n_steps = 0;
}

static const BhFault *find_fault(const BhVerdict *verdict, BhFaultClass class, int op)
{
  for (guint i = 0; i < verdict->faults->len; i++) {
    const BhFault *fault = verdict->faults->pdata[i];
    if (fault->class == class && (op < 0 || fault->op == (guint)op))
      return fault;
  }
  return NULL;
}

const GError *bh_verdict_get_reason(const BhVerdict *verdict, gboolean waive_data)
{
  const BhFault *fault = find_fault(verdict, BH_FAULT_AUTHORITY, -1);
  if (fault == NULL && !waive_data)
    fault = find_fault(verdict, BH_FAULT_DATA, -1);
  return fault != NULL ? fault->reason : NULL;
}

static void add_reason(BhJudgement *judgement, guint op, BhFaultClass class, GError *reason)
{
  if (find_fault(judgement->verdict, class, (int)op) != NULL) {
    g_error_free(reason);
    return;
  }
  BhFault *fault = g_new0(BhFault, 1);
  fault->class = class;
  fault->op = op;
  fault->reason = reason;
  g_ptr_array_add(judgement->verdict->faults, fault);
}

void bh_judgement_add_fault(BhJudgement *judgement, guint op, BhFaultClass class, BhErrorCode code,
                            const char *key, const char *why)
{
  const BhOp *at = judgement->body->ops->pdata[op];
  add_reason(judgement, op, class,
             g_error_new(BH_ERROR, (gint)code, "%s %s, %s: %s", at->kind, at->record,
                         key != NULL ? key : "whole record", why));
}

/* --- judgement --- */

static const BhOp *find_op(const BhBody *body, const char *record)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    if (strcmp(op->record, record) == 0)
      return op;
  }
  return NULL;
}

/* Returns the values of a record after the entry. A BhOverlayFunc; `data` is the body of the
 * entry. */
static json_t *make_after(const char *record, const json_t *before, gpointer data)
{
  const BhOp *op = find_op(data, record);
  if (op == NULL)
    return NULL;
  json_t *after = before != NULL ? json_copy((json_t *)before) : json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    json_t *value = bh_set_get_value(set);
    if (value == NULL || json_is_null(value))
      json_object_del(after, set->key);
    else
      json_object_set(after, set->key, value);
  }
  return after;
}

void bh_judgement_begin(BhJudgement *judgement, BhPiece *piece, const BhActor *actor,
                        const BhKindSet *kinds, const BhBody *body, BhVerdict *verdict)
{
  *judgement = (BhJudgement){.piece = piece,
                             .actor = actor,
                             .kinds = kinds,
                             .body = body,
                             .verdict = verdict,
                             .after = {.lookup = bh_records_lookup,
                                       .store = piece->records,
                                       .make = make_after,
                                       .maker = (gpointer)body}};
  verdict->faults = g_ptr_array_new_with_free_func(fault_free);
  verdict->n_steps = body->ops->len;
  verdict->steps = g_new0(BhStepTaken, verdict->n_steps);
}

void bh_judgement_clear(BhJudgement *judgement)
{
  json_decref(judgement->acting);
  json_decref(judgement->deciding);
  judgement->acting = judgement->deciding = NULL;
  bh_overlay_clear(&judgement->after);
}

const json_t *bh_judgement_lookup(const char *record, gpointer data)
{
  BhJudgement *judgement = data;
  return bh_overlay_lookup(record, &judgement->after);
}

const char *bh_judgement_get_kind(const char *record, gpointer data)
{
  BhJudgement *judgement = data;
  const char *stored = bh_records_get_kind(record, judgement->piece->records);
  for (guint i = 0; stored == NULL && i < judgement->body->ops->len; i++) {
    const BhOp *op = judgement->body->ops->pdata[i];
    if (strcmp(op->record, record) == 0)
      return op->kind;
  }
  return stored;
}

void bh_judgement_context(BhJudgement *judgement, const char *record, const json_t *person,
                          BhContext *context)
{
  const BhActor *actor = judgement->actor;
  *context = (BhContext){
      .values = bh_judgement_lookup(record, judgement),
      .record = record,
      .actor =
          person == judgement->deciding && person != NULL ? actor->releaser : judgement->body->by,
      .actor_values = person,
      .lookup = bh_judgement_lookup,
      .kind_of = bh_judgement_get_kind,
      .data = judgement,
  };
}

gboolean bh_judgement_is_hub_only(BhJudgement *judgement, const BhKind *kind, const char *key,
                                  const json_t *value)
{
  const BhKind *in_use = bh_kind_set_find(judgement->piece->kinds, bh_kind_get_name(kind));
  return bh_kind_is_hub_only(kind, key, value) ||
         (in_use != NULL && bh_kind_is_hub_only(in_use, key, value));
}

/* --- operations --- */

static void judge_value(BhJudgement *judgement, guint op, const BhKind *kind, const BhSet *set)
{
  const BhField *field = bh_kind_find_field(kind, set->key);
  const char *why = NULL;
  BhErrorCode code = BH_ERROR_INVALID;
  gboolean personal = field != NULL && bh_field_is_personal(field);
  if (field == NULL) {
    why = "the kind has no such field";
    code = BH_ERROR_UNKNOWN;
  } else if (set->commitment != NULL && !personal) {
    why = "the field has a commitment, but is not personal";
  } else if (personal && set->value != NULL && !json_is_null(set->value)) {
    why = "the body contains a personal value in plain text";
  }
  if (why != NULL) {
    bh_judgement_add_fault(judgement, op, BH_FAULT_DATA, code, set->key, why);
    return;
  }
  const json_t *value = set->commitment != NULL ? set->opened : set->value;
  GError *reason = NULL;
  if (value != NULL && !bh_kind_check_value(kind, set->key, value, &reason))
    add_reason(judgement, op, BH_FAULT_DATA, reason);
}

static gboolean is_state(const BhKind *kind, const BhSet *set)
{
  return strcmp(set->key, "state") == 0 && bh_kind_has_states(kind);
}

static void judge_writer(BhJudgement *judgement, guint op, const BhKind *kind)
{
  const BhKind *in_use = bh_kind_set_find(judgement->piece->kinds, bh_kind_get_name(kind));
  if (bh_kind_is_office(kind) || (in_use != NULL && bh_kind_is_office(in_use)))
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                           "records of this kind stay at the office, so no device may write them");
  else if (bh_judgement_is_hub_only(judgement, kind, NULL, NULL))
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                           "only the hub may create records of this kind");
}

/* Whether the operation takes a step of the hub that the releasing person takes, and the step asks
 * for this field. */
static gboolean is_asked_by_releaser(BhJudgement *judgement, guint op, const BhKind *kind,
                                     const BhOp *at, const char *key)
{
  const BhStepTaken *taken = &judgement->verdict->steps[op];
  const BhSet *state = bh_op_find_set(at, "state");
  const BhTransition *step =
      judgement->actor->release && taken->is_releasers && state != NULL
          ? bh_workflow_find(kind, taken->from, json_string_value(state->value))
          : NULL;
  return step != NULL && g_strv_contains(bh_transition_get_asks(step), key);
}

/* Judges fields that only the hub may set. Must be called after the step was judged, because the
 * result depends on it. */
static void judge_fields(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at)
{
  if (bh_judgement_is_hub_only(judgement, kind, NULL, NULL))
    return;
  for (guint i = 0; i < at->sets->len; i++) {
    const BhSet *set = at->sets->pdata[i];
    if (!is_state(kind, set) && bh_judgement_is_hub_only(judgement, kind, set->key, set->value) &&
        !is_asked_by_releaser(judgement, op, kind, at, set->key))
      bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, set->key,
                             "only the hub may set this field");
  }
}

/* Judges write access: whether a device of this unit may change the record and its parent. */
static gboolean judge_device(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at,
                             GError **error)
{
  BhPiece *piece = judgement->piece;
  gboolean allowed;
  judge_writer(judgement, op, kind);
  if (piece->write_access == NULL)
    piece->write_access =
        bh_write_access_new(piece->db, piece->now_ms, piece->records, piece->kinds, piece->region,
                            judgement->actor->unit, piece->device);
  if (!bh_write_access_check(piece->write_access, at->record, &allowed, error))
    return FALSE;
  if (!allowed)
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, NULL,
                           "the device may not change the record");
  /* A device that may not change a record may not add a child to it either. A parent that has not
   * arrived is not protected. */
  const char *field = bh_kind_get_parent_field(kind);
  const BhSet *set = field != NULL ? bh_op_find_set(at, field) : NULL;
  const char *parent = set != NULL ? json_string_value(set->value) : NULL;
  if (parent == NULL)
    return TRUE;
  if (!bh_write_access_check(piece->write_access, parent, &allowed, error))
    return FALSE;
  if (!allowed)
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, field,
                           "the device may not change the record it belongs to");
  return TRUE;
}

static gboolean judge_sets(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at,
                           GError **error)
{
  judgement->tries = BH_JUDGE_TRIES_MAX;
  for (guint i = 0; i < at->sets->len; i++) {
    const BhSet *set = at->sets->pdata[i];
    if (is_state(kind, set)) {
      if (!bh_judge_step(judgement, op, kind, set, error))
        return FALSE;
      continue;
    }
    judge_value(judgement, op, kind, set);
    if (judgement->actor->path == BH_PATH_DEVICE &&
        !bh_judge_named_people(judgement, op, kind, set, error))
      return FALSE;
  }
  if (judgement->actor->path == BH_PATH_DEVICE)
    judge_fields(judgement, op, kind, at);
  return TRUE;
}

/* Judges guards marked "quarantine", which a correct client never violates. Guards about children
 * are left out, because children may still arrive. */
static void judge_guards(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at)
{
  const BhSet *set = bh_op_find_set(at, "state");
  const BhStepTaken *step = &judgement->verdict->steps[op];
  if (judgement->actor->path != BH_PATH_DEVICE || set == NULL || !is_state(kind, set) ||
      !json_is_string(set->value) || step->is_choice)
    return;
  const BhTransition *taken = bh_workflow_find(kind, step->from, json_string_value(set->value));
  if (taken == NULL || !bh_transition_may_quarantine(taken))
    return;
  BhContext context;
  bh_judgement_context(judgement, at->record, judgement->acting, &context);
  context.today = judgement->piece->made_on;
  g_autoptr(GPtrArray) problems =
      bh_workflow_check(kind, step->from, json_string_value(set->value), &context);
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = g_ptr_array_index(problems, i);
    if (strcmp(problem->code, BH_PROBLEM_QUARANTINE) == 0)
      bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_INVALID,
                             *problem->field != '\0' ? problem->field : NULL, problem->text_en);
  }
}

/* The first stamp "actor" of the step that names another person than the acting one; NULL: none. */
static const char *find_wrong_actor(const BhTransition *taken, const json_t *values, const char *by)
{
  const char *name;
  json_t *source;
  json_object_foreach(taken != NULL ? (json_t *)bh_transition_get_stamps(taken) : NULL, name,
                      source) {
    if (g_strcmp0(json_string_value(source), "actor") == 0 &&
        g_strcmp0(bh_json_string_or(values, name, NULL), by) != 0)
      return name;
  }
  return NULL;
}

/* Stamps "actor" of a step must name the acting person, because guards of later steps rely on them.
 * They are judged by the kind set in use as well, since an older set may lack the declaration. */
static void judge_actor_stamps(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at)
{
  const BhSet *set = bh_op_find_set(at, "state");
  const BhStepTaken *step = &judgement->verdict->steps[op];
  const BhKind *kinds[] = {kind, bh_kind_set_find(judgement->piece->kinds, at->kind)};
  if (judgement->actor->path == BH_PATH_SYSTEM || set == NULL || !is_state(kind, set) ||
      !json_is_string(set->value) || step->is_choice)
    return;
  const json_t *values = bh_judgement_lookup(at->record, judgement);
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const BhTransition *taken =
        kinds[i] != NULL ? bh_workflow_find(kinds[i], step->from, json_string_value(set->value))
                         : NULL;
    const char *wrong = find_wrong_actor(taken, values, judgement->body->by);
    if (wrong != NULL) {
      bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_DENIED, wrong,
                             "it does not name the person who takes the step");
      return;
    }
  }
}

/* Whether `given` equals a current value of the field `source` that is set by one of the entries in
 * the `was` of `replaces` (may be NULL). */
static gboolean is_kept_of(const BhRecord *record, const BhSet *replaces, const char *source,
                           const json_t *given)
{
  for (guint i = 0; replaces != NULL && replaces->was[i] != NULL; i++) {
    const json_t *head = bh_record_get_by_entry(record, source, replaces->was[i]);
    if (head != NULL && given != NULL && json_equal((json_t *)head, (json_t *)given))
      return TRUE;
  }
  return FALSE;
}

/* Judges the stamps of a step that copy a field: the target field must get the value that the
 * source field had before the step, and no other value. */
static void judge_kept(BhJudgement *judgement, guint op, const BhKind *kind, const BhOp *at,
                       const BhRecord *record)
{
  const BhSet *state = bh_op_find_set(at, "state");
  const BhStepTaken *step = &judgement->verdict->steps[op];
  const BhTransition *taken =
      record != NULL && judgement->actor->path != BH_PATH_SYSTEM && state != NULL &&
              is_state(kind, state) && json_is_string(state->value) && !step->is_choice
          ? bh_workflow_find(kind, step->from, json_string_value(state->value))
          : NULL;
  const json_t *before = bh_records_get_values(judgement->piece->records, at->record);
  const char *name;
  json_t *source;
  json_object_foreach(taken != NULL ? (json_t *)bh_transition_get_stamps(taken) : NULL, name,
                      source) {
    const char *from = bh_json_string_or(source, "field", NULL);
    if (from == NULL || strchr(from, '.') != NULL)
      continue;
    const BhSet *set = bh_op_find_set(at, name);
    const json_t *given = set != NULL ? set->value : NULL;
    const json_t *shown = json_object_get(before, from);
    gboolean nothing = given == NULL || json_is_null(given);
    if ((nothing && shown == NULL) || (!nothing && shown != NULL && json_equal(shown, given)) ||
        is_kept_of(record, bh_op_find_set(at, from), from, given))
      continue;
    bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, BH_ERROR_INVALID, name,
                           "it differs from the value before the step");
  }
}

static gboolean judge_op(BhJudgement *judgement, guint op, GError **error)
{
  const BhOp *at = judgement->body->ops->pdata[op];
  const BhActor *actor = judgement->actor;
  const BhKind *kind = bh_kind_set_find(judgement->kinds, at->kind);
  if (kind == NULL) {
    bh_judgement_add_fault(judgement, op, BH_FAULT_DATA, BH_ERROR_UNKNOWN, NULL,
                           "the kind is not in the kind set of the entry");
    kind = bh_kind_set_find(judgement->piece->kinds, at->kind);
  }
  if (kind == NULL)
    return TRUE;
  if (actor->path == BH_PATH_DEVICE && !judge_device(judgement, op, kind, at, error))
    return FALSE;
  if (actor->path == BH_PATH_OFFICE && judgement->acting != NULL &&
      !bh_judge_office_access(judgement, op, judgement->acting, error))
    return FALSE;
  BhRecord *record;
  if (!bh_records_get(judgement->piece->records, at->record, &record, error))
    return FALSE;
  if (record != NULL && strcmp(bh_record_get_kind(record), at->kind) != 0) {
    bh_judgement_add_fault(judgement, op, BH_FAULT_DATA, BH_ERROR_INVALID, NULL,
                           "the record is of another kind");
    return TRUE;
  }
  if (!judge_sets(judgement, op, kind, at, error))
    return FALSE;
  /* Called after the step was judged, because a step may unlock fields. */
  bh_judge_locks(judgement, op, kind, record);
  judge_actor_stamps(judgement, op, kind, at);
  judge_kept(judgement, op, kind, at, record);
  judge_guards(judgement, op, kind, at);
  return TRUE;
}

static gboolean has_bytes(BhPiece *piece, const char *sha256, gboolean *sent, GError **error)
{
  *sent = piece->device == NULL;
  return *sent || bh_log_has_unit_sent_file(piece->db, sha256, piece->device, sent, error);
}

static gboolean judge_files(BhJudgement *judgement, GError **error)
{
  const BhBody *body = judgement->body;
  for (guint i = 0; body->files != NULL && i < body->files->len; i++) {
    const BhFileRef *file = body->files->pdata[i];
    gint64 size;
    gboolean complete, sent;
    if (!bh_log_get_file(judgement->piece->db, file->sha256, &size, NULL, &complete, error) ||
        !has_bytes(judgement->piece, file->sha256, &sent, error))
      return FALSE;
    /* The size is compared only if this device has sent the bytes itself. Otherwise the answer
     * would reveal the sizes of files of others. */
    if (complete && sent && size != file->size)
      add_reason(judgement, 0, BH_FAULT_DATA,
                 g_error_new(BH_ERROR, BH_ERROR_INVALID,
                             "file %s has %" G_GINT64_FORMAT
                             " bytes, the entry declares %" G_GINT64_FORMAT,
                             file->sha256, size, file->size));
    else if (file->size > BH_FILE_MAX_BYTES)
      add_reason(judgement, 0, BH_FAULT_DATA,
                 g_error_new(BH_ERROR, BH_ERROR_LIMIT, "file %s is larger than %d bytes",
                             file->sha256, BH_FILE_MAX_BYTES));
  }
  return TRUE;
}

/* Refuses ids too far in the future. Of concurrent values the one with the greatest entry id is
 * shown, so the values of such an entry would hide all later values. A release cannot waive
 * this. */
static void judge_id(BhJudgement *judgement)
{
  gint64 ahead_ms = bh_id_time_ms(judgement->body->id) - judgement->piece->now_ms;
  if (judgement->actor->path == BH_PATH_DEVICE && !judgement->actor->is_doubted &&
      ahead_ms > BH_ID_AHEAD_MAX_MS)
    add_reason(judgement, 0, BH_FAULT_AUTHORITY,
               g_error_new(BH_ERROR, BH_ERROR_INVALID,
                           "the entry's id is %" G_GINT64_FORMAT
                           " days ahead of the hub's clock, at most %d are allowed",
                           ahead_ms / BH_DAY_MS, (int)(BH_ID_AHEAD_MAX_MS / BH_DAY_MS)));
}

gboolean bh_judge_entry(BhPiece *piece, const BhActor *actor, const BhKindSet *kinds,
                        const BhBody *body, BhVerdict *verdict, GError **error)
{
  g_auto(BhJudgement) judgement = {0};
  bh_judgement_begin(&judgement, piece, actor, kinds, body, verdict);
  BhDate day = bh_date_from_ms(actor->at_ms);
  g_autofree char *made_on = bh_date_format(&day);
  g_strlcpy(piece->made_on, made_on, sizeof piece->made_on);
  if (!bh_judge_actor(&judgement, error) ||
      (actor->release && !bh_judge_decider(&judgement, error)))
    return FALSE;
  judge_id(&judgement);
  for (guint i = 0; i < body->ops->len; i++)
    if (!judge_op(&judgement, i, error))
      return FALSE;
  return judge_files(&judgement, error);
}

gboolean bh_judge_dismissal(BhPiece *piece, const BhActor *actor, const BhBody *body,
                            BhVerdict *verdict, GError **error)
{
  g_auto(BhJudgement) judgement = {0};
  bh_judgement_begin(&judgement, piece, actor, piece->kinds, body, verdict);
  return bh_judge_decider(&judgement, error);
}

/* --- reports --- */

/* Moves the problems of `more` to `all`, without those about the actor, which were judged before.
 * Frees `more`. */
static void take_problems(GPtrArray *all, GPtrArray *more)
{
  g_ptr_array_set_free_func(more, NULL);
  for (guint i = 0; i < more->len; i++) {
    BhProblem *problem = more->pdata[i];
    if (strcmp(problem->code, "actor") == 0)
      bh_problem_free(problem);
    else
      g_ptr_array_add(all, problem);
  }
  g_ptr_array_unref(more);
}

/* A device may have an older code list, so a code that is not offered is reported only. */
static void check_codes(const BhKind *kind, const BhOp *op, const BhContext *context,
                        GPtrArray *problems)
{
  g_autoptr(json_t) set = json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *one = op->sets->pdata[i];
    const BhField *field = bh_kind_find_field(kind, one->key);
    if (field != NULL && bh_field_get_codes(field) != NULL && one->value != NULL)
      json_object_set(set, one->key, one->value);
  }
  if (json_object_size(set) > 0)
    bh_codes_check(kind, set, NULL, context, problems);
}

GPtrArray *bh_judge_list_problems(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                                  const BhOp *op, const BhStepTaken *step)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhKind *kind = bh_kind_set_find(kinds, op->kind);
  const BhSet *state = bh_op_find_set(op, "state");
  gboolean steps = state != NULL && kind != NULL && bh_kind_has_states(kind);
  if (kind == NULL || (steps && step->is_choice))
    return problems;
  if (step->is_overtaken)
    g_ptr_array_add(problems,
                    bh_problem_new("state", "transition",
                                   "此步骤从已被中心的决定取代的状态出发，两者并存",
                                   "It starts from a state that a decision of the hub has "
                                   "replaced; both are kept"));
  BhContext context = {
      .values = bh_records_get_values(piece->records, op->record),
      .record = op->record,
      .actor = body->by,
      .actor_values = bh_records_get_values(piece->records, body->by),
      .today = piece->made_on,
      .lookup = bh_records_lookup,
      .kind_of = bh_records_get_kind,
      .children = bh_records_list_children,
      .settings = bh_records_get_settings,
      .referring = bh_records_list_referring,
      .data = piece->records,
  };
  piece->work->is_over = FALSE;
  if (steps) {
    take_problems(problems,
                  bh_workflow_check(kind, step->from, json_string_value(state->value), &context));
    take_problems(problems, bh_kind_check_record(kind, &context));
    bh_opens_check(bh_workflow_find(kind, step->from, json_string_value(state->value)), kinds,
                   &context, body, problems);
  } else {
    g_autofree const char **keys = g_new0(const char *, op->sets->len + 1);
    for (guint i = 0; i < op->sets->len; i++)
      keys[i] = ((const BhSet *)op->sets->pdata[i])->key;
    take_problems(problems, bh_kind_check_keys(kind, keys, &context));
  }
  check_codes(kind, op, &context, problems);
  if (piece->work->is_over)
    g_ptr_array_add(problems, bh_problem_new("", "limit", "下级记录太多，有关规则未核对",
                                             "not checked: there are too many records below it"));
  return problems;
}

/* Judges how an operation sets the state of a record. A step is judged by the states that its `was`
 * names, not by the state shown at present, so that the verdict on an honest entry does not depend
 * on entries that arrived meanwhile. Guards and consequences of a step are judged in
 * judge-values.c. Start at bh_judge_step. */
#include <string.h>

#include "sync/hub/ingest/judge-internal.h"

/* What an entry named in `was` means for the state of the record. */
typedef enum {
  NAMED_UNKNOWN,  /* the hub does not have the entry, or dismissed it, or its step was not valid */
  NAMED_HEAD,     /* the entry set a current state */
  NAMED_REPLACED, /* the entry set a state that was replaced since */
  NAMED_WAITING,  /* the entry sets a state, but is in quarantine, not because of that state */
} Named;

static const BhKind *get_kind_in_use(const BhJudgement *judgement, const BhKind *kind)
{
  return bh_kind_set_find(judgement->piece->kinds, bh_kind_get_name(kind));
}

static const BhOp *get_op(const BhJudgement *judgement, guint op)
{
  return judgement->body->ops->pdata[op];
}

/* *could: whether the state that a quarantined entry sets was a valid step. Otherwise a quarantined
 * entry could be used to skip the steps between two states. */
static gboolean could_be_set(BhJudgement *judgement, const BhEntryRow *row, const BhBody *body,
                             guint op, gboolean *could, GError **error)
{
  const char *name = ((const BhOp *)body->ops->pdata[op])->kind;
  const BhKind *kind = bh_kind_set_find(judgement->piece->kinds, name);
  g_autoptr(BhHubDevice) device = bh_log_load_device(judgement->piece->db, row->device, error);
  *could = FALSE;
  if (device == NULL)
    return FALSE;
  if (kind == NULL)
    return TRUE;
  BhActor actor = bh_judge_device_actor(body, device->unit, device->enrolled_ms, row->received_ms,
                                        row->is_doubted);
  g_auto(BhVerdict) verdict = {0};
  g_auto(BhJudgement) earlier = {0};
  bh_judgement_begin(&earlier, judgement->piece, &actor, judgement->piece->kinds, body, &verdict);
  earlier.tries = judgement->tries;
  gboolean judged =
      bh_judge_actor(&earlier, error) &&
      bh_judge_step(&earlier, op, kind, bh_op_find_set(body->ops->pdata[op], "state"), error);
  judgement->tries = earlier.tries;
  *could = verdict.faults->len == 0;
  return judged;
}

/* Looks up in the log an entry that set no current state. */
static gboolean find_in_log(BhJudgement *judgement, const char *record, const char *entry,
                            Named *named, char **state, GError **error)
{
  /* The number of lookups is limited, because a `was` with thousands of such entries would block
   * the writer. */
  if (judgement->tries-- <= 0)
    return TRUE;
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhEntryRow) row = bh_log_find_entry(judgement->piece->db, entry, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (row == NULL || row->text->body == NULL || row->status == BH_ENTRY_DISMISSED)
    return TRUE;
  g_autoptr(BhBody) body = bh_body_parse(row->text->body, row->text->openings, NULL);
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhSet *set = strcmp(op->record, record) == 0 ? bh_op_find_set(op, "state") : NULL;
    gboolean counts = TRUE;
    if (set == NULL)
      continue;
    if (row->status == BH_ENTRY_QUARANTINED &&
        !could_be_set(judgement, row, body, i, &counts, error))
      return FALSE;
    if (!counts || !json_is_string(set->value))
      return TRUE;
    *named = row->status == BH_ENTRY_QUARANTINED ? NAMED_WAITING : NAMED_REPLACED;
    *state = g_strdup(json_string_value(set->value));
    return TRUE;
  }
  return TRUE;
}

/* *state (g_free): the state that the entry set in the record; NULL with NAMED_UNKNOWN. */
static gboolean find_named(BhJudgement *judgement, const char *record, const char *entry,
                           Named *named, char **state, GError **error)
{
  BhRecord *folded;
  *named = NAMED_UNKNOWN;
  *state = NULL;
  if (!bh_records_get(judgement->piece->records, record, &folded, error))
    return FALSE;
  const json_t *head = folded != NULL ? bh_record_get_by_entry(folded, "state", entry) : NULL;
  if (!json_is_string(head))
    return find_in_log(judgement, record, entry, named, state, error);
  *named = NAMED_HEAD;
  *state = g_strdup(json_string_value(head));
  return TRUE;
}

/* --- one step --- */

static gboolean is_step_left_to_hub(BhJudgement *judgement, const BhKind *kind, const char *from,
                                    const char *to)
{
  const BhTransition *step = bh_workflow_find(kind, from, to);
  const BhKind *in_use = get_kind_in_use(judgement, kind);
  const BhTransition *now = in_use != NULL ? bh_workflow_find(in_use, from, to) : NULL;
  g_autoptr(json_t) state = json_string(to);
  return (step != NULL && bh_transition_is_hub_only(step)) ||
         (now != NULL && bh_transition_is_hub_only(now)) ||
         bh_judgement_is_hub_only(judgement, kind, "state", state);
}

/* Whether a person may take the step by the kind set of the entry, and also by the kind set in use
 * if that set declares the step. */
static gboolean is_open_to(BhJudgement *judgement, guint op, const BhKind *kind, const char *from,
                           const char *to, const json_t *person)
{
  const BhTransition *step = bh_workflow_find(kind, from, to);
  const BhKind *in_use = get_kind_in_use(judgement, kind);
  const BhTransition *now = in_use != NULL ? bh_workflow_find(in_use, from, to) : NULL;
  BhContext context;
  bh_judgement_context(judgement, get_op(judgement, op)->record, person, &context);
  return step != NULL && bh_transition_is_open_to(kind, step, &context) &&
         (now == NULL || bh_transition_is_open_to(in_use, now, &context));
}

static void refuse(BhJudgement *judgement, guint op, BhErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void refuse(BhJudgement *judgement, guint op, BhErrorCode code, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *why = g_strdup_vprintf(format, args);
  va_end(args);
  bh_judgement_add_fault(judgement, op, BH_FAULT_AUTHORITY, code, "state", why);
}

/* Judges one step. `from` NULL: the record is created. */
static void judge_from(BhJudgement *judgement, guint op, const BhKind *kind, const char *from,
                       const char *to)
{
  const BhActor *actor = judgement->actor;
  gboolean declared = bh_workflow_find(kind, from, to) != NULL;
  gboolean repeats = !declared && g_strcmp0(from, to) == 0;
  if (!declared && !repeats) {
    if (from == NULL)
      refuse(judgement, op, BH_ERROR_INVALID, "no record may be created as %s", to);
    else
      refuse(judgement, op, BH_ERROR_INVALID, "no transition from %s to %s", from, to);
    return;
  }
  if (actor->path == BH_PATH_DEVICE && is_step_left_to_hub(judgement, kind, from, to)) {
    /* A step that only the hub may take is allowed if the releasing person may take it. */
    if (actor->release && judgement->deciding != NULL && declared &&
        is_open_to(judgement, op, kind, from, to, judgement->deciding)) {
      judgement->verdict->steps[op].is_releasers = TRUE;
      return;
    }
    if (from == NULL)
      refuse(judgement, op, BH_ERROR_DENIED, "only the hub may create it as %s", to);
    else
      refuse(judgement, op, BH_ERROR_DENIED, "only the hub may take the step from %s to %s", from,
             to);
    return;
  }
  if (repeats || judgement->acting == NULL ||
      is_open_to(judgement, op, kind, from, to, judgement->acting))
    return;
  if (from == NULL)
    refuse(judgement, op, BH_ERROR_DENIED, "the acting person may not create it as %s", to);
  else
    refuse(judgement, op, BH_ERROR_DENIED, "the acting person may not take the step from %s to %s",
           from, to);
}

/* --- choosing among current values in conflict --- */

gboolean bh_judge_is_choice(const BhRecord *record, const BhSet *set)
{
  const json_t *value = bh_set_get_value(set);
  if (record == NULL || value == NULL || !bh_record_has_conflict(record, set->key))
    return FALSE;
  g_autoptr(json_t) heads = bh_record_dup_head_values(record, set->key);
  gboolean found = FALSE;
  size_t at;
  json_t *head;
  json_array_foreach(heads, at, head) {
    if (!g_strv_contains((const char *const *)set->was, bh_json_string_or(head, "entry", "")))
      return FALSE;
    found |= !json_is_true(json_object_get(head, "withheld")) &&
             json_equal(json_object_get(head, "value"), value);
  }
  return found;
}

gboolean bh_judge_may_choose(const BhKind *kind, const json_t *heads, const char *chosen,
                             const BhContext *context)
{
  size_t at;
  json_t *head;
  json_array_foreach((json_t *)heads, at, head) {
    const json_t *value = json_object_get(head, "value");
    const char *state = json_string_value(value);
    gboolean counts = g_strcmp0(state, chosen) == 0 || bh_kind_is_hub_only(kind, "state", value);
    if (state != NULL && counts && !bh_workflow_can_reach(kind, state, context))
      return FALSE;
  }
  return TRUE;
}

static void judge_choice(BhJudgement *judgement, guint op, const BhKind *kind,
                         const BhRecord *record, const char *to)
{
  g_autoptr(json_t) heads = bh_record_dup_head_values(record, "state");
  BhContext context;
  judgement->verdict->steps[op].is_choice = TRUE;
  if (judgement->acting == NULL)
    return;
  bh_judgement_context(judgement, get_op(judgement, op)->record, judgement->acting, &context);
  if (!bh_judge_may_choose(kind, heads, to, &context))
    refuse(judgement, op, BH_ERROR_DENIED, "the acting person may not choose %s", to);
}

/* --- all entries that `was` names --- */

/* The states that a step starts from, by what set them (Named). */
typedef struct {
  GPtrArray *present;  /* char*, states */
  GPtrArray *replaced; /* char* */
  GPtrArray *waiting;  /* char* */
  const char *unknown; /* id of an unknown entry, borrowed; NULL when there is none */
} Starts;

static void starts_clear(Starts *starts)
{
  g_ptr_array_unref(starts->present);
  g_ptr_array_unref(starts->replaced);
  g_ptr_array_unref(starts->waiting);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Starts, starts_clear)

static gboolean collect_starts(BhJudgement *judgement, const char *record, char *const *was,
                               Starts *starts, GError **error)
{
  for (guint i = 0; was[i] != NULL; i++) {
    Named named;
    char *state;
    if (!find_named(judgement, record, was[i], &named, &state, error))
      return FALSE;
    if (named == NAMED_UNKNOWN)
      starts->unknown = was[i];
    else
      g_ptr_array_add(named == NAMED_HEAD       ? starts->present
                      : named == NAMED_REPLACED ? starts->replaced
                                                : starts->waiting,
                      state);
  }
  return TRUE;
}

static void judge_all(BhJudgement *judgement, guint op, const BhKind *kind, const GPtrArray *states,
                      const char *to)
{
  BhStepTaken *step = &judgement->verdict->steps[op];
  for (guint i = 0; i < states->len; i++) {
    judge_from(judgement, op, kind, states->pdata[i], to);
    if (step->from == NULL || strcmp(step->from, to) == 0) {
      g_free(step->from);
      step->from = g_strdup(states->pdata[i]);
    }
  }
}

GPtrArray *bh_judge_list_states(const BhRecord *record)
{
  GPtrArray *states = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(json_t) heads = record != NULL ? bh_record_dup_head_values(record, "state") : NULL;
  size_t at;
  json_t *head;
  json_array_foreach(heads, at, head) {
    const char *state = bh_json_string_or(head, "value", NULL);
    if (state != NULL && !g_ptr_array_find_with_equal_func(states, state, g_str_equal, NULL))
      g_ptr_array_add(states, g_strdup(state));
  }
  return states;
}

/* Judges an operation that creates a record. Two devices may create the same record without knowing
 * of each other, but not after a step was taken in it. */
static void judge_beginning(BhJudgement *judgement, guint op, const BhKind *kind,
                            const BhRecord *record, const char *to)
{
  judge_from(judgement, op, kind, NULL, to);
  if (record == NULL || bh_record_is_awaited(record, "state", judgement->body->id))
    return;
  g_autoptr(GPtrArray) heads = bh_judge_list_states(record);
  for (guint i = 0; i < heads->len; i++) {
    const char *state = heads->pdata[i];
    if (strcmp(state, to) != 0 && !bh_kind_is_initial_state(kind, state))
      refuse(judgement, op, BH_ERROR_INVALID, "it would create as %s a record that is %s", to,
             state);
  }
}

/* Judges a step whose start is unknown. If a person releases the entry, the step starts from the
 * current states of the record. */
static void judge_from_record(BhJudgement *judgement, guint op, const BhKind *kind,
                              const BhRecord *record, const char *to)
{
  g_autoptr(GPtrArray) heads = bh_judge_list_states(record);
  g_autoptr(json_t) state = json_string(to);
  if (judgement->actor->release)
    judge_all(judgement, op, kind, heads, to);
  if ((heads->len == 0 || !judgement->actor->release) && judgement->actor->path == BH_PATH_DEVICE &&
      bh_judgement_is_hub_only(judgement, kind, "state", state))
    refuse(judgement, op, BH_ERROR_DENIED, "only the hub may set the state %s", to);
  if (heads->len > 0 || !judgement->actor->release || judgement->acting == NULL)
    return;
  BhContext context;
  bh_judgement_context(judgement, get_op(judgement, op)->record, judgement->acting, &context);
  if (!bh_workflow_can_reach(kind, to, &context))
    refuse(judgement, op, BH_ERROR_DENIED, "the acting person may not set the state %s", to);
}

/* A step from a state that was replaced meanwhile is valid and becomes a second current state. If
 * the state that replaced it is a decision of the office, the step is marked as overtaken, so that
 * it is reported. */
static void note_overtaken(BhJudgement *judgement, guint op, const BhKind *kind,
                           const BhRecord *record)
{
  g_autoptr(GPtrArray) heads = bh_judge_list_states(record);
  for (guint i = 0; i < heads->len; i++) {
    g_autoptr(json_t) state = json_string(heads->pdata[i]);
    if (bh_judgement_is_hub_only(judgement, kind, "state", state))
      judgement->verdict->steps[op].is_overtaken = TRUE;
  }
}

static gboolean judge_named_states(BhJudgement *judgement, guint op, const BhKind *kind,
                                   const BhRecord *record, const BhSet *set, const char *to,
                                   GError **error)
{
  g_auto(Starts) starts = {
      .present = g_ptr_array_new_with_free_func(g_free),
      .replaced = g_ptr_array_new_with_free_func(g_free),
      .waiting = g_ptr_array_new_with_free_func(g_free),
  };
  if (!collect_starts(judgement, get_op(judgement, op)->record, set->was, &starts, error))
    return FALSE;
  judge_all(judgement, op, kind, starts.present, to);
  judge_all(judgement, op, kind, starts.waiting, to);
  /* Replaced states are judged only if the step does not start from a current state as well. */
  if (starts.present->len == 0)
    judge_all(judgement, op, kind, starts.replaced, to);
  if (starts.present->len == 0 && starts.replaced->len > 0 &&
      judgement->actor->path == BH_PATH_DEVICE)
    note_overtaken(judgement, op, kind, record);
  if (starts.unknown == NULL)
    return TRUE;
  g_autofree char *why =
      g_strdup_printf("the entry it starts from (%s) is unknown", starts.unknown);
  bh_judgement_add_fault(judgement, op, BH_FAULT_DATA, BH_ERROR_INVALID, "state", why);
  judge_from_record(judgement, op, kind, record, to);
  return TRUE;
}

gboolean bh_judge_step(BhJudgement *judgement, guint op, const BhKind *kind, const BhSet *set,
                       GError **error)
{
  const char *to = json_string_value(set->value);
  BhRecord *record;
  if (!bh_records_get(judgement->piece->records, get_op(judgement, op)->record, &record, error))
    return FALSE;
  if (to == NULL || !bh_kind_has_state(kind, to)) {
    refuse(judgement, op, BH_ERROR_UNKNOWN, "the kind has no such state");
    return TRUE;
  }
  if (judgement->actor->path != BH_PATH_DEVICE && bh_judge_is_choice(record, set)) {
    judge_choice(judgement, op, kind, record, to);
    return TRUE;
  }
  if (set->was[0] != NULL)
    return judge_named_states(judgement, op, kind, record, set, to, error);
  judge_beginning(judgement, op, kind, record, to);
  return TRUE;
}

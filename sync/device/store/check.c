/* Checks operations before they become an entry: shapes, values, locks, transitions, required
 * fields. Start with bh_check_operations. */
#include "sync/device/store/check.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/kind-rules.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

#define PROBLEMS_IN_MESSAGE 5

/* --- values --- */

gboolean bh_value_is_clean(const json_t *value, int depth)
{
  gsize index;
  json_t *child;
  const char *key;

  if (depth > BH_VALUE_MAX_DEPTH)
    return FALSE;
  if (json_is_string(value))
    return strlen(json_string_value(value)) == json_string_length(value);
  if (json_is_array(value)) {
    json_array_foreach(value, index, child)
      if (!bh_value_is_clean(child, depth + 1))
        return FALSE;
  } else if (json_is_object(value)) {
    json_object_foreach((json_t *)value, key, child) {
      if (!bh_value_is_clean(child, depth + 1))
        return FALSE;
    }
  }
  return TRUE;
}

/* --- shapes --- */

static gboolean is_item_character(char c)
{
  return g_ascii_isalnum(c) || c == '_' || c == '/' || c == '-' || c == '.';
}

static gboolean check_key(const BhKind *kind, const char *key, const json_t *value, GError **error)
{
  const char *name = bh_kind_get_name(kind);

  gboolean fits = *key != '\0' && strlen(key) <= BH_KEY_MAX;
  for (const char *c = key; fits && *c != '\0'; c++)
    fits = is_item_character(*c);
  if (!fits) {
    g_set_error(
        error, BH_ERROR, BH_ERROR_FORMAT,
        "%s: \"%.96s\" cannot be the key of a field: 1 to %d of A-Z, a-z, 0-9, _ / - and . are"
        " allowed",
        name, key, BH_KEY_MAX);
    return FALSE;
  }
  if (!bh_value_is_clean(value, 1)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "%s.%s: the value holds a NUL character or is nested too deep", name, key);
    return FALSE;
  }
  if (strcmp(key, "state") != 0) {
    if (!bh_kind_is_hub_only(kind, key, value))
      return bh_kind_check_value(kind, key, value, error);
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s.%s: is set at the hub only", name, key);
    return FALSE;
  }
  if (bh_kind_has_states(kind) && json_is_string(value) &&
      bh_kind_has_state(kind, json_string_value(value)))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "%s.state: there is no such state", name);
  return FALSE;
}

static gboolean check_record_kind(BhDevice *device, const char *record, const char *kind,
                                  GError **error)
{
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, record, &local);

  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (view == NULL || strcmp(bh_record_get_kind(view->record), kind) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: record %s is of kind %s", kind, record,
              bh_record_get_kind(view->record));
  return FALSE;
}

static const BhKind *find_kind(BhDevice *device, const char *name, GError **error)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, name);

  if (kind == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "there is no kind \"%.64s\"", name);
  return kind;
}

static gboolean check_operation(BhDevice *device, const json_t *op, gsize index, gsize *keys,
                                GError **error)
{
  static const char *const allowed[] = {"record", "kind", "set", NULL};
  g_autofree char *where = g_strdup_printf("operation %" G_GSIZE_FORMAT, index);
  const char *key;
  json_t *value;

  if (!json_is_object(op)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s is no object", where);
    return FALSE;
  }
  const char *record = bh_json_get_string(op, "record", where, error);
  const char *name = record != NULL ? bh_json_get_string(op, "kind", where, error) : NULL;
  json_t *set = name != NULL ? bh_json_get_object(op, "set", where, error) : NULL;
  if (set == NULL || !bh_json_check_keys(op, allowed, where, error))
    return FALSE;
  if (!bh_id_is_valid(record)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: record must be an id", where);
    return FALSE;
  }
  const BhKind *kind = find_kind(device, name, error);
  if (kind == NULL || !check_record_kind(device, record, name, error))
    return FALSE;
  if (json_object_size(set) == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: sets nothing", where);
    return FALSE;
  }
  *keys += json_object_size(set);
  json_object_foreach(set, key, value) {
    if (!check_key(kind, key, value, error))
      return FALSE;
  }
  return TRUE;
}

static void set_refused(char **refused, const char *record)
{
  if (refused != NULL)
    *refused = g_strdup(record);
}

static gboolean check_shapes(BhDevice *device, const char *author, const json_t *ops,
                             char **refused, GError **error)
{
  gsize index, keys = 0;
  json_t *op;

  if (!bh_id_is_valid(author)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "author must be an id");
    return FALSE;
  }
  if (!json_is_array(ops) || json_array_size(ops) == 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "operations must be an array that is not empty");
    return FALSE;
  }
  json_array_foreach((json_t *)ops, index, op) {
    if (!check_operation(device, op, index, &keys, error)) {
      set_refused(refused, bh_json_string_or(op, "record", NULL));
      return FALSE;
    }
  }
  if (json_array_size(ops) > BH_ENTRY_MAX_OPS || keys > BH_ENTRY_MAX_KEYS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "an entry holds at most %d operations and %d keys",
                BH_ENTRY_MAX_OPS, BH_ENTRY_MAX_KEYS);
    return FALSE;
  }
  return TRUE;
}

/* --- reviews --- */

static const char *find_new_state(const json_t *ops, const char *record)
{
  gsize index;
  json_t *op;
  const char *state = NULL;

  json_array_foreach((json_t *)ops, index, op) {
    if (strcmp(bh_json_string_or(op, "record", ""), record) == 0)
      state = bh_json_string_or(json_object_get(op, "set"), "state", state);
  }
  return state;
}

static json_t *make_move(const char *record, const char *kind, const char *state)
{
  json_t *set = json_object();
  json_t *op = json_object();

  json_object_set_new(set, "state", json_string(state));
  json_object_set_new(op, "record", json_string(record));
  json_object_set_new(op, "kind", json_string(kind));
  json_object_set_new(op, "set", set);
  return op;
}

/* For an answered review: the operation with the step that the review's target takes because of the
 * answer, as the target's kind declares it. NULL when there is no such step. */
static json_t *find_review_move(BhDevice *device, BhScope *scope, const json_t *ops,
                                const json_t *op)
{
  const char *state = bh_json_string_or(json_object_get(op, "set"), "state", "");
  json_t *review = bh_scope_get(scope, bh_json_string_or(op, "record", ""));
  const char *target = bh_json_string_or(review, "parent", NULL);
  BhContext context;

  if (strcmp(state, BH_REVIEW_ANSWERED) != 0 || target == NULL ||
      find_new_state(ops, target) != NULL)
    return NULL;
  BhView *view = bh_view_get(device, target, NULL);
  const BhKind *kind =
      view != NULL ? bh_kind_set_find(device->kinds, bh_record_get_kind(view->record)) : NULL;
  const char *to = kind != NULL ? bh_kind_get_review_state(kind, BH_REVIEW_ON_ANSWER) : NULL;
  const char *from = view != NULL ? bh_record_get_string(view->record, "state") : NULL;
  if (to == NULL || from == NULL || bh_workflow_find(kind, from, to) == NULL)
    return NULL;
  g_autofree char *present = g_strdup(from);
  bh_scope_fill(scope, target, &context);
  g_autoptr(GPtrArray) problems = bh_workflow_check(kind, present, to, &context);
  return problems->len == 0 ? make_move(target, bh_kind_get_name(kind), to) : NULL;
}

/* --- rules --- */

static gboolean refuse(const BhKind *kind, const GPtrArray *problems, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);

  if (problems->len == 0)
    return TRUE;
  for (guint i = 0; i < problems->len && i < PROBLEMS_IN_MESSAGE; i++) {
    const BhProblem *problem = g_ptr_array_index(problems, i);
    g_string_append_printf(text, "%s%s%s%s: %s", i > 0 ? "; " : "", bh_kind_get_name(kind),
                           problem->field[0] != '\0' ? "." : "", problem->field, problem->text_en);
  }
  if (problems->len > PROBLEMS_IN_MESSAGE)
    g_string_append_printf(text, "; and %u more", problems->len - PROBLEMS_IN_MESSAGE);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, text->str);
  return FALSE;
}

typedef struct {
  char *record;
  const BhKind *kind;
  json_t *before; /* values before the operations; NULL for a new record */
  json_t *set;    /* values set by all operations on the record */
} Touched;

static void touched_free(gpointer data)
{
  Touched *touched = data;

  g_free(touched->record);
  json_decref(touched->before);
  json_decref(touched->set);
  g_free(touched);
}

/* Puts the values of all operations over the scope as unsaved values. Returns the records that they
 * touch, each with its values before (Touched). */
static GPtrArray *put_over_scope(BhDevice *device, BhScope *scope, const json_t *ops)
{
  GPtrArray *out = g_ptr_array_new_with_free_func(touched_free);
  /* record id → Touched */
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  gsize index;
  json_t *op;

  json_array_foreach((json_t *)ops, index, op) {
    const char *record = bh_json_string_or(op, "record", "");
    const char *kind = bh_json_string_or(op, "kind", "");
    Touched *touched = g_hash_table_lookup(seen, record);
    if (touched == NULL) {
      touched = g_new0(Touched, 1);
      json_t *before = bh_scope_get(scope, record);
      touched->record = g_strdup(record);
      touched->kind = bh_kind_set_find(device->kinds, kind);
      touched->before = json_incref(before);
      touched->set = json_object();
      g_ptr_array_add(out, touched);
      g_hash_table_insert(seen, (gpointer)record, touched);
    }
    json_object_update(touched->set, json_object_get(op, "set"));
    bh_scope_set(scope, record, kind, json_object_get(op, "set"));
  }
  return out;
}

/* Returns the problems of a step. A step that only the hub may take is refused here, because the
 * hub would quarantine its entry. */
static GPtrArray *check_step(const BhKind *kind, const char *from, const char *to,
                             const BhContext *context)
{
  const BhTransition *step = bh_workflow_find(kind, from, to);
  g_autoptr(json_t) state = json_string(to);
  GPtrArray *problems = bh_workflow_check(kind, from, to, context);

  if ((step != NULL && bh_transition_is_hub_only(step)) ||
      bh_kind_is_hub_only(kind, "state", state))
    g_ptr_array_add(problems, bh_problem_new("state", "actor", "此步骤只能在中心办理",
                                             "this step is taken at the hub only"));
  return problems;
}

/* A step may end in the state in which it starts, for example an extension; it is taken by setting
 * that state again. */
static gboolean is_step(const BhKind *kind, const char *from, const char *to, const json_t *set)
{
  if (to == NULL)
    return FALSE;
  return g_strcmp0(from, to) != 0 ||
         (json_object_get(set, "state") != NULL && bh_workflow_find(kind, from, to) != NULL);
}

/* Keys whose value changed, NULL-terminated for g_strv_contains; strings are borrowed. */
static GPtrArray *list_changed(const json_t *before, const json_t *values)
{
  GPtrArray *keys = g_ptr_array_new();
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)values, key, value) {
    if (!json_equal(value, json_object_get(before, key)))
      g_ptr_array_add(keys, (gpointer)key);
  }
  json_object_foreach((json_t *)before, key, value) {
    if (json_object_get(values, key) == NULL)
      g_ptr_array_add(keys, (gpointer)key);
  }
  g_ptr_array_add(keys, NULL);
  return keys;
}

/* `stored`: a scope without the operations. Locks are checked against the records before the entry,
 * as the hub does it, so that the entry with a signature may still set what the signature locks. */
static gboolean check_touched(BhScope *scope, BhScope *stored, const Touched *touched,
                              GError **error)
{
  BhContext context, before;

  bh_scope_fill(scope, touched->record, &context);
  bh_scope_fill(stored, touched->record, &before);
  g_autoptr(GPtrArray) changes = bh_kind_check_change(touched->kind, touched->set, &before);
  if (!refuse(touched->kind, changes, error))
    return FALSE;
  g_autoptr(GPtrArray) keys = list_changed(touched->before, context.values);
  g_autoptr(GPtrArray) odd =
      bh_kind_check_keys(touched->kind, (const char *const *)keys->pdata, &context);
  bh_codes_check(touched->kind, touched->set, touched->before, &context, odd);
  if (!refuse(touched->kind, odd, error))
    return FALSE;
  const char *from = bh_json_string_or(touched->before, "state", NULL);
  const char *to = bh_json_string_or(context.values, "state", NULL);
  if (!is_step(touched->kind, from, to, touched->set)) {
    /* A record of a kind without states must be complete in its first entry. */
    if (bh_kind_has_states(touched->kind) || touched->before != NULL)
      return TRUE;
    g_autoptr(GPtrArray) missing = bh_kind_check_record(touched->kind, &context);
    return refuse(touched->kind, missing, error);
  }
  g_autoptr(GPtrArray) steps = check_step(touched->kind, from, to, &context);
  if (!refuse(touched->kind, steps, error))
    return FALSE;
  g_autoptr(GPtrArray) problems = bh_kind_check_record(touched->kind, &context);
  return refuse(touched->kind, problems, error);
}

/* TRUE when no rule applies beyond the check of each value: the record exists, and no key is a
 * state, is locked, is the parent, needs a reason, or is named by a check. This is the most
 * frequent save: one answer, given by a tap. */
static gboolean is_plain(BhDevice *device, BhScope *stored, const json_t *op)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_json_string_or(op, "kind", ""));
  BhContext before;
  const char *key;
  json_t *value;

  if (bh_view_get(device, bh_json_string_or(op, "record", ""), NULL) == NULL)
    return FALSE;
  bh_scope_fill(stored, bh_json_string_or(op, "record", ""), &before);
  json_object_foreach(json_object_get(op, "set"), key, value) {
    const BhField *field = bh_kind_find_field(kind, key);
    if (field == NULL || bh_field_may_lock(field) || bh_field_get_change_asks(field)[0] != NULL ||
        bh_kind_has_check_of(kind, bh_field_get_name(field)) ||
        g_strcmp0(bh_kind_get_parent_field(kind), key) == 0 ||
        (bh_kind_may_lock(kind) && bh_kind_is_locked(kind, key, NULL, &before)))
      return FALSE;
  }
  return TRUE;
}

static gboolean are_plain(BhDevice *device, const json_t *ops)
{
  g_autoptr(BhScope) stored = bh_scope_new(device, NULL);

  for (gsize i = 0; i < json_array_size(ops); i++) {
    if (!is_plain(device, stored, json_array_get(ops, i)))
      return FALSE;
  }
  return TRUE;
}

json_t *bh_check_operations(BhDevice *device, const char *author, const json_t *ops, char **refused,
                            GError **error)
{
  gsize index;
  json_t *op;

  if (!check_shapes(device, author, ops, refused, error))
    return NULL;
  if (are_plain(device, ops))
    return json_incref((json_t *)ops);
  g_autoptr(BhScope) stored = bh_scope_new(device, author);
  g_autoptr(json_t) full = json_copy((json_t *)ops);
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  g_autoptr(GPtrArray) touched = put_over_scope(device, scope, ops);
  json_array_foreach((json_t *)ops, index, op) {
    if (strcmp(bh_json_string_or(op, "kind", ""), "review") != 0)
      continue;
    json_t *move = find_review_move(device, scope, ops, op);
    if (move != NULL)
      json_array_append_new(full, move);
  }
  for (guint i = 0; i < touched->len; i++) {
    const Touched *one = g_ptr_array_index(touched, i);
    if (!check_touched(scope, stored, one, error)) {
      set_refused(refused, one->record);
      return NULL;
    }
  }
  return g_steal_pointer(&full);
}

/* --- problems and doubts that a form shows --- */

static void report_one(json_t *out, const BhProblem *problem)
{
  json_array_append_new(out,
                        json_pack("{ss ss ss ss}", "field", problem->field, "code", problem->code,
                                  "zh", problem->text_zh, "en", problem->text_en));
}

static void report(json_t *out, const GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    report_one(out, g_ptr_array_index(problems, i));
}

static void report_error(json_t *out, const char *key, const GError *why)
{
  json_t *item = json_object();

  json_object_set_new(item, "field", json_string(key));
  json_object_set_new(item, "code", json_string("invalid"));
  json_object_set_new(item, "zh", json_string("填写的内容不符合要求"));
  json_object_set_new(item, "en", json_string(why->message));
  json_array_append_new(out, item);
}

/* Adds a problem to `out` for each key whose own value is wrong. Returns the other keys with their
 * values; only those are checked by the rules of the kind. */
static json_t *take_valid(const BhKind *kind, const json_t *set, json_t *out)
{
  json_t *valid = json_object();
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)set, key, value) {
    g_autoptr(GError) local = NULL;
    const BhField *field = bh_kind_find_field(kind, key);
    g_autoptr(BhProblem) both = field != NULL ? bh_field_check_excludes(field, value) : NULL;
    if (both != NULL)
      report_one(out, both);
    else if (check_key(kind, key, value, &local))
      json_object_set(valid, key, value);
    else
      report_error(out, key, local);
  }
  return valid;
}

json_t *bh_check_list_problems(BhDevice *device, const char *author, const char *record,
                               const BhKind *kind, const json_t *ops, GError **error)
{
  BhContext context;
  gsize i;
  json_t *op;

  if (!check_record_kind(device, record, bh_kind_get_name(kind), error))
    return NULL;
  json_t *out = json_array();
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  json_t *stored = bh_scope_get(scope, record);
  g_autoptr(json_t) before = json_incref(stored);
  g_autoptr(json_t) valid = json_object();
  json_array_foreach((json_t *)ops, i, op) {
    const json_t *set = json_object_get(op, "set");
    if (strcmp(bh_json_string_or(op, "record", ""), record) == 0) {
      g_autoptr(json_t) taken = take_valid(kind, set, out);
      json_object_update(valid, taken);
    } else {
      bh_scope_set(scope, bh_json_string_or(op, "record", ""), bh_json_string_or(op, "kind", ""),
                   set);
    }
  }
  bh_scope_set(scope, record, bh_kind_get_name(kind), valid);
  bh_scope_fill(scope, record, &context);
  g_autoptr(BhScope) untouched = bh_scope_new(device, author);
  BhContext was;
  bh_scope_fill(untouched, record, &was);
  g_autoptr(GPtrArray) changes = bh_kind_check_change(kind, valid, &was);
  report(out, changes);
  const char *from = bh_json_string_or(before, "state", NULL);
  const char *to = bh_json_string_or(context.values, "state", NULL);
  if (is_step(kind, from, to, valid)) {
    g_autoptr(GPtrArray) problems = check_step(kind, from, to, &context);
    report(out, problems);
  }
  g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
  bh_codes_check(kind, valid, before, &context, problems);
  report(out, problems);
  return out;
}

json_t *bh_device_check(BhDevice *device, const char *author, const char *record,
                        const char *kind_name, const json_t *set, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  if (!bh_id_is_valid(record)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "record must be an id");
    return NULL;
  }
  const BhKind *kind = find_kind(device, kind_name, error);
  if (kind == NULL)
    return NULL;
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:O*}]", "record", record, "kind", kind_name, "set", set);
  return bh_check_list_problems(device, author, record, kind, ops, error);
}

json_t *bh_device_list_doubts(BhDevice *device, const json_t *ops)
{
  json_t *out = json_array();
  gsize i;
  json_t *op;

  json_array_foreach((json_t *)ops, i, op) {
    const BhKind *kind = bh_kind_set_find(device->kinds, bh_json_string_or(op, "kind", ""));
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(op, "set"), key, value) {
      const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
      g_autoptr(BhProblem) doubt = field != NULL ? bh_field_find_doubt(field, value) : NULL;
      if (doubt != NULL)
        json_array_append_new(out, json_pack("{ss ss ss ss}", "record",
                                             bh_json_string_or(op, "record", ""), "field", key,
                                             "zh", doubt->text_zh, "en", doubt->text_en));
    }
  }
  return out;
}

json_t *bh_device_list_locked(BhDevice *device, const char *record, GError **error)
{
  BhContext context;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  json_t *names = json_array();
  BhView *stored = bh_view_get(device, record, NULL);
  const BhKind *kind =
      stored != NULL ? bh_kind_set_find(device->kinds, bh_record_get_kind(stored->record)) : NULL;
  if (kind == NULL)
    return names;
  g_autoptr(BhScope) scope = bh_scope_new(device, NULL);
  bh_scope_fill(scope, record, &context);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const char *name = bh_field_get_name(fields->pdata[i]);
    if (bh_kind_is_locked(kind, name, NULL, &context))
      json_array_append_new(names, json_string(name));
  }
  return names;
}

/* Reviews, steps and resolved conflicts of the office. Each act is one entry. The writer checks
 * again that the record has not changed since the person saw it, so that a newer change is never
 * overwritten unseen. Start at bh_office_review, bh_office_transition and bh_office_resolve. */
#include "sync/hub/access/access.h"
#include "sync/hub/records/records.h"
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/act.h"
#include "schema/error.h"
#include "schema/kind-rules.h"
#include "sync/hub/office/office-store.h"

#define CHANGED_MEANWHILE "record: it was changed meanwhile, load it again"
#define ITEMS_MAX 100 /* fields that one review may name */
#define PAGE 200      /* reviews that are read at a time */

typedef struct {
  BhOfficeCall *call;
  const char *record;
  const char *key; /* field whose heads must still be `heads`; NULL: not checked */
  /* ids of the entries that were the heads of `key` when the person saw the record */
  const json_t *heads;
  const char *covers; /* newest entry of the record that the person saw; NULL: not checked */
  const json_t *ops;
  char *entry; /* result: id of the appended entry; g_free */
} Act;

static gboolean heads_are(char *const *heads, const json_t *expected)
{
  if (g_strv_length((char **)heads) != json_array_size(expected))
    return FALSE;
  gsize index;
  json_t *id;
  json_array_foreach((json_t *)expected, index, id) {
    const char *text = json_string_value(id);
    if (text == NULL || !g_strv_contains((const char *const *)heads, text))
      return FALSE;
  }
  return TRUE;
}

static gboolean is_newest(BhDb *db, const char *record, const char *covers, GError **error)
{
  g_autofree char *newest = NULL;
  if (!bh_office_store_newest_entry(db, record, &newest, error))
    return FALSE;
  if (strcmp(newest, covers) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, CHANGED_MEANWHILE);
  return FALSE;
}

/* Whether the record is still as the person saw it. FALSE with BH_ERROR_CHAIN if it was changed
 * since. */
static gboolean is_unchanged(Act *act, BhDb *db, GError **error)
{
  if (act->key != NULL) {
    g_autoptr(BhRecord) record = bh_record_load(db, act->record, error);
    if (record == NULL)
      return FALSE;
    g_auto(GStrv) heads = bh_record_dup_heads(record, act->key);
    if (!heads_are(heads, act->heads)) {
      g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, CHANGED_MEANWHILE);
      return FALSE;
    }
  }
  return act->covers == NULL || is_newest(db, act->record, act->covers, error);
}

static gboolean write_act(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Act *act = data;
  if (!is_unchanged(act, db, error))
    return FALSE;
  act->entry = bh_hub_append_in(hub, db, act->call->staff, act->ops, error);
  return act->entry != NULL;
}

static json_t *run_act(Act *act, GError **error)
{
  gboolean good = bh_hub_write(act->call->hub, write_act, act, error);
  g_autofree char *entry = act->entry;
  return good ? json_pack("{s:s}", "entry", entry) : NULL;
}

/* --- review --- */

/* The reviews of the target that are not closed: a JSON array of ids, a new reference. */
static json_t *list_open_reviews(BhOfficeCall *call, const char *target, GError **error)
{
  g_autoptr(json_t) ids = json_array();
  g_autofree char *after = NULL;
  do {
    g_autoptr(json_t) query = json_pack("{s:s,s:s,s:{s:[s,s]},s:i,s:s*}", "kind", BH_REVIEW_KIND,
                                        "parent", target, "where", "state", BH_REVIEW_OPEN,
                                        BH_REVIEW_ANSWERED, "limit", PAGE, "after", after);
    g_autoptr(json_t) page = bh_hub_list(call->hub, call->db, query, NULL, error);
    if (page == NULL)
      return NULL;
    gsize index;
    json_t *row;
    json_array_foreach(json_object_get(page, "rows"), index, row) {
      json_array_append(ids, json_object_get(row, "id"));
    }
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
  } while (after != NULL);
  return g_steal_pointer(&ids);
}

/* Adds operations that close the reviews before the new one. */
static gboolean close_older(BhOfficeCall *call, const char *target, json_t *ops, GError **error)
{
  g_autoptr(json_t) ids = list_open_reviews(call, target, error);
  gsize index;
  json_t *id;
  json_array_foreach(ids, index, id) {
    json_array_append_new(ops, json_pack("{s:O,s:s,s:{s:s}}", "record", id, "kind", BH_REVIEW_KIND,
                                         "set", "state", BH_REVIEW_CLOSED));
  }
  return ids != NULL;
}

/* The fields that the review names ("items" of the body), checked; a new reference. */
static json_t *checked_items(BhOfficeCall *call, const BhKind *kind, GError **error)
{
  const json_t *given = json_object_get(call->body, "items");
  g_autoptr(json_t) items = json_array();
  gsize index;
  json_t *item;
  json_array_foreach((json_t *)given, index, item) {
    const char *name = json_string_value(item);
    if (name == NULL || strlen(name) > BH_KEY_MAX || bh_kind_find_field(kind, name) == NULL ||
        index >= ITEMS_MAX) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "body: \"items\"[%" G_GSIZE_FORMAT "] must be a field of %s, and there may be at "
                  "most %d",
                  index, bh_kind_get_name(kind), ITEMS_MAX);
      return NULL;
    }
    json_array_append(items, item);
  }
  return g_steal_pointer(&items);
}

GPtrArray *bh_office_check_decision(BhOfficeCall *call, const char *id, const BhKind *kind,
                                    const char *event)
{
  BhContext context;
  bh_office_context(call, id, bh_office_values(call, id), &context);
  return bh_review_check(kind, event, &context);
}

/* Adds the operation for the step that the decision takes, if it takes one. */
static void add_move(BhOfficeCall *call, const char *id, const BhKind *kind, const char *event,
                     json_t *ops)
{
  const char *from = bh_json_string_or(bh_office_values(call, id), "state", NULL);
  const char *to = bh_kind_get_review_move(kind, event, from);
  if (to != NULL)
    json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s}}", "record", id, "kind",
                                         bh_kind_get_name(kind), "set", "state", to));
}

/* An operation that makes a review: `decision` is approve, return or step. */
static json_t *make_review(BhOfficeCall *call, const char *target, const char *decision,
                           const char *covers, const char *comment)
{
  char id[BH_ID_LEN + 1];
  bh_office_make_id(call->office, id);
  json_t *op =
      json_pack("{s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s}}", "record", id, "kind", BH_REVIEW_KIND, "set",
                "parent", target, "decision", decision, "state", bh_decision_get_state(decision),
                "covers", covers, "reviewer", call->staff);
  if (comment[0] != '\0')
    json_object_set_new(json_object_get(op, "set"), "comment", json_string(comment));
  return op;
}

json_t *bh_office_review(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, NULL, error);
  if (record == NULL)
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  const char *decision = bh_json_string_or(call->body, "decision", "");
  const char *covers = bh_json_get_string(call->body, "covers", "body", error);
  if (covers == NULL)
    return NULL;
  const char *event = bh_decision_get_event(decision);
  if (event == NULL || !bh_kind_is_reviewable(kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: \"decision\" must be approve or return, and the record's kind must be "
                "reviewable");
    return NULL;
  }
  if (!is_newest(call->db, id, covers, error))
    return NULL;
  g_autoptr(GPtrArray) problems = bh_office_check_decision(call, id, kind, event);
  if (problems->len > 0) {
    bh_office_set_problems(call, kind, NULL, problems, error);
    return NULL;
  }
  g_autofree char *comment = bh_office_body_text(call, "comment", BH_OFFICE_TEXT_MAX, error);
  if (comment == NULL)
    return NULL;
  if (strcmp(decision, BH_DECISION_RETURN) == 0 && comment[0] == '\0') {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: \"comment\" is missing");
    return NULL;
  }
  g_autoptr(json_t) items = checked_items(call, kind, error);
  if (items == NULL)
    return NULL;
  json_t *op = make_review(call, id, decision, covers, comment);
  g_autoptr(json_t) ops = json_pack("[o]", op);
  if (json_array_size(items) > 0)
    json_object_set(json_object_get(op, "set"), "items", items);
  if (!close_older(call, id, ops, error))
    return NULL;
  add_move(call, id, kind, event, ops);
  Act act = {.call = call, .record = id, .covers = covers, .ops = ops};
  return run_act(&act, error);
}

/* --- transitions --- */

/* Typed values that cannot be read: the names of their fields, and the problems in words. */
typedef struct {
  GPtrArray *fields;
  GPtrArray *words;
} Unread;

static Unread *unread_new(void)
{
  Unread *unread = g_new0(Unread, 1);
  unread->fields = g_ptr_array_new_with_free_func(g_free);
  unread->words = g_ptr_array_new_with_free_func(g_free);
  return unread;
}

static void unread_free(Unread *unread)
{
  g_ptr_array_unref(unread->fields);
  g_ptr_array_unref(unread->words);
  g_free(unread);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Unread, unread_free)

static void add_unread(BhOfficeCall *call, const BhKind *kind, const char *name,
                       const GError *wrong, Unread *unread)
{
  g_autofree char *message = g_strdup_printf("%s.%s", bh_kind_get_name(kind), wrong->message);
  g_ptr_array_add(unread->fields, g_strdup(name));
  g_ptr_array_add(unread->words, bh_office_format_reason(call, message));
}

/* Removes the problems of fields that could not be read, so that they are not reported as empty
 * too. */
static void drop_unread(const Unread *unread, GPtrArray *problems)
{
  for (guint i = problems->len; i-- > 0;) {
    const BhProblem *problem = problems->pdata[i];
    if (g_ptr_array_find_with_equal_func(unread->fields, problem->field, g_str_equal, NULL))
      g_ptr_array_remove_index(problems, i);
  }
}

/* Reads the values of the body into `values`. Values that cannot be read are added to `unread`;
 * FALSE with an error only for fields that the act does not ask for. */
static gboolean parse_values(BhOfficeCall *call, const BhAct *act, const BhContext *before,
                             json_t *values, Unread *unread, GError **error)
{
  const json_t *given = json_object_get(call->body, "values");
  const BhKind *kind = bh_act_get_kind(act);
  g_autoptr(GPtrArray) fields = bh_act_list_fields(act, before, TRUE);
  const char *name;
  json_t *typed;
  json_object_foreach((json_t *)given, name, typed) {
    g_autoptr(GError) wrong = NULL;
    const BhField *field = bh_kind_find_field(kind, name);
    if (field == NULL || !g_ptr_array_find(fields, field, NULL)) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: %s does not ask for \"%.*s\"",
                  bh_act_get_name(act), BH_KEY_MAX, name);
      return FALSE;
    }
    json_t *value = json_is_string(typed)
                        ? bh_field_parse_typed(field, json_string_value(typed), &wrong)
                        : json_incref(typed);
    if (value == NULL)
      add_unread(call, kind, name, wrong, unread);
    else
      json_object_set_new(values, name, value);
  }
  return TRUE;
}

/* Adds a review with the decision "step" if the person may review the record: a person who takes a
 * step has seen the record, so no other review is needed. Adds none for a record with an open
 * review, because the record remains returned until it is answered. */
static gboolean add_step_review(BhOfficeCall *call, const char *id, const BhKind *kind,
                                const BhTransition *transition, const char *covers, json_t *ops,
                                GError **error)
{
  BhContext context;
  bh_office_context(call, id, bh_office_values(call, id), &context);
  const char *state = bh_json_string_or(context.values, "state", NULL);
  if (!bh_kind_is_reviewable(kind) || (call->duties & BH_DUTY_REVIEW) == 0 ||
      bh_kind_get_review_meaning(kind, state) == BH_REVIEW_NOTHING ||
      !bh_kind_has_authority(kind, &context))
    return TRUE;
  g_autoptr(json_t) open = list_open_reviews(call, id, error);
  if (open != NULL && json_array_size(open) == 0)
    json_array_append_new(ops, make_review(call, id, BH_DECISION_STEP, covers,
                                           bh_transition_get_label(transition, "zh")));
  return open != NULL;
}

json_t *bh_office_transition(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, NULL, error);
  const char *to = record != NULL ? bh_json_get_string(call->body, "to", "body", error) : NULL;
  const char *covers = to != NULL ? bh_json_get_string(call->body, "covers", "body", error) : NULL;
  if (covers == NULL)
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  const char *from = bh_record_get_string(record, "state");
  const BhTransition *transition = from != NULL ? bh_workflow_find(kind, from, to) : NULL;
  if (transition == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: \"to\": there is no step from the state %s to %.64s",
                from != NULL ? from : "(none)", to);
    return NULL;
  }
  g_autofree char *name = g_strconcat("step/", to, NULL);
  g_autoptr(BhAct) step = bh_act_find(kind, from, name);
  BhContext before, context;
  bh_office_context(call, id, bh_office_values(call, id), &before);
  g_autoptr(json_t) typed = json_copy((json_t *)before.values);
  g_autoptr(Unread) unread = unread_new();
  if (!parse_values(call, step, &before, typed, unread, error))
    return NULL;
  g_autoptr(json_t) set =
      bh_act_dup_set(step, typed, &before, TRUE, bh_office_now_ms(call->office));
  g_autoptr(json_t) values = json_copy((json_t *)before.values);
  json_object_update(values, set);
  bh_office_context(call, id, values, &context);
  g_autoptr(GPtrArray) problems = bh_workflow_check(kind, from, to, &context);
  bh_kind_check_doubts(kind, bh_transition_get_asks(transition), &context, problems);
  drop_unread(unread, problems);
  if (problems->len > 0 || unread->words->len > 0) {
    bh_office_set_problems(call, kind, unread->words, problems, error);
    return NULL;
  }
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:O}]", "record", id, "kind", bh_kind_get_name(kind), "set", set);
  if (!add_step_review(call, id, kind, transition, covers, ops, error))
    return NULL;
  Act act = {.call = call, .record = id, .covers = covers, .ops = ops};
  return run_act(&act, error);
}

/* --- conflicts --- */

json_t *bh_office_resolve(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, NULL, error);
  const char *key = record != NULL ? bh_json_get_string(call->body, "key", "body", error) : NULL;
  const char *chosen = key != NULL ? bh_json_get_string(call->body, "entry", "body", error) : NULL;
  json_t *expected = chosen != NULL ? bh_json_get_array(call->body, "heads", "body", error) : NULL;
  if (expected == NULL)
    return NULL;
  g_autoptr(json_t) heads = bh_record_dup_head_values(record, key);
  json_t *value = NULL;
  gboolean withheld = FALSE;
  gsize index;
  json_t *head;
  json_array_foreach(heads, index, head) {
    if (strcmp(bh_json_string_or(head, "entry", ""), chosen) != 0)
      continue;
    value = json_object_get(head, "value");
    withheld = json_is_true(json_object_get(head, "withheld"));
  }
  if (withheld) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "body: the hub does not have the value of this \"entry\", so it cannot be chosen");
    return NULL;
  }
  if (value == NULL || json_array_size(heads) < 2) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, CHANGED_MEANWHILE);
    return NULL;
  }
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:O}}]", "record", id, "kind",
                                    bh_record_get_kind(record), "set", key, value);
  Act act = {.call = call, .record = id, .key = key, .heads = expected, .ops = ops};
  return run_act(&act, error);
}

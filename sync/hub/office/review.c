/* Reviews and resolved conflicts of the office. Each decision is one entry (change.c). Start at
 * bh_office_review and bh_office_resolve. */
#include "sync/hub/access/access.h"
#include "sync/hub/office/internal.h"
#include "sync/hub/records/records.h"

#include <string.h>

#include "schema/error.h"
#include "schema/kind-rules.h"

#define ITEMS_MAX 100 /* fields that one review may name */
#define PAGE 200      /* reviews that are read at a time */

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
  if (!bh_office_is_newest(call->db, id, covers, error))
    return NULL;
  g_autoptr(GPtrArray) problems = bh_office_check_decision(call, id, kind, event);
  if (problems->len > 0) {
    bh_office_set_problems(call, kind, problems, error);
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
  BhOfficeChange change = {.call = call, .record = id, .covers = covers, .ops = ops};
  return bh_office_write_change(&change, error);
}

gboolean bh_office_add_step_review(BhOfficeCall *call, const char *id, const BhKind *kind,
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
    bh_office_set_changed(error);
    return NULL;
  }
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:O}}]", "record", id, "kind",
                                    bh_record_get_kind(record), "set", key, value);
  BhOfficeChange change = {.call = call, .record = id, .key = key, .heads = expected, .ops = ops};
  return bh_office_write_change(&change, error);
}

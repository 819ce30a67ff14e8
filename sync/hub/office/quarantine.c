/* Entries in quarantine: listing them, showing one, and releasing or dismissing it. Who may read
 * them is decided in quarantine-access.c, who may decide in ingest/release.c. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/log/log.h"

#define RAW_MAX 4000 /* bytes that are shown of a body that cannot be read */

/* Values of a record after an operation, for its title. Values that do not fit their field are left
 * out, except text. */
static json_t *dup_values_with(BhOfficeCall *call, const BhKind *kind, const BhOp *op)
{
  const json_t *known = bh_office_values(call, op->record);
  json_t *values = known != NULL ? json_copy((json_t *)known) : json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    const json_t *value = bh_set_get_value(set);
    const BhField *field = bh_kind_find_field(kind, set->key);
    gboolean is_text = field != NULL && (bh_field_get_type(field) == BH_FIELD_TEXT ||
                                         bh_field_get_type(field) == BH_FIELD_LONGTEXT);
    if (json_object_get(values, set->key) == NULL && value != NULL &&
        (bh_kind_check_value(kind, set->key, value, NULL) || (is_text && json_is_string(value))))
      json_object_set(values, set->key, (json_t *)value);
  }
  return values;
}

json_t *bh_office_describe_op(BhOfficeCall *call, const char *device, const BhOp *op)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, op->kind);
  json_t *rows = json_array();
  BhVisibility visibility = bh_office_get_quarantined_visibility(call, device, op);
  if (visibility == BH_VISIBILITY_RESTRICTED)
    bh_office_note_access(call, op->record, op->kind, BH_ACCESS_QUARANTINE);
  if (visibility == BH_VISIBILITY_NONE)
    return json_pack("{s:s,s:s,s:s,s:s,s:o,s:b}", "record", "", "kind", op->kind, "kind_label",
                     kind != NULL ? bh_kind_get_label(kind, call->lang) : op->kind, "title", "",
                     "rows", rows, "hidden", TRUE);
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    const BhField *field = kind != NULL ? bh_kind_find_field(kind, set->key) : NULL;
    const json_t *value = bh_set_get_value(set);
    g_autoptr(GError) bad = NULL;
    gboolean fits =
        field != NULL && value != NULL && bh_kind_check_value(kind, set->key, value, &bad);
    const char *state =
        strcmp(set->key, "state") == 0 && kind != NULL ? json_string_value(value) : NULL;
    g_autofree char *text = state != NULL
                                ? g_strdup(bh_kind_get_state_label(kind, state, call->lang))
                            : value == NULL         ? g_strdup("")
                            : fits                  ? bh_office_format(call, field, value)
                            : json_is_string(value) ? g_strdup(json_string_value(value))
                                                    : bh_json_dump(value);
    g_autofree char *problem =
        bad != NULL ? bh_office_format_reason(call, bad->message) : g_strdup("");
    json_array_append_new(rows, json_pack("{s:s,s:s,s:s,s:b,s:s}", "key", set->key, "label",
                                          field != NULL ? bh_field_get_label(field, call->lang)
                                          : state != NULL
                                              ? (strcmp(call->lang, "en") == 0 ? "State" : "状态")
                                              : set->key,
                                          "text", text, "bad", bad != NULL, "problem", problem));
  }
  g_autoptr(json_t) values = kind != NULL ? dup_values_with(call, kind, op) : NULL;
  g_autofree char *title = values != NULL ? bh_office_title(call, kind, values) : g_strdup("");
  return json_pack("{s:s,s:s,s:s,s:s,s:o}", "record", op->record, "kind", op->kind, "kind_label",
                   kind != NULL ? bh_kind_get_label(kind, call->lang) : op->kind, "title", title,
                   "rows", rows);
}

void bh_office_add_subject(BhOfficeCall *call, const BhEntryRow *row, json_t *out)
{
  g_autoptr(BhBody) body =
      row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhKind *kind = bh_kind_set_find(call->kinds, op->kind);
    BhVisibility visibility = bh_office_get_quarantined_visibility(call, row->device, op);
    if (kind == NULL || visibility == BH_VISIBILITY_NONE)
      continue;
    if (visibility == BH_VISIBILITY_RESTRICTED)
      bh_office_note_access(call, op->record, op->kind, BH_ACCESS_LIST);
    g_autoptr(json_t) values = dup_values_with(call, kind, op);
    g_autofree char *title = bh_office_title(call, kind, values);
    json_object_set_new(out, "kind_label", json_string(bh_kind_get_label(kind, call->lang)));
    json_object_set_new(out, "title", json_string(title));
    json_object_set_new(out, "subject", json_string(bh_office_subject_name(call, kind, values)));
    return;
  }
  json_object_set_new(out, "hidden", json_boolean(body != NULL && body->ops->len > 0));
}

static char *raw_text(const BhEntryRow *row)
{
  const char *body = row->text->body != NULL ? row->text->body : "";
  g_autofree char *start = g_strndup(body, RAW_MAX);
  return g_utf8_make_valid(start, -1);
}

/* Appends the entries of one page whose device the actor's unit serves. FALSE with an error, or
 * without one at the end of the list. */
static gboolean add_quarantined(BhOfficeCall *call, json_t *quarantined, gint64 *before,
                                gsize limit, GError **error)
{
  g_autoptr(json_t) items =
      bh_log_list_quarantine(call->db, NULL, *before, BH_OFFICE_PAGE_MAX, error);
  gsize index;
  json_t *item;
  json_array_foreach(items, index, item) {
    if (json_array_size(quarantined) == limit)
      return TRUE;
    *before = json_integer_value(json_object_get(item, "position"));
    if (bh_office_serves_device(call, bh_json_string_or(item, "device", "")))
      json_array_append(quarantined, item);
  }
  return json_array_size(items) == BH_OFFICE_PAGE_MAX;
}

json_t *bh_office_list_quarantine(BhOfficeCall *call, gint64 *before, int limit, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(json_t) quarantined = json_array();
  while (json_array_size(quarantined) < (gsize)limit) {
    if (add_quarantined(call, quarantined, before, (gsize)limit, &failed))
      continue;
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return NULL;
    }
    *before = 0;
    break;
  }
  return g_steal_pointer(&quarantined);
}

static json_t *find_item(BhOfficeCall *call, const char *entry, GError **error)
{
  gint64 before = G_MAXINT64;
  while (before > 0) {
    g_autoptr(json_t) items = bh_office_list_quarantine(call, &before, BH_OFFICE_PAGE_MAX, error);
    if (items == NULL)
      return NULL;
    gsize index;
    json_t *item;
    json_array_foreach(items, index, item) {
      if (strcmp(bh_json_string_or(item, "entry", ""), entry) == 0)
        return json_incref(item);
    }
  }
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
              "quarantine: no such entry, or it was decided already");
  return NULL;
}

static const char *code_of(const GError *error)
{
  return error->domain == BH_ERROR ? bh_error_code_name((BhErrorCode)error->code) : "failed";
}

/* Adds whether the actor may release or dismiss an entry, by the same judgement as
 * bh_office_decide, and the reason if they may not. The reason may name records, so it is given
 * only to actors who may read the whole entry (`shown`). */
static void add_decisions(BhOfficeCall *call, const char *entry, gboolean shown, json_t *view)
{
  gboolean decides = (call->duties & BH_DUTY_RELEASE) != 0;
  g_autoptr(GError) release_error = NULL;
  g_autoptr(GError) dismiss_error = NULL;
  gboolean release =
      decides && bh_hub_may_release(call->hub, call->db, call->staff, entry, FALSE, &release_error);
  gboolean dismiss =
      decides && bh_hub_may_release(call->hub, call->db, call->staff, entry, TRUE, &dismiss_error);
  json_object_set_new(view, "may_decide", json_boolean(release || dismiss));
  json_object_set_new(view, "may_release", json_boolean(release));
  json_object_set_new(view, "may_dismiss", json_boolean(dismiss));
  if (release_error == NULL)
    return;
  json_object_set_new(view, "refused", json_string(code_of(release_error)));
  g_autofree char *words = bh_office_format_reason(call, release_error->message);
  json_object_set_new(view, "refused_message", json_string(shown ? words : ""));
}

json_t *bh_office_quarantined(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) item = find_item(call, bh_request_get_param(call->request, "id"), error);
  if (item == NULL)
    return NULL;
  gint64 position = json_integer_value(json_object_get(item, "position"));
  g_autoptr(BhEntryRow) row = bh_log_load_entry(call->db, position, error);
  if (row == NULL)
    return NULL;
  json_t *ops = json_array();
  g_autoptr(BhBody) body =
      row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
  for (guint i = 0; body != NULL && i < body->ops->len; i++)
    json_array_append_new(
        ops, bh_office_describe_op(call, row->device, g_ptr_array_index(body->ops, i)));
  g_autofree char *received = bh_time_format(row->received_ms);
  gboolean shown = bh_office_may_read_quarantined(call, row, NULL);
  g_autofree char *raw = body == NULL && shown ? raw_text(row) : g_strdup("");
  const char *entry = bh_json_string_or(item, "entry", "");
  json_t *view = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o,s:s}", "entry", entry, "reason",
                           bh_json_string_or(item, "reason", ""), "message",
                           shown ? bh_json_string_or(item, "message", "") : "", "device",
                           bh_office_name(call, row->device), "by",
                           row->actor != NULL ? bh_office_name(call, row->actor) : "", "received",
                           received, "ops", ops, "raw", raw);
  g_autofree char *words =
      bh_office_format_reason(call, shown ? bh_json_string_or(item, "message", "") : "");
  json_object_set_new(view, "words", json_string(words));
  bh_office_add_subject(call, row, view);
  add_decisions(call, entry, shown, view);
  return view;
}

json_t *bh_office_decide(BhOfficeCall *call, GError **error)
{
  const char *action = bh_json_string_or(call->body, "action", "");
  gboolean dismiss = strcmp(action, "dismiss") == 0;
  if (!dismiss && strcmp(action, "release") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "body: \"action\" must be release or dismiss");
    return NULL;
  }
  g_autofree char *reason = bh_office_body_text(call, "reason", BH_OFFICE_TEXT_MAX, error);
  if (reason == NULL)
    return NULL;
  if (reason[0] == '\0') {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "body: \"reason\" is missing");
    return NULL;
  }
  const char *entry = bh_request_get_param(call->request, "id");
  g_autoptr(json_t) item = find_item(call, entry, error);
  if (item == NULL)
    return NULL;
  GError *decision_error = NULL;
  if (bh_hub_release(call->hub, call->staff, entry, dismiss, reason, &decision_error))
    return json_object();
  gint64 position = json_integer_value(json_object_get(item, "position"));
  if (decision_error->domain == BH_ERROR &&
      !bh_office_may_read_quarantined_at(call, position, NULL)) {
    g_set_error(error, BH_ERROR, decision_error->code,
                "quarantine: your unit or role may not decide about this entry");
    g_error_free(decision_error);
  } else {
    g_propagate_error(error, decision_error);
  }
  return NULL;
}

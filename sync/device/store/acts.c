/* Acts on this device: which ones a person may do, what their forms show, and saving one as an
 * entry (schema/act.h). An act that makes a record is kept as a draft until it is saved; the files
 * that a person takes on the way are drafts below it. Start with bh_device_prepare_act. */
#include "schema/act.h"
#include "schema/codes.h"
#include "schema/opens.h"
#include "schema/text.h"

#include <string.h>

#include "sync/device/store/check.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/drafts.h"
#include "sync/device/store/journal.h"
#include "sync/device/store/opens.h"
#include "sync/device/store/records-store.h"
#include "sync/device/store/returns.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

#define WHERE "act"
#define FILES_MAX 200   /* files of a record that a form shows */
#define RELATED_MAX 50  /* records that the conditions of a form may look up */
#define RELATED_DEPTH 3 /* refs that a condition of a form may follow one after another */

/* What a caller names: an act on a record, or the making of one. */
typedef struct {
  const char *record; /* id of the record, or of the one that is to be made */
  const char *name;   /* name of the act */
  const char *origin; /* record from which a new one is made; NULL: none */
  const BhKind *kind;
  gboolean creates;
  gboolean sent; /* whether the hub has the record */
  BhAct *act;
  BhScope *scope;
  BhContext context; /* the record before the act, or the origin */
} Request;

static void request_clear(Request *request)
{
  g_clear_pointer(&request->act, bh_act_free);
  g_clear_pointer(&request->scope, bh_scope_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

/* --- listing --- */

static json_t *make_label(const BhAct *act)
{
  return json_pack("{s:s, s:s}", "zh", bh_act_get_label(act, "zh"), "en",
                   bh_act_get_label(act, "en"));
}

static json_t *describe(const BhAct *act, const json_t *values)
{
  const BhKind *kind = bh_act_get_kind(act);
  json_t *out = json_pack("{s:s, s:s, s:o}", "kind", bh_kind_get_name(kind), "name",
                          bh_act_get_name(act), "label", make_label(act));
  const char *field = bh_kind_get_parent_field(kind);
  const char *parent = field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
  if (parent != NULL)
    json_object_set_new(out, "parent", json_string(parent));
  const char *page = bh_act_get_page(act);
  if (page != NULL)
    json_object_set_new(out, "page", json_string(page));
  return out;
}

/* Puts the acts that another record offers first, with the hint and the record that returned. */
static json_t *add_offers(json_t *acts, const json_t *offers)
{
  json_t *out = json_array();
  gsize i, k;
  json_t *act, *offer;
  json_array_foreach(offers, k, offer) {
    json_array_foreach(acts, i, act) {
      if (strcmp(bh_json_string_or(act, "name", ""), bh_json_string_or(offer, "act", "")) != 0 ||
          json_object_get(act, "hint") != NULL)
        continue;
      json_object_set(act, "hint", json_object_get(offer, "text"));
      json_object_set_new(act, "returned",
                          json_pack("{s:O, s:O}", "record", json_object_get(offer, "record"),
                                    "title", json_object_get(offer, "title")));
      json_array_append(out, act);
    }
  }
  json_array_foreach(acts, i, act) {
    if (json_object_get(act, "hint") == NULL)
      json_array_append(out, act);
  }
  json_decref(acts);
  return out;
}

static json_t *describe_all(const GPtrArray *acts, const json_t *values)
{
  json_t *out = json_array();
  for (guint i = 0; i < acts->len; i++)
    if (!bh_act_is_hub_only(g_ptr_array_index(acts, i)))
      json_array_append_new(out, describe(g_ptr_array_index(acts, i), values));
  return out;
}

json_t *bh_device_list_acts(BhDevice *device, const char *author, const char *record,
                            GError **error)
{
  BhContext context;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, record, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  const BhKind *kind =
      view != NULL ? bh_kind_set_find(device->kinds, bh_record_get_kind(view->record)) : NULL;
  if (kind == NULL)
    return json_array();
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  bh_scope_fill(scope, record, &context);
  g_autoptr(GPtrArray) acts = bh_act_list(kind, &context);
  g_autofree char *state = g_strdup(bh_json_string_or(context.values, "state", NULL));
  json_t *out = describe_all(acts, context.values);
  g_autoptr(json_t) offers =
      bh_returns_list_offers(device, scope, author, kind, record, state, error);
  if (offers == NULL) {
    json_decref(out);
    return NULL;
  }
  return json_array_size(offers) > 0 ? add_offers(out, offers) : out;
}

json_t *bh_device_list_creations(BhDevice *device, const char *author, const char *origin,
                                 GError **error)
{
  BhContext context;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  const char *from = BH_ACT_FROM_HOME;
  if (origin != NULL) {
    g_autoptr(GError) local = NULL;
    BhView *view = bh_view_get(device, origin, &local);
    if (view == NULL) {
      if (local == NULL)
        return json_array();
      g_propagate_error(error, g_steal_pointer(&local));
      return NULL;
    }
    from = bh_record_get_kind(view->record);
  }
  g_autofree char *place = g_strdup(from);
  bh_scope_fill(scope, origin, &context);
  g_autoptr(GPtrArray) acts = bh_act_list_creations(device->kinds, place, &context);
  return describe_all(acts, NULL);
}

/* --- requests --- */

static gboolean is_sent(BhDevice *device, const BhView *view, const char *record, gboolean *sent,
                        GError **error)
{
  gint64 changed_ms = 0;
  gboolean gone = FALSE;
  g_autoptr(GError) local = NULL;
  g_autofree char *base =
      bh_records_store_dup_base(device, view->row.number, &changed_ms, &gone, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  *sent = base != NULL || bh_records_store_count_pending(device, record) == 0;
  return TRUE;
}

static gboolean set_unknown(const Request *request, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
              WHERE ": no act \"%.96s\" is declared for this record in its present state",
              request->name);
  return FALSE;
}

static gboolean read_creation(BhDevice *device, const json_t *json, Request *request,
                              GError **error)
{
  const char *kind = bh_json_get_string(json, "kind", WHERE, error);
  if (kind == NULL)
    return FALSE;
  request->creates = TRUE;
  request->kind = bh_kind_set_find(device->kinds, kind);
  request->origin = bh_json_string_or(json, "origin", NULL);
  if (request->kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, WHERE ": there is no kind \"%.64s\"", kind);
    return FALSE;
  }
  if (!bh_id_is_valid(request->record) ||
      (request->origin != NULL && !bh_id_is_valid(request->origin))) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, WHERE ": record and origin must be ids");
    return FALSE;
  }
  request->act = bh_act_find(request->kind, NULL, request->name);
  if (request->act == NULL)
    return set_unknown(request, error);
  bh_scope_fill(request->scope, request->origin, &request->context);
  return TRUE;
}

/* Reads {"record","act"}, for a new record {"record","kind","act","origin"?}. */
static gboolean read_request(BhDevice *device, const char *author, const json_t *json,
                             Request *request, GError **error)
{
  g_autoptr(GError) local = NULL;
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  request->record = bh_json_get_string(json, "record", WHERE, error);
  request->name = request->record != NULL ? bh_json_get_string(json, "act", WHERE, error) : NULL;
  if (request->name == NULL)
    return FALSE;
  request->scope = bh_scope_new(device, author);
  if (g_str_has_prefix(request->name, "create/"))
    return read_creation(device, json, request, error);
  BhView *view = bh_view_get(device, request->record, &local);
  if (view == NULL) {
    if (local != NULL)
      g_propagate_error(error, g_steal_pointer(&local));
    else
      g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no such record here");
    return FALSE;
  }
  request->kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  g_autofree char *state = g_strdup(bh_record_get_string(view->record, "state"));
  request->act = request->kind != NULL ? bh_act_find(request->kind, state, request->name) : NULL;
  if (request->act == NULL)
    return set_unknown(request, error);
  if (!is_sent(device, view, request->record, &request->sent, error))
    return FALSE;
  bh_scope_fill(request->scope, request->record, &request->context);
  return TRUE;
}

/* --- the form --- */

static json_t *list_names(const GPtrArray *fields)
{
  json_t *names = json_array();
  for (guint i = 0; i < fields->len; i++)
    json_array_append_new(names, json_string(bh_field_get_name(g_ptr_array_index(fields, i))));
  return names;
}

static json_t *make_role_label(BhDevice *device, const BhActFiles *files)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, BH_ACT_FILE_KIND);
  const BhField *role = kind != NULL ? bh_kind_find_field(kind, BH_ACT_FILE_ROLE) : NULL;
  if (files->label != NULL)
    return json_deep_copy(files->label);
  if (role == NULL)
    return json_pack("{s:s, s:s}", "zh", files->role, "en", files->role);
  return json_pack("{s:s, s:s}", "zh", bh_field_find_choice_label(role, files->role, "zh"), "en",
                   bh_field_find_choice_label(role, files->role, "en"));
}

/* The values of the file records and file drafts below the record, oldest first. */
static json_t *list_attached(BhDevice *device, const char *author, const Request *request,
                             GError **error)
{
  g_autoptr(json_t) out = json_array();
  if (!request->creates && request->context.children != NULL) {
    g_autoptr(json_t) saved =
        request->context.children(request->record, BH_ACT_FILE_KIND, request->context.data);
    json_array_extend(out, saved);
  }
  g_autoptr(json_t) drafts =
      bh_device_draft_list_below(device, author, BH_ACT_FILE_KIND, request->record, error);
  if (drafts == NULL)
    return NULL;
  for (gsize i = json_array_size(drafts); i-- > 0;)
    json_array_append(out, json_object_get(json_array_get(drafts, i), "changed"));
  return g_steal_pointer(&out);
}

static json_t *describe_files(BhDevice *device, const BhActFiles *files, const json_t *attached,
                              const BhContext *record)
{
  json_t *found = json_array();
  gsize i;
  json_t *values;
  json_array_foreach((json_t *)attached, i, values) {
    if (bh_act_files_has(files, values, record) && json_array_size(found) < FILES_MAX)
      json_array_append(found, values);
  }
  json_t *label = make_role_label(device, files);
  json_t *out = json_pack("{s:s, s:o, s:I, s:o}", "role", files->role, "label", label, "at_least",
                          (json_int_t)files->at_least, "files", found);
  if (files->media != NULL)
    json_object_set(out, "media", (json_t *)files->media);
  return out;
}

/* Adds what the author typed before. */
static gboolean add_typed(BhDevice *device, const char *author, const Request *request, json_t *out,
                          GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(json_t) draft = bh_drafts_store_get(device, author, request->record, &local);
  if (draft != NULL)
    json_object_set(out, "typed", json_object_get(draft, "changed"));
  if (local == NULL || g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

/* Adds the values of the records to which `values` refer, so that the form can evaluate conditions
 * on them. `depth`: how many refs are followed one after another. */
static void add_related(const Request *request, const BhKindSet *kinds, const BhKind *kind,
                        const json_t *values, int depth, json_t *related)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len && json_object_size(related) < RELATED_MAX; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    const char *id = bh_json_string_or(values, bh_field_get_name(field), NULL);
    if (bh_field_get_type(field) != BH_FIELD_REF || id == NULL ||
        json_object_get(related, id) != NULL)
      continue;
    json_t *others = bh_scope_get(request->scope, id);
    if (others == NULL)
      continue;
    json_object_set(related, id, others);
    const char *const *names = bh_field_get_ref_kinds(field);
    const BhKind *other =
        names[0] != NULL && names[1] == NULL ? bh_kind_set_find(kinds, names[0]) : NULL;
    if (depth > 1 && other != NULL)
      add_related(request, kinds, other, others, depth - 1, related);
  }
}

/* Puts the first values that a record which returned offers for this act into the empty fields of
 * the form. */
static gboolean add_offered_values(BhDevice *device, const char *author, const Request *request,
                                   const GPtrArray *fields, json_t *values, GError **error)
{
  if (request->creates)
    return TRUE;
  g_autofree char *state = g_strdup(bh_json_string_or(request->context.values, "state", NULL));
  g_autoptr(json_t) offers = bh_returns_list_offers(device, request->scope, author, request->kind,
                                                    request->record, state, error);
  gsize i;
  json_t *offer;
  if (offers == NULL)
    return FALSE;
  json_array_foreach(offers, i, offer) {
    const json_t *offered = json_object_get(offer, "values");
    if (strcmp(bh_json_string_or(offer, "act", ""), request->name) != 0)
      continue;
    for (guint k = 0; k < fields->len; k++) {
      const char *name = bh_field_get_name(g_ptr_array_index(fields, k));
      json_t *value = json_object_get(offered, name);
      if (value != NULL && bh_value_is_blank(json_object_get(values, name)))
        json_object_set(values, name, value);
    }
  }
  return TRUE;
}

/* Title of the record, for a new one of the record from which it is made; "" when none. */
static char *dup_title(BhDevice *device, const Request *request)
{
  const char *id = request->creates ? request->origin : request->record;
  BhView *view = id != NULL ? bh_view_get(device, id, NULL) : NULL;
  return g_strdup(view != NULL && view->row.title != NULL ? view->row.title : "");
}

/* {field: [{"code","label":{"zh","en"}}]}: the codes that the form offers with its first values. */
static json_t *list_codes(const Request *request, const GPtrArray *fields, const json_t *values)
{
  BhContext after = request->context;
  json_t *out = json_object();
  after.values = values;
  after.kind = request->kind;
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    if (bh_field_get_codes(field) == NULL)
      continue;
    g_autoptr(json_t) zh = bh_field_list_codes(field, &after, NULL, "zh");
    g_autoptr(json_t) en = bh_field_list_codes(field, &after, NULL, "en");
    json_t *codes = json_array();
    gsize k;
    json_t *one;
    json_array_foreach(zh, k, one) {
      json_array_append_new(codes,
                            json_pack("{s:O, s:{s:O, s:O}}", "code", json_object_get(one, "code"),
                                      "label", "zh", json_object_get(one, "label"), "en",
                                      json_object_get(json_array_get(en, k), "label")));
    }
    json_object_set_new(out, bh_field_get_name(field), codes);
  }
  return out;
}

json_t *bh_device_prepare_act(BhDevice *device, const char *author, const json_t *json,
                              GError **error)
{
  g_auto(Request) request = {0};
  if (!read_request(device, author, json, &request, error))
    return NULL;
  const BhAct *act = request.act;
  g_autoptr(json_t) values =
      request.creates ? bh_act_dup_preset(act, &request.context, bh_device_now_ms(device))
                      : json_copy((json_t *)request.context.values);
  BhContext before = request.context;
  before.values = values;
  g_autoptr(GPtrArray) fields = bh_act_list_fields(act, &before, request.sent);
  g_autoptr(GPtrArray) files = bh_act_list_files(act, &before);
  g_autoptr(json_t) attached = list_attached(device, author, &request, error);
  if (attached == NULL || !add_offered_values(device, author, &request, fields, values, error))
    return NULL;
  g_autoptr(json_t) out =
      json_pack("{s:s, s:s, s:s, s:o, s:b, s:b}", "record", request.record, "kind",
                bh_kind_get_name(request.kind), "act", request.name, "label", make_label(act),
                "creates", request.creates, "open", bh_act_is_open(act, &request.context));
  json_object_set_new(out, "fields", list_names(fields));
  json_object_set_new(out, "sections", json_boolean(bh_act_has_sections(act)));
  json_object_set(out, "values", values);
  json_object_set_new(out, "codes", list_codes(&request, fields, values));
  json_t *related = json_object();
  json_object_set_new(out, "related", related);
  add_related(&request, device->kinds, request.kind, values, RELATED_DEPTH, related);
  g_autofree char *title = dup_title(device, &request);
  json_object_set_new(out, "title", json_string(title));
  g_autofree char *source = bh_source_dup_clauses(bh_act_get_source(act));
  json_object_set_new(out, "source", json_string(source));
  const BhTransition *step = bh_act_get_transition(act);
  if (step != NULL)
    json_object_set_new(out, "state", json_string(bh_transition_get_to(step)));
  if (request.sent && bh_act_get_reason(act) != NULL)
    json_object_set_new(out, "reason", json_string(bh_act_get_reason(act)));
  json_t *strips = json_array();
  for (guint i = 0; i < files->len; i++)
    json_array_append_new(strips,
                          describe_files(device, g_ptr_array_index(files, i), attached, &before));
  json_object_set_new(out, "files", strips);
  BhContext after = request.context;
  after.values = values;
  json_object_set_new(out, "opens", bh_opens_preview(step, device->kinds, &after));
  return add_typed(device, author, &request, out, error) ? g_steal_pointer(&out) : NULL;
}

/* --- saving --- */

static void add_problem(json_t *problems, const char *field, const char *zh, const char *en)
{
  json_array_append_new(problems, json_pack("{s:s, s:s, s:s, s:s}", "field", field, "code",
                                            "required", "zh", zh, "en", en));
}

/* The operations of the act: the record's, then the file drafts below a new record. */
static json_t *make_ops(const Request *request, json_t *set, const json_t *drafts)
{
  json_t *ops = json_pack("[{s:s, s:s, s:o}]", "record", request->record, "kind",
                          bh_kind_get_name(request->kind), "set", set);
  for (gsize i = json_array_size(drafts); i-- > 0;) {
    const json_t *draft = json_array_get(drafts, i);
    json_array_append_new(
        ops, bh_draft_dup_operation(draft, bh_json_string_or(draft, "record", ""), NULL));
  }
  return ops;
}

/* Removes from the drafts what the entry contains now. Inside a transaction. */
static gboolean drop_drafts(BhDevice *device, const char *author, const Request *request,
                            const json_t *drafts, GError **error)
{
  if (request->creates && !bh_draft_drop(device, author, request->record, error))
    return FALSE;
  for (gsize i = 0; i < json_array_size(drafts); i++)
    if (!bh_draft_drop(device, author, bh_json_string_or(json_array_get(drafts, i), "record", ""),
                       error))
      return FALSE;
  return TRUE;
}

static json_t *save(BhDevice *device, const char *author, const Request *request, const json_t *ops,
                    const json_t *drafts, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !drop_drafts(device, author, request, drafts, error))
    return NULL;
  g_autofree char *entry = bh_journal_write(device, author, ops, 0, NULL, error);
  if (entry == NULL || !bh_write_commit(write, error))
    return NULL;
  return json_pack("{s:s, s:s}", "entry", entry, "record", request->record);
}

/* Adds what stands against the records that the act opens: the operations of `ops` after the first
 * `own`. A problem names the kind, because its field is not in the form. */
static gboolean add_opened_problems(BhDevice *device, const char *author, const json_t *ops,
                                    gsize own, json_t *out, GError **error)
{
  for (gsize i = own; i < json_array_size(ops); i++) {
    const json_t *op = json_array_get(ops, i);
    const BhKind *kind = bh_kind_set_find(device->kinds, bh_json_string_or(op, "kind", ""));
    g_autoptr(json_t) problems = bh_check_list_problems(
        device, author, bh_json_string_or(op, "record", ""), kind, ops, error);
    gsize k;
    json_t *problem;
    if (problems == NULL)
      return FALSE;
    json_array_foreach(problems, k, problem) {
      const char *name = bh_json_string_or(problem, "field", "");
      const BhField *field = bh_kind_find_field(kind, name);
      g_autofree char *zh =
          g_strdup_printf("%s%s%s：%s", bh_kind_get_label(kind, "zh"), field != NULL ? "，" : "",
                          field != NULL ? bh_field_get_label(field, "zh") : "",
                          bh_json_string_or(problem, "zh", ""));
      g_autofree char *en =
          g_strdup_printf("%s%s%s: %s", bh_kind_get_label(kind, "en"), field != NULL ? ", " : "",
                          field != NULL ? bh_field_get_label(field, "en") : "",
                          bh_json_string_or(problem, "en", ""));
      json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s}", "field", "", "code",
                                           bh_json_string_or(problem, "code", "condition"), "zh",
                                           zh, "en", en));
    }
  }
  return TRUE;
}

/* The records that the act opened, for the answer. */
static json_t *list_opened(const json_t *ops, gsize own)
{
  json_t *out = json_array();
  for (gsize i = own; i < json_array_size(ops); i++) {
    const json_t *op = json_array_get(ops, i);
    json_array_append_new(out, json_pack("{s:O, s:O}", "record", json_object_get(op, "record"),
                                         "kind", json_object_get(op, "kind")));
  }
  return out;
}

json_t *bh_device_make_act(BhDevice *device, const char *author, const json_t *json,
                           const json_t *values, GError **error)
{
  g_auto(Request) request = {0};
  if (!read_request(device, author, json, &request, error))
    return NULL;
  json_t *set =
      bh_act_dup_set(request.act, values, &request.context, request.sent, bh_device_now_ms(device));
  g_autoptr(json_t) drafts =
      request.creates
          ? bh_device_draft_list_below(device, author, BH_ACT_FILE_KIND, request.record, error)
          : json_array();
  if (drafts == NULL) {
    json_decref(set);
    return NULL;
  }
  g_autoptr(json_t) typed = make_ops(&request, set, drafts);
  if (json_object_size(set) == 0)
    return json_pack("{s:s}", "record", request.record);
  gsize own = json_array_size(typed);
  g_autoptr(json_t) ops = bh_opens_fill(device, author, typed, error);
  g_autoptr(json_t) problems =
      ops != NULL ? bh_check_list_problems(device, author, request.record, request.kind, ops, error)
                  : NULL;
  if (problems == NULL || (json_array_size(problems) == 0 &&
                           !add_opened_problems(device, author, ops, own, problems, error)))
    return NULL;
  const char *reason = request.sent ? bh_act_get_reason(request.act) : NULL;
  if (reason != NULL && bh_json_string_or(values, reason, "")[0] == '\0')
    add_problem(problems, reason, "记录已上报，请填写更正原因",
                "The record was sent: give the reason of the correction");
  if (json_array_size(problems) > 0)
    return json_pack("{s:O}", "problems", problems);
  json_t *saved = save(device, author, &request, ops, drafts, error);
  if (saved != NULL && json_array_size(ops) > own)
    json_object_set_new(saved, "opened", list_opened(ops, own));
  return saved;
}

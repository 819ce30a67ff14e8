/* Acts of a person at the office: what is offered, the form for what was typed so far, and doing
 * the act as one entry. What an act asks for and what stands against it is decided in schema
 * (schema/form.h). Start at read_existing and read_creation. */
#include "sync/hub/access/access.h"
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/act.h"
#include "schema/error.h"
#include "schema/form.h"
#include "schema/kind-rules.h"
#include "schema/returns.h"
#include "schema/text.h"
#include "sync/hub/office/office-store.h"

#define WHERE "body"

/* --- what is offered --- */

static json_t *describe(BhOfficeCall *call, const BhAct *act)
{
  static const char *const types[] = {"create", "step", "edit"};
  const BhKind *kind = bh_act_get_kind(act);
  g_autofree char *source = bh_source_dup_clauses(bh_act_get_source(act));
  return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "act", bh_act_get_name(act), "type",
                   types[bh_act_get_type(act)], "kind", bh_kind_get_name(kind), "kind_label",
                   bh_kind_get_label(kind, call->lang), "label", bh_act_get_label(act, call->lang),
                   "source", source);
}

/* Whether a button of the review takes the step, because the step needs no further value. */
static gboolean is_taken_by_review(const BhAct *act, const BhContext *context)
{
  const BhTransition *step = bh_act_get_transition(act);
  const BhKind *kind = bh_act_get_kind(act);
  if (step == NULL || bh_transition_get_asks(step)[0] != NULL)
    return FALSE;
  const char *to = bh_transition_get_to(step);
  g_autoptr(GPtrArray) fields = bh_act_list_fields(act, context, TRUE);
  g_autoptr(GPtrArray) files = bh_act_list_files(act, context);
  return fields->len == 0 && files->len == 0 &&
         (g_strcmp0(bh_kind_get_review_state(kind, BH_REVIEW_ON_RETURN), to) == 0 ||
          g_strcmp0(bh_kind_get_review_state(kind, BH_REVIEW_ON_APPROVE), to) == 0);
}

/* What other records that the person may see offer on a record (schema/returns.h): an array of
 * bh_return_dup_offer, a new reference. */
static json_t *list_offers(BhOfficeCall *call, const BhKind *kind, const BhContext *context)
{
  json_t *out = json_array();
  const char *state = bh_json_string_or(context->values, "state", NULL);
  if (state == NULL || context->record == NULL)
    return out;
  g_autoptr(GPtrArray) ways = bh_returns_list(call->kinds, kind, state);
  for (guint i = 0; i < ways->len; i++) {
    BhContext returned;
    g_autoptr(GError) failed = NULL;
    g_autoptr(json_t) query = bh_return_dup_query(ways->pdata[i], context->record);
    g_autoptr(json_t) page = bh_office_list(call, query, &failed);
    if (page == NULL) {
      g_warning("office: what returned to %s is not shown: %s", context->record, failed->message);
      continue;
    }
    const char *id =
        bh_json_string_or(json_array_get(json_object_get(page, "rows"), 0), "id", NULL);
    if (id == NULL)
      continue;
    bh_office_context(call, id, bh_office_values(call, id), &returned);
    json_array_append_new(
        out, bh_return_dup_offer(ways->pdata[i], &returned, bh_office_now_ms(call->office)));
  }
  return out;
}

static const json_t *find_offer(const json_t *offers, const char *act)
{
  gsize i;
  json_t *offer;
  json_array_foreach((json_t *)offers, i, offer) {
    if (strcmp(bh_json_string_or(offer, "act", ""), act) == 0)
      return offer;
  }
  return NULL;
}

static json_t *describe_offered(BhOfficeCall *call, const BhAct *act, const json_t *offer)
{
  json_t *out = describe(call, act);
  const char *id = bh_json_string_or(offer, "record", "");
  json_object_set_new(
      out, "hint", json_string(bh_json_string_or(json_object_get(offer, "text"), call->lang, "")));
  json_object_set_new(out, "returned",
                      json_pack("{s:s,s:s}", "record", id, "title", bh_office_name(call, id)));
  return out;
}

json_t *bh_office_list_acts(BhOfficeCall *call, const BhKind *kind, const BhContext *context)
{
  json_t *out = json_array();
  /* A review is answered and closed by its own routes. */
  if (strcmp(bh_kind_get_name(kind), BH_REVIEW_KIND) == 0)
    return out;
  g_autoptr(GPtrArray) acts = bh_act_list(kind, context);
  g_autoptr(json_t) offers = list_offers(call, kind, context);
  gsize n_offered = 0;
  for (guint i = 0; i < acts->len; i++) {
    const json_t *offer = find_offer(offers, bh_act_get_name(acts->pdata[i]));
    if (offer != NULL)
      json_array_insert_new(out, n_offered++, describe_offered(call, acts->pdata[i], offer));
    /* An act with a page of the collector needs what only that page can give. */
    else if (bh_act_get_page(acts->pdata[i]) == NULL &&
             !is_taken_by_review(acts->pdata[i], context))
      json_array_append_new(out, describe(call, acts->pdata[i]));
  }
  return out;
}

void bh_office_add_group(BhOfficeCall *call, const BhKind *kind, json_t *out)
{
  guint at = bh_kind_get_group(kind);
  if (at > 0)
    json_object_set_new(
        out, "group",
        json_pack("{s:i,s:s}", "at", (int)at, "label", bh_kind_get_group_label(kind, call->lang)));
}

json_t *bh_office_list_creations(BhOfficeCall *call, const char *from, const BhContext *origin)
{
  json_t *out = json_array();
  g_autoptr(GPtrArray) acts = bh_act_list_creations(call->kinds, from, origin);
  for (guint i = 0; i < acts->len; i++) {
    const BhKind *kind = bh_act_get_kind(acts->pdata[i]);
    json_t *one = describe(call, acts->pdata[i]);
    bh_office_add_group(call, kind, one);
    if (bh_kind_is_urgent(kind))
      json_object_set_new(one, "urgent", json_true());
    json_array_append_new(out, one);
  }
  return out;
}

json_t *bh_office_creations(BhOfficeCall *call, GError **error)
{
  const char *from = bh_office_get_argument(call, "from");
  BhContext origin;
  if (from == NULL || strcmp(from, BH_ACT_FROM_OFFICE) == 0) {
    bh_office_context(call, NULL, NULL, &origin);
    return json_pack("{s:o}", "creations",
                     bh_office_list_creations(call, BH_ACT_FROM_OFFICE, &origin));
  }
  g_autoptr(BhRecord) record = bh_office_load_visible(call, from, NULL, error);
  if (record == NULL)
    return NULL;
  bh_office_context(call, from, bh_office_values(call, from), &origin);
  return json_pack("{s:o}", "creations",
                   bh_office_list_creations(call, bh_record_get_kind(record), &origin));
}

/* --- requests --- */

/* What a request names: an act on a record, or the making of one. */
typedef struct {
  BhOfficeCall *call;
  const char *record; /* id of the record before the act; NULL: a new one is made */
  const char *made;   /* id for the new record */
  const char *origin; /* record from which a new one is made; NULL: none */
  const BhKind *kind;
  BhAct *act;
  BhContext before; /* the record before the act, or the origin */
  BhForm *form;
  GPtrArray *files; /* uploads with which a new record is made; NULL: none were taken */
} Request;

static void request_clear(Request *request)
{
  g_clear_pointer(&request->form, bh_form_free);
  g_clear_pointer(&request->act, bh_act_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

/* The typed values, and for empty fields that were not typed the first values that a record which
 * returned offers. A new reference; NULL when nothing was typed and nothing is offered. */
static json_t *dup_typed(const Request *request)
{
  BhOfficeCall *call = request->call;
  json_t *typed = json_object_get(call->body, "values");
  if (request->record == NULL || bh_act_get_transition(request->act) == NULL ||
      (typed != NULL && !json_is_object(typed)))
    return json_incref(typed);
  g_autoptr(json_t) offers = list_offers(call, request->kind, &request->before);
  const json_t *offer = find_offer(offers, bh_act_get_name(request->act));
  json_t *offered = json_object_get(offer, "values");
  if (json_object_size(offered) == 0)
    return json_incref(typed);
  g_autoptr(GPtrArray) fields = bh_act_list_fields(request->act, &request->before, TRUE);
  json_t *out = json_object();
  for (guint i = 0; i < fields->len; i++) {
    const char *name = bh_field_get_name(fields->pdata[i]);
    json_t *value = json_object_get(offered, name);
    if (value != NULL && bh_value_is_blank(json_object_get(request->before.values, name)))
      json_object_set(out, name, value);
  }
  json_object_update(out, typed);
  return out;
}

static gboolean make_form(Request *request, GError **error)
{
  BhOfficeCall *call = request->call;
  g_autoptr(GError) wrong = NULL;
  g_autoptr(json_t) typed = dup_typed(request);
  request->form = bh_form_new(request->act, &request->before, TRUE, typed,
                              bh_office_now_ms(call->office), &wrong);
  if (request->form == NULL)
    g_set_error(error, wrong->domain, wrong->code, WHERE ": %s", wrong->message);
  return request->form != NULL;
}

static gboolean set_no_act(const char *name, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              WHERE ": \"act\": there is no act %.96s of this record in its present state", name);
  return FALSE;
}

/* Reads {"act","values"?} for a record. `way` as in bh_office_show. `covers`: newest entry of the
 * record that the person saw; NULL: not checked. */
static gboolean read_existing(BhOfficeCall *call, const char *id, const char *way,
                              const char *covers, Request *request, GError **error)
{
  const char *name = bh_json_get_string(call->body, "act", WHERE, error);
  g_autoptr(BhRecord) record = name != NULL ? bh_office_load_visible(call, id, way, error) : NULL;
  if (record == NULL || (covers != NULL && !bh_office_is_newest(call->db, id, covers, error)))
    return FALSE;
  request->call = call;
  request->record = id;
  request->kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  request->act = g_str_has_prefix(name, "create/")
                     ? NULL
                     : bh_act_find(request->kind, bh_record_get_string(record, "state"), name);
  if (request->act == NULL)
    return set_no_act(name, error);
  bh_office_context(call, id, bh_office_values(call, id), &request->before);
  return make_form(request, error);
}

/* The creation with this kind and name that is offered at `from`; bh_act_free. NULL when there is
 * none. */
static BhAct *find_creation(BhOfficeCall *call, const char *kind, const char *name,
                            const char *from, const BhContext *origin)
{
  g_autoptr(GPtrArray) acts = bh_act_list_creations(call->kinds, from, origin);
  for (guint i = 0; i < acts->len; i++) {
    const BhAct *act = acts->pdata[i];
    const BhKind *made = bh_act_get_kind(act);
    if (strcmp(bh_act_get_name(act), name) == 0 && strcmp(bh_kind_get_name(made), kind) == 0)
      return bh_act_find(made, NULL, name);
  }
  return NULL;
}

/* Reads {"kind","act","origin"?,"values"?}. */
static gboolean read_creation(BhOfficeCall *call, Request *request, GError **error)
{
  const char *kind = bh_json_get_string(call->body, "kind", WHERE, error);
  const char *name = kind != NULL ? bh_json_get_string(call->body, "act", WHERE, error) : NULL;
  g_autofree char *from = g_strdup(BH_ACT_FROM_OFFICE);
  if (name == NULL)
    return FALSE;
  request->call = call;
  request->origin = bh_json_string_or(call->body, "origin", NULL);
  if (request->origin != NULL) {
    g_autoptr(BhRecord) origin = bh_office_load_visible(call, request->origin, NULL, error);
    if (origin == NULL)
      return FALSE;
    g_free(from);
    from = g_strdup(bh_record_get_kind(origin));
  }
  bh_office_context(call, request->origin,
                    request->origin != NULL ? bh_office_values(call, request->origin) : NULL,
                    &request->before);
  request->kind = bh_kind_set_find(call->kinds, kind);
  request->act = find_creation(call, kind, name, from, &request->before);
  if (request->act == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                WHERE ": \"act\": %.96s of %.64s is not offered to you here", name, kind);
    return FALSE;
  }
  return make_form(request, error);
}

/* --- references --- */

/* Whether the person may name the record in the field: it is stored, of a kind that the field
 * refers to, and open to the person. */
static gboolean may_name(BhOfficeCall *call, const BhField *field, const char *id)
{
  const char *const *kinds = bh_field_get_ref_kinds(field);
  const BhCachedRecord *named = bh_value_cache_find(call->cache, id, NULL);
  return named != NULL && (kinds[0] == NULL || g_strv_contains(kinds, named->kind)) &&
         bh_office_show(call, id, NULL);
}

/* Whether the field of the record names `id` already. */
static gboolean is_named_before(const Request *request, const char *name, const char *id)
{
  return request->record != NULL &&
         bh_json_has_name(json_object_get(request->before.values, name), id);
}

/* Adds a problem for each field of the form that newly names a record which the person may not
 * name. Whether there is such a record is not told. */
static void check_refs(const Request *request, GPtrArray *problems)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)bh_form_get_set(request->form), name, value) {
    const BhField *field = bh_kind_find_field(request->kind, name);
    BhFieldType type = field != NULL ? bh_field_get_type(field) : BH_FIELD_TEXT;
    gboolean good = TRUE;
    if ((type != BH_FIELD_REF && type != BH_FIELD_REFS) || !bh_form_has_field(request->form, name))
      continue;
    gsize n = json_is_array(value) ? json_array_size(value) : 1;
    for (gsize i = 0; i < n && good; i++) {
      const char *id = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
      good = id == NULL || is_named_before(request, name, id) || may_name(request->call, field, id);
    }
    if (!good)
      g_ptr_array_add(problems,
                      bh_problem_new(name, "invalid", "所选的记录不存在、无权查看或类别不符",
                                     "There is no such record of the right kind that you may see"));
  }
}

/* Adds the problems of the files with which a new record is made. */
static void check_files(const Request *request, GPtrArray *problems)
{
  BhContext made = request->before;
  made.values = bh_form_get_values(request->form);
  made.record = NULL;
  made.children = NULL;
  g_autoptr(json_t) given =
      request->files != NULL ? bh_office_describe_files(request->files) : NULL;
  bh_act_check_files(request->act, &made, given, problems);
}

/* Whether nothing stands against the act. FALSE with an error, and the problems by field as members
 * of the answer. */
static gboolean is_possible(const Request *request, GError **error)
{
  g_autoptr(GPtrArray) problems = bh_form_check(request->form);
  check_refs(request, problems);
  if (request->record == NULL)
    check_files(request, problems);
  if (problems->len == 0 && json_object_size(bh_form_get_set(request->form)) == 0)
    g_ptr_array_add(problems, bh_problem_new("", "invalid", "没有改动", "Nothing was changed"));
  if (problems->len > 0)
    bh_office_set_problems(request->call, request->kind, problems, error);
  return problems->len == 0;
}

/* --- the form --- */

static json_t *name_records(BhOfficeCall *call, const json_t *value)
{
  json_t *out = json_array();
  gsize n = json_is_array(value) ? json_array_size(value) : value != NULL;
  for (gsize i = 0; i < n; i++) {
    const char *id = json_string_value(json_is_array(value) ? json_array_get(value, i) : value);
    json_array_append_new(out, json_pack("{s:s,s:s}", "id", id, "title", bh_office_name(call, id)));
  }
  return out;
}

/* Adds to a field of the resolved form what only the hub knows: titles of records, names of areas,
 * and why a typed text cannot be read. */
static void complete_field(const Request *request, json_t *field)
{
  BhOfficeCall *call = request->call;
  const char *name = bh_json_string_or(field, "name", "");
  const BhField *declared = bh_kind_find_field(request->kind, name);
  const json_t *value = json_object_get(field, "value");
  if (json_object_get(field, "ref_kinds") != NULL)
    json_object_set_new(field, "records", name_records(call, value));
  if (bh_field_get_type(declared) == BH_FIELD_AREA && value != NULL) {
    g_autofree char *shown = bh_office_format(call, declared, value);
    json_object_set_new(field, "area_name", json_string(shown));
  }
  const GPtrArray *unread = bh_form_list_unread(request->form);
  for (guint i = 0; i < unread->len; i++) {
    const BhProblem *problem = unread->pdata[i];
    if (strcmp(problem->field, name) != 0)
      continue;
    g_autofree char *words = bh_office_format_problem(call, request->kind, problem);
    json_object_set_new(field, "problem", json_string(words));
  }
}

static json_t *draw_form(const Request *request)
{
  BhOfficeCall *call = request->call;
  json_t *out = bh_form_resolve(request->form, call->kinds, call->lang);
  g_autoptr(json_t) act = describe(call, request->act);
  gsize i, k;
  json_t *section, *field;
  json_array_foreach(json_object_get(out, "sections"), i, section) {
    json_array_foreach(json_object_get(section, "fields"), k, field) {
      complete_field(request, field);
    }
  }
  json_object_update(out, act);
  if (request->record == NULL) {
    char id[BH_ID_LEN + 1];
    bh_office_make_id(call->office, id);
    json_object_set_new(out, "record", json_string(id));
    json_t *attach = json_array_size(json_object_get(out, "files")) > 0
                         ? bh_office_attachable(call, id, request->kind)
                         : NULL;
    if (attach != NULL)
      json_object_set_new(out, "attach", attach);
  }
  const char *shown = request->record != NULL ? request->record : request->origin;
  json_object_set_new(out, "title", json_string(bh_office_name(call, shown)));
  return out;
}

json_t *bh_office_form(BhOfficeCall *call, GError **error)
{
  g_auto(Request) request = {0};
  const char *id = bh_json_string_or(call->body, "record", NULL);
  call->only_asks = TRUE;
  gboolean read = id != NULL ? read_existing(call, id, BH_ACCESS_RECORD, NULL, &request, error)
                             : read_creation(call, &request, error);
  return read ? draw_form(&request) : NULL;
}

/* --- doing an act --- */

static json_t *make_ops(const Request *request, const char *id)
{
  return json_pack("[{s:s,s:s,s:O}]", "record", id, "kind", bh_kind_get_name(request->kind), "set",
                   bh_form_get_set(request->form));
}

/* Whether the stored record has all values that the person gave in the form. */
static gboolean has_given_values(const Request *request, const json_t *stored)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)bh_form_get_set(request->form), name, value) {
    json_t *other = json_object_get(stored, name);
    if (bh_form_has_field(request->form, name) && (other == NULL || !json_equal(other, value)))
      return FALSE;
  }
  return TRUE;
}

/* Answers the making of a record that exists already. The same record of the same person is a
 * success: the answer to the first request was lost, or the button was pressed twice. */
static json_t *answer_repeated(const Request *request, const BhCachedRecord *known, GError **error)
{
  BhOfficeCall *call = request->call;
  gboolean is_own = FALSE;
  if (!bh_office_store_is_made_by(call->db, request->made, call->staff, &is_own, error))
    return NULL;
  if (is_own && strcmp(known->kind, bh_kind_get_name(request->kind)) == 0) {
    if (has_given_values(request, known->values))
      return json_pack("{s:s,s:b}", "record", request->made, "repeated", 1);
    /* The page offers to open the record, so that the new values can be entered there. */
    call->more = json_pack("{s:s}", "record", request->made);
  }
  g_set_error_literal(error, BH_ERROR, BH_ERROR_CHAIN,
                      "record: a record with this id exists already, with other values");
  return NULL;
}

/* The record with the new id, if it exists already. */
static const BhCachedRecord *find_made(const Request *request)
{
  return bh_value_cache_find(request->call->cache, request->made, NULL);
}

static json_t *write_creation(const Request *request, GError **error)
{
  g_autoptr(GError) refused = NULL;
  g_autoptr(json_t) ops = make_ops(request, request->made);
  BhOfficeChange change = {.call = request->call,
                           .record = request->made,
                           .creates = TRUE,
                           .ops = ops,
                           .files = request->files};
  bh_office_add_file_ops(request->call, request->files, ops);
  json_t *done = bh_office_write_change(&change, &refused);
  /* Another request for the same id may have been faster. */
  const BhCachedRecord *known =
      g_error_matches(refused, BH_ERROR, BH_ERROR_CHAIN) ? find_made(request) : NULL;
  if (known != NULL)
    return answer_repeated(request, known, error);
  if (refused != NULL)
    g_propagate_error(error, g_steal_pointer(&refused));
  return done;
}

/* Reads the id of the new record and what makes it. */
static gboolean read_new(BhOfficeCall *call, Request *request, GError **error)
{
  request->made = bh_json_get_string(call->body, "record", WHERE, error);
  if (request->made == NULL)
    return FALSE;
  if (bh_id_is_valid(request->made))
    return read_creation(call, request, error);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                      WHERE ": \"record\" must be a new id, a UUID in lower case");
  return FALSE;
}

json_t *bh_office_create(BhOfficeCall *call, GError **error)
{
  g_auto(Request) request = {0};
  if (!read_new(call, &request, error))
    return NULL;
  const BhCachedRecord *known = find_made(&request);
  if (known != NULL) {
    json_t *answer = answer_repeated(&request, known, error);
    /* A page that did not get the first answer has sent its files again. */
    bh_office_release_files(call, bh_office_take_files(call, request.made, NULL), answer != NULL);
    return answer;
  }
  request.files = bh_office_take_files(call, request.made, error);
  if (request.files == NULL)
    return NULL;
  json_t *done = is_possible(&request, error) ? write_creation(&request, error) : NULL;
  bh_office_release_files(call, request.files, done != NULL);
  return done;
}

json_t *bh_office_begin_file(BhOfficeCall *call, GError **error)
{
  g_auto(Request) request = {0};
  return read_new(call, &request, error)
             ? bh_office_begin_for_new(call, request.made, request.kind, error)
             : NULL;
}

json_t *bh_office_act(BhOfficeCall *call, GError **error)
{
  g_auto(Request) request = {0};
  const char *id = bh_office_get_argument(call, "id");
  const char *covers = bh_json_get_string(call->body, "covers", WHERE, error);
  if (covers == NULL || !read_existing(call, id, NULL, covers, &request, error) ||
      !is_possible(&request, error))
    return NULL;
  g_autoptr(json_t) ops = make_ops(&request, id);
  const BhTransition *step = bh_act_get_transition(request.act);
  if (step != NULL && !bh_office_add_step_review(call, id, request.kind, step, covers, ops, error))
    return NULL;
  BhOfficeChange change = {.call = call, .record = id, .covers = covers, .ops = ops};
  return bh_office_write_change(&change, error);
}

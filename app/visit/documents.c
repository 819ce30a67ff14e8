/* Makes, issues and serves the documents of a visit. Which hazards belong on which order is decided
 * in orders.c, the layout in app/paper. Start at bh_documents_make. */
#include "app/visit/documents.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/paper/code.h"
#include "app/paper/paper.h"
#include "app/user-error.h"
#include "app/visit/missing-glyphs.h"
#include "app/visit/orders.h"
#include "app/visit/visit.h"
#include "schema/error.h"
#include "schema/freeze.h"
#include "schema/signed-text.h"
#include "schema/workflow.h"

#define PAPERS "papers" /* value of "page" in the kinds, for the steps that this file takes */

void bh_documents_request_free(BhDocumentsRequest *request)
{
  if (request == NULL)
    return;
  g_free(request->author);
  g_free(request->inspection);
  json_decref(request->form);
  g_free(request->confirmed_by);
  g_free(request->confirmed_by_second);
  g_free(request);
}

gboolean bh_documents_find_types(const BhKindSet *kinds, BhPaperType *record, BhPaperType *order,
                                 GError **error)
{
  if (bh_paper_type_find_both(kinds, record, order))
    return TRUE;
  bh_user_error_set_old_kinds(error);
  return FALSE;
}

/* Record ids of the visit's documents of this type; borrowed, free the array. */
static GPtrArray *list_documents(const json_t *visit, const BhPaperType *type)
{
  GPtrArray *ids = g_ptr_array_new();
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "documents"), i, row) {
    if (strcmp(bh_json_string_or(json_object_get(row, "values"), "doc_type", ""), type->code) == 0)
      g_ptr_array_add(ids, (gpointer)bh_json_string_or(row, "id", ""));
  }
  return ids;
}

/* Adds the number that the store gives the document when it is saved, so that the paper contains
 * it. The caller must save before anything else takes a number: both run in one call on the store's
 * thread. */
static gboolean add_number(BhDevice *device, const char *record, json_t *set, GError **error)
{
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:O}]", "record", record, "kind", "document", "set", set);
  g_autoptr(json_t) numbered = bh_device_preview_numbers(device, ops, error);
  if (numbered == NULL)
    return FALSE;
  json_object_update(set, json_object_get(json_array_get(numbered, 0), "set"));
  return TRUE;
}

static char *save_one(BhDevice *device, const char *author, const char *record, const char *kind,
                      json_t *set, GError **error)
{
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", kind, "set", set);
  return bh_device_save(device, author, ops, 0, error);
}

/* Checks a change of a document. When the kinds find problems, fails with BH_ERROR_INVALID and the
 * texts of the problems, one per line. */
static gboolean check_change(BhDevice *device, const BhDocumentsRequest *request,
                             const char *record, const char *kind, const json_t *set,
                             GError **error)
{
  g_autoptr(json_t) problems = bh_device_check(device, request->author, record, kind, set, error);
  if (problems == NULL)
    return FALSE;
  if (json_array_size(problems) == 0)
    return TRUE;
  GString *text = g_string_new(NULL);
  gsize i;
  json_t *problem;
  json_array_foreach(problems, i, problem) {
    g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "",
                           bh_json_string_or(problem, request->lang, ""));
  }
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, text->str);
  g_string_free(text, TRUE);
  return FALSE;
}

/* --- draft with frozen fields --- */

static json_t *freeze_document(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                               const json_t *document, const json_t *hazards, gboolean to_sign,
                               gint64 now_ms, GError **error)
{
  g_autoptr(BhChecklist) checklist = bh_visit_dup_checklist(visit);
  g_autoptr(json_t) participants = bh_visit_dup_row_values(visit, "participants");
  BhPaperFacts facts = {
      .kinds = kinds,
      .document = document,
      .inspection_id = inspection,
      .inspection = bh_visit_get_values(visit, "inspection"),
      .enterprise = bh_visit_get_values(visit, "enterprise"),
      .unit = bh_visit_get_values(visit, "unit"),
      .refs = json_object_get(visit, "refs"),
      .participants = participants,
      .hazards = hazards,
      .checklist = checklist,
      .checklist_name = bh_json_string_or(bh_visit_get_values(visit, "checklist"), "name", NULL),
      .issued_ms = now_ms,
      .to_sign = to_sign};
  return bh_paper_freeze(&facts, error);
}

json_t *bh_documents_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                            const json_t *document, const json_t *hazards, gint64 now_ms,
                            GError **error)
{
  return freeze_document(visit, kinds, inspection, document, hazards, FALSE, now_ms, error);
}

json_t *bh_documents_freeze_to_sign(const json_t *visit, const BhKindSet *kinds,
                                    const char *inspection, gint64 now_ms, GError **error)
{
  BhPaperType record, order;
  if (!bh_documents_find_types(kinds, &record, &order, error))
    return NULL;
  g_autoptr(json_t) document = json_pack("{s:s}", "doc_type", record.code);
  g_autoptr(json_t) hazards = bh_visit_dup_row_values(visit, "hazards");
  return freeze_document(visit, kinds, inspection, document, hazards, TRUE, now_ms, error);
}

/* Freezes the record of the visit. After the visit was signed, the frozen fields are those that
 * were signed, even if records have changed since. */
static json_t *freeze_record(const BhDocumentsRequest *request, const json_t *visit,
                             const BhKindSet *kinds, const json_t *set, GError **error)
{
  g_autoptr(json_t) hazards = bh_visit_dup_row_values(visit, "hazards");
  const json_t *signed_facts =
      json_object_get(bh_visit_get_values(visit, "inspection"), "signed_facts");
  g_autoptr(json_t) current =
      bh_documents_freeze(visit, kinds, request->inspection, set, hazards, request->now_ms, error);
  if (current == NULL || !json_is_object(signed_facts))
    return g_steal_pointer(&current);
  return bh_paper_complete(signed_facts, current, error);
}

static json_t *freeze_hazards(const BhDocumentsRequest *request, const json_t *visit,
                              const BhKindSet *kinds, const BhPaperType *type, json_t *set,
                              GError **error)
{
  if (type->names == NULL)
    return freeze_record(request, visit, kinds, set, error);
  json_t *ids = json_array();
  json_object_set_new(set, type->names, ids);
  guint taken = 0;
  g_autoptr(GPtrArray) left = bh_orders_list_without_order(visit, kinds);
  json_t *frozen = bh_orders_freeze(visit, kinds, request->inspection, set, left, 0, &taken,
                                    request->now_ms, error);
  for (guint i = 0; frozen != NULL && i < taken; i++)
    json_array_append(ids, json_object_get(g_ptr_array_index(left, i), "id"));
  return frozen;
}

/* Fails when text has missing glyphs, unless a person agreed to placeholders. For the record of the
 * visit, the placeholders that people agreed to when it was signed are allowed (app/visit/sign.c).
 */
static gboolean check_glyphs(const BhDocumentsRequest *request, const json_t *visit,
                             const BhKindSet *kinds, const BhPaperType *type, const json_t *frozen,
                             GError **error)
{
  const json_t *signed_facts =
      json_object_get(bh_visit_get_values(visit, "inspection"), "signed_facts");
  if (request->allow_placeholders)
    return TRUE;
  g_autofree char *agreed =
      type->names == NULL ? bh_missing_glyphs_dup_lines(signed_facts, kinds, request->lang, NULL)
                          : NULL;
  g_autofree char *lines = bh_missing_glyphs_dup_lines(frozen, kinds, request->lang, agreed);
  if (*lines == '\0')
    return TRUE;
  g_set_error_literal(error, BH_USER_ERROR, BH_USER_ERROR_MISSING_GLYPHS, lines);
  return FALSE;
}

static char *freeze(BhDevice *device, const BhDocumentsRequest *request, const json_t *visit,
                    const BhKindSet *kinds, const BhPaperType *type, const char *record,
                    GError **error)
{
  const BhTransition *step = bh_workflow_find_page(type->kind, NULL, PAPERS);
  if (step == NULL) {
    bh_user_error_set_old_kinds(error);
    return NULL;
  }
  g_autoptr(json_t) set = json_pack(
      "{s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "inspection", request->inspection, "enterprise",
      bh_json_string_or(bh_visit_get_values(visit, "inspection"), "enterprise", ""), "doc_type",
      type->code, "title", type->title, "drafted_by", request->author, "issued_at",
      (json_int_t)request->now_ms, "state", bh_transition_get_to(step));
  if (type->names != NULL)
    json_object_update(set, request->form);
  if (request->clock_poor) {
    json_object_set_new(set, "clock_poor", json_true());
    json_object_set_new(set, "dates_confirmed_by", json_string(request->confirmed_by));
    json_object_set_new(set, "dates_confirmed_by_second",
                        json_string(request->confirmed_by_second));
  }
  if (!check_change(device, request, record, "document", set, error) ||
      !add_number(device, record, set, error))
    return NULL;
  json_t *frozen = freeze_hazards(request, visit, kinds, type, set, error);
  if (frozen != NULL && !check_glyphs(request, visit, kinds, type, frozen, error))
    g_clear_pointer(&frozen, json_decref);
  if (frozen == NULL)
    return NULL;
  g_autofree char *digest = bh_signed_text_dup_digest(frozen);
  json_object_set_new(set, "signed_sha256", json_string(digest));
  json_object_set_new(set, "frozen", frozen);
  return save_one(device, request->author, record, "document", json_incref(set), error);
}

/* --- paper --- */

static char *find_file(const char *sha256, gpointer data)
{
  return bh_device_dup_file_path(data, sha256);
}

/* Signatures that were given to exactly the text of `frozen`: the document's own signatures when
 * the document is signed for, else those of the visit. A signature given to another text is not
 * printed. */
static json_t *list_signatures(const json_t *visit, const BhPaperType *type, const json_t *frozen)
{
  g_autofree char *digest = bh_signed_text_dup_digest(frozen);
  const char *part = type->receipt != NULL ? "receipts" : "signatures";
  json_t *found = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, part), i, row) {
    json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "shown_sha256", ""), digest) == 0)
      json_array_append(found, values);
  }
  return found;
}

static json_t *render(BhDevice *device, const json_t *visit, const json_t *frozen,
                      const char *entry, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(device);
  BhPaperType type;
  if (!bh_paper_type_find(kinds, bh_json_string_or(frozen, "doc_type", ""), &type)) {
    bh_user_error_set_old_kinds(error);
    return NULL;
  }
  g_autoptr(json_t) about = bh_device_describe(device, error);
  if (about == NULL)
    return NULL;
  g_autofree char *qr = bh_paper_code_make(bh_json_string_or(about, "hub", ""), entry);
  g_autoptr(json_t) values = list_signatures(visit, &type, frozen);
  g_autoptr(json_t) signatures = bh_paper_freeze_signatures(values, json_object_get(visit, "refs"));
  g_autofree char *path = g_build_filename(g_get_tmp_dir(), "bihuan-XXXXXX", NULL);
  int fd = g_mkstemp(path);
  if (fd < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "document: cannot create a temporary file");
    return NULL;
  }
  close(fd);
  BhPaperSource source = {.frozen = frozen,
                          .signatures = signatures,
                          .qr_text = qr,
                          .find_file = find_file,
                          .find_data = device};
  json_t *file = bh_paper_render_document(&source, path, error)
                     ? bh_device_add_file(device, path, error)
                     : NULL;
  g_unlink(path);
  return file;
}

/* --- one document, from wherever it stands --- */

static gboolean advance(BhDevice *device, const BhDocumentsRequest *request, const char *record,
                        const char *state, GError **error)
{
  g_autoptr(json_t) set = json_pack("{s:s}", "state", state);
  if (!check_change(device, request, record, "document", set, error))
    return FALSE;
  g_autofree char *entry =
      save_one(device, request->author, record, "document", json_incref(set), error);
  return entry != NULL;
}

/* Saves a step of a document together with its PDF; sets parent and role of `file`. */
static gboolean save_with_paper(BhDevice *device, const char *author, const char *document,
                                json_t *set, json_t *file, GError **error)
{
  char id[BH_ID_LEN + 1];
  bh_device_make_id(device, id);
  json_object_set_new(file, "parent", json_string(document));
  json_object_set_new(file, "role", json_string("document"));
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:O}, {s:s, s:s, s:O}]", "record", document, "kind", "document", "set",
                set, "record", id, "kind", "file", "set", file);
  g_autofree char *entry = bh_device_save(device, author, ops, 0, error);
  return entry != NULL;
}

static gboolean issue(BhDevice *device, const BhDocumentsRequest *request, const char *record,
                      const char *state, json_t *file, GError **error)
{
  g_autoptr(json_t) set = json_pack("{s:s}", "state", state);
  if (!check_change(device, request, record, "document", set, error))
    return FALSE;
  json_object_set(set, "pdf", json_object_get(file, "sha256"));
  return save_with_paper(device, request->author, record, set, file, error);
}

/* Id of the entry that froze the fields, from the record's history on this device; g_free. NULL
 * when another device made the document. */
static char *dup_freezing_entry(BhDevice *device, const char *record)
{
  g_autoptr(json_t) history = bh_device_history(device, record, NULL);
  char *entry = NULL;
  gsize i;
  json_t *item;
  json_array_foreach(history, i, item) {
    gsize j;
    json_t *set;
    json_array_foreach(json_object_get(item, "sets"), j, set) {
      if (strcmp(bh_json_string_or(set, "key", ""), "frozen") == 0 && entry == NULL)
        entry = g_strdup(bh_json_string_or(item, "entry", ""));
    }
  }
  return entry;
}

/* The step with which the making of the document goes on from `state`; NULL: it is issued, or waits
 * for the office. */
static const BhTransition *find_next(const BhKind *kind, const json_t *values, const char *state)
{
  BhContext context = {.values = values};
  return bh_workflow_find_page_for(kind, state, PAPERS, &context);
}

/* Takes the steps from `step` on, up to the one before the last. Returns the last step, which
 * issues the document or leaves it to the office; NULL with an error. */
static const BhTransition *approve(BhDevice *device, const BhDocumentsRequest *request,
                                   const BhKind *kind, const char *record, const json_t *values,
                                   const BhTransition *step, GError **error)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len;
       i++) { /* at most as many steps as states, because declared steps may form a circle */
    const char *to = bh_transition_get_to(step);
    const BhTransition *next = find_next(kind, values, to);
    if (next == NULL)
      break;
    if (!advance(device, request, record, to, error))
      return NULL;
    step = next;
  }
  return step;
}

static gboolean make_one(BhDevice *device, const BhDocumentsRequest *request, const json_t *visit,
                         const BhKindSet *kinds, const BhPaperType *type, const char *existing,
                         char out[BH_ID_LEN + 1], GError **error)
{
  g_autofree char *entry = NULL;
  if (existing != NULL) {
    g_strlcpy(out, existing, BH_ID_LEN + 1);
    entry = dup_freezing_entry(device, out);
  } else {
    bh_device_make_id(device, out);
    entry = freeze(device, request, visit, kinds, type, out, error);
  }
  if (entry == NULL) {
    if (error != NULL && *error == NULL)
      g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                  "document: the entry that froze it is not on this device");
    return FALSE;
  }
  g_autoptr(json_t) record = bh_device_get(device, out, error);
  if (record == NULL)
    return FALSE;
  const json_t *values = json_object_get(record, "values");
  const char *state = bh_json_string_or(values, "state", "");
  const BhTransition *step = find_next(type->kind, values, state);
  if (step == NULL)
    return TRUE; /* no step is left: the document was issued before, or waits for the office */
  if (!check_glyphs(request, visit, kinds, type, json_object_get(values, "frozen"), error))
    return FALSE;
  step = approve(device, request, type->kind, out, values, step, error);
  if (step == NULL)
    return FALSE;
  if (!bh_transition_sets(step, "pdf"))
    return advance(device, request, out, bh_transition_get_to(step), error);
  g_autoptr(json_t) file = render(device, visit, json_object_get(values, "frozen"), entry, error);
  return file != NULL && issue(device, request, out, bh_transition_get_to(step), file, error);
}

/* Takes the step that marks a hazard as ordered, for the hazards that the order names and that wait
 * for an order. */
static gboolean order_hazards(BhDevice *device, const BhDocumentsRequest *request,
                              const BhKindSet *kinds, const json_t *named, const char *document,
                              GError **error)
{
  const BhKind *kind = bh_kind_set_find(kinds, "hazard");
  g_autoptr(json_t) ops = json_array();
  gsize i;
  json_t *item;
  json_array_foreach((json_t *)named, i, item) {
    const char *id = json_string_value(item);
    g_autoptr(json_t) hazard = bh_device_get(device, id, NULL);
    const char *state = bh_json_string_or(json_object_get(hazard, "values"), "state", "");
    const BhTransition *step = bh_workflow_find_page(kind, state, PAPERS);
    if (step != NULL)
      json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s, s:s}}", "record", id, "kind",
                                           "hazard", "set", "order", document, "state",
                                           bh_transition_get_to(step)));
  }
  return bh_visit_save_ops(device, request->author, ops, error);
}

static gboolean add_document(BhDevice *device, const BhDocumentsRequest *request,
                             const BhKindSet *kinds, const BhPaperType *type, const char *id,
                             json_t *documents, GError **error)
{
  g_autoptr(json_t) record = bh_device_get(device, id, error);
  const json_t *values = json_object_get(record, "values");
  const char *pdf = bh_json_string_or(values, "pdf", "");
  /* A document that waits for the office has no paper: its hazards are not ordered yet. */
  if (record == NULL ||
      (type->names != NULL && *pdf != '\0' &&
       !order_hazards(device, request, kinds, json_object_get(values, type->names), id, error)))
    return FALSE;
  json_array_append_new(documents, json_pack("{s:s, s:s, s:s, s:b}", "id", id, "doc_type",
                                             type->code, "pdf", pdf, "waits", *pdf == '\0'));
  return TRUE;
}

/* Completes orders that were begun before, then makes new ones until every hazard is on one. */
static gboolean make_orders(BhDevice *device, const BhDocumentsRequest *request,
                            const BhKindSet *kinds, const BhPaperType *type,
                            const json_t *old_visit, json_t *documents, GError **error)
{
  char id[BH_ID_LEN + 1];
  g_autoptr(GPtrArray) begun = list_documents(old_visit, type);
  for (guint i = 0; i < begun->len; i++)
    if (!make_one(device, request, old_visit, kinds, type, g_ptr_array_index(begun, i), id,
                  error) ||
        !add_document(device, request, kinds, type, id, documents, error))
      return FALSE;
  while (TRUE) {
    g_autoptr(json_t) visit = bh_visit_load(device, request->author, request->inspection, error);
    if (visit == NULL)
      return FALSE;
    g_autoptr(GPtrArray) left = bh_orders_list_without_order(visit, kinds);
    if (left->len == 0)
      return TRUE;
    if (!make_one(device, request, visit, kinds, type, NULL, id, error) ||
        !add_document(device, request, kinds, type, id, documents, error))
      return FALSE;
  }
}

void bh_documents_set_too_long_error(const json_t *visit, GError **error)
{
  g_set_error(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE,
              _("The paper would hold more than %d bytes of text: this visit has %u hazards. "
                "Shorten their descriptions, or record the rest in another inspection."),
              BH_PAPER_FROZEN_MAX, (guint)json_array_size(json_object_get(visit, "hazards")));
}

/* Replaces a BH_ERROR_LIMIT by a BH_USER_ERROR that says which limit was exceeded and what the
 * person can do. */
static void explain_limit(const json_t *visit, GError **error)
{
  if (error == NULL || !g_error_matches(*error, BH_ERROR, BH_ERROR_LIMIT))
    return;
  g_clear_error(error);
  bh_documents_set_too_long_error(visit, error);
}

json_t *bh_documents_make(BhDevice *device, const BhDocumentsRequest *request, GError **error)
{
  char id[BH_ID_LEN + 1];
  BhPaperType record, order;
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(device);
  if (!bh_documents_find_types(kinds, &record, &order, error))
    return NULL;
  g_autoptr(json_t) visit = bh_visit_load(device, request->author, request->inspection, error);
  if (visit == NULL)
    return NULL;
  g_autoptr(json_t) documents = json_array();
  g_autoptr(GPtrArray) records = list_documents(visit, &record);
  const char *existing = records->len > 0 ? g_ptr_array_index(records, 0) : NULL;
  if (!make_one(device, request, visit, kinds, &record, existing, id, error) ||
      !add_document(device, request, kinds, &record, id, documents, error) ||
      (request->order && !make_orders(device, request, kinds, &order, visit, documents, error))) {
    explain_limit(visit, error);
    return NULL;
  }
  return json_pack("{s:O}", "documents", documents);
}

/* --- service --- */

void bh_service_request_free(gpointer data)
{
  BhServiceRequest *request = data;
  g_free(request->author);
  g_free(request->inspection);
  g_free(request->document);
  json_decref(request->set);
  g_free(request);
}

/* Checks the step that serves the order. Returns an array of problems, empty when there are none.
 */
static json_t *check_service(BhDevice *device, const BhServiceRequest *request, GError **error)
{
  return bh_device_check(device, request->author, request->document, "document", request->set,
                         error);
}

/* Renders the paper with its signatures, a new reference. NULL without an error for an order that
 * another device made: the entry for its QR code, and possibly the pictures of its signatures, are
 * not on this device. */
static json_t *render_served(BhDevice *device, const BhServiceRequest *request, GError **error)
{
  g_autofree char *entry = dup_freezing_entry(device, request->document);
  if (entry == NULL)
    return NULL;
  g_autoptr(json_t) visit = bh_visit_load(device, request->author, request->inspection, error);
  g_autoptr(json_t) record = visit != NULL ? bh_device_get(device, request->document, error) : NULL;
  return record != NULL
             ? render(device, visit, json_object_get(json_object_get(record, "values"), "frozen"),
                      entry, error)
             : NULL;
}

json_t *bh_documents_serve(BhDevice *device, const BhServiceRequest *request, GError **error)
{
  gboolean receipt = strcmp(bh_json_string_or(request->set, "service_method", ""), "signed") == 0;
  g_autoptr(GError) failed = NULL;
  g_autoptr(json_t) result = check_service(device, request, error);
  if (result == NULL || json_array_size(result) > 0)
    return g_steal_pointer(&result);
  g_autoptr(json_t) file = receipt ? render_served(device, request, &failed) : NULL;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  g_autoptr(json_t) set = json_copy(request->set);
  gboolean saved;
  if (file != NULL) {
    json_object_set(set, "served_pdf", json_object_get(file, "sha256"));
    saved = save_with_paper(device, request->author, request->document, set, file, error);
  } else {
    g_autofree char *entry =
        save_one(device, request->author, request->document, "document", json_incref(set), error);
    saved = entry != NULL;
  }
  return saved ? g_steal_pointer(&result) : NULL;
}

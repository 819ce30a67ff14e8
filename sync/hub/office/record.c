/* The page of one record at the office: its sections, conflicts, files, children, related records
 * and reviews, and the acts that are open to the person. Start at bh_office_record. */
#include "sync/hub/access/access.h"
#include "sync/hub/cases/cases.h"
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/compute.h"
#include "schema/error.h"
#include "schema/kind-export.h"
#include "schema/kind-rules.h"
#include "schema/url.h"
#include "schema/worksheet.h"
#include "sync/hub/ingest/ingest.h"
#include "sync/hub/log/log.h"
#include "sync/hub/office/office-store.h"
#include "sync/hub/records/records.h"

#define CHILDREN_PAGE 200    /* rows that are read at a time */
#define CHILDREN_MAX 2000    /* rows of one list on the page */
#define RELATED_SHOWN 50     /* rows of one related kind */
#define RELATED_COUNTED 1000 /* related records that are counted */
#define REPORTS_MAX 50
#define CHANGED_SHOWN 10 /* records that changed since the last review */

/* --- checklist answers --- */

static const json_t *answer_of(const json_t *values, const char *field, const char *item)
{
  g_autofree char *key = g_strdup_printf("%s/%s", field, item);
  return json_object_get(values, key);
}

static json_t *answer_row(BhOfficeCall *call, const char *item_no, const BhChecklistItem *item,
                          const json_t *value)
{
  const char *code = bh_json_string_or(value, "answer", "unchecked");
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  bh_answer_from_code(code, &answer);
  return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b}", "item", item_no, "section",
                   item != NULL ? item->section : "", "check", item != NULL ? item->check : "",
                   "answer", code, "answer_label", bh_answer_label(answer, call->lang), "note",
                   bh_json_string_or(value, "note", ""), "bulk",
                   json_is_true(json_object_get(value, "bulk")), "major",
                   item != NULL && item->major_candidate);
}

/* The answers in the order of the checklist, then answers to items that the checklist does not
 * have. */
static json_t *answers_of(BhOfficeCall *call, const BhKind *kind, const char *field,
                          const json_t *values)
{
  json_t *rows = json_array();
  g_autoptr(GHashTable) done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(BhChecklist) list = bh_office_load_checklist(call, kind, values);
  for (gsize i = 0; list != NULL && i < bh_checklist_count(list); i++) {
    const BhChecklistItem *item = bh_checklist_get(list, i);
    const json_t *value = answer_of(values, field, item->item_no);
    if (value == NULL)
      continue;
    json_array_append_new(rows, answer_row(call, item->item_no, item, value));
    g_hash_table_add(done, g_strdup(item->item_no));
  }
  g_autofree char *prefix = g_strconcat(field, "/", NULL);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    if (g_str_has_prefix(key, prefix) && !g_hash_table_contains(done, key + strlen(prefix)))
      json_array_append_new(rows, answer_row(call, key + strlen(prefix), NULL, value));
  }
  return rows;
}

/* --- sections --- */

/* The row of a computed field; without a text when it has no value. */
static json_t *computed_row(BhOfficeCall *call, const BhField *field, const json_t *computed)
{
  const char *name = bh_field_get_name(field);
  const json_t *item = json_object_get(computed, name);
  g_autofree char *text = bh_computed_format(field, item, call->lang);
  json_t *row = json_pack("{s:s,s:s,s:s,s:s,s:b}", "key", name, "label",
                          bh_field_get_label(field, call->lang), "type",
                          bh_field_get_type_name(field), "text", text, "computed", 1);
  if (bh_field_is_personal(field))
    json_object_set_new(row, "personal", json_true());
  return row;
}

static json_t *field_row(BhOfficeCall *call, BhRecord *record, const BhField *field,
                         const json_t *values)
{
  const char *name = bh_field_get_name(field);
  const json_t *value = json_object_get(values, name);
  g_autofree char *text = bh_office_format(call, field, value);
  json_t *row =
      json_pack("{s:s,s:s,s:s,s:s}", "key", name, "label", bh_field_get_label(field, call->lang),
                "type", bh_field_get_type_name(field), "text", text);
  if (bh_field_is_personal(field))
    json_object_set_new(row, "personal", json_true());
  if (bh_record_is_withheld(record, name))
    json_object_set_new(row, "withheld", json_true());
  if (bh_field_is_sealed(field)) {
    BhContext context;
    bh_office_context(call, bh_record_get_id(record), values, &context);
    json_object_set_new(row, "sealed", json_true());
    json_object_set_new(row, "may_open", json_boolean(bh_field_may_open(field, &context)));
  }
  if (bh_record_has_conflict(record, name))
    json_object_set_new(row, "conflict", json_true());
  if (bh_field_get_type(field) == BH_FIELD_REF && json_is_string(value) &&
      bh_office_show(call, json_string_value(value), NULL))
    json_object_set(row, "ref", (json_t *)value);
  if (bh_field_get_type(field) == BH_FIELD_ITEMS)
    json_object_set_new(
        row, "answers",
        answers_of(call, bh_kind_set_find(call->kinds, bh_record_get_kind(record)), name, values));
  g_autoptr(BhProblem) doubt = bh_field_find_doubt(field, value);
  if (doubt != NULL)
    json_object_set_new(
        row, "doubt", json_string(strcmp(call->lang, "en") == 0 ? doubt->text_en : doubt->text_zh));
  if (bh_field_get_type(field) == BH_FIELD_URL && json_is_string(value) &&
      bh_url_check(json_string_value(value), NULL))
    json_object_set(row, "link", (json_t *)value);
  if (bh_field_get_type(field) == BH_FIELD_PLACE && value != NULL)
    json_object_set(row, "place", (json_t *)value);
  return row;
}

/* Whether a row has something to show. */
static gboolean has_content(const json_t *row)
{
  return bh_json_string_or(row, "text", "")[0] != '\0' || json_object_get(row, "withheld") ||
         json_object_get(row, "conflict") || json_array_size(json_object_get(row, "answers")) > 0;
}

/* Whether the page shows fields of this type. JSON and hashes are for programs; the history shows
 * that they were set. */
static gboolean is_readable(const BhField *field)
{
  BhFieldType type = bh_field_get_type(field);
  return type != BH_FIELD_JSON && type != BH_FIELD_HASH;
}

/* Whether the page shows the field in the sections of a record. A worksheet has a place of its
 * own. */
static gboolean is_in_sections(const BhKind *kind, const BhField *field)
{
  return is_readable(field) && field != bh_worksheet_find(kind);
}

/* Adds the row of a field if it has a value or the form offers it. `done`: names of the fields that
 * were added before. */
static void add_field(BhOfficeCall *call, BhRecord *record, const BhField *field,
                      const BhContext *context, const json_t *computed, json_t *rows,
                      GHashTable *done)
{
  if (field == NULL || !g_hash_table_add(done, (gpointer)bh_field_get_name(field)) ||
      !is_in_sections(context->kind, field))
    return;
  json_t *row = bh_field_is_computed(field) ? computed_row(call, field, computed)
                                            : field_row(call, record, field, context->values);
  gboolean filled = has_content(row);
  if (!filled)
    json_object_set_new(row, "empty", json_true());
  if (!filled && bh_field_is_required(field, context))
    json_object_set_new(row, "missing", json_true());
  gboolean offered = bh_field_is_in_form(field) && !bh_field_is_retired(field) &&
                     bh_field_is_shown(field, context);
  if (filled || offered)
    json_array_append_new(rows, row);
  else
    json_decref(row);
}

static void add_section(json_t *sections, const char *name, const char *label, json_t *rows)
{
  if (json_array_size(rows) > 0)
    json_array_append_new(sections,
                          json_pack("{s:s,s:s,s:O}", "name", name, "label", label, "rows", rows));
}

static json_t *sections_of(BhOfficeCall *call, BhRecord *record, const BhKind *kind,
                           const BhContext *context)
{
  json_t *sections = json_array();
  g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
  const json_t *declared = json_object_get(bh_kind_get_declaration(kind), "sections");
  g_autoptr(json_t) computed = bh_kind_compute_shown(kind, context);
  gsize index;
  json_t *section;
  json_array_foreach((json_t *)declared, index, section) {
    g_autoptr(json_t) rows = json_array();
    gsize nr;
    json_t *name;
    json_array_foreach(json_object_get(section, "fields"), nr, name) {
      add_field(call, record, bh_kind_find_field(kind, json_string_value(name)), context, computed,
                rows, done);
    }
    const json_t *label = json_object_get(section, "label");
    add_section(sections, bh_json_string_or(section, "name", ""),
                bh_json_string_or(label, call->lang, ""), rows);
  }
  g_autoptr(json_t) rest = json_array();
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    if (json_object_get(context->values, bh_field_get_name(field)) != NULL ||
        json_object_get(computed, bh_field_get_name(field)) != NULL ||
        json_array_size(declared) == 0)
      add_field(call, record, field, context, computed, rest, done);
  }
  add_section(sections, "rest", strcmp(call->lang, "en") == 0 ? "More" : "其他", rest);
  return sections;
}

/* --- conflicts --- */

/* One version of a value in conflict, with who entered it, on which device, and when it arrived. */
static json_t *head_of(BhOfficeCall *call, const BhField *field, const json_t *head,
                       const json_t *history)
{
  const char *entry = bh_json_string_or(head, "entry", "");
  const json_t *value = json_object_get(head, "value");
  g_autofree char *text = field != NULL           ? bh_office_format(call, field, value)
                          : json_is_string(value) ? g_strdup(json_string_value(value))
                                                  : bh_json_dump(value);
  json_t *out = json_pack("{s:s,s:s}", "entry", entry, "text", text);
  gsize index;
  json_t *item;
  json_array_foreach((json_t *)history, index, item) {
    if (strcmp(bh_json_string_or(item, "entry", ""), entry) != 0)
      continue;
    g_autofree char *received =
        bh_time_format(json_integer_value(json_object_get(item, "received_ms")));
    json_object_set_new(out, "by", json_string(bh_json_string_or(item, "by_name", "")));
    json_object_set_new(out, "device", json_string(bh_json_string_or(item, "device_name", "")));
    json_object_set_new(out, "received", json_string(received));
  }
  return out;
}

static char *state_text(BhOfficeCall *call, const BhKind *kind, const json_t *value)
{
  const char *state = json_string_value(value);
  return g_strdup(state != NULL ? bh_kind_get_state_label(kind, state, call->lang) : "");
}

/* Whether bh_office_resolve would accept the choice of this head. */
static gboolean may_take(BhOfficeCall *call, const BhKind *kind, const char *key,
                         const json_t *heads, const json_t *head, const BhContext *context)
{
  const char *state = bh_json_string_or(head, "value", NULL);
  if ((call->duties & BH_DUTY_RESOLVE) == 0 || json_is_true(json_object_get(head, "withheld")))
    return FALSE;
  return strcmp(key, "state") != 0 ||
         (state != NULL && bh_judge_may_choose(kind, heads, state, context));
}

static json_t *conflicts_of(BhOfficeCall *call, BhRecord *record, const BhKind *kind)
{
  json_t *out = json_array();
  g_autoptr(GPtrArray) keys = bh_record_list_conflicts(record);
  if (keys->len == 0)
    return out;
  g_autoptr(json_t) history = bh_hub_history(call->hub, call->db, bh_record_get_id(record),
                                             G_MAXINT64, CHILDREN_PAGE, NULL);
  g_autoptr(json_t) values = bh_record_dup_values(record);
  BhContext context;
  bh_office_context(call, bh_record_get_id(record), values, &context);
  for (guint i = 0; i < keys->len; i++) {
    const char *key = g_ptr_array_index(keys, i);
    const BhField *field = bh_kind_find_field(kind, key);
    g_autoptr(json_t) heads = bh_record_dup_head_values(record, key);
    json_t *sides = json_array();
    gsize index;
    json_t *head;
    json_array_foreach(heads, index, head) {
      json_t *side = head_of(call, field, head, history);
      if (strcmp(key, "state") == 0) {
        g_autofree char *label = state_text(call, kind, json_object_get(head, "value"));
        json_object_set_new(side, "text", json_string(label));
      }
      if (json_is_true(json_object_get(head, "withheld")))
        json_object_set_new(side, "withheld", json_true());
      json_object_set_new(side, "may_take",
                          json_boolean(may_take(call, kind, key, heads, head, &context)));
      json_array_append_new(sides, side);
    }
    const char *label = strcmp(key, "state") == 0
                            ? (strcmp(call->lang, "en") == 0 ? "State" : "状态")
                        : field != NULL ? bh_field_get_label(field, call->lang)
                                        : key;
    const char *item = strchr(key, '/');
    json_array_append_new(out, json_pack("{s:s,s:s,s:s,s:o}", "key", key, "label", label, "item",
                                         item != NULL ? item + 1 : "", "heads", sides));
  }
  return out;
}

/* --- files and children --- */

/* All rows of a query, at most about CHILDREN_MAX. *more: whether there are more rows. */
static json_t *list_all(BhOfficeCall *call, json_t *query, gboolean *more, GError **error)
{
  g_autoptr(json_t) rows = json_array();
  json_object_set_new(query, "limit", json_integer(CHILDREN_PAGE));
  do {
    g_autoptr(json_t) page = bh_office_list(call, query, error);
    if (page == NULL)
      return NULL;
    json_array_extend(rows, json_object_get(page, "rows"));
    json_t *after = json_object_get(page, "after");
    *more = json_is_string(after);
    if (*more)
      json_object_set(query, "after", after);
  } while (*more && json_array_size(rows) < CHILDREN_MAX);
  return g_steal_pointer(&rows);
}

static json_t *list_rows(BhOfficeCall *call, const char *kind, const char *parent, gboolean *more,
                         GError **error)
{
  g_autoptr(json_t) query = json_pack("{s:s,s:s}", "kind", kind, "parent", parent);
  return list_all(call, query, more, error);
}

json_t *bh_office_files(BhOfficeCall *call, const char *record, GError **error)
{
  gboolean more;
  g_autoptr(json_t) found = list_rows(call, "file", record, &more, error);
  if (found == NULL)
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, "file");
  json_t *out = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(found, index, row) {
    const char *id = bh_json_string_or(row, "id", "");
    const json_t *values = bh_office_values(call, id);
    const char *sha256 = bh_json_string_or(values, BH_FILE_HASH, NULL);
    if (sha256 == NULL || kind == NULL)
      continue;
    g_autofree char *media_type = NULL;
    g_autofree char *path = bh_hub_dup_file_path(call->hub, call->db, sha256, &media_type, NULL);
    const BhField *role = bh_kind_find_field(kind, "role");
    const BhField *taken = bh_kind_find_field(kind, "taken_at");
    const BhField *place = bh_kind_find_field(kind, "position");
    g_autofree char *role_text = bh_office_format(call, role, json_object_get(values, "role"));
    g_autofree char *taken_text =
        bh_office_format(call, taken, json_object_get(values, "taken_at"));
    g_autofree char *place_text =
        bh_office_format(call, place, json_object_get(values, "position"));
    json_t *file =
        json_pack("{s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:O*}", "record", id, "sha256", sha256, "here",
                  path != NULL, "media_type", bh_json_string_or(values, "media_type", ""), "role",
                  role_text, "note", bh_json_string_or(values, "note", ""), "taken", taken_text,
                  "place", place_text, "size", json_object_get(values, "size"));
    json_object_set(file, "role_code", json_object_get(values, "role"));
    json_array_append_new(out, file);
  }
  return out;
}

/* The fields of the lines with which the page of another record shows a record of the kind: those
 * of its form "brief", else the columns of its "list" without the parent. Free the array. */
static GPtrArray *list_brief_fields(const BhKind *kind)
{
  GPtrArray *fields = bh_kind_list_form(kind, "brief");
  if (fields->len > 0)
    return fields;
  gsize index;
  json_t *name;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "list"), index, name) {
    const BhField *field = bh_kind_find_field(kind, json_string_value(name));
    if (field != NULL && g_strcmp0(bh_kind_get_parent_field(kind), json_string_value(name)) != 0)
      g_ptr_array_add(fields, (gpointer)field);
  }
  return fields;
}

static json_t *brief_of(BhOfficeCall *call, const char *id, const BhKind *kind)
{
  json_t *lines = json_array();
  const json_t *values = bh_office_values(call, id);
  g_autoptr(GPtrArray) fields = list_brief_fields(kind);
  BhContext context;
  bh_office_context(call, id, values, &context);
  g_autoptr(json_t) computed = bh_kind_compute_listed(kind, &context);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *name = bh_field_get_name(field);
    g_autofree char *text =
        bh_field_is_computed(field)
            ? bh_computed_format(field, json_object_get(computed, name), call->lang)
            : bh_office_format(call, field, json_object_get(values, name));
    if (text[0] != '\0')
      json_array_append_new(lines, json_pack("{s:s,s:s}", "label",
                                             bh_field_get_label(field, call->lang), "text", text));
  }
  return lines;
}

static gboolean is_child_kind(const BhKind *child, const char *parent_kind)
{
  const char *field_name = bh_kind_get_parent_field(child);
  const BhField *field = field_name != NULL ? bh_kind_find_field(child, field_name) : NULL;
  return field != NULL && g_strv_contains(bh_field_get_ref_kinds(field), parent_kind);
}

static gboolean add_children(BhOfficeCall *call, const char *id, const BhKind *kind, json_t *out,
                             GError **error)
{
  gboolean more;
  g_autoptr(json_t) found = list_rows(call, bh_kind_get_name(kind), id, &more, error);
  if (found == NULL)
    return FALSE;
  g_autoptr(json_t) rows = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(found, index, row) {
    json_t *item = bh_office_row(call, row);
    json_array_append_new(rows, item);
    const char *child = bh_json_string_or(row, "id", "");
    json_object_set_new(item, "brief", brief_of(call, child, kind));
    json_t *files = bh_office_files(call, child, error);
    if (files == NULL)
      return FALSE;
    json_object_set_new(item, "files", files);
  }
  if (json_array_size(rows) > 0)
    json_array_append_new(out, json_pack("{s:s,s:s,s:b,s:O,s:b}", "kind", bh_kind_get_name(kind),
                                         "label", bh_kind_get_label(kind, call->lang), "first",
                                         bh_kind_get_at_parent(kind) == BH_AT_PARENT_BEFORE, "rows",
                                         rows, "more", more));
  return TRUE;
}

static json_t *children_of(BhOfficeCall *call, const char *id, const char *kind_name,
                           GError **error)
{
  g_autoptr(json_t) out = json_array();
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(call->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    if (bh_kind_get_at_parent(kind) != BH_AT_PARENT_APART && is_child_kind(kind, kind_name) &&
        !add_children(call, id, kind, out, error))
      return NULL;
  }
  return g_steal_pointer(&out);
}

/* Adds the newest records of one related kind and their number. */
static gboolean add_related(BhOfficeCall *call, const char *id, const json_t *relation, json_t *out,
                            GError **error)
{
  const char *kind_name = bh_json_string_or(relation, "kind", "");
  const BhKind *kind = bh_kind_set_find(call->kinds, kind_name);
  g_autoptr(json_t) query = json_pack("{s:s,s:{s:s},s:s,s:i}", "kind", kind_name, "where",
                                      bh_json_string_or(relation, "field", ""), id, "order",
                                      "changed", "limit", RELATED_SHOWN);
  g_autoptr(json_t) page = bh_office_list(call, query, error);
  if (page == NULL)
    return FALSE;
  g_autoptr(json_t) rows = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    json_t *item = bh_office_row(call, row);
    json_object_set_new(item, "brief", brief_of(call, bh_json_string_or(row, "id", ""), kind));
    json_array_append_new(rows, item);
  }
  int total = (int)json_array_size(rows);
  gboolean more = FALSE;
  if (json_is_string(json_object_get(page, "after")) &&
      !bh_hub_count(call->hub, call->db, query, call->staff_values, RELATED_COUNTED, &total, &more,
                    error))
    return FALSE;
  json_array_append_new(out, json_pack("{s:s,s:s,s:O,s:i,s:b}", "kind", kind_name, "label",
                                       bh_kind_get_label(kind, call->lang), "rows", rows, "total",
                                       total, "more", more));
  return TRUE;
}

static json_t *related_to(BhOfficeCall *call, const char *id, const BhKind *kind, GError **error)
{
  g_autoptr(json_t) out = json_array();
  gsize index;
  json_t *relation;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "related"), index, relation) {
    if (!add_related(call, id, relation, out, error))
      return NULL;
  }
  return g_steal_pointer(&out);
}

/* --- reviews --- */

static json_t *labels_of(BhOfficeCall *call, const BhKind *kind, const json_t *keys)
{
  json_t *out = json_array();
  gsize index;
  json_t *key;
  json_array_foreach((json_t *)keys, index, key) {
    const char *name = json_string_value(key);
    const BhField *field = name != NULL ? bh_kind_find_field(kind, name) : NULL;
    if (name != NULL)
      json_array_append_new(
          out, json_string(field != NULL ? bh_field_get_label(field, call->lang) : name));
  }
  return out;
}

static json_t *reviews_of(BhOfficeCall *call, const char *id, const BhKind *kind, GError **error)
{
  const BhKind *review = bh_kind_set_find(call->kinds, BH_REVIEW_KIND);
  gboolean more;
  g_autoptr(json_t) found = list_rows(call, BH_REVIEW_KIND, id, &more, error);
  if (found == NULL)
    return NULL;
  json_t *out = json_array();
  gsize index;
  json_t *row;
  json_array_foreach(found, index, row) {
    const char *review_id = bh_json_string_or(row, "id", "");
    const json_t *values = bh_office_values(call, review_id);
    if (values == NULL || review == NULL)
      continue;
    const char *state = bh_json_string_or(values, "state", "");
    g_autofree char *made = bh_time_format(bh_id_time_ms(review_id));
    json_array_append_new(
        out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", review_id, "decision",
                       bh_json_string_or(values, "decision", ""), "state", state, "state_label",
                       bh_kind_get_state_label(review, state, call->lang), "comment",
                       bh_json_string_or(values, "comment", ""), "answer",
                       bh_json_string_or(values, "answer", ""), "by",
                       bh_office_name(call, bh_json_string_or(values, "reviewer", NULL)), "at",
                       made, "items", labels_of(call, kind, json_object_get(values, "items"))));
  }
  return out;
}

/* --- decisions --- */

/* The review that was made last: that with the largest id, because ids of the hub begin with their
 * time. The list itself is sorted by change. */
static const json_t *find_last(const json_t *reviews)
{
  const json_t *last = NULL;
  gsize index;
  json_t *review;
  json_array_foreach((json_t *)reviews, index, review) {
    if (strcmp(bh_json_string_or(review, "id", ""), bh_json_string_or(last, "id", "")) > 0)
      last = review;
  }
  return last;
}

/* The records that changed after the last closed review, which is why the record is in the inbox
 * again. NULL when nothing changed, when there is no closed review, or with an error. */
static json_t *changed_since(BhOfficeCall *call, const char *id, const json_t *reviews,
                             GError **error)
{
  const json_t *last = find_last(reviews);
  const char *review = bh_json_string_or(last, "id", NULL);
  if (review == NULL || strcmp(bh_json_string_or(last, "state", ""), BH_REVIEW_CLOSED) != 0)
    return NULL;
  const char *covers = bh_json_string_or(bh_office_values(call, review), "covers", "");
  g_autofree char *apart = bh_records_dup_reviewed(call->kinds);
  g_autoptr(json_t) ids =
      bh_office_store_list_changed(call->db, id, apart, covers, review, CHANGED_SHOWN + 1, error);
  if (json_array_size(ids) == 0)
    return NULL;
  json_t *rows = json_array();
  gsize index;
  json_t *item;
  json_array_foreach(ids, index, item) {
    const char *record = json_string_value(item);
    const BhCachedRecord *shown = bh_value_cache_find(call->cache, record, NULL);
    const BhKind *kind = shown != NULL ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
    if (kind != NULL && index < CHANGED_SHOWN)
      json_array_append_new(rows, json_pack("{s:s,s:s}", "kind_label",
                                            bh_kind_get_label(kind, call->lang), "title",
                                            bh_office_name(call, record)));
  }
  return json_pack("{s:s,s:s,s:o,s:b}", "at", bh_json_string_or(last, "at", ""), "by",
                   bh_json_string_or(last, "by", ""), "rows", rows, "more",
                   json_array_size(ids) > CHANGED_SHOWN);
}

/* Adds the decisions that the actor may make, and the reasons against approving. The page offers
 * only these decisions. */
static void add_decisions(BhOfficeCall *call, const BhKind *kind, const char *id, json_t *view)
{
  static const char *const events[] = {BH_REVIEW_ON_APPROVE, BH_REVIEW_ON_RETURN};
  static const char *const names[] = {"may_approve", "may_return"};
  /* A record has a lane ("review") only after the visit to which it belongs has ended. */
  gboolean judges = bh_kind_is_reviewable(kind) && (call->duties & BH_DUTY_REVIEW) != 0 &&
                    json_object_get(view, "review") != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS(events); i++) {
    g_autoptr(GPtrArray) problems =
        judges ? bh_office_check_decision(call, id, kind, events[i]) : NULL;
    json_object_set_new(view, names[i], json_boolean(judges && problems->len == 0));
    if (i > 0 || problems == NULL || problems->len == 0)
      continue;
    g_autofree char *why = bh_office_join_problems(call, kind, problems);
    json_object_set_new(view, "not_approved", json_string(why));
  }
}

static json_t *row_of_record(BhOfficeCall *call, const char *id, GError **error)
{
  g_autoptr(json_t) row = bh_office_store_load_row(call->db, id, error);
  if (row == NULL)
    return NULL;
  json_object_set(row, "values", (json_t *)bh_office_values(call, id));
  return bh_office_row(call, row);
}

/* Whether the page offers the case of the record: there is something to put into it besides the
 * record. */
static gboolean makes_case(const BhKind *kind, const json_t *files, const json_t *children)
{
  return bh_case_may_root(kind) && (bh_kind_get_in_case(kind) == BH_IN_CASE_ROOT ||
                                    json_array_size(files) > 0 || json_array_size(children) > 0);
}

json_t *bh_office_record(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_RECORD, error);
  if (record == NULL)
    return NULL;
  const char *kind_name = bh_record_get_kind(record);
  const BhKind *kind = bh_kind_set_find(call->kinds, kind_name);
  BhContext context;
  bh_office_context(call, id, bh_office_values(call, id), &context);
  g_autoptr(json_t) view = row_of_record(call, id, error);
  if (view == NULL)
    return NULL;
  g_autofree char *newest = NULL;
  json_t *files = bh_office_files(call, id, error);
  if (files == NULL)
    return NULL;
  json_object_set_new(view, "files", files);
  json_t *attach = bh_office_attachable(call, id, kind);
  if (attach != NULL)
    json_object_set_new(view, "attach", attach);
  g_autoptr(json_t) children = children_of(call, id, kind_name, error);
  if (children == NULL || !bh_office_store_newest_entry(call->db, id, &newest, error))
    return NULL;
  json_object_set(view, "children", children);
  json_object_set_new(view, "covers", json_string(newest));
  json_t *reviews = reviews_of(call, id, kind, error);
  if (reviews == NULL)
    return NULL;
  json_object_set_new(view, "reviews", reviews);
  g_autoptr(GError) failed = NULL;
  json_t *changed = changed_since(call, id, reviews, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  if (changed != NULL)
    json_object_set_new(view, "changed_since", changed);
  g_autofree char *unsigned_lines = NULL;
  if (!bh_office_find_signed_changes(call, id, context.values, &unsigned_lines, error))
    return NULL;
  if (unsigned_lines != NULL)
    json_object_set_new(view, "signed_changes", json_string(unsigned_lines));
  json_t *related = related_to(call, id, kind, error);
  if (related == NULL)
    return NULL;
  if (json_array_size(related) > 0)
    json_object_set_new(view, "related", related);
  else
    json_decref(related);
  gboolean may_export = FALSE;
  if (!bh_case_may_export(call->db, kind, id, bh_json_string_or(context.values, "state", NULL),
                          &may_export, error))
    return NULL;
  if (!may_export) {
    g_autofree char *states = bh_kind_dup_export_labels(kind, call->lang);
    json_object_set_new(view, "export_not_before", json_string(states));
  }
  json_object_set_new(view, "case", json_boolean(may_export && makes_case(kind, files, children)));
  json_object_set_new(view, "sections", sections_of(call, record, kind, &context));
  json_object_set_new(view, "worksheet", json_boolean(bh_worksheet_find(kind) != NULL));
  json_object_set_new(view, "conflicts", conflicts_of(call, record, kind));
  json_object_set_new(view, "acts", bh_office_list_acts(call, kind, &context));
  json_object_set_new(view, "creations", bh_office_list_creations(call, kind_name, &context));
  add_decisions(call, kind, id, view);
  gboolean restricted =
      bh_office_get_visibility(call, kind, id, context.values) == BH_VISIBILITY_RESTRICTED;
  json_object_set_new(view, "restricted", json_boolean(restricted));
  json_object_set_new(view, "may_oversee",
                      json_boolean(restricted && (call->duties & BH_DUTY_OVERSEE) != 0));
  json_object_set_new(view, "may_resolve", json_boolean((call->duties & BH_DUTY_RESOLVE) != 0));
  json_t *reports = bh_log_list_reports(call->db, id, REPORTS_MAX + 1, NULL);
  gboolean cut = json_array_size(reports) > REPORTS_MAX;
  if (cut)
    json_array_remove(reports, REPORTS_MAX);
  json_object_set_new(view, "reports", reports != NULL ? reports : json_array());
  json_object_set_new(view, "reports_more", json_boolean(cut));
  return g_steal_pointer(&view);
}

#include "sync/hub/records-internal.h"

#include <string.h>

#include "sync/hub/search.h"

#define DERIVE_DEPTH_MAX 16
#define INDEX_VALUE_MAX 512 /* bytes; longer values are indexed by their beginning */

static const char *string_of(const json_t *values, const char *key)
{
  return bh_json_string_or(values, key, NULL);
}

static void set_text(char **field, const char *text)
{
  if (g_strcmp0(*field, text) != 0) {
    g_free(*field);
    *field = g_strdup(text);
  }
}

/* The records whose area and unit a record without own ones shares: its parent, then the
 * enterprise it is about. */
static void list_sources(const BhKind *kind, const json_t *values, const char *sources[2])
{
  const char *parent = bh_kind_get_parent_field(kind);
  int n = 0;
  sources[0] = sources[1] = NULL;
  const char *id = parent != NULL ? string_of(values, parent) : NULL;
  if (bh_id_is_valid(id))
    sources[n++] = id;
  id = string_of(values, "enterprise");
  if (bh_id_is_valid(id) && (n == 0 || strcmp(id, sources[0]) != 0))
    sources[n] = id;
}

static gboolean derive_place(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                             const json_t *values, int depth, GError **error)
{
  const char *area = string_of(values, "area");
  const char *unit = string_of(values, "unit");
  const char *sources[2];
  list_sources(kind, values, sources);
  gboolean follows = area == NULL && sources[0] != NULL;
  for (int i = 0; i < 2 && sources[i] != NULL && (area == NULL || unit == NULL); i++) {
    BhHubRecord *source;
    if (!bh_records_find(records, sources[i], &source, error))
      return FALSE;
    if (source == NULL || source == record)
      continue;
    if (source->dirty && !bh_records_derive(records, source, depth + 1, error))
      return FALSE;
    if (area == NULL)
      area = source->row.area;
    /* The unit of a visit is who makes it, which an enterprise does not know. */
    if (unit == NULL && i == 0 && strcmp(source->row.kind, "enterprise") != 0)
      unit = source->row.unit;
  }
  set_text(&record->row.scope_from, follows ? sources[0] : NULL);
  set_text(&record->row.area, area);
  if (unit != NULL)
    set_text(&record->row.unit, unit);
  return TRUE;
}

static void derive_scope(BhHubRecord *record, const BhKind *kind)
{
  const char *declared = bh_json_string_or(bh_kind_get_declaration(kind), "scope", "unit");
  g_autofree char *by_unit =
      record->row.unit != NULL ? g_strconcat("u:", record->row.unit, NULL) : NULL;
  g_autofree char *by_area =
      record->row.area != NULL ? g_strconcat("a:", record->row.area, NULL) : NULL;
  if (strcmp(declared, "all") == 0) {
    set_text(&record->row.scope, "all");
    set_text(&record->row.scope2, NULL);
  } else if (strcmp(declared, "area") == 0 && by_area != NULL) {
    set_text(&record->row.scope, by_area);
    set_text(&record->row.scope2, by_unit);
  } else {
    set_text(&record->row.scope, by_unit != NULL ? by_unit : "-");
    set_text(&record->row.scope2, NULL);
  }
}

gboolean bh_records_derive(BhRecords *records, BhHubRecord *record, int depth, GError **error)
{
  if (record->fresh || depth > DERIVE_DEPTH_MAX)
    return TRUE;
  record->fresh = TRUE; /* first, so that a ring of references ends */
  set_text(&record->row.kind, bh_record_get_kind(record->record));
  const json_t *values = bh_records_values_of(record);
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  set_text(&record->row.state, string_of(values, "state"));
  g_autoptr(GPtrArray) conflicts = bh_record_list_conflicts(record->record);
  record->row.conflict = conflicts->len > 0;
  if (kind == NULL)
    return TRUE; /* its kind left the set: kept as it was */
  const char *parent = bh_kind_get_parent_field(kind);
  set_text(&record->row.parent, parent != NULL ? string_of(values, parent) : NULL);
  g_free(record->row.title);
  record->row.title = bh_kind_dup_title(kind, values, "zh");
  if (!derive_place(records, record, kind, values, depth, error))
    return FALSE;
  derive_scope(record, kind);
  return TRUE;
}

/* --- index, search, files --- */

static void add_index_value(GHashTable *index, const char *field, const json_t *value)
{
  g_autofree char *text = NULL;
  if (json_is_string(value))
    text = g_strndup(json_string_value(value), INDEX_VALUE_MAX);
  else if (json_is_integer(value))
    text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  else if (json_is_boolean(value))
    text = g_strdup(json_is_true(value) ? "true" : "false");
  if (text != NULL)
    g_hash_table_add(index, g_strconcat(field, "\037", text, NULL));
}

GHashTable *bh_records_collect_index(const BhKind *kind, const json_t *values)
{
  GHashTable *index = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *name = bh_field_get_name(field);
    if (!bh_field_is_indexed(field))
      continue;
    const json_t *value = json_object_get(values, name);
    if (json_is_array(value)) {
      size_t at;
      json_t *element;
      json_array_foreach((json_t *)value, at, element) add_index_value(index, name, element);
    } else {
      add_index_value(index, name, value);
    }
  }
  return index;
}

char *bh_records_collect_search(const BhKind *kind, const json_t *values, const char *title)
{
  GString *text = g_string_new(title);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    BhFieldType type = bh_field_get_type(field);
    const char *value = string_of(values, bh_field_get_name(field));
    if (value != NULL && bh_field_is_indexed(field) && !bh_field_is_personal(field) &&
        (type == BH_FIELD_TEXT || type == BH_FIELD_USCC || type == BH_FIELD_PHONE) &&
        strstr(text->str, value) == NULL)
      g_string_append_printf(text, " %s", value);
  }
  char *grams = bh_search_grams(text->str);
  g_string_free(text, TRUE);
  return grams;
}

GHashTable *bh_records_collect_files(const BhKind *kind, const json_t *values)
{
  GHashTable *files = NULL;
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (bh_field_get_type(field) != BH_FIELD_HASH)
      continue;
    const char *sha = string_of(values, bh_field_get_name(field));
    if (!bh_hash_is_valid(sha))
      continue;
    if (files == NULL)
      files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(files, g_strdup(sha));
  }
  return files;
}

/* --- review --- */

static gboolean state_is_in(const json_t *states, const char *state)
{
  size_t at;
  json_t *element;
  json_array_foreach((json_t *)states, at, element)
  {
    if (g_strcmp0(json_string_value(element), state) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean bh_records_is_finished(BhRecords *records, BhHubRecord *record)
{
  /* The uppermost record of the case (the visit) says so by the states its kind lists. */
  for (int depth = 0; depth < DERIVE_DEPTH_MAX; depth++) {
    BhHubRecord *parent;
    if (record->row.parent == NULL ||
        !bh_records_find(records, record->row.parent, &parent, NULL) || parent == NULL)
      break;
    record = parent;
  }
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  if (kind == NULL || record->row.state == NULL)
    return kind != NULL;
  const json_t *review = json_object_get(bh_kind_get_declaration(kind), "review");
  const json_t *unfinished = json_object_get(review, "unfinished");
  return !state_is_in(unfinished, record->row.state);
}

gboolean bh_records_judge_review(BhRecords *records, BhHubRecord *record, const char **review,
                                 GError **error)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  *review = NULL;
  if (kind == NULL || !bh_kind_is_reviewable(kind))
    return TRUE;
  g_autoptr(GError) failed = NULL;
  g_autofree char *id = bh_record_dup_last_review(records->db, record->row.id, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (id == NULL) {
    *review = bh_records_is_finished(records, record) ? "new" : NULL;
    return TRUE;
  }
  BhHubRecord *last;
  if (!bh_records_find(records, id, &last, error))
    return FALSE;
  const json_t *values = last != NULL ? bh_records_values_of(last) : NULL;
  if (g_strcmp0(string_of(values, "state"), "answered") == 0) {
    *review = "answered";
    return TRUE;
  }
  if (g_strcmp0(string_of(values, "decision"), "return") == 0 &&
      g_strcmp0(string_of(values, "state"), "open") == 0) {
    *review = "returned";
    return TRUE;
  }
  gboolean changed;
  if (!bh_record_changed_since(records->db, record->row.nr, string_of(values, "covers"),
                               last != NULL ? last->row.nr : 0, &changed, error))
    return FALSE;
  *review = changed ? "new" : "accepted";
  return TRUE;
}

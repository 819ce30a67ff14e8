/* Derives what follows from a record's values: parent, area, unit, scope, title, files and review
 * lane. Writes nothing (flush.c does). Start at bh_records_derive. */
#include "sync/hub/records/internal.h"

#include <string.h>

#include "schema/workflow.h"
#include "sync/hub/records/scope.h"

#define DERIVE_DEPTH_MAX 16

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

/* Reads one declared path ("area", "enterprise.area"): the record's own value, or the area or unit
 * column of the record that the first step refers to. *source is the id of that other record; NULL
 * for an own value. */
static gboolean follow(BhRecords *records, BhHubRecord *record, const json_t *values,
                       const char *path, gboolean want_unit, int depth, const char **text,
                       const char **source, GError **error)
{
  *text = *source = NULL;
  if (path == NULL)
    return TRUE;
  const char *dot = strchr(path, '.');
  if (dot == NULL) {
    *text = strcmp(path, "id") == 0 ? record->row.id : string_of(values, path);
    return TRUE;
  }
  g_autofree char *field = g_strndup(path, (gsize)(dot - path));
  const char *id = string_of(values, field);
  if (!bh_id_is_valid(id) || strcmp(id, record->row.id) == 0)
    return TRUE;
  BhHubRecord *from;
  *source = id;
  if (!bh_records_find(records, id, &from, error))
    return FALSE;
  if (from == NULL)
    return TRUE;
  if (from->dirty && !bh_records_derive(records, from, depth + 1, error))
    return FALSE;
  *text = want_unit ? from->row.unit : from->row.area;
  return TRUE;
}

/* Reads a declaration that names one path or several: the first path that has a value is used. */
static gboolean follow_declared(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                const json_t *values, gboolean want_unit, int depth,
                                const char **text, const char **source, GError **error)
{
  const json_t *paths =
      json_object_get(bh_kind_get_declaration(kind), want_unit ? "unit_from" : "area_from");
  const char *first_source = NULL;
  size_t n = json_is_array(paths) ? json_array_size(paths) : 1;
  *text = *source = NULL;
  for (size_t i = 0; i < n && *text == NULL; i++) {
    const json_t *path = json_is_array(paths) ? json_array_get(paths, i) : paths;
    if (!follow(records, record, values, json_string_value(path), want_unit, depth, text, source,
                error))
      return FALSE;
    if (first_source == NULL)
      first_source = *source;
  }
  if (*text == NULL)
    *source = first_source;
  return TRUE;
}

/* *from: the record from which a record of a kind that inherits takes area, unit and scope,
 * derived; NULL when it has no parent, or the parent has not arrived. */
static gboolean find_above(BhRecords *records, BhHubRecord *record, int depth, BhHubRecord **from,
                           GError **error)
{
  *from = NULL;
  if (!bh_id_is_valid(record->row.parent) || strcmp(record->row.parent, record->row.id) == 0)
    return TRUE;
  return bh_records_find(records, record->row.parent, from, error) &&
         (*from == NULL || !(*from)->dirty || bh_records_derive(records, *from, depth + 1, error));
}

/* The scope of an area or a unit; NULL when the area or unit is not known. */
static char *dup_scope(const BhKind *kind, const char *letter, const char *code)
{
  return code != NULL
             ? g_strconcat(bh_kind_is_office(kind) ? BH_SCOPE_OFFICE : "", letter, code, NULL)
             : NULL;
}

static gboolean derive_as_parent(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                 int depth, GError **error)
{
  BhHubRecord *from;
  if (!find_above(records, record, depth, &from, error))
    return FALSE;
  set_text(&record->row.scope_from, record->row.parent);
  set_text(&record->row.area, from != NULL ? from->row.area : NULL);
  /* Until the parent has arrived, the record stays with the unit whose device made it. */
  if (from != NULL && from->row.unit != NULL)
    set_text(&record->row.unit, from->row.unit);
  g_autofree char *by_unit = dup_scope(kind, "u:", record->row.unit);
  const char *scope = from != NULL ? from->row.scope : by_unit;
  set_text(&record->row.scope, scope != NULL ? scope : "-");
  set_text(&record->row.scope2, from != NULL ? from->row.scope2 : NULL);
  return TRUE;
}

static gboolean derive_place(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                             const json_t *values, int depth, GError **error)
{
  const char *area, *unit, *area_source, *unit_source;
  if (!follow_declared(records, record, kind, values, FALSE, depth, &area, &area_source, error) ||
      !follow_declared(records, record, kind, values, TRUE, depth, &unit, &unit_source, error))
    return FALSE;
  set_text(&record->row.scope_from, area_source != NULL ? area_source : unit_source);
  set_text(&record->row.area, area);
  /* Without a unit of its own a record stays with the unit whose device made it. */
  if (unit != NULL)
    set_text(&record->row.unit, unit);
  return TRUE;
}

static void derive_scope(BhHubRecord *record, const BhKind *kind)
{
  const char *declared = bh_kind_get_scope(kind);
  g_autofree char *by_unit = dup_scope(kind, "u:", record->row.unit);
  g_autofree char *by_area = dup_scope(kind, "a:", record->row.area);
  g_autofree char *for_all = dup_scope(kind, "", "all");
  if (strcmp(declared, "all") == 0) {
    set_text(&record->row.scope, for_all);
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
  if (record->is_derived || depth > DERIVE_DEPTH_MAX)
    return TRUE;
  /* Set before the references are followed, so that a cycle of references ends. */
  record->is_derived = TRUE;
  set_text(&record->row.kind, bh_record_get_kind(record->record));
  const json_t *values = bh_records_values_of(record);
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  set_text(&record->row.state, string_of(values, "state"));
  g_autoptr(GPtrArray) conflicts = bh_record_list_conflicts(record->record);
  record->row.conflict = conflicts->len > 0;
  if (kind == NULL)
    return TRUE; /* the kind was removed from the kind set: the row keeps its columns */
  const char *parent = bh_kind_get_parent_field(kind);
  set_text(&record->row.parent, parent != NULL ? string_of(values, parent) : NULL);
  g_free(record->row.title);
  record->row.title = bh_kind_dup_title_with(kind, values, "zh", bh_records_lookup, records);
  if (bh_kind_inherits(kind))
    return derive_as_parent(records, record, kind, depth, error);
  if (!derive_place(records, record, kind, values, depth, error))
    return FALSE;
  derive_scope(record, kind);
  return TRUE;
}

/* --- files --- */

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

gboolean bh_records_is_ended(const BhKind *kind, const char *state)
{
  return kind != NULL && bh_kind_get_review_meaning(kind, state) != BH_REVIEW_NOTHING;
}

gboolean bh_records_is_finished(BhRecords *records, BhHubRecord *record)
{
  if (!bh_records_is_ended(bh_kind_set_find(records->kinds, record->row.kind), record->row.state))
    return FALSE;
  /* The topmost record of the case (the visit) decides, by the states that its kind lists. */
  for (int depth = 0; depth < DERIVE_DEPTH_MAX; depth++) {
    BhHubRecord *parent;
    if (record->row.parent == NULL ||
        !bh_records_find(records, record->row.parent, &parent, NULL) || parent == NULL)
      break;
    record = parent;
  }
  return bh_records_is_ended(bh_kind_set_find(records->kinds, record->row.kind), record->row.state);
}

char *bh_records_dup_reviewed(const BhKindSet *kinds)
{
  g_autoptr(json_t) names = json_array();
  const GPtrArray *list = bh_kind_set_list(kinds);
  for (guint i = 0; i < list->len; i++)
    if (bh_kind_is_reviewable(list->pdata[i]))
      json_array_append_new(names, json_string(bh_kind_get_name(list->pdata[i])));
  return bh_json_dump(names);
}

static const char *get_reviewed_kinds(BhRecords *records)
{
  if (records->reviewed_kinds == NULL)
    records->reviewed_kinds = bh_records_dup_reviewed(records->kinds);
  return records->reviewed_kinds;
}

gboolean bh_records_judge_review(BhRecords *records, BhHubRecord *record, const char **review,
                                 GError **error)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  BhHubRecord *last = NULL;
  gboolean changed;
  *review = NULL;
  if (kind == NULL || !bh_kind_is_reviewable(kind))
    return TRUE;
  g_autoptr(GError) failed = NULL;
  g_autofree char *id = bh_record_dup_last_review(records->db, record->row.id, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (id != NULL && !bh_records_find(records, id, &last, error))
    return FALSE;
  const json_t *values = last != NULL ? bh_records_values_of(last) : NULL;
  *review = bh_review_get_lane(values);
  if (*review != NULL || !bh_records_is_finished(records, record))
    return TRUE;
  *review = BH_LANE_NEW;
  /* A record that was never reviewed is new. So is a record that waits for one of its own steps at
   * the office, whatever its last review decided. */
  if (last == NULL || bh_kind_get_review_meaning(kind, record->row.state) == BH_REVIEW_STEPS)
    return TRUE;
  if (!bh_record_changed_since(records->db, record->row.nr, get_reviewed_kinds(records),
                               string_of(values, "covers"), last->row.nr, &changed, error))
    return FALSE;
  *review = changed ? BH_LANE_NEW : BH_LANE_ACCEPTED;
  return TRUE;
}

/* Writes changed records, once each, with their files, moves between scopes and review column, and
 * marks them for the index. What the columns contain is computed in derive.c. Start at
 * bh_records_flush. */
#include "sync/hub/records/internal.h"

#include <string.h>

#include "schema/kind-rules.h"
#include "schema/restriction.h"
#include "schema/workflow.h"
#include "sync/hub/records/effects.h"
#include "sync/hub/log/log.h"
#include "sync/index/index.h"

#define FLUSH_ROUNDS_MAX 32
#define FLUSH_DEPTH_MAX 4 /* parents above a record */

static gboolean write_files(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                            GError **error)
{
  g_autoptr(GHashTable) now = bh_records_collect_files(kind, bh_records_values_of(record));
  g_autoptr(GHashTable) before =
      record->old_values != NULL ? bh_records_collect_files(kind, record->old_values) : NULL;
  GHashTableIter iter;
  gpointer sha;
  if (now != NULL) {
    g_hash_table_iter_init(&iter, now);
    while (g_hash_table_iter_next(&iter, &sha, NULL))
      if ((before == NULL || !g_hash_table_remove(before, sha)) &&
          !bh_record_files_add(records->db, record->row.nr, sha, error))
        return FALSE;
  }
  if (before != NULL) {
    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &sha, NULL))
      if (!bh_record_files_remove(records->db, record->row.nr, sha, error))
        return FALSE;
  }
  return TRUE;
}

static gboolean write_derived(BhRecords *records, BhHubRecord *record, GError **error)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  const BhKind *kind_before = bh_kind_set_find(records->kinds_before, record->row.kind);
  return bh_index_mark(records->db, record->row.nr, error) &&
         (kind == NULL || (write_files(records, record, kind, error) &&
                           bh_records_write_numbers(records, record, kind, kind_before, error)));
}

static gboolean write_moves(BhRecords *records, BhHubRecord *record, GError **error)
{
  const BhRecordRow *now = &record->row;
  const char *old_scopes[] = {record->old_scope, record->old_scope2};
  for (guint i = 0; i < G_N_ELEMENTS(old_scopes); i++) {
    const char *scope = old_scopes[i];
    /* No feed has records of the office, so that none has to report their move. */
    if (scope != NULL && *scope != '-' && !bh_scope_is_office(scope) &&
        g_strcmp0(scope, now->scope) != 0 && g_strcmp0(scope, now->scope2) != 0 &&
        !bh_record_add_move(records->db, now->position, scope, now->id, error))
      return FALSE;
  }
  return TRUE;
}

/* Settings are read again after one of their records was written. */
static gboolean note_settings(BhRecords *records, const BhHubRecord *record, GError **error)
{
  if (!bh_setting_values_has_kind(record->row.kind))
    return TRUE;
  g_clear_pointer(&records->settings, bh_setting_values_unref);
  return bh_settings_store_set_version(records->db, record->row.position, error);
}

/* Whether a value differs from the stored one. json_equal alone reports two NULLs as different. */
static gboolean changed_value(const BhHubRecord *record, const char *key)
{
  const json_t *before = json_object_get(record->old_values, key);
  const json_t *now = json_object_get(record->values, key);
  return before != now && !json_equal((json_t *)before, (json_t *)now);
}

/* Collects the field names that conditions of visibility read from other records: every step of a
 * path from the step `first` on. The step 0 is a field of the record itself. */
static void collect_visibility_fields(const json_t *condition, gsize first, GHashTable *names)
{
  const char *key;
  json_t *value;
  size_t at;
  if (json_is_array(condition)) {
    json_array_foreach((json_t *)condition, at, value) {
      collect_visibility_fields(value, first, names);
    }
    return;
  }
  json_object_foreach((json_t *)condition, key, value) {
    const char *path = json_string_value(value);
    g_auto(GStrv) steps = path != NULL ? g_strsplit(path, ".", -1) : NULL;
    for (gsize i = first; steps != NULL && i < g_strv_length(steps); i++)
      g_hash_table_add(names, g_strdup(steps[i]));
    if (path == NULL)
      collect_visibility_fields(value, first, names);
  }
}

static gboolean is_visibility_change(BhRecords *records, const BhHubRecord *record)
{
  if (records->visibility_fields == NULL) {
    const GPtrArray *kinds = bh_kind_set_list(records->kinds);
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gsize first = 1;
    records->visibility_fields = names;
    /* A record of a kind that inherits depends on all that its parent depends on, and on which
     * record the parent is. */
    for (guint i = 0; i < kinds->len; i++)
      if (bh_kind_inherits(kinds->pdata[i])) {
        g_hash_table_add(names, g_strdup(bh_kind_get_parent_field(kinds->pdata[i])));
        first = 0;
      }
    for (guint i = 0; i < kinds->len; i++)
      collect_visibility_fields(
          json_object_get(bh_kind_get_declaration(kinds->pdata[i]), "visible"), first, names);
  }
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init(&iter, records->visibility_fields);
  while (g_hash_table_iter_next(&iter, &name, NULL))
    if (changed_value(record, name))
      return TRUE;
  return FALSE;
}

/* Whether the title changed and titles of other kinds contain it. */
static gboolean is_title_change(const BhRecords *records, const BhHubRecord *record)
{
  if (g_strcmp0(record->old_title, record->row.title) == 0)
    return FALSE;
  const GPtrArray *kinds = bh_kind_set_list(records->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    for (const char *const *ref = bh_kind_get_title_refs(kind); *ref != NULL; ref++)
      if (g_strv_contains(bh_field_get_ref_kinds(bh_kind_find_field(kind, *ref)), record->row.kind))
        return TRUE;
  }
  return FALSE;
}

/* Marks as changed the records that take their area and unit from this record, and the children of
 * this record. With `rewrite_below` all records below these are rewritten too: a change of a visit
 * can hide a photo of one of its hazards, although the hazard itself did not change. */
static gboolean touch_dependents(BhRecords *records, BhHubRecord *record, gboolean rewrite_below,
                                 GError **error)
{
  g_autoptr(GPtrArray) ids = bh_record_list_dependents(records->db, record->row.id, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    BhHubRecord *dependent;
    if (!bh_records_find(records, ids->pdata[i], &dependent, error))
      return FALSE;
    if (dependent == NULL)
      continue;
    bh_records_touch(records, dependent);
    dependent->rewrite_below |= rewrite_below;
  }
  return TRUE;
}

static gboolean take_number(BhRecords *records, gint64 *nr, GError **error)
{
  if (records->next_nr == 0) {
    gint64 last;
    if (!bh_log_get_counter(records->db, "record", &last, error))
      return FALSE;
    records->next_nr = last + 1;
  }
  *nr = records->next_nr++;
  return TRUE;
}

/* Records whose kind is no longer in the kind set are hidden (restriction NULL). */
static void derive_restriction(BhRecords *records, BhHubRecord *record)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  BhContext context = {.values = bh_records_values_of(record),
                       .record = record->row.id,
                       .lookup = bh_records_lookup,
                       .kind_of = bh_records_get_kind,
                       .data = records};
  g_free(record->row.restriction);
  record->row.restriction =
      kind != NULL ? bh_restriction_dup(kind, records->kinds, &context) : NULL;
}

static gboolean write_record(BhRecords *records, BhHubRecord *record, gint64 *position,
                             GError **error)
{
  gboolean is_new = record->row.nr == 0;

  if (!bh_records_derive(records, record, 0, error))
    return FALSE;
  derive_restriction(records, record);
  record->row.position = ++*position;
  record->row.changed_ms = records->now_ms;
  record->row.snapshot = bh_record_to_snapshot(record->record);
  gboolean ok;
  if (is_new) {
    record->row.created = record->row.position;
    ok = take_number(records, &record->row.nr, error);
    if (ok && record->row.review == NULL) {
      const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
      if (kind != NULL && bh_kind_is_reviewable(kind) && bh_records_is_finished(records, record))
        record->row.review = g_strdup("new");
    }
    ok = ok && bh_record_row_insert(records->db, &record->row, error);
  } else {
    ok = bh_record_row_update(records->db, &record->row, error) &&
         write_moves(records, record, error);
  }
  if (!ok || !note_settings(records, record, error) || !write_derived(records, record, error) ||
      !bh_effects_write(records, record, error) || !bh_records_write_named(records, record, error))
    return FALSE;
  for (guint i = 0; i < record->links->len; i++)
    if (!bh_log_link_record(records->db, record->row.nr, g_array_index(record->links, gint64, i),
                            error))
      return FALSE;
  record->has_new_entries = record->links->len > 0;
  g_array_set_size(record->links, 0);
  gboolean rewrite_below = is_new || record->rewrite_below || is_visibility_change(records, record);
  gboolean affects_others = rewrite_below || g_strcmp0(record->old_area, record->row.area) != 0 ||
                            g_strcmp0(record->old_unit, record->row.unit) != 0 ||
                            is_title_change(records, record);
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  record->ending_changed =
      is_new || bh_records_is_ended(kind, bh_json_string_or(record->old_values, "state", NULL)) !=
                    bh_records_is_ended(kind, record->row.state);
  bh_hub_record_forget_old(record);
  record->dirty = record->rewrite_below = FALSE;
  return !affects_others || touch_dependents(records, record, rewrite_below, error);
}

/* --- review column, after all rows are written --- */

/* A change below a reviewed record also concerns its review: adds the nearest reviewable parent. */
static gboolean add_covering_target(BhRecords *records, BhHubRecord *record, GHashTable *targets,
                                    GError **error)
{
  for (int depth = 0; record->row.parent != NULL && depth < FLUSH_DEPTH_MAX; depth++) {
    BhHubRecord *parent;
    if (!bh_records_find(records, record->row.parent, &parent, error))
      return FALSE;
    const BhKind *kind = parent != NULL ? bh_kind_set_find(records->kinds, parent->row.kind) : NULL;
    if (kind == NULL)
      return TRUE;
    if (bh_kind_is_reviewable(kind)) {
      g_hash_table_add(targets, g_strdup(parent->row.id));
      return TRUE;
    }
    record = parent;
  }
  return TRUE;
}

static gboolean add_review_targets(BhRecords *records, BhHubRecord *record, GHashTable *targets,
                                   GError **error)
{
  const BhKind *kind = bh_kind_set_find(records->kinds, record->row.kind);
  if (kind == NULL)
    return TRUE;
  if (strcmp(record->row.kind, BH_REVIEW_KIND) == 0 && record->row.parent != NULL)
    g_hash_table_add(targets, g_strdup(record->row.parent));
  if (bh_kind_is_reviewable(kind))
    g_hash_table_add(targets, g_strdup(record->row.id));
  else if (record->has_new_entries)
    return add_covering_target(records, record, targets, error);
  return TRUE;
}

static gboolean set_child_reviews(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                  const char *review, GError **error)
{
  const json_t *declared = json_object_get(bh_kind_get_declaration(kind), "review");
  const json_t *listed = json_object_get(declared, "unfinished");
  g_autofree char *unfinished = listed != NULL ? bh_json_dump(listed) : g_strdup("[]");
  return bh_record_set_child_reviews(records->db, record->row.id, bh_kind_get_name(kind),
                                     unfinished, review, error);
}

/* When a visit ends or is resumed, sets the review column of all its children that were never
 * reviewed, in one statement for each kind. */
static gboolean write_child_reviews(BhRecords *records, BhHubRecord *record, GError **error)
{
  const BhKind *own = bh_kind_set_find(records->kinds, record->row.kind);
  if (own == NULL || !bh_kind_is_reviewable(own) || record->row.parent != NULL ||
      !record->ending_changed)
    return TRUE;
  const char *review = bh_records_is_ended(own, record->row.state) ? "new" : NULL;
  const GPtrArray *kinds = bh_kind_set_list(records->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    if (bh_kind_is_reviewable(kind) && bh_kind_get_parent_field(kind) != NULL &&
        !set_child_reviews(records, record, kind, review, error))
      return FALSE;
  }
  record->ending_changed = FALSE;
  return TRUE;
}

static gboolean write_reviews(BhRecords *records, GHashTable *targets, GError **error)
{
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, targets);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    BhHubRecord *record;
    const char *review;
    if (!bh_records_find(records, id, &record, error))
      return FALSE;
    if (record == NULL)
      continue;
    if (!bh_records_judge_review(records, record, &review, error))
      return FALSE;
    if (g_strcmp0(review, record->row.review) == 0)
      continue;
    if (!bh_record_row_set_review(records->db, record->row.nr, review, error))
      return FALSE;
    g_free(record->row.review);
    record->row.review = g_strdup(review);
  }
  return TRUE;
}

gboolean bh_records_flush(BhRecords *records, gint64 *position, GError **error)
{
  g_autoptr(GHashTable) targets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GPtrArray) ending_changed = g_ptr_array_new();
  bh_records_forget_marks(records);
  for (int round = 0; records->dirty->len > 0 && round < FLUSH_ROUNDS_MAX; round++) {
    g_autoptr(GPtrArray) dirty = g_steal_pointer(&records->dirty);
    records->dirty = g_ptr_array_new();
    for (guint i = 0; i < dirty->len; i++) {
      BhHubRecord *record = dirty->pdata[i];
      if (!write_record(records, record, position, error) ||
          !add_review_targets(records, record, targets, error))
        return FALSE;
      if (record->ending_changed)
        g_ptr_array_add(ending_changed, record);
    }
  }
  if (records->next_nr != 0 &&
      !bh_log_set_counter(records->db, "record", records->next_nr - 1, error))
    return FALSE;
  for (guint i = 0; i < ending_changed->len; i++)
    if (!write_child_reviews(records, ending_changed->pdata[i], error))
      return FALSE;
  return write_reviews(records, targets, error);
}

/* Records that a piece of work has loaded or changed, in memory: loading, applying operations, and
 * undoing them (mark and restore). Writing is in flush.c. Start at bh_records_apply. */
#include "sync/hub/records/internal.h"

#include <string.h>

#include "sync/hub/log/log.h"

void bh_hub_record_forget_old(BhHubRecord *record)
{
  json_decref(record->old_values);
  record->old_values = NULL;
  g_clear_pointer(&record->old_title, g_free);
  g_clear_pointer(&record->old_scope, g_free);
  g_clear_pointer(&record->old_scope2, g_free);
  g_clear_pointer(&record->old_area, g_free);
  g_clear_pointer(&record->old_unit, g_free);
}

static void hub_record_free(BhHubRecord *record)
{
  if (record == NULL)
    return;
  bh_record_row_clear(&record->row);
  g_clear_pointer(&record->record, bh_record_free);
  g_clear_pointer(&record->mark, bh_record_free);
  json_decref(record->values);
  bh_hub_record_forget_old(record);
  g_array_unref(record->links);
  g_ptr_array_unref(record->named);
  g_free(record);
}

static BhHubRecord *hub_record_new(void)
{
  BhHubRecord *record = g_new0(BhHubRecord, 1);
  record->links = g_array_new(FALSE, FALSE, sizeof(gint64));
  record->named = g_ptr_array_new_with_free_func(bh_named_free);
  return record;
}

BhRecords *bh_records_new(BhDb *db, const BhKindSet *kinds, gint64 now_ms)
{
  BhRecords *records = g_new0(BhRecords, 1);
  records->db = db;
  records->kinds = records->kinds_before = kinds;
  records->now_ms = now_ms;
  records->by_id =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)hub_record_free);
  records->dirty = g_ptr_array_new();
  records->marked = g_ptr_array_new();
  bh_records_children_init(records);
  bh_records_limit_children(records, &records->own_work, G_MAXUINT, G_MAXUINT);
  return records;
}

void bh_records_set_writer(BhRecords *records, const char *device)
{
  g_strlcpy(records->writer, device != NULL ? device : "", sizeof records->writer);
}

void bh_records_set_kinds_before(BhRecords *records, const BhKindSet *before)
{
  records->kinds_before = before;
}

void bh_records_set_cache(BhRecords *records, BhRecordCache *cache)
{
  records->cache = cache;
}

/* Moves those records into the cache that are the same as in the store. */
static void fill_cache(BhRecords *records)
{
  GHashTableIter iter;
  gpointer value;
  g_hash_table_iter_init(&iter, records->by_id);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    BhHubRecord *record = value;
    if (record != NULL && record->row.snapshot != NULL)
      bh_record_cache_put(records->cache, g_steal_pointer(&record->row.snapshot),
                          g_steal_pointer(&record->record), g_steal_pointer(&record->values));
  }
}

void bh_records_free(BhRecords *records)
{
  if (records == NULL)
    return;
  if (records->cache != NULL)
    fill_cache(records);
  g_ptr_array_unref(records->dirty);
  g_ptr_array_unref(records->marked);
  bh_records_children_clear(records);
  g_clear_pointer(&records->visibility_fields, g_hash_table_unref);
  g_free(records->reviewed_kinds);
  bh_setting_values_unref(records->settings);
  g_hash_table_unref(records->by_id);
  g_free(records);
}

const BhSettingValues *bh_records_get_settings(gpointer data)
{
  BhRecords *records = data;
  g_autoptr(GError) error = NULL;
  if (records->settings == NULL)
    records->settings = bh_settings_store_load(records->db, &error);
  if (error != NULL)
    g_warning("settings cannot be read: %s", error->message);
  return records->settings;
}

gboolean bh_records_find(BhRecords *records, const char *id, BhHubRecord **found, GError **error)
{
  gpointer value = NULL;
  *found = NULL;
  if (g_hash_table_lookup_extended(records->by_id, id, NULL, &value)) {
    *found = value;
    return TRUE;
  }
  BhHubRecord *record = hub_record_new();
  gboolean found_row = FALSE;
  if (!bh_record_row_load(records->db, id, &record->row, &found_row, error)) {
    hub_record_free(record);
    return FALSE;
  }
  if (found_row) {
    const char *snapshot = record->row.snapshot;
    record->size_bound = strlen(snapshot);
    if (records->cache == NULL ||
        !bh_record_cache_take(records->cache, id, snapshot, &record->record, &record->values))
      record->record = bh_record_from_snapshot(snapshot, record->size_bound, error);
    if (record->record == NULL) {
      g_prefix_error(error, "stored record %s: ", id);
      hub_record_free(record);
      return FALSE;
    }
    *found = record;
    if (records->cache == NULL)
      g_clear_pointer(&record->row.snapshot, g_free); /* nobody needs it then */
  } else {
    g_clear_pointer(&record, hub_record_free);
  }
  g_hash_table_insert(records->by_id, g_strdup(id), record);
  return TRUE;
}

gboolean bh_records_get(BhRecords *records, const char *id, BhRecord **record, GError **error)
{
  BhHubRecord *found;
  if (!bh_records_find(records, id, &found, error))
    return FALSE;
  *record = found != NULL ? found->record : NULL;
  return TRUE;
}

json_t *bh_records_values_of(BhHubRecord *record)
{
  if (record->values == NULL)
    record->values = bh_record_dup_values(record->record);
  return record->values;
}

const json_t *bh_records_get_values(BhRecords *records, const char *id)
{
  BhHubRecord *found;
  if (!bh_records_find(records, id, &found, NULL) || found == NULL)
    return NULL;
  return bh_records_values_of(found);
}

const json_t *bh_records_lookup(const char *id, gpointer records)
{
  return bh_records_get_values(records, id);
}

const char *bh_records_get_kind(const char *id, gpointer records)
{
  BhHubRecord *found;
  if (!bh_records_find(records, id, &found, NULL) || found == NULL)
    return NULL;
  return bh_record_get_kind(found->record);
}

json_t *bh_records_list_children(const char *parent, const char *kind, gpointer records)
{
  return bh_records_share_children(records, parent, kind);
}

void bh_records_touch(BhRecords *records, BhHubRecord *record)
{
  record->is_derived = FALSE;
  g_clear_pointer(&record->row.snapshot, g_free);
  if (!record->dirty) {
    record->dirty = TRUE;
    g_ptr_array_add(records->dirty, record);
    if (record->row.nr == 0)
      return;
    record->old_values = json_incref(bh_records_values_of(record));
    record->old_title = g_strdup(record->row.title);
    record->old_scope = g_strdup(record->row.scope);
    record->old_scope2 = g_strdup(record->row.scope2);
    record->old_area = g_strdup(record->row.area);
    record->old_unit = g_strdup(record->row.unit);
  }
}

gboolean bh_records_has_entry(const char *entry_id, const char *record_id, gpointer data)
{
  BhRecords *records = data;
  const BhHubRecord *record = g_hash_table_lookup(records->by_id, record_id);
  gint64 position;
  if (record == NULL || !bh_log_find_position(records->db, entry_id, &position, NULL) ||
      position == 0)
    return FALSE;
  /* Entries of this piece are in the log already, but not linked to the record yet. */
  for (guint i = 0; i < record->links->len; i++)
    if (g_array_index(record->links, gint64, i) == position)
      return TRUE;
  return record->row.nr != 0 && bh_log_has_link(records->db, record->row.nr, position);
}

static gboolean sets_key(const BhOp *op, const char *key)
{
  for (guint i = 0; i < op->sets->len; i++)
    if (strcmp(((const BhSet *)op->sets->pdata[i])->key, key) == 0)
      return TRUE;
  return FALSE;
}

gboolean bh_records_apply(BhRecords *records, const char *entry_id, const BhOp *op,
                          const char *unit, gint64 position, GError **error)
{
  BhHubRecord *record;
  if (!bh_records_find(records, op->record, &record, error))
    return FALSE;
  gboolean is_new = record == NULL;
  if (is_new) {
    record = hub_record_new();
    g_strlcpy(record->row.id, op->record, sizeof record->row.id);
    record->row.kind = g_strdup(op->kind);
    record->row.unit = g_strdup(unit);
    record->row.scope = g_strdup("-");
    record->row.title = g_strdup("");
    record->record = bh_record_new(op->record, op->kind);
    g_hash_table_insert(records->by_id, g_strdup(op->record), record);
  } else {
    bh_records_touch(records, record);
  }
  const BhKind *kind = bh_kind_set_find(records->kinds, op->kind);
  const char *parent_field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  if (parent_field != NULL && !is_new && sets_key(op, parent_field))
    bh_records_leave_family(records, record);
  bh_records_note_awaiting(record);
  if (!bh_records_check_size(records, record, entry_id, op, error) ||
      !bh_record_apply(record->record, entry_id, op, bh_records_has_entry, records, error)) {
    if (is_new)
      g_hash_table_insert(records->by_id, g_strdup(op->record), NULL);
    else
      bh_records_join_family(records, record);
    return FALSE;
  }
  json_decref(record->values);
  record->values = NULL;
  g_array_append_val(record->links, position);
  bh_records_note_named(record, op);
  if (is_new)
    bh_records_touch(records, record);
  bh_records_join_family(records, record);
  return TRUE;
}

void bh_records_mark(BhRecords *records, const char *id)
{
  BhHubRecord *record;
  if (!bh_records_find(records, id, &record, NULL) || record == NULL || record->mark != NULL)
    return;
  record->mark = bh_record_copy(record->record);
  record->mark_links = record->links->len;
  record->mark_named = record->named->len;
  g_ptr_array_add(records->marked, record);
}

void bh_records_restore(BhRecords *records, const char *id)
{
  BhHubRecord *record = g_hash_table_lookup(records->by_id, id);
  if (record == NULL)
    return;
  bh_records_leave_family(records, record);
  if (record->mark != NULL) {
    g_clear_pointer(&record->record, bh_record_free);
    record->record = g_steal_pointer(&record->mark);
    g_ptr_array_remove(records->marked, record);
    json_decref(record->values);
    record->values = NULL;
    g_array_set_size(record->links, record->mark_links);
    g_ptr_array_set_size(record->named, (gint)record->mark_named);
    bh_records_join_family(records, record);
  } else if (record->row.nr == 0) {
    g_ptr_array_remove(records->dirty, record);
    g_hash_table_insert(records->by_id, g_strdup(id), NULL);
  }
}

void bh_records_forget_marks(BhRecords *records)
{
  for (guint i = 0; i < records->marked->len; i++) {
    BhHubRecord *record = records->marked->pdata[i];
    g_clear_pointer(&record->mark, bh_record_free);
  }
  g_ptr_array_set_size(records->marked, 0);
}

gboolean bh_records_refresh(BhRecords *records, const char *id, GError **error)
{
  BhHubRecord *record;
  if (!bh_records_find(records, id, &record, error))
    return FALSE;
  if (record != NULL)
    bh_records_touch(records, record);
  return TRUE;
}

gboolean bh_records_get_row(BhRecords *records, const char *id, const BhRecordRow **row,
                            GError **error)
{
  BhHubRecord *record;
  if (!bh_records_find(records, id, &record, error))
    return FALSE;
  *row = record != NULL ? &record->row : NULL;
  return TRUE;
}

gboolean bh_records_get_derived_row(BhRecords *records, const char *id, const BhRecordRow **row,
                                    GError **error)
{
  BhHubRecord *record;
  if (!bh_records_find(records, id, &record, error) ||
      (record != NULL && !bh_records_derive(records, record, 0, error)))
    return FALSE;
  *row = record != NULL ? &record->row : NULL;
  return TRUE;
}

gboolean bh_records_get_finished(BhRecords *records, const char *id, gboolean *finished,
                                 GError **error)
{
  BhHubRecord *record;
  if (!bh_records_find(records, id, &record, error))
    return FALSE;
  *finished = record != NULL && bh_records_is_finished(records, record);
  return TRUE;
}

/* Writes folded records: row, title, files, and now and then the folded text; marks them for the
 * index. Reading: views.c. */
#include "sync/device/store/records.h"

#include <string.h>

#include "schema/due.h"
#include "sync/device/store/index.h"
#include "sync/device/store/office-settings.h"
#include "sync/device/store/title.h"
#include "sync/index/index.h"

#define RETITLE_STEP 50

static gboolean is_in_title(const BhKind *kind, const char *key)
{
  g_autofree char *place = g_strdup_printf("{%s}", key);
  return strstr(bh_json_string_or(bh_kind_get_declaration(kind), "title", ""), place) != NULL;
}

/* Whether setting this key can change the row of a record or what the index holds of it. */
static gboolean is_indexed_key(const BhKind *kind, const char *key)
{
  const BhField *field = bh_kind_find_field(kind, key);
  if (strcmp(key, "state") == 0)
    return TRUE;
  if (field == NULL || strchr(key, '/') != NULL)
    return FALSE;
  return bh_field_is_indexed(field) || bh_field_get_type(field) == BH_FIELD_HASH ||
         bh_field_get_type(field) == BH_FIELD_REF ||
         g_strcmp0(key, bh_kind_get_parent_field(kind)) == 0 || is_in_title(kind, key) ||
         bh_due_depends_on(kind, key) || bh_due_is_input(kind, key);
}

static gboolean touches_index(const BhKind *kind, const BhOp *op)
{
  if (op == NULL || kind == NULL)
    return TRUE;
  for (guint i = 0; i < op->sets->len; i++)
    if (is_indexed_key(kind, ((const BhSet *)g_ptr_array_index(op->sets, i))->key))
      return TRUE;
  return FALSE;
}

static void count_conflict_change(BhDevice *device, gint64 before, gint64 after)
{
  if ((before > 0) != (after > 0))
    bh_device_count(device)->conflicts += after > 0 ? 1 : -1;
}

static gboolean store_files(BhDevice *device, BhView *view, const BhKind *kind, GError **error)
{
  g_autoptr(json_t) hashes = json_array();
  gboolean has_fields = FALSE;
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    if (bh_field_get_type(field) != BH_FIELD_HASH)
      continue;
    has_fields = TRUE;
    const char *hash = bh_record_get_string(view->record, bh_field_get_name(field));
    if (bh_hash_is_valid(hash))
      json_array_append_new(hashes, json_string(hash));
  }
  if (has_fields && !bh_records_store_set_files(device, view->row.number, hashes, error))
    return FALSE;
  if (strcmp(bh_kind_get_name(kind), "file") != 0)
    return TRUE;
  const char *sha256 = bh_record_get_string(view->record, BH_FILE_HASH);
  return !bh_hash_is_valid(sha256) || bh_records_store_want_file(device, sha256, error);
}

static gboolean is_in_titles(BhDevice *device, const char *kind)
{
  const GPtrArray *kinds = bh_kind_set_list(device->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *other = g_ptr_array_index(kinds, i);
    for (const char *const *ref = bh_kind_get_title_refs(other); *ref != NULL; ref++)
      if (g_strv_contains(bh_field_get_ref_kinds(bh_kind_find_field(other, *ref)), kind))
        return TRUE;
  }
  return FALSE;
}

/* Notes the records whose titles or search texts contain this record's title. They are made again
 * later, in steps, because there may be many. */
static gboolean note_title_change(BhDevice *device, const BhRecord *record, GError **error)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(record));
  gboolean in_titles = is_in_titles(device, bh_record_get_kind(record));
  if (kind == NULL || (!in_titles && !bh_index_shows_title(kind)))
    return TRUE;
  return bh_records_store_retitle(device, bh_record_get_id(record), in_titles, error);
}

/* Id of the record that gives this one its area or unit: the value with which the first declared
 * path of more than one step begins. `word`: name of the declaration. NULL: none. */
static const char *find_place(const BhKind *kind, const json_t *values, const char *word)
{
  const json_t *paths = json_object_get(bh_kind_get_declaration(kind), word);
  gsize n = json_is_array(paths) ? json_array_size(paths) : 1;
  for (gsize i = 0; i < n; i++) {
    const char *path = json_string_value(json_is_array(paths) ? json_array_get(paths, i) : paths);
    const char *dot = path != NULL ? strchr(path, '.') : NULL;
    g_autofree char *field = dot != NULL ? g_strndup(path, (gsize)(dot - path)) : NULL;
    const char *id = field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
    if (bh_id_is_valid(id))
      return id;
  }
  return NULL;
}

/* Id of the record that gives this one its area, or else its unit; NULL: none. */
static const char *find_scope_source(const BhKind *kind, const json_t *values)
{
  if (bh_kind_inherits(kind)) {
    const char *parent = bh_json_string_or(values, bh_kind_get_parent_field(kind), NULL);
    return bh_id_is_valid(parent) ? parent : NULL;
  }
  const char *place = find_place(kind, values, "area_from");
  return place != NULL ? place : find_place(kind, values, "unit_from");
}

static void set_text(char **text, const char *value)
{
  g_free(*text);
  *text = g_strdup(value);
}

static void derive_row(BhDevice *device, BhView *view)
{
  BhRow *row = &view->row;
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  const char *parent = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  const json_t *values = bh_view_get_values(view);
  set_text(&row->kind, bh_record_get_kind(view->record));
  bh_office_settings_note(device, row->kind);
  set_text(&row->state, bh_record_get_string(view->record, "state"));
  set_text(&row->parent, parent != NULL ? bh_json_string_or(values, parent, NULL) : NULL);
  set_text(&row->scope_from, kind != NULL ? find_scope_source(kind, values) : NULL);
}

/* Writes the row of a record with title and files; makes the row when there is none. */
static gboolean store_titled(BhDevice *device, BhView *view, GError **error)
{
  BhRow *row = &view->row;
  char *title = bh_record_dup_title(device, view->record);
  gboolean renamed = g_strcmp0(row->title, title) != 0;
  g_free(row->title);
  row->title = title;
  if (renamed && device->kinds != NULL && !note_title_change(device, view->record, error))
    return FALSE;
  derive_row(device, view);
  gboolean stored =
      row->number == 0 ? bh_records_store_insert(device, bh_record_get_id(view->record), row, error)
                       : bh_records_store_update(device, row, error);
  const BhKind *kind = bh_kind_set_find(device->kinds, row->kind);
  return stored && bh_device_index_mark(device, row->number, error) &&
         (kind == NULL || store_files(device, view, kind, error));
}

static gboolean store_row(BhDevice *device, BhView *view, gboolean indexed, GError **error)
{
  BhRow *row = &view->row;
  gint64 conflicts = view->conflicts;
  gboolean newest = row->number != 0 && row->changed == device->counters.changed;

  /* The most frequent save, an answer on the record that was changed last: its row stays as it
   * is. */
  if (!indexed && newest && conflicts == row->conflicts)
    return TRUE;
  count_conflict_change(device, row->conflicts, conflicts);
  row->conflicts = conflicts;
  if (!newest)
    row->changed = ++bh_device_count(device)->changed;
  return indexed ? store_titled(device, view, error)
                 : bh_records_store_touch(device, row, error) &&
                       bh_device_index_mark(device, row->number, error);
}

gboolean bh_view_store(BhDevice *device, BhView *view, gint64 pos, const BhOp *op, GError **error)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  gboolean indexed = view->row.number == 0 || touches_index(kind, op);

  if (!store_row(device, view, indexed, error))
    return FALSE;
  if (++view->tail < BH_VIEW_TAIL_MAX)
    return TRUE;
  g_autofree char *text = bh_record_to_snapshot(view->record);
  view->tail = 0;
  return bh_records_store_put_view(device, view->row.number, text, pos, error);
}

gboolean bh_view_reindex(BhDevice *device, const char *id, GError **error)
{
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, id, &local);

  if (view != NULL)
    return store_titled(device, view, error);
  if (local == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&local));
  return FALSE;
}

gboolean bh_view_retitle_some(BhDevice *device, GError **error)
{
  if (!device->retitle)
    return TRUE;
  g_autoptr(GPtrArray) ids = bh_records_store_take_retitle(device, RETITLE_STEP, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    if (!bh_view_reindex(device, g_ptr_array_index(ids, i), error))
      return FALSE;
  }
  device->retitle = ids->len == RETITLE_STEP;
  return TRUE;
}

static gboolean remove_record(BhDevice *device, const BhRow *row, GError **error)
{
  count_conflict_change(device, row->conflicts, 0);
  bh_office_settings_note(device, row->kind);
  g_autoptr(json_t) none = json_array();
  return bh_records_store_set_files(device, row->number, none, error) &&
         bh_device_index_remove(device, row->number, error) &&
         bh_records_store_drop_view(device, row->number, error) &&
         bh_records_store_drop_base(device, row->number, error) &&
         bh_records_store_delete(device, row->number, error);
}

gboolean bh_view_refold(BhDevice *device, const char *id, GError **error)
{
  g_autoptr(BhView) view = g_new0(BhView, 1);

  bh_view_forget(device, id);
  if (!bh_records_store_find(device, id, &view->row, error))
    return FALSE;
  if (view->row.number != 0 && !bh_records_store_drop_view(device, view->row.number, error))
    return FALSE;
  if (!bh_view_fold(device, id, view, error))
    return FALSE;
  if (view->record == NULL)
    return view->row.number == 0 || remove_record(device, &view->row, error);
  return store_row(device, view, TRUE, error);
}

/* Writes folded records: row, title, terms, and now and then the folded text. Reading: views.c. */
#include "sync/device/store/records.h"

#include <string.h>

#include "sync/device/store/terms.h"
#include "sync/device/store/title.h"

#define RETITLE_STEP 50

static gboolean touches_index(const BhKind *kind, const BhOp *op)
{
  if (op == NULL || kind == NULL)
    return TRUE;
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    if (bh_key_is_indexed(kind, set->key) || bh_workflow_is_due_key(kind, set->key))
      return TRUE;
  }
  return FALSE;
}

static void count_conflict_change(BhDevice *device, gint64 before, gint64 after)
{
  if ((before > 0) != (after > 0))
    bh_device_count(device)->conflicts += after > 0 ? 1 : -1;
}

static gboolean store_index(BhDevice *device, BhView *view, GError **error)
{
  g_autoptr(GPtrArray) terms = bh_record_list_terms(device, view->record);

  if (!bh_terms_store_replace(device, view->row.number, terms, error))
    return FALSE;
  if (strcmp(bh_record_get_kind(view->record), "file") == 0) {
    const char *sha256 = bh_record_get_string(view->record, "sha256");
    if (bh_hash_is_valid(sha256) && !bh_records_store_want_file(device, sha256, error))
      return FALSE;
  }
  return TRUE;
}

/* Titles that contain this record's title are made again later, in steps, because there may be
 * many. */
static gboolean note_title_change(BhDevice *device, const BhRecord *record, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(device->kinds);
  g_autoptr(json_t) id = json_string(bh_record_get_id(record));

  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    for (const char *const *ref = bh_kind_get_title_refs(kind); *ref != NULL; ref++) {
      const BhField *field = bh_kind_find_field(kind, *ref);
      if (!g_strv_contains(bh_field_get_ref_kinds(field), bh_record_get_kind(record)))
        continue;
      g_autofree char *term = bh_term_for_value(bh_kind_get_name(kind), *ref, id);
      if (!bh_records_store_retitle(device, term, error))
        return FALSE;
    }
  }
  return TRUE;
}

static char *dup_due(BhDevice *device, BhView *view)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(view->record));
  BhDate due;

  /* Without a calendar, because the hub has none here either and both must find the same day. */
  if (kind == NULL || !bh_workflow_get_due(kind, bh_view_get_values(view), NULL, &due))
    return NULL;
  return bh_date_format(&due);
}

/* Row with title and terms; makes the row when there is none. */
static gboolean store_titled(BhDevice *device, BhView *view, GError **error)
{
  BhRow *row = &view->row;
  char *title = bh_record_dup_title(device, view->record);
  g_autoptr(GByteArray) order_key = bh_title_dup_order_key(title);
  gboolean renamed = g_strcmp0(row->title, title) != 0;

  g_free(row->title);
  row->title = title;
  if (renamed && device->kinds != NULL && !note_title_change(device, view->record, error))
    return FALSE;
  g_free(row->state);
  row->state = g_strdup(bh_record_get_string(view->record, "state"));
  g_free(row->due);
  row->due = dup_due(device, view);
  if (row->number == 0) {
    row->kind = g_strdup(bh_record_get_kind(view->record));
    if (!bh_records_store_insert(device, bh_record_get_id(view->record), row, order_key, error))
      return FALSE;
  } else if (!bh_records_store_update(device, row, order_key, error)) {
    return FALSE;
  }
  return store_index(device, view, error);
}

static gboolean store_row(BhDevice *device, BhView *view, gboolean indexed, GError **error)
{
  BhRow *row = &view->row;
  gint64 conflicts = view->conflicts;
  gboolean newest = row->number != 0 && row->changed == device->counters.changed;

  /* The usual tap, an answer on the record that was changed last: its row stays as it is. */
  if (!indexed && newest && conflicts == row->conflicts)
    return TRUE;
  count_conflict_change(device, row->conflicts, conflicts);
  row->conflicts = conflicts;
  if (!newest)
    row->changed = ++bh_device_count(device)->changed;
  return indexed ? store_titled(device, view, error)
                 : bh_records_store_update(device, row, NULL, error);
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
  return bh_terms_store_delete(device, row->number, error) &&
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

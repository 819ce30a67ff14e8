/* Folded records: base + own entries the base does not contain yet, kept for a few in memory. A
 * record is only ever folded again when it was touched itself. */
#include "sync/device/damage.h"

#include <string.h>

#define RETITLE_STEP 50

void bh_row_clear(BhRow *row)
{
  g_clear_pointer(&row->kind, g_free);
  g_clear_pointer(&row->title, g_free);
  g_clear_pointer(&row->state, g_free);
  g_clear_pointer(&row->due, g_free);
  row->number = 0;
}

static void view_free(gpointer data)
{
  BhView *view = data;

  bh_record_free(view->record);
  json_decref(view->values);
  bh_row_clear(&view->row);
  g_free(view);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhView, view_free)

GHashTable *bh_view_cache_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, view_free);
}

void bh_view_forget(BhDevice *device, const char *id)
{
  g_hash_table_remove(device->views, id);
}

void bh_view_forget_all(BhDevice *device)
{
  g_hash_table_remove_all(device->views);
}

static void make_room(BhDevice *device)
{
  GHashTableIter iter;
  gpointer key, value;
  const char *oldest = NULL;
  guint64 used = G_MAXUINT64;

  if (g_hash_table_size(device->views) < BH_VIEW_CACHE_MAX)
    return;
  g_hash_table_iter_init(&iter, device->views);
  while (g_hash_table_iter_next(&iter, &key, &value)) {
    const BhView *view = value;
    if (view->used < used) {
      used = view->used;
      oldest = key;
    }
  }
  if (oldest != NULL)
    g_hash_table_remove(device->views, oldest);
}

static BhView *keep(BhDevice *device, BhView *view)
{
  make_room(device);
  view->used = ++device->view_tick;
  /* The key lives in the record itself. */
  g_hash_table_replace(device->views, (gpointer)bh_record_get_id(view->record), view);
  return view;
}

/* What an own set replaces and is no head was folded before: its author saw it. */
static gboolean was_seen(const char *entry_id G_GNUC_UNUSED, const char *record_id G_GNUC_UNUSED,
                         gpointer data G_GNUC_UNUSED)
{
  return TRUE;
}

static gboolean apply_body(BhRecord *record, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    if (strcmp(op->record, bh_record_get_id(record)) == 0 &&
        !bh_record_apply(record, body->id, op, was_seen, NULL, error))
      return FALSE;
  }
  return TRUE;
}

static const char *kind_in_body(const BhBody *body, const char *id)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    if (strcmp(op->record, id) == 0)
      return op->kind;
  }
  return NULL;
}

static gboolean apply_overlay(BhDevice *device, BhRecord **record, const char *id,
                              const GArray *places, GError **error)
{
  for (guint i = 0; i < places->len; i++) {
    g_autoptr(GError) local = NULL;
    g_auto(BhOwnEntry) entry = {0};

    if (!bh_journal_store_read(device, g_array_index(places, gint64, i), &entry, error))
      return FALSE;
    g_autoptr(BhBody) body = bh_damage_parse(device, &entry);
    if (body == NULL)
      continue; /* dropped, since the hub has it, or damaged */
    if (*record == NULL)
      *record = bh_record_new(id, kind_in_body(body, id));
    /* An operation of another kind than the record's is the hub's to judge; here it shows
     * nothing and stops nothing. */
    if (!apply_body(*record, body, &local))
      g_debug("store: entry %s does not fit record %s: %s", entry.id, id, local->message);
  }
  return TRUE;
}

/* The folded text to start from: the stored view, else the base. */
static gboolean load_start(BhDevice *device, gint64 number, BhRecord **record, gint64 *pos,
                           GError **error)
{
  g_autoptr(GError) local = NULL;

  *record = NULL;
  *pos = 0;
  if (number == 0)
    return TRUE;
  g_autofree char *text = bh_records_store_dup_view(device, number, pos, &local);
  if (text == NULL && local == NULL)
    text = bh_records_store_dup_base(device, number, NULL, NULL, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (text == NULL)
    return TRUE;
  *record = bh_record_from_snapshot(text, strlen(text), error);
  return *record != NULL;
}

static gboolean fold(BhDevice *device, const char *id, gint64 number, BhRecord **out, int *tail,
                     GError **error)
{
  g_autoptr(BhRecord) record = NULL;
  gint64 pos = 0;

  if (!load_start(device, number, &record, &pos, error))
    return FALSE;
  g_autoptr(GArray) places = bh_records_store_list_overlay(device, id, pos, error);
  if (places == NULL || !apply_overlay(device, &record, id, places, error))
    return FALSE;
  *out = g_steal_pointer(&record);
  *tail = (int)places->len;
  return TRUE;
}

static gint64 count_conflicts(const BhRecord *record)
{
  g_autoptr(GPtrArray) keys = bh_record_list_conflicts(record);
  return keys->len;
}

BhView *bh_view_get(BhDevice *device, const char *id, GError **error)
{
  BhView *known = g_hash_table_lookup(device->views, id);

  if (known != NULL) {
    known->used = ++device->view_tick;
    return known;
  }
  g_autoptr(BhView) view = g_new0(BhView, 1);
  if (!bh_records_store_find(device, id, &view->row, error) || view->row.number == 0 ||
      !fold(device, id, view->row.number, &view->record, &view->tail, error) ||
      view->record == NULL)
    return NULL;
  view->conflicts = count_conflicts(view->record);
  return keep(device, g_steal_pointer(&view));
}

BhView *bh_view_need(BhDevice *device, const char *id, const char *kind, GError **error)
{
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, id, &local);

  if (view != NULL)
    return view;
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  view = g_new0(BhView, 1);
  view->record = bh_record_new(id, kind);
  return keep(device, view);
}

json_t *bh_view_get_values(BhView *view)
{
  if (view->values == NULL)
    view->values = bh_record_dup_values(view->record);
  return view->values;
}

/* What a set moves is looked at before and after, so that a save costs by what it sets and not by
 * what the record holds. */
static gint64 count_conflicts_of(const BhRecord *record, const BhOp *op)
{
  gint64 n = 0;

  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    n += bh_record_has_conflict(record, set->key);
  }
  return n;
}

static void refresh_values(BhView *view, const BhOp *op)
{
  for (guint i = 0; view->values != NULL && i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    json_t *value = bh_record_get(view->record, set->key);
    if (value != NULL)
      json_object_set(view->values, set->key, value);
    else
      json_object_del(view->values, set->key);
  }
}

gboolean bh_view_apply(BhDevice *device G_GNUC_UNUSED, BhView *view, const char *entry,
                       const BhOp *op, GError **error)
{
  gint64 before = count_conflicts_of(view->record, op);

  if (!bh_record_apply(view->record, entry, op, was_seen, NULL, error))
    return FALSE;
  view->conflicts += count_conflicts_of(view->record, op) - before;
  refresh_values(view, op);
  return TRUE;
}

/* --- writing down --- */

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
    const char *sha256 = bh_record_get_string(view->record, BH_FILE_HASH);
    if (bh_hash_is_valid(sha256) && !bh_records_store_want_file(device, sha256, error))
      return FALSE;
  }
  return TRUE;
}

/* Whoever names this record in its title has to be made anew; in steps, for there may be many. */
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

  /* As at the hub, without a calendar: both have to come to the same day. */
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

  /* The usual tap: an answer on the record that was changed last. Nothing in its row moves. */
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
  if (!fold(device, id, view->row.number, &view->record, &view->tail, error))
    return FALSE;
  if (view->record == NULL)
    return view->row.number == 0 || remove_record(device, &view->row, error);
  view->conflicts = count_conflicts(view->record);
  return store_row(device, view, TRUE, error);
}

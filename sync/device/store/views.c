/* Folded records: the hub's snapshot (base) and the own entries that the base does not contain yet.
 * A few are kept in memory. A record is folded again only when it was changed itself. Start with
 * bh_view_get. */
#include "sync/device/store/views.h"

#include <string.h>

#include "sync/device/store/damage.h"

void bh_view_discard(BhView *view)
{
  if (view->holders > 0) {
    view->holders--;
    return;
  }
  bh_record_free(view->record);
  json_decref(view->values);
  bh_row_clear(&view->row);
  g_free(view);
}

void bh_views_attach(BhDevice *device)
{
  static const BhDeviceHook hook = {.forget = bh_view_forget_all};

  device->views =
      g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)bh_view_discard);
  bh_device_add_hook(device, &hook);
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
  /* The key is the id inside the record, so it is freed with the view. */
  g_hash_table_replace(device->views, (gpointer)bh_record_get_id(view->record), view);
  return view;
}

/* Says that an entry was seen by the author of an own entry that replaces its values. Always TRUE:
 * the values were folded on this device before, so that author was shown them. */
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

/* Applies the operations of an own entry on the record, which is made when it is NULL. */
static void apply_own(BhRecord **record, const char *id, const BhBody *body)
{
  g_autoptr(GError) local = NULL;
  if (*record == NULL)
    *record = bh_record_new(id, kind_in_body(body, id));
  /* An operation whose kind differs from the record's is left out here; the hub decides about
   * it. */
  if (!apply_body(*record, body, &local))
    g_debug("store: entry %s does not fit record %s: %s", body->id, id, local->message);
}

static gboolean apply_overlay(BhDevice *device, BhRecord **record, const char *id,
                              const GArray *places, GError **error)
{
  for (guint i = 0; i < places->len; i++) {
    g_auto(BhOwnEntry) entry = {0};
    if (!bh_journal_store_read(device, g_array_index(places, gint64, i), &entry, error))
      return FALSE;
    g_autoptr(BhBody) body = bh_damage_parse(device, &entry);
    /* an entry without a body was dropped since the hub has it, or is damaged */
    if (body != NULL)
      apply_own(record, id, body);
  }
  return TRUE;
}

/* Loads the snapshot on which own entries are folded: the stored view, else the base. *pos:
 * position of the last own entry in it. */
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

static gint64 count_conflicts(const BhRecord *record)
{
  g_autoptr(GPtrArray) keys = bh_record_list_conflicts(record);
  return keys->len;
}

gboolean bh_view_fold(BhDevice *device, const char *id, BhView *view, GError **error)
{
  gint64 pos = 0;

  if (!load_start(device, view->row.number, &view->record, &pos, error))
    return FALSE;
  g_autoptr(GArray) places = bh_records_store_list_overlay(device, id, pos, error);
  if (places == NULL || !apply_overlay(device, &view->record, id, places, error))
    return FALSE;
  view->tail = (int)places->len;
  if (view->record != NULL)
    view->conflicts = count_conflicts(view->record);
  return TRUE;
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
      !bh_view_fold(device, id, view, error) || view->record == NULL)
    return NULL;
  return keep(device, g_steal_pointer(&view));
}

/* --- many records --- */

static void free_body(gpointer body)
{
  bh_body_free(body);
}

/* Reads the bodies of the own entries that all these records need: {position: BhBody}. */
static GHashTable *read_bodies(BhDevice *device, const GPtrArray *all, GError **error)
{
  g_autoptr(json_t) positions = json_array();
  g_autoptr(GHashTable) bodies =
      g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_body);
  for (guint i = 0; i < all->len; i++) {
    const BhStoredRecord *stored = g_ptr_array_index(all, i);
    for (guint j = 0; j < stored->overlay->len; j++)
      json_array_append_new(positions, json_integer(g_array_index(stored->overlay, gint64, j)));
  }
  g_autoptr(GPtrArray) entries = bh_journal_store_read_many(device, positions, error);
  for (guint i = 0; entries != NULL && i < entries->len; i++) {
    const BhOwnEntry *entry = g_ptr_array_index(entries, i);
    BhBody *body = bh_damage_parse(device, entry);
    if (body != NULL)
      g_hash_table_insert(bodies, g_memdup2(&entry->pos, sizeof entry->pos), body);
  }
  return entries != NULL ? g_steal_pointer(&bodies) : NULL;
}

/* A record whose text cannot be read is left out, so that it does not hold up the others. */
static void add_view(BhDevice *device, GHashTable *views, BhStoredRecord *stored,
                     GHashTable *bodies)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(BhView) view = g_new0(BhView, 1);
  if (stored->text != NULL) {
    view->record = bh_record_from_snapshot(stored->text, strlen(stored->text), &local);
    if (view->record == NULL) {
      g_warning("store: record %s cannot be read: %s", stored->id, local->message);
      return;
    }
  }
  for (guint i = 0; i < stored->overlay->len; i++) {
    gint64 pos = g_array_index(stored->overlay, gint64, i);
    const BhBody *body = g_hash_table_lookup(bodies, &pos);
    if (body != NULL)
      apply_own(&view->record, stored->id, body);
  }
  if (view->record == NULL)
    return;
  view->row = stored->row;
  memset(&stored->row, 0, sizeof stored->row);
  view->tail = (int)stored->overlay->len;
  view->conflicts = count_conflicts(view->record);
  g_hash_table_replace(views, (gpointer)bh_record_get_id(view->record), view);
  if (g_hash_table_size(views) <= BH_VIEW_CACHE_MAX / 2) {
    view->holders++;
    keep(device, view);
  }
  view = NULL;
}

static void free_view(gpointer view)
{
  bh_view_discard(view);
}

/* Adds the records that are in the cache to the table; returns the ids of the others, a new
 * reference. */
static json_t *take_cached(BhDevice *device, GHashTable *views, const json_t *ids)
{
  json_t *missing = json_array();
  gsize i;
  json_t *id;
  json_array_foreach((json_t *)ids, i, id) {
    BhView *view = g_hash_table_lookup(device->views, json_string_value(id));
    if (view == NULL) {
      json_array_append(missing, id);
    } else if (!g_hash_table_contains(views, json_string_value(id))) {
      view->used = ++device->view_tick;
      view->holders++;
      g_hash_table_insert(views, (gpointer)bh_record_get_id(view->record), view);
    }
  }
  return missing;
}

GHashTable *bh_views_load(BhDevice *device, const json_t *ids, GError **error)
{
  g_autoptr(GHashTable) views = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_view);
  g_autoptr(json_t) missing = take_cached(device, views, ids);
  if (json_array_size(missing) == 0)
    return g_steal_pointer(&views);
  g_autoptr(GPtrArray) all = bh_records_store_load(device, missing, error);
  g_autoptr(GHashTable) bodies = all != NULL ? read_bodies(device, all, error) : NULL;
  for (guint i = 0; bodies != NULL && i < all->len; i++)
    add_view(device, views, g_ptr_array_index(all, i), bodies);
  return bodies != NULL ? g_steal_pointer(&views) : NULL;
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

/* Number of keys in conflict among those that the operation sets. Other keys are not read, so that
 * a save costs the same in a small and in a large record. */
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

gboolean bh_view_apply(BhView *view, const char *entry, const BhOp *op, GError **error)
{
  gint64 before = count_conflicts_of(view->record, op);

  if (!bh_record_apply(view->record, entry, op, was_seen, NULL, error))
    return FALSE;
  view->conflicts += count_conflicts_of(view->record, op) - before;
  refresh_values(view, op);
  return TRUE;
}

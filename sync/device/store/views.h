/* Folded records: the hub's snapshot (base) with the own entries that it does not contain yet. A
 * few are kept in memory. records.h writes them to the database. */
#pragma once

#include "sync/device/store/records-store.h"

G_BEGIN_DECLS

#define BH_VIEW_CACHE_MAX 64 /* records kept folded in memory */
#define BH_VIEW_TAIL_MAX 64  /* own entries that are folded at most to read one record */

typedef struct {
  BhRecord *record;
  BhRow row;
  /* shown values, updated with each operation; NULL until bh_view_get_values is called */
  json_t *values;
  gint64 conflicts; /* keys in conflict, updated with each operation */
  int tail;         /* own entries folded over the stored view or the base */
  /* device->view_tick at the last use; the least recently used view leaves the cache */
  guint64 used;
  /* further holders of this view besides the first: the cache, tables of bh_views_load */
  guint holders;
} BhView;
/* Ends one hold of a view; frees the view with the last hold. */
void bh_view_discard(BhView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhView, bh_view_discard)

/* Makes the cache, and registers that it is emptied whenever the device is read into memory again.
 * Once, before the first bh_device_reload. */
void bh_views_attach(BhDevice *device);
/* The folded record with this id; borrowed until the next call that reads another record or ends a
 * transaction. NULL without error when there is none. */
BhView *bh_view_get(BhDevice *device, const char *id, GError **error);
/* Folds some records in a fixed number of statements; records in the cache need none. `ids` is a
 * JSON array. {id: BhView} (g_hash_table_unref); ids without a record are left out. */
GHashTable *bh_views_load(BhDevice *device, const json_t *ids, GError **error);
/* As bh_view_get; when there is no such record, makes an empty one in memory, which bh_view_store
 * writes to the database. */
BhView *bh_view_need(BhDevice *device, const char *id, const char *kind, GError **error);
/* Folds a record from the base and the own entries that are stored now, into view->record; the
 * caller has filled in view->row only. view->record stays NULL when the store has neither base nor
 * entries. For a view outside the cache. */
gboolean bh_view_fold(BhDevice *device, const char *id, BhView *view, GError **error);
/* The shown values of a record as {key: value}; borrowed from the view, not to be changed. */
json_t *bh_view_get_values(BhView *view);
/* Applies an operation of the own entry with the id `entry` to the view, in memory only. */
gboolean bh_view_apply(BhView *view, const char *entry, const BhOp *op, GError **error);
/* Removes a record from the cache. */
void bh_view_forget(BhDevice *device, const char *id);
/* Empties the cache. */
void bh_view_forget_all(BhDevice *device);

G_END_DECLS

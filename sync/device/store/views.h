/* Folded records: the hub's snapshot with the own entries that it does not contain yet. A few are
 * kept in memory. Writing them down: records.h. */
#pragma once

#include "sync/device/store/records-store.h"

G_BEGIN_DECLS

#define BH_VIEW_CACHE_MAX 64 /* records kept folded in memory */
#define BH_VIEW_TAIL_MAX 64  /* own entries of a record folded at most for one read */

typedef struct {
  BhRecord *record;
  BhRow row;
  json_t *values;   /* shown values, updated with each set; NULL until asked for */
  gint64 conflicts; /* keys in conflict, updated with each set */
  int tail;         /* own entries since the stored view, or since base */
  guint64 used;     /* for the choice of the one that leaves the cache */
  guint holders;    /* who else holds it besides the first: the cache, a table of bh_views_load */
} BhView;
/* Gives it up; frees it when nobody else holds it. */
void bh_view_discard(BhView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhView, bh_view_discard)

/* Makes the cache, and registers that it is emptied whenever the device is read into memory again.
 * Once, before the first bh_device_reload. */
void bh_views_attach(BhDevice *device);
/* The folded record; borrowed until the next call that reads another record or ends a transaction.
 * NULL without error when there is none. */
BhView *bh_view_get(BhDevice *device, const char *id, GError **error);
/* Folds some records in a fixed number of statements, those in the cache in none; `ids` is a JSON
 * array. {id: BhView} (g_hash_table_unref), without those that are not there. */
GHashTable *bh_views_load(BhDevice *device, const json_t *ids, GError **error);
/* The same, made empty in memory when there is none; bh_view_store writes it down. */
BhView *bh_view_need(BhDevice *device, const char *id, const char *kind, GError **error);
/* Folds a record into `view`, of which only the row is filled in, from the base and own entries
 * that are stored now. view->record stays NULL when there is neither. For a view outside the
 * cache. */
gboolean bh_view_fold(BhDevice *device, const char *id, BhView *view, GError **error);
/* {key: value} as shown; borrowed from the view, not to be changed. */
json_t *bh_view_get_values(BhView *view);
/* Applies an operation of the own entry `entry` in memory. */
gboolean bh_view_apply(BhView *view, const char *entry, const BhOp *op, GError **error);
/* Removes a record from the cache. */
void bh_view_forget(BhDevice *device, const char *id);
/* Empties the cache. */
void bh_view_forget_all(BhDevice *device);

G_END_DECLS

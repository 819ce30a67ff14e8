/* Collects accesses to restricted records and writes them to the access log (access-log.h). Who may
 * see what is decided elsewhere. */
#include "sync/hub/access/access-log.h"

#include <string.h>

#include "sync/hub/access/access-store.h"

typedef struct {
  char *record; /* NULL: all records */
  char *kind;
  const char *way;
} Item;

struct _BhAccess {
  char *reader;
  GPtrArray *items;
  GHashTable *noted; /* set of "WAY RECORD": accesses that were added */
};

static void item_free(gpointer data)
{
  Item *item = data;
  g_free(item->record);
  g_free(item->kind);
  g_free(item);
}

BhAccess *bh_access_new(const char *reader)
{
  BhAccess *access = g_new0(BhAccess, 1);
  access->reader = g_strdup(reader);
  access->items = g_ptr_array_new_with_free_func(item_free);
  access->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return access;
}

void bh_access_free(BhAccess *access)
{
  if (access == NULL)
    return;
  g_free(access->reader);
  g_ptr_array_unref(access->items);
  g_hash_table_unref(access->noted);
  g_free(access);
}

void bh_access_note(BhAccess *access, const char *record, const char *kind, const char *way)
{
  if (!g_hash_table_add(access->noted, g_strdup_printf("%s %s", way, record != NULL ? record : "")))
    return;
  Item *item = g_new0(Item, 1);
  *item = (Item){.record = g_strdup(record), .kind = g_strdup(kind), .way = way};
  g_ptr_array_add(access->items, item);
}

static gint64 now_ms(BhHub *hub)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  return clock->wall_ms(clock->data);
}

/* Whether the log has a row for the access within BH_ACCESS_WINDOW_MS. Rows later than `now`, which
 * exist after a clock was set back, do not count. */
static gboolean is_known(BhAccess *access, const Item *item, BhDb *db, gint64 now, gboolean *known,
                         GError **error)
{
  *known = FALSE;
  return item->record == NULL || bh_access_store_has(db, access->reader, item->record, item->way,
                                                     now - BH_ACCESS_WINDOW_MS, now, known, error);
}

gboolean bh_access_drop_known(BhAccess *access, BhHub *hub, BhDb *db, gboolean *left,
                              GError **error)
{
  gint64 now = now_ms(hub);
  for (guint i = access->items->len; i > 0; i--) {
    gboolean known;
    if (!is_known(access, access->items->pdata[i - 1], db, now, &known, error))
      return FALSE;
    if (known)
      g_ptr_array_remove_index(access->items, i - 1);
  }
  *left = access->items->len > 0;
  return TRUE;
}

gboolean bh_access_write(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  BhAccess *access = data;
  gint64 now = now_ms(hub);
  for (guint i = 0; i < access->items->len; i++) {
    const Item *item = access->items->pdata[i];
    gboolean known;
    /* Checked again, because another request may have written the same access meanwhile. */
    if (!is_known(access, item, db, now, &known, error) ||
        (!known &&
         !bh_access_store_add(db, now, access->reader, item->way, item->record, item->kind, error)))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_access_log(BhAccess *access, BhHub *hub, BhDb *db, GError **error)
{
  gboolean left;
  return bh_access_drop_known(access, hub, db, &left, error) &&
         (!left || bh_hub_write(hub, bh_access_write, access, error));
}

typedef struct {
  const char *reader, *record, *kind, *field, *reason;
} Unseal;

static gboolean write_unseal(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Unseal *unseal = data;
  return bh_access_store_add_unseal(db, now_ms(hub), unseal->reader, unseal->record, unseal->kind,
                                    unseal->field, unseal->reason, error);
}

gboolean bh_access_log_unseal(BhHub *hub, const char *reader, const char *record, const char *kind,
                              const char *field, const char *reason, GError **error)
{
  Unseal unseal = {reader, record, kind, field, reason};
  return bh_hub_write(hub, write_unseal, &unseal, error);
}

/* Computes the visibility of a record at an earlier position, by merging its entries up to there
 * (delivered.h). Start at bh_delivered_may_contain. */
#include "sync/hub/access/delivered.h"

#include <string.h>

#include "sync/hub/records/records.h"

#define ENTRIES_MAX 500         /* entries that are read of one record */
#define ENTRIES_MAX_OF_ALL 5000 /* entries that are read for one page of the feed */

struct _BhDelivered {
  BhDeviceView *view;
  BhDb *db;
  gint64 position; /* position that the device's cursor names */
  gint64 before;   /* just before the unbroken run of entries that ends at `position`; -1: not read
                      yet */
  gint64 until;    /* `position` or `before`: `values` are those at this position */
  int left;        /* number of entries that may still be read */
  gboolean unsure; /* a record could not be computed */
  GHashTable *values; /* record id → json_t, the values at `until`; NULL: there were none */
  GHashTable *kinds;  /* record id → name of its kind, of the records that were computed */
  GError *failed;
};

static void free_values(gpointer values)
{
  json_decref(values);
}

BhDelivered *bh_delivered_new(BhDeviceView *view, BhDb *db, gint64 position)
{
  BhDelivered *delivered = g_new0(BhDelivered, 1);
  delivered->view = view;
  delivered->db = db;
  delivered->position = position;
  delivered->before = -1;
  delivered->left = ENTRIES_MAX_OF_ALL;
  delivered->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_values);
  delivered->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return delivered;
}

void bh_delivered_free(BhDelivered *delivered)
{
  if (delivered == NULL)
    return;
  g_hash_table_unref(delivered->values);
  g_hash_table_unref(delivered->kinds);
  g_clear_error(&delivered->failed);
  g_free(delivered);
}

static gboolean was_applied(const char *entry_id, const char *record_id, gpointer data)
{
  (void)record_id;
  return g_hash_table_contains(data, entry_id);
}

static gboolean apply(BhRecord *record, const BhBody *body, GHashTable *applied)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    if (strcmp(op->record, bh_record_get_id(record)) == 0 &&
        !bh_record_apply(record, body->id, op, was_applied, applied, NULL))
      return FALSE;
  }
  g_hash_table_add(applied, g_strdup(body->id));
  return TRUE;
}

static json_t *fold(BhDelivered *delivered, const char *id)
{
  g_autofree char *kind = NULL;
  g_autoptr(GPtrArray) rows =
      bh_feed_store_list_history(delivered->db, id, delivered->until,
                                 MIN(ENTRIES_MAX, delivered->left) + 1, &kind, &delivered->failed);
  if (rows == NULL || rows->len == 0)
    return NULL;
  delivered->left -= (int)rows->len;
  if (rows->len > ENTRIES_MAX || delivered->left < 0) {
    delivered->unsure = TRUE;
    return NULL;
  }
  g_autoptr(GHashTable) applied = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(BhRecord) record = bh_record_new(id, kind);
  for (guint i = 0; i < rows->len; i++) {
    const BhEntryRow *row = rows->pdata[i];
    g_autoptr(BhBody) body = row->status == BH_ENTRY_APPLIED && row->text->body != NULL
                                 ? bh_body_parse(row->text->body, row->text->openings, NULL)
                                 : NULL;
    if (body == NULL || !apply(record, body, applied)) {
      delivered->unsure = TRUE;
      return NULL;
    }
  }
  g_hash_table_insert(delivered->kinds, g_strdup(id), g_steal_pointer(&kind));
  return bh_record_dup_values(record);
}

static const json_t *lookup(const char *id, gpointer data)
{
  BhDelivered *delivered = data;
  gpointer values = NULL;
  if (g_hash_table_lookup_extended(delivered->values, id, NULL, &values))
    return values;
  values = fold(delivered, id);
  g_hash_table_insert(delivered->values, g_strdup(id), values);
  return values;
}

static const char *get_kind(const char *id, gpointer data)
{
  BhDelivered *delivered = data;
  lookup(id, delivered);
  return g_hash_table_lookup(delivered->kinds, id);
}

static gboolean was_visible_at(BhDelivered *delivered, const char *kind, const char *record,
                               gint64 until)
{
  if (delivered->until != until)
    g_hash_table_remove_all(delivered->values);
  delivered->until = until;
  const json_t *values = lookup(record, delivered);
  const BhVisibilitySource source = {lookup, get_kind, delivered};
  return values != NULL && bh_device_view_compute_visibility(delivered->view, kind, record, values,
                                                             &source) != BH_VISIBILITY_NONE;
}

gboolean bh_delivered_may_contain(BhDelivered *delivered, const char *record, gboolean *given,
                                  GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  if (!bh_record_row_load(delivered->db, record, &row, &found, error))
    return FALSE;
  g_autofree char *kind = g_strdup(row.kind);
  bh_record_row_clear(&row);
  /* A page of the feed may end between the records of one batch. Records behind its end were not
   * yet changed for the device, records before it were; so the records are checked both at the
   * position of the cursor and at the beginning of the batch. */
  if (delivered->before < 0 &&
      !bh_feed_store_find_run(delivered->db, delivered->position, &delivered->before, error))
    return FALSE;
  delivered->unsure = FALSE;
  *given = found && (was_visible_at(delivered, kind, record, delivered->position) ||
                     was_visible_at(delivered, kind, record, delivered->before));
  if (delivered->failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&delivered->failed));
    return FALSE;
  }
  *given = *given || delivered->unsure;
  return TRUE;
}

/* Computes the visibility of a record at an earlier position, by merging its entries up to there
 * (past.h). Start at bh_past_showed. */
#include "sync/hub/access/past.h"

#include <string.h>

#include "sync/hub/records/records.h"

#define ENTRIES_MAX 500         /* read of one record */
#define ENTRIES_MAX_OF_ALL 5000 /* read for one page of the feed */

struct _BhPast {
  BhView *view;
  BhDb *db;
  gint64 position;    /* of the cursor */
  gint64 before;      /* just before the run of entries up to there; -1: not read yet */
  gint64 until;       /* the one of the two that `values` are for */
  int left;           /* entries that may still be read */
  gboolean unsure;    /* a record could not be computed */
  GHashTable *values; /* record id → json_t as of `until`, or NULL */
  GError *failed;
};

static void free_values(gpointer values)
{
  json_decref(values);
}

BhPast *bh_past_new(BhView *view, BhDb *db, gint64 position)
{
  BhPast *past = g_new0(BhPast, 1);
  past->view = view;
  past->db = db;
  past->position = position;
  past->before = -1;
  past->left = ENTRIES_MAX_OF_ALL;
  past->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_values);
  return past;
}

void bh_past_free(BhPast *past)
{
  if (past == NULL)
    return;
  g_hash_table_unref(past->values);
  g_clear_error(&past->failed);
  g_free(past);
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

static json_t *fold(BhPast *past, const char *id)
{
  g_autofree char *kind = NULL;
  g_autoptr(GPtrArray) rows = bh_feed_store_list_history(
      past->db, id, past->until, MIN(ENTRIES_MAX, past->left) + 1, &kind, &past->failed);
  if (rows == NULL || rows->len == 0)
    return NULL;
  past->left -= (int)rows->len;
  if (rows->len > ENTRIES_MAX || past->left < 0) {
    past->unsure = TRUE;
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
      past->unsure = TRUE;
      return NULL;
    }
  }
  return bh_record_dup_values(record);
}

static const json_t *lookup(const char *id, gpointer data)
{
  BhPast *past = data;
  gpointer values = NULL;
  if (g_hash_table_lookup_extended(past->values, id, NULL, &values))
    return values;
  values = fold(past, id);
  g_hash_table_insert(past->values, g_strdup(id), values);
  return values;
}

static gboolean showed_at(BhPast *past, const char *kind, const char *record, gint64 until)
{
  if (past->until != until)
    g_hash_table_remove_all(past->values);
  past->until = until;
  const json_t *values = lookup(record, past);
  return values != NULL &&
         bh_view_get_sight_of(past->view, kind, record, values, lookup, past) != BH_SIGHT_NONE;
}

gboolean bh_past_showed(BhPast *past, const char *record, gboolean *showed, GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  if (!bh_record_row_load(past->db, record, &row, &found, error))
    return FALSE;
  g_autofree char *kind = g_strdup(row.kind);
  bh_record_row_clear(&row);
  /* A page of the feed may end between the records of one batch. Records behind its end were not
   * yet changed for the device, records before it were; so both positions are checked. */
  if (past->before < 0 && !bh_feed_store_find_run(past->db, past->position, &past->before, error))
    return FALSE;
  past->unsure = FALSE;
  *showed = found && (showed_at(past, kind, record, past->position) ||
                      showed_at(past, kind, record, past->before));
  if (past->failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&past->failed));
    return FALSE;
  }
  *showed = *showed || past->unsure;
  return TRUE;
}

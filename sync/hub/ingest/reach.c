/* Decides which records a device may change (reach.h). A verdict is kept for the whole piece, so
 * that the piece's own changes do not alter it. */
#include "sync/hub/ingest/reach.h"

#include "sync/hub/records/records.h"

struct _BhReach {
  BhDb *db;
  gint64 now_ms;
  BhRecords *records;
  const BhKindSet *kinds;
  const BhRegion *region;
  const char *unit;
  const char *device;
  GPtrArray *viewers;   /* json_t*: staff of the unit, read when first asked */
  GHashTable *verdicts; /* record id → TRUE or FALSE */
};

BhReach *bh_reach_new(BhDb *db, gint64 now_ms, BhRecords *records, const BhKindSet *kinds,
                      const BhRegion *region, const char *unit, const char *device)
{
  BhReach *reach = g_new0(BhReach, 1);
  reach->db = db;
  reach->now_ms = now_ms;
  reach->records = records;
  reach->kinds = kinds;
  reach->region = region;
  reach->unit = unit;
  reach->device = device;
  reach->verdicts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return reach;
}

void bh_reach_free(BhReach *reach)
{
  if (reach == NULL)
    return;
  g_clear_pointer(&reach->viewers, g_ptr_array_unref);
  g_hash_table_unref(reach->verdicts);
  g_free(reach);
}

static const json_t *lookup(const char *id, gpointer data)
{
  BhReach *reach = data;
  return bh_records_get_values(reach->records, id);
}

static gboolean has_scope(BhReach *reach, const char *scope)
{
  return bh_scope_is_within(scope, reach->unit, FALSE, reach->region, lookup, reach);
}

static gboolean is_shown(BhReach *reach, const BhKind *kind, const char *id, const json_t *values,
                         gboolean *shown, GError **error)
{
  /* The staff of the unit is loaded only if a record is not open to everybody. */
  *shown = bh_sight_of(kind, id, values, NULL, 0, lookup, reach) == BH_SIGHT_OPEN;
  if (*shown)
    return TRUE;
  if (reach->viewers == NULL)
    reach->viewers = bh_record_list_viewers(reach->db, reach->unit, reach->now_ms, error);
  if (reach->viewers == NULL)
    return FALSE;
  *shown = bh_sight_of(kind, id, values, (const json_t *const *)reach->viewers->pdata,
                       reach->viewers->len, lookup, reach) != BH_SIGHT_NONE;
  return TRUE;
}

static gboolean judge(BhReach *reach, const char *id, gboolean *within, GError **error)
{
  const BhRecordRow *row;
  if (!bh_records_get_row(reach->records, id, &row, error))
    return FALSE;
  *within = row == NULL || row->nr == 0;
  if (*within)
    return TRUE;
  /* The row is still as stored: a record that this piece changed was judged before the change. */
  const BhKind *kind = bh_kind_set_find(reach->kinds, row->kind);
  if (kind == NULL || (!has_scope(reach, row->scope) && !has_scope(reach, row->scope2)))
    return TRUE;
  return is_shown(reach, kind, id, bh_records_get_values(reach->records, id), within, error) &&
         (*within || bh_record_is_own_orphan(reach->db, id, reach->device, within, error));
}

gboolean bh_reach_judge(BhReach *reach, const char *record, gboolean *within, GError **error)
{
  gpointer verdict;
  if (g_hash_table_lookup_extended(reach->verdicts, record, NULL, &verdict)) {
    *within = GPOINTER_TO_INT(verdict);
    return TRUE;
  }
  if (!judge(reach, record, within, error))
    return FALSE;
  g_hash_table_insert(reach->verdicts, g_strdup(record), GINT_TO_POINTER(*within));
  return TRUE;
}

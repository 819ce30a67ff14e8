/* SQL of history-store.h. */
#include "sync/hub/records/history-store.h"

#include "sync/db/params.h"

GPtrArray *bh_record_list_history(BhDb *db, const char *record, gint64 before, int limit,
                                  GError **error)
{
  BhStmt *stmt = bh_db_query(
      db,
      "SELECT position FROM (SELECT l.position FROM record r JOIN entry_record l"
      " ON l.record = r.nr WHERE r.id = :record AND l.position < :before UNION"
      " SELECT q.position FROM quarantine q WHERE q.record = :record AND q.position < :before"
      " AND q.decided_by IS NULL) ORDER BY position DESC LIMIT :limit",
      BH_PARAMS(bh_param_text("record", record),
                bh_param_int("before", before > 0 ? before : G_MAXINT64),
                bh_param_int("limit", limit)),
      error);
  g_autoptr(GArray) positions = bh_stmt_collect_ints(stmt, error);
  if (positions == NULL)
    return NULL;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_row_free);
  for (guint i = 0; i < positions->len; i++) {
    BhEntryRow *row = bh_log_load_entry(db, g_array_index(positions, gint64, i), error);
    if (row == NULL)
      return NULL;
    g_ptr_array_add(rows, row);
  }
  return g_steal_pointer(&rows);
}

const char bh_records_in_quarantine[] =
    "SELECT q.record FROM quarantine q WHERE q.decided_by IS NULL";

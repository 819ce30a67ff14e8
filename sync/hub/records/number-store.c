/* SQL of number-store.h. What is compared is computed in number.c. */
#include "sync/hub/records/number-store.h"

#include "sync/hub/log/log.h"

gboolean bh_number_store_set(BhDb *db, const BhNumberRow *row, GError **error)
{
  if (row->key == NULL)
    return bh_sql_run(db, error,
                      "DELETE FROM number WHERE kind = :kind AND field = :field"
                      " AND record = :record",
                      "tti", "kind", row->kind, "field", row->field, "record", row->record);
  return bh_sql_run(db, error,
                    "INSERT INTO number (kind, field, record, value, key, look)"
                    " VALUES (:kind, :field, :record, :value, :key, :look)"
                    " ON CONFLICT (kind, field, record) DO UPDATE SET value = excluded.value,"
                    " key = excluded.key, look = excluded.look",
                    "ttittt", "kind", row->kind, "field", row->field, "record", row->record,
                    "value", row->value, "key", row->key, "look", row->look);
}

/* Other records of the kind with the same look; found by the index. */
#define OTHERS                                                                                     \
  " FROM number o WHERE o.look = :look AND o.kind = :kind AND o.field = :field"                    \
  " AND o.record <> :record"

/* Every record concerned gets its own anomaly: 'number' if it shares the key, 'alike' if only the
 * look. */
gboolean bh_number_store_list_twins(BhDb *db, const BhNumberRow *row, gint64 now_ms, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO anomaly (kind, code, at_ms, record, source, times, look)"
                    " SELECT 'number', p.code, :now, r.id, p.value, 1, :look FROM ("
                    "  SELECT :record AS record, :value AS value,"
                    "   iif(EXISTS (SELECT 1" OTHERS
                    " AND o.key = :key), 'number', 'alike') AS code WHERE EXISTS (SELECT 1" OTHERS
                    ") UNION ALL SELECT o.record, o.value,"
                    "   iif(o.key = :key, 'number', 'alike')" OTHERS
                    "  LIMIT :most) p JOIN record r ON r.nr = p.record WHERE 1"
                    " ON CONFLICT (look, record, code) WHERE kind = 'number' DO NOTHING",
                    "itttitti", "now", now_ms, "look", row->look, "key", row->key, "kind",
                    row->kind, "record", row->record, "field", row->field, "value", row->value,
                    "most", (gint64)BH_NUMBER_GROUP_MAX);
}

GPtrArray *bh_number_store_list(BhDb *db, const char *look, GError **error)
{
  BhStmt *stmt = bh_sql_query(db, error,
                              "SELECT r.id FROM number n JOIN record r ON r.nr = n.record"
                              " WHERE n.look = :look LIMIT :most",
                              "ti", "look", look, "most", (gint64)BH_NUMBER_GROUP_MAX);
  return bh_stmt_collect_texts(stmt, error);
}

/* SQL of number-store.h. What is compared is computed in number.c. */
#include "sync/hub/records/number-store.h"

#include "sync/db/params.h"

gboolean bh_number_store_set(BhDb *db, const BhNumberRow *row, GError **error)
{
  if (row->key == NULL)
    return bh_db_run(db,
                     "DELETE FROM number WHERE kind = :kind AND field = :field"
                     " AND record = :record",
                     BH_PARAMS(bh_param_text("kind", row->kind), bh_param_text("field", row->field),
                               bh_param_int("record", row->record)),
                     error);
  return bh_db_run(db,
                   "INSERT INTO number (kind, field, record, value, key, look)"
                   " VALUES (:kind, :field, :record, :value, :key, :look)"
                   " ON CONFLICT (kind, field, record) DO UPDATE SET value = excluded.value,"
                   " key = excluded.key, look = excluded.look",
                   BH_PARAMS(bh_param_text("kind", row->kind), bh_param_text("field", row->field),
                             bh_param_int("record", row->record),
                             bh_param_text("value", row->value), bh_param_text("key", row->key),
                             bh_param_text("look", row->lookalike_key)),
                   error);
}

/* FROM and WHERE of the other records of the kind whose number has the same lookalike key; uses the
 * SQLite index. */
#define OTHERS                                                                                     \
  " FROM number o WHERE o.look = :look AND o.kind = :kind AND o.field = :field"                    \
  " AND o.record <> :record"

/* Every record with such a number gets an anomaly of its own: 'number' if the keys are equal,
 * 'alike' if only the lookalike keys are. */
gboolean bh_number_store_add_anomalies(BhDb *db, const BhNumberRow *row, gint64 now_ms,
                                       GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO anomaly (kind, code, at_ms, record, source, times, look)"
                   " SELECT 'number', p.code, :now, r.id, p.value, 1, :look FROM ("
                   "  SELECT :record AS record, :value AS value,"
                   "   iif(EXISTS (SELECT 1" OTHERS
                   " AND o.key = :key), 'number', 'alike') AS code WHERE EXISTS (SELECT 1" OTHERS
                   ") UNION ALL SELECT o.record, o.value,"
                   "   iif(o.key = :key, 'number', 'alike')" OTHERS
                   "  LIMIT :most) p JOIN record r ON r.nr = p.record WHERE 1"
                   " ON CONFLICT (look, record, code) WHERE kind = 'number' DO NOTHING",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("look", row->lookalike_key),
                             bh_param_text("key", row->key), bh_param_text("kind", row->kind),
                             bh_param_int("record", row->record),
                             bh_param_text("field", row->field), bh_param_text("value", row->value),
                             bh_param_int("most", BH_NUMBER_GROUP_MAX)),
                   error);
}

GPtrArray *bh_number_store_list(BhDb *db, const char *lookalike_key, GError **error)
{
  BhStmt *stmt = bh_db_query(
      db,
      "SELECT r.id FROM number n JOIN record r ON r.nr = n.record"
      " WHERE n.look = :look LIMIT :most",
      BH_PARAMS(bh_param_text("look", lookalike_key), bh_param_int("most", BH_NUMBER_GROUP_MAX)),
      error);
  return bh_stmt_collect_texts(stmt, error);
}

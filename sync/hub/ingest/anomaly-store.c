/* SQL of anomaly-store.h. Which clock is wrong is decided in anomaly.c. */
#include "sync/hub/ingest/anomaly-store.h"

#include "sync/db/params.h"

gboolean bh_anomaly_store_add_clock(BhDb *db, const char *device, const char *source,
                                    const char *code, gint64 position, const char *record,
                                    GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO anomaly (kind, code, device, record, position, source, times)"
                   " VALUES ('clock', :code, :device, :record, :position, :source, 1)"
                   " ON CONFLICT (device, source, code) WHERE kind = 'clock'"
                   " DO UPDATE SET times = times + 1",
                   BH_PARAMS(bh_param_text("code", code), bh_param_text("device", device),
                             bh_param_text("record", record), bh_param_int("position", position),
                             bh_param_text("source", source)),
                   error);
}

static json_t *read_row(BhStmt *stmt)
{
  static const char *const texts[] = {"device", "unit",    "record", "entry",  "by", "zh",
                                      "en",     "message", "scope",  "scope2", NULL};
  json_t *row =
      json_pack("{s:I, s:s, s:s, s:I, s:I, s:s}", "nr", (json_int_t)bh_stmt_get_int(stmt, 0),
                "kind", bh_stmt_get_text(stmt, 1), "code", bh_stmt_get_text(stmt, 2), "at_ms",
                (json_int_t)bh_stmt_get_int(stmt, 3), "times", (json_int_t)bh_stmt_get_int(stmt, 4),
                "source", bh_stmt_get_text(stmt, 5));
  if (!bh_stmt_is_null(stmt, 18))
    json_object_set_new(row, "look", json_string(bh_stmt_get_text(stmt, 18)));
  if (!bh_stmt_is_null(stmt, 17))
    json_object_set_new(row, "position", json_integer(bh_stmt_get_int(stmt, 17)));
  if (!bh_stmt_is_null(stmt, 6))
    json_object_set_new(row, "wall_ms", json_integer(bh_stmt_get_int(stmt, 6)));
  for (int i = 0; texts[i] != NULL; i++)
    if (!bh_stmt_is_null(stmt, 7 + i))
      json_object_set_new(row, texts[i], json_string(bh_stmt_get_text(stmt, 7 + i)));
  return row;
}

json_t *bh_anomaly_store_list(BhDb *db, const char *kind, gint64 before, int limit, GError **error)
{
  g_autofree char *sql = g_strconcat(
      "SELECT a.nr, a.kind, a.code, coalesce(a.at_ms, e.received_ms, 0), a.times, a.source,"
      " CASE WHEN a.kind = 'clock' THEN json_extract(e.body, '$.clock.wall_ms') END,"
      " d.id, d.unit, a.record, q.entry, e.actor, p.text_zh, p.text_en,"
      " coalesce(f.message, w.message), r.scope, r.scope2, a.position, a.look"
      " FROM anomaly a LEFT JOIN entry e ON e.position = a.position"
      " LEFT JOIN device d ON d.id = coalesce(a.device, e.device)"
      " LEFT JOIN record r ON r.id = a.record"
      " LEFT JOIN quarantine w ON a.kind = 'quarantine' AND w.position = a.position"
      " LEFT JOIN quarantine q ON q.position = w.position AND q.decided_by IS NULL"
      " LEFT JOIN report p ON a.kind = 'report' AND p.position = a.position"
      " AND p.nr = CAST(a.source AS INTEGER)"
      " LEFT JOIN refusal f ON a.kind = 'refusal' AND f.nr = CAST(a.source AS INTEGER)"
      " WHERE a.nr < :before",
      kind != NULL ? " AND a.kind = :kind" : "", " ORDER BY a.nr DESC LIMIT :limit", NULL);
  g_autoptr(BhStmt) stmt = bh_db_prepare(db, sql, error);
  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "before", before);
  bh_stmt_bind_int(stmt, "limit", limit);
  if (kind != NULL)
    bh_stmt_bind_text(stmt, "kind", kind);
  g_autoptr(json_t) rows = json_array();
  gboolean ended;
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(rows, read_row(stmt));
  return ended ? g_steal_pointer(&rows) : NULL;
}

/* SQL of access-store.h. Rows are only added, never changed. */
#include "sync/hub/access/access-store.h"

#include "sync/db/params.h"
#include "sync/hub/access/access-log.h"

gboolean bh_access_store_has(BhDb *db, const char *reader, const char *record, const char *way,
                             gint64 after_ms, gint64 now_ms, gboolean *has, GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM access WHERE reader = :reader AND record = :record"
                       " AND way = :way AND at_ms > :after AND at_ms <= :now LIMIT 1",
                       BH_PARAMS(bh_param_text("reader", reader), bh_param_text("record", record),
                                 bh_param_text("way", way), bh_param_int("after", after_ms),
                                 bh_param_int("now", now_ms)),
                       has, error);
}

gboolean bh_access_store_add(BhDb *db, gint64 now_ms, const char *reader, const char *way,
                             const char *record, const char *kind, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO access (at_ms, reader, way, record, kind)"
                   " VALUES (:now, :reader, :way, :record, :kind)",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("reader", reader),
                             bh_param_text("way", way), bh_param_text("record", record),
                             bh_param_text("kind", kind)),
                   error);
}

gboolean bh_access_store_add_unseal(BhDb *db, gint64 now_ms, const char *reader, const char *record,
                                    const char *kind, const char *field, const char *reason,
                                    GError **error)
{
  return bh_access_store_add(db, now_ms, reader, BH_ACCESS_UNSEAL, record, kind, error) &&
         bh_db_run(db,
                   "INSERT INTO access_reason (nr, field, reason)"
                   " VALUES (last_insert_rowid(), :field, :reason)",
                   BH_PARAMS(bh_param_text("field", field), bh_param_text("reason", reason)),
                   error);
}

static void set_text(json_t *row, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_new(row, name, json_string(text));
}

json_t *bh_access_store_list(BhDb *db, const char *record, const char *reader, gint64 before,
                             int limit, GError **error)
{
  g_autofree char *sql = g_strconcat(
      "SELECT a.nr, a.at_ms, a.reader, a.way, a.record, a.kind, r.unit, u.field, u.reason"
      " FROM access a LEFT JOIN access_reason u ON u.nr = a.nr"
      " LEFT JOIN record r ON r.id = a.record WHERE a.nr < :before",
      record != NULL ? " AND a.record = :record" : "",
      reader != NULL ? (record != NULL ? " AND +a.reader = :reader" : " AND a.reader = :reader")
                     : "",
      " ORDER BY a.nr DESC LIMIT :limit", NULL);
  g_autoptr(BhStmt) stmt = bh_db_prepare(db, sql, error);
  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "before", before);
  bh_stmt_bind_int(stmt, "limit", limit);
  if (record != NULL)
    bh_stmt_bind_text(stmt, "record", record);
  if (reader != NULL)
    bh_stmt_bind_text(stmt, "reader", reader);
  g_autoptr(json_t) rows = json_array();
  gboolean ended;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *row = json_pack("{s:I, s:I, s:s, s:s}", "nr", (json_int_t)bh_stmt_get_int(stmt, 0),
                            "at_ms", (json_int_t)bh_stmt_get_int(stmt, 1), "reader",
                            bh_stmt_get_text(stmt, 2), "way", bh_stmt_get_text(stmt, 3));
    set_text(row, "record", bh_stmt_get_text(stmt, 4));
    set_text(row, "kind", bh_stmt_get_text(stmt, 5));
    set_text(row, "unit", bh_stmt_get_text(stmt, 6));
    set_text(row, "field", bh_stmt_get_text(stmt, 7));
    set_text(row, "reason", bh_stmt_get_text(stmt, 8));
    json_array_append_new(rows, row);
  }
  return ended ? g_steal_pointer(&rows) : NULL;
}

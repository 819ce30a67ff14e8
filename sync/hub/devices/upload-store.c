/* SQL of upload-store.h. */
#include "sync/hub/devices/upload-store.h"

#include "sync/hub/log/log.h"

static gboolean read_row(BhStmt *stmt, const GError *failed, BhUploadRow *row, gboolean *found,
                         GError **error)
{
  *found = stmt != NULL;
  if (failed != NULL) {
    g_propagate_error(error, g_error_copy(failed));
    return FALSE;
  }
  if (stmt == NULL)
    return TRUE;
  g_strlcpy(row->id, bh_stmt_get_text(stmt, 0), sizeof row->id);
  g_strlcpy(row->device, bh_stmt_get_text(stmt, 1), sizeof row->device);
  g_strlcpy(row->sha256, bh_stmt_get_text(stmt, 2), sizeof row->sha256);
  row->size = bh_stmt_get_int(stmt, 3);
  row->done = bh_stmt_get_int(stmt, 4);
  row->touched_ms = bh_stmt_get_int(stmt, 5);
  bh_stmt_reset(stmt);
  return TRUE;
}

gboolean bh_upload_store_load(BhDb *db, const char *id, BhUploadRow *row, gboolean *found,
                              GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhStmt *stmt = bh_sql_row(db, found, &failed,
                            "SELECT id, device, sha256, size, done, touched_ms FROM upload"
                            " WHERE id = :id",
                            "t", "id", id);
  return read_row(stmt, failed, row, found, error);
}

gboolean bh_upload_store_find(BhDb *db, const char *device, const char *sha256, BhUploadRow *row,
                              gboolean *found, GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhStmt *stmt = bh_sql_row(db, found, &failed,
                            "SELECT id, device, sha256, size, done, touched_ms FROM upload"
                            " WHERE device = :device AND sha256 = :sha",
                            "tt", "device", device, "sha", sha256);
  return read_row(stmt, failed, row, found, error);
}

gboolean bh_upload_store_add(BhDb *db, const BhUploadRow *row, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO upload (id, device, sha256, size, done, touched_ms)"
                    " VALUES (:id, :device, :sha, :size, :done, :now)",
                    "tttiii", "id", row->id, "device", row->device, "sha", row->sha256, "size",
                    row->size, "done", row->done, "now", row->touched_ms);
}

gboolean bh_upload_store_set_done(BhDb *db, const char *id, gint64 done, gint64 now_ms,
                                  GError **error)
{
  return bh_sql_run(db, error, "UPDATE upload SET done = :done, touched_ms = :now WHERE id = :id",
                    "iit", "done", done, "now", now_ms, "id", id);
}

gboolean bh_upload_store_remove(BhDb *db, const char *id, GError **error)
{
  return bh_sql_run(db, error, "DELETE FROM upload WHERE id = :id", "t", "id", id);
}

gboolean bh_upload_store_count_unfinished(BhDb *db, const char *device, gint64 *count,
                                          GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt = bh_sql_row(
      db, &found, error, "SELECT count(*) FROM upload WHERE device = :device AND done < size", "t",
      "device", device);
  if (stmt == NULL)
    return FALSE;
  *count = bh_stmt_get_int(stmt, 0);
  return TRUE;
}

GPtrArray *bh_upload_store_list_old(BhDb *db, gint64 before_ms, GError **error)
{
  BhStmt *stmt =
      bh_sql_query(db, error, "SELECT id FROM upload WHERE touched_ms < :before LIMIT 100", "i",
                   "before", before_ms);
  return bh_stmt_collect_texts(stmt, error);
}

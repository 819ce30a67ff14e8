/* SQL of upload-store.h. */
#include "sync/hub/devices/upload-store.h"

#include "sync/db/params.h"

static gboolean load_row(BhDb *db, const char *sql, const BhParam *params, BhUploadRow *row,
                         gboolean *found, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  gboolean ok = bh_db_query_row(db, sql, params, &stmt, error);
  *found = stmt != NULL;
  if (stmt == NULL)
    return ok;
  g_strlcpy(row->id, bh_stmt_get_text(stmt, 0), sizeof row->id);
  g_strlcpy(row->device, bh_stmt_get_text(stmt, 1), sizeof row->device);
  g_strlcpy(row->sha256, bh_stmt_get_text(stmt, 2), sizeof row->sha256);
  row->size = bh_stmt_get_int(stmt, 3);
  row->done = bh_stmt_get_int(stmt, 4);
  row->touched_ms = bh_stmt_get_int(stmt, 5);
  return TRUE;
}

gboolean bh_upload_store_load(BhDb *db, const char *id, BhUploadRow *row, gboolean *found,
                              GError **error)
{
  return load_row(db,
                  "SELECT id, device, sha256, size, done, touched_ms FROM upload"
                  " WHERE id = :id",
                  BH_PARAMS(bh_param_text("id", id)), row, found, error);
}

gboolean bh_upload_store_find(BhDb *db, const char *device, const char *sha256, BhUploadRow *row,
                              gboolean *found, GError **error)
{
  return load_row(db,
                  "SELECT id, device, sha256, size, done, touched_ms FROM upload"
                  " WHERE device = :device AND sha256 = :sha",
                  BH_PARAMS(bh_param_text("device", device), bh_param_text("sha", sha256)), row,
                  found, error);
}

gboolean bh_upload_store_add(BhDb *db, const BhUploadRow *row, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO upload (id, device, sha256, size, done, touched_ms)"
                   " VALUES (:id, :device, :sha, :size, :done, :now)",
                   BH_PARAMS(bh_param_text("id", row->id), bh_param_text("device", row->device),
                             bh_param_text("sha", row->sha256), bh_param_int("size", row->size),
                             bh_param_int("done", row->done), bh_param_int("now", row->touched_ms)),
                   error);
}

gboolean bh_upload_store_set_done(BhDb *db, const char *id, gint64 done, gint64 now_ms,
                                  GError **error)
{
  return bh_db_run(
      db, "UPDATE upload SET done = :done, touched_ms = :now WHERE id = :id",
      BH_PARAMS(bh_param_int("done", done), bh_param_int("now", now_ms), bh_param_text("id", id)),
      error);
}

gboolean bh_upload_store_remove(BhDb *db, const char *id, GError **error)
{
  return bh_db_run(db, "DELETE FROM upload WHERE id = :id", BH_PARAMS(bh_param_text("id", id)),
                   error);
}

gboolean bh_upload_store_count_unfinished(BhDb *db, const char *device, gint64 *count,
                                          GError **error)
{
  return bh_db_get_int(db, "SELECT count(*) FROM upload WHERE device = :device AND done < size",
                       BH_PARAMS(bh_param_text("device", device)), count, error);
}

GPtrArray *bh_upload_store_list_old(BhDb *db, gint64 before_ms, GError **error)
{
  BhStmt *stmt = bh_db_query(db, "SELECT id FROM upload WHERE touched_ms < :before LIMIT 100",
                             BH_PARAMS(bh_param_int("before", before_ms)), error);
  return bh_stmt_collect_texts(stmt, error);
}

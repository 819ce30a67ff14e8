/* Rows of files, and of files that are wanted from the hub. */
#include "sync/device/store/files.h"

#include "sync/db/params.h"

gboolean bh_files_store_find(BhDevice *device, const char *sha256, gint64 *size, char **media_type)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db, "SELECT size, media_type FROM file WHERE sha256 = :sha",
                       BH_PARAMS(bh_param_text("sha", sha256)), &row, NULL) ||
      row == NULL)
    return FALSE;
  *size = bh_stmt_get_int(row, 0);
  *media_type = g_strdup(bh_stmt_get_text(row, 1));
  return TRUE;
}

gboolean bh_files_store_add(BhDevice *device, const char *sha256, gint64 size,
                            const char *media_type, GError **error)
{
  return bh_db_run(device->db, "DELETE FROM wanted WHERE sha256 = :sha",
                   BH_PARAMS(bh_param_text("sha", sha256)), error) &&
         bh_db_run(device->db,
                   "INSERT INTO file (sha256, size, media_type, done, sent, deferred)"
                   " VALUES (:sha, :size, :type, 0, 0, 0) ON CONFLICT (sha256) DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("size", size),
                             bh_param_text("type", media_type)),
                   error);
}

gboolean bh_files_store_declare(BhDevice *device, const char *sha256, gint64 pos, gint64 *size,
                                GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(
      device->db,
      "UPDATE file SET declared = :pos WHERE sha256 = :sha AND declared IS NULL"
      " AND done = 0 RETURNING size - sent",
      BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("pos", pos)), &row, error);

  *size = row != NULL ? bh_stmt_get_int(row, 0) : -1;
  return ok;
}

gboolean bh_files_store_state(BhDevice *device, const char *sha256, BhFileState *state,
                              GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(device->db,
                                "SELECT declared IS NOT NULL, done, size, sent FROM file"
                                " WHERE sha256 = :sha",
                                BH_PARAMS(bh_param_text("sha", sha256)), &row, error);

  state->found = row != NULL;
  if (row != NULL) {
    state->declared = bh_stmt_get_int(row, 0) != 0;
    state->done = bh_stmt_get_int(row, 1) != 0;
    state->size = bh_stmt_get_int(row, 2);
    state->sent = bh_stmt_get_int(row, 3);
  }
  return ok;
}

BhPendingFile *bh_files_store_next(BhDevice *device, gint64 through, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT sha256, size, sent, upload FROM file"
                       " WHERE declared IS NOT NULL AND done = 0 AND declared <= :through"
                       " ORDER BY deferred, size, sha256 LIMIT 1",
                       BH_PARAMS(bh_param_int("through", through)), &row, error) ||
      row == NULL)
    return NULL;
  BhPendingFile *file = g_new0(BhPendingFile, 1);
  g_strlcpy(file->sha256, bh_stmt_get_text(row, 0), sizeof file->sha256);
  file->size = bh_stmt_get_int(row, 1);
  file->sent = bh_stmt_get_int(row, 2);
  file->upload = g_strdup(bh_stmt_get_text(row, 3));
  return file;
}

gboolean bh_files_store_note(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error)
{
  return bh_db_run(device->db,
                   "UPDATE file SET upload = :upload, sent = :sent, done = :done, why = NULL"
                   " WHERE sha256 = :sha",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("upload", upload),
                             bh_param_int("sent", sent), bh_param_int("done", done ? 1 : 0)),
                   error);
}

gboolean bh_files_store_recheck(BhDevice *device, gint64 *files, gint64 *bytes, GError **error)
{
  BhStmt *row = NULL; /* never NULL: a query for a sum always has one row */

  if (!bh_db_query_row(device->db,
                       "SELECT count(*), coalesce(sum(size), 0) FROM file"
                       " WHERE declared IS NOT NULL AND done = 1",
                       NULL, &row, error))
    return FALSE;
  *files = bh_stmt_get_int(row, 0);
  *bytes = bh_stmt_get_int(row, 1);
  bh_stmt_reset(row);
  return bh_db_exec(device->db,
                    "UPDATE file SET done = 0, sent = 0, upload = NULL, deferred = 0"
                    " WHERE declared IS NOT NULL AND done = 1",
                    error);
}

gboolean bh_files_store_defer(BhDevice *device, const char *sha256, const char *why, GError **error)
{
  return bh_db_run(device->db,
                   "UPDATE file SET deferred = deferred + 1, why = :why WHERE sha256 = :sha",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("why", why)), error);
}

json_t *bh_files_store_list_waiting(BhDevice *device, gint64 offset, int limit, GError **error)
{
  g_autoptr(json_t) out = json_array();
  g_autoptr(BhStmt) stmt =
      bh_db_query(device->db,
                  "SELECT sha256, size, sent, why, declared FROM file"
                  " WHERE declared IS NOT NULL AND done = 0"
                  " ORDER BY deferred, size, sha256 LIMIT :limit OFFSET :skip",
                  BH_PARAMS(bh_param_int("limit", limit), bh_param_int("skip", offset)), error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *file = json_object();
    json_object_set_new(file, "sha256", json_string(bh_stmt_get_text(stmt, 0)));
    json_object_set_new(file, "size", json_integer(bh_stmt_get_int(stmt, 1)));
    json_object_set_new(file, "sent", json_integer(bh_stmt_get_int(stmt, 2)));
    if (!bh_stmt_is_null(stmt, 3))
      json_object_set_new(file, "why", json_string(bh_stmt_get_text(stmt, 3)));
    json_object_set_new(file, "declared", json_integer(bh_stmt_get_int(stmt, 4)));
    json_array_append_new(out, file);
  }
  return ended ? g_steal_pointer(&out) : NULL;
}

gboolean bh_files_store_is_wanted(BhDevice *device, const char *sha256, gboolean *wanted,
                                  GError **error)
{
  return bh_db_has_row(device->db, "SELECT 1 FROM wanted WHERE sha256 = :sha",
                       BH_PARAMS(bh_param_text("sha", sha256)), wanted, error);
}

GPtrArray *bh_files_store_list_wanted(BhDevice *device, int limit, GError **error)
{
  BhStmt *stmt =
      bh_db_query(device->db, "SELECT sha256 FROM wanted ORDER BY number DESC LIMIT :limit",
                  BH_PARAMS(bh_param_int("limit", limit)), error);
  return bh_stmt_collect_texts(stmt, error);
}

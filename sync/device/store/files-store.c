/* Rows of files, and of files that are wanted from the hub. */
#include "sync/device/store/files.h"

static BhStmt *prepare(BhDevice *device, const char *sql, const char *sha256, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, sql, error);

  if (stmt != NULL)
    bh_stmt_bind_text(stmt, "sha", sha256);
  return stmt;
}

gboolean bh_files_store_find(BhDevice *device, const char *sha256, gint64 *size, char **media_type)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      prepare(device, "SELECT size, media_type FROM file WHERE sha256 = :sha", sha256, NULL);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, NULL) || !row)
    return FALSE;
  *size = bh_stmt_get_int(stmt, 0);
  *media_type = g_strdup(bh_stmt_get_text(stmt, 1));
  return TRUE;
}

gboolean bh_files_store_add(BhDevice *device, const char *sha256, gint64 size,
                            const char *media_type, GError **error)
{
  BhStmt *wanted = prepare(device, "DELETE FROM wanted WHERE sha256 = :sha", sha256, error);

  if (wanted == NULL || !bh_stmt_run(wanted, error))
    return FALSE;
  BhStmt *stmt = prepare(device,
                         "INSERT INTO file (sha256, size, media_type, done, sent, deferred)"
                         " VALUES (:sha, :size, :type, 0, 0, 0) ON CONFLICT (sha256) DO NOTHING",
                         sha256, error);
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "size", size);
  bh_stmt_bind_text(stmt, "type", media_type);
  return bh_stmt_run(stmt, error);
}

gboolean bh_files_store_declare(BhDevice *device, const char *sha256, gint64 pos, gint64 *size,
                                GError **error)
{
  gboolean row = FALSE;

  *size = -1;
  g_autoptr(BhStmt) stmt =
      prepare(device,
              "UPDATE file SET declared = :pos WHERE sha256 = :sha AND declared IS NULL"
              " AND done = 0 RETURNING size - sent",
              sha256, error);
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (row)
    *size = bh_stmt_get_int(stmt, 0);
  return TRUE;
}

gboolean bh_files_store_state(BhDevice *device, const char *sha256, BhFileState *state,
                              GError **error)
{
  g_autoptr(BhStmt) stmt =
      prepare(device, "SELECT declared IS NOT NULL, done, size, sent FROM file WHERE sha256 = :sha",
              sha256, error);

  if (stmt == NULL || !bh_stmt_step(stmt, &state->found, error))
    return FALSE;
  if (state->found) {
    state->declared = bh_stmt_get_int(stmt, 0) != 0;
    state->done = bh_stmt_get_int(stmt, 1) != 0;
    state->size = bh_stmt_get_int(stmt, 2);
    state->sent = bh_stmt_get_int(stmt, 3);
  }
  return TRUE;
}

BhPendingFile *bh_files_store_next(BhDevice *device, gint64 through, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT sha256, size, sent, upload FROM file"
                    " WHERE declared IS NOT NULL AND done = 0 AND declared <= :through"
                    " ORDER BY deferred, size, sha256 LIMIT 1",
                    error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "through", through);
  if (!bh_stmt_step(stmt, &row, error) || !row)
    return NULL;
  BhPendingFile *file = g_new0(BhPendingFile, 1);
  g_strlcpy(file->sha256, bh_stmt_get_text(stmt, 0), sizeof file->sha256);
  file->size = bh_stmt_get_int(stmt, 1);
  file->sent = bh_stmt_get_int(stmt, 2);
  file->upload = g_strdup(bh_stmt_get_text(stmt, 3));
  return file;
}

gboolean bh_files_store_note(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error)
{
  BhStmt *stmt = prepare(device,
                         "UPDATE file SET upload = :upload, sent = :sent, done = :done, why = NULL"
                         " WHERE sha256 = :sha",
                         sha256, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "upload", upload);
  bh_stmt_bind_int(stmt, "sent", sent);
  bh_stmt_bind_int(stmt, "done", done ? 1 : 0);
  return bh_stmt_run(stmt, error);
}

gboolean bh_files_store_recheck(BhDevice *device, gint64 *files, gint64 *bytes, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db,
                                         "SELECT count(*), coalesce(sum(size), 0) FROM file"
                                         " WHERE declared IS NOT NULL AND done = 1",
                                         error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  *files = bh_stmt_get_int(stmt, 0);
  *bytes = bh_stmt_get_int(stmt, 1);
  bh_stmt_reset(stmt);
  return bh_db_exec(device->db,
                    "UPDATE file SET done = 0, sent = 0, upload = NULL, deferred = 0"
                    " WHERE declared IS NOT NULL AND done = 1",
                    error);
}

gboolean bh_files_store_defer(BhDevice *device, const char *sha256, const char *why, GError **error)
{
  BhStmt *stmt =
      prepare(device, "UPDATE file SET deferred = deferred + 1, why = :why WHERE sha256 = :sha",
              sha256, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "why", why);
  return bh_stmt_run(stmt, error);
}

json_t *bh_files_store_list_waiting(BhDevice *device, gint64 offset, int limit, GError **error)
{
  g_autoptr(json_t) out = json_array();
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT sha256, size, sent, why, declared FROM file"
                    " WHERE declared IS NOT NULL AND done = 0"
                    " ORDER BY deferred, size, sha256 LIMIT :limit OFFSET :skip",
                    error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "limit", limit);
  bh_stmt_bind_int(stmt, "skip", offset);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&out);
    json_t *file = json_object();
    json_object_set_new(file, "sha256", json_string(bh_stmt_get_text(stmt, 0)));
    json_object_set_new(file, "size", json_integer(bh_stmt_get_int(stmt, 1)));
    json_object_set_new(file, "sent", json_integer(bh_stmt_get_int(stmt, 2)));
    if (!bh_stmt_is_null(stmt, 3))
      json_object_set_new(file, "why", json_string(bh_stmt_get_text(stmt, 3)));
    json_object_set_new(file, "declared", json_integer(bh_stmt_get_int(stmt, 4)));
    json_array_append_new(out, file);
  }
}

gboolean bh_files_store_is_wanted(BhDevice *device, const char *sha256, gboolean *wanted,
                                  GError **error)
{
  g_autoptr(BhStmt) stmt =
      prepare(device, "SELECT 1 FROM wanted WHERE sha256 = :sha", sha256, error);
  return stmt != NULL && bh_stmt_step(stmt, wanted, error);
}

GPtrArray *bh_files_store_list_wanted(BhDevice *device, int limit, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT sha256 FROM wanted ORDER BY number DESC LIMIT :limit", error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "limit", limit);
  return bh_stmt_collect_texts(stmt, error);
}

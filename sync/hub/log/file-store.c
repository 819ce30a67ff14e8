/* SQL of file-store.h: files. */
#include "sync/hub/log/file-store.h"

#include "sync/db/params.h"

gboolean bh_log_get_file(BhDb *db, const char *sha256, gint64 *size, char **media_type,
                         gboolean *complete, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT size, media_type, complete_ms FROM file WHERE sha256 = :sha",
                       BH_PARAMS(bh_param_text("sha", sha256)), &row, error))
    return FALSE;
  *size = row != NULL ? bh_stmt_get_int(row, 0) : -1;
  *complete = row != NULL && !bh_stmt_is_null(row, 2);
  if (media_type != NULL)
    *media_type = row != NULL ? g_strdup(bh_stmt_get_text(row, 1)) : NULL;
  return TRUE;
}

gboolean bh_log_declare_file(BhDb *db, const char *device, const char *sha256, gint64 size,
                             const char *media_type, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO file (sha256, size, media_type) VALUES (:sha, :size, :type)"
                   " ON CONFLICT (sha256) DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("size", size),
                             bh_param_text("type", media_type)),
                   error) &&
         bh_db_run(db,
                   "INSERT INTO file_claim (sha256, unit, size) SELECT :sha, unit, :size"
                   " FROM device WHERE id = :device ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("size", size),
                             bh_param_text("device", device)),
                   error);
}

gboolean bh_log_get_claim(BhDb *db, const char *device, const char *sha256, gint64 size,
                          gint64 *claimed, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT size FROM file_claim WHERE sha256 = :sha AND (unit = ''"
                       " OR unit = (SELECT unit FROM device WHERE id = :device))"
                       " ORDER BY size = :size DESC LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device),
                                 bh_param_int("size", size)),
                       &row, error))
    return FALSE;
  *claimed = row != NULL ? bh_stmt_get_int(row, 0) : -1;
  return TRUE;
}

gboolean bh_log_complete_file(BhDb *db, const char *sha256, gint64 size, gint64 now_ms,
                              GError **error)
{
  return bh_db_run(db, "UPDATE file SET complete_ms = :now, size = :size WHERE sha256 = :sha",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_int("size", size),
                             bh_param_text("sha", sha256)),
                   error);
}

gboolean bh_log_add_file_sender(BhDb *db, const char *sha256, const char *device, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO file_holder (sha256, unit) SELECT :sha, unit FROM device"
                   " WHERE id = :device ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device)), error);
}

gboolean bh_log_has_unit_sent_file(BhDb *db, const char *sha256, const char *device, gboolean *sent,
                                   GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM file_holder h JOIN device d ON d.unit = h.unit"
                       " JOIN file f ON f.sha256 = h.sha256"
                       " WHERE h.sha256 = :sha AND d.id = :device"
                       " AND f.complete_ms IS NOT NULL LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device)),
                       sent, error);
}

gboolean bh_log_is_sent_by_author(BhDb *db, const char *hub, const char *entry, const char *sha256,
                                  gboolean *sent, GError **error)
{
  return bh_db_has_row(
      db,
      "SELECT 1 FROM entry e WHERE e.id = :entry AND e.is_first = 1 AND (e.device = :hub"
      " OR EXISTS (SELECT 1 FROM device d JOIN file_holder h ON h.unit = d.unit"
      " WHERE d.id = e.device AND h.sha256 = :sha))",
      BH_PARAMS(bh_param_text("entry", entry), bh_param_text("hub", hub),
                bh_param_text("sha", sha256)),
      sent, error);
}

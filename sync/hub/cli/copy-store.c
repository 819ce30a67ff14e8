#include "sync/hub/cli/copy-store.h"

#include <string.h>

#include "sync/hub/log/log.h"

gboolean bh_copy_store_check(BhDb *db, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(db, "PRAGMA integrity_check(1)", error);
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  const char *found = row ? bh_stmt_get_text(stmt, 0) : NULL;
  if (g_strcmp0(found, "ok") == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "the store is damaged: %s",
              found != NULL ? found : "no answer");
  return FALSE;
}

GPtrArray *bh_copy_store_list_files(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_sql_query(
      db, error, "SELECT sha256 FROM file WHERE complete_ms IS NOT NULL ORDER BY sha256", "");
  return bh_stmt_collect_texts(stmt, error);
}

gboolean bh_copy_store_get_newest(BhDb *db, gint64 *newest_ms, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_sql_query(db, error, "SELECT coalesce(max(received_ms), 0) FROM entry", "");
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  *newest_ms = row ? bh_stmt_get_int(stmt, 0) : 0;
  return TRUE;
}

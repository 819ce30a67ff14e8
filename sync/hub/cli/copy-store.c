/* SQL of copy-store.h; one function for each check. */
#include "sync/hub/cli/copy-store.h"

#include "sync/db/params.h"

gboolean bh_copy_store_check(BhDb *db, GError **error)
{
  g_autofree char *damage = NULL;
  if (!bh_db_check(db, TRUE, &damage, error))
    return FALSE;
  if (damage == NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "the store is damaged: %s", damage);
  return FALSE;
}

GPtrArray *bh_copy_store_list_files(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_query(
      db, "SELECT sha256 FROM file WHERE complete_ms IS NOT NULL ORDER BY sha256", NULL, error);
  return bh_stmt_collect_texts(stmt, error);
}

gboolean bh_copy_store_get_newest(BhDb *db, gint64 *newest_ms, GError **error)
{
  return bh_db_get_int(db, "SELECT max(received_ms) FROM entry", NULL, newest_ms, error);
}

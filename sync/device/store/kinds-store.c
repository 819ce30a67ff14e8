#include "sync/device/store/outbox-store.h"

gboolean bh_kinds_store_has(BhDevice *device, const char *hash)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT 1 FROM kind_set WHERE hash = :hash", NULL);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "hash", hash);
  return bh_stmt_step(stmt, &row, NULL) && row;
}

gboolean bh_kinds_store_list_after(BhDevice *device, gint64 *number, int limit, GPtrArray *ids,
                                   GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db,
      "SELECT number, id FROM record WHERE number > :number ORDER BY number LIMIT :limit", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "number", *number);
  bh_stmt_bind_int(stmt, "limit", limit);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return FALSE;
    if (!row)
      return TRUE;
    *number = bh_stmt_get_int(stmt, 0);
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 1)));
  }
}

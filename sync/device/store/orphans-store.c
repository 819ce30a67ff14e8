/* Whether a row of the store knows a file. */
#include "sync/device/store/orphans.h"

gboolean bh_orphans_store_is_known(BhDevice *device, const char *sha256, gboolean *known,
                                   GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db,
                                         "SELECT 1 FROM file WHERE sha256 = :sha"
                                         " UNION ALL SELECT 1 FROM wanted WHERE sha256 = :sha"
                                         " UNION ALL SELECT 1 FROM discard WHERE sha256 = :sha"
                                         " UNION ALL SELECT 1 FROM released WHERE sha256 = :sha"
                                         " LIMIT 1",
                                         error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "sha", sha256);
  return bh_stmt_step(stmt, known, error);
}

/* Finds out whether a row of the store refers to a file. */
#include "sync/device/store/orphans.h"

#include "sync/db/params.h"

gboolean bh_orphans_store_is_known(BhDevice *device, const char *sha256, gboolean *known,
                                   GError **error)
{
  return bh_db_has_row(device->db,
                       "SELECT 1 FROM file WHERE sha256 = :sha"
                       " UNION ALL SELECT 1 FROM wanted WHERE sha256 = :sha"
                       " UNION ALL SELECT 1 FROM discard WHERE sha256 = :sha"
                       " UNION ALL SELECT 1 FROM released WHERE sha256 = :sha"
                       " LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256)), known, error);
}

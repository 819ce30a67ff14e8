/* Rows of released files: files to which possibly nothing refers any more. */
#include "sync/device/store/release-store.h"

#include "sync/db/params.h"

static gboolean run(BhDevice *device, const char *sql, const char *sha256, GError **error)
{
  return bh_db_run(device->db, sql, BH_PARAMS(bh_param_text("sha", sha256)), error);
}

gboolean bh_release_store_add(BhDevice *device, const char *sha256, GError **error)
{
  return run(device, "INSERT INTO released (sha256) VALUES (:sha) ON CONFLICT (sha256) DO NOTHING",
             sha256, error);
}

gboolean bh_release_store_drop(BhDevice *device, const char *sha256, GError **error)
{
  return run(device, "DELETE FROM released WHERE sha256 = :sha", sha256, error);
}

GPtrArray *bh_release_store_list(BhDevice *device, const char *after, int limit, GError **error)
{
  BhStmt *stmt =
      bh_db_query(device->db,
                  "SELECT sha256 FROM released WHERE sha256 > :after"
                  " ORDER BY sha256 LIMIT :limit",
                  BH_PARAMS(bh_param_text("after", after), bh_param_int("limit", limit)), error);
  return bh_stmt_collect_texts(stmt, error);
}

gboolean bh_release_store_is_drafted(BhDevice *device, const char *sha256, gboolean *drafted,
                                     GError **error)
{
  /* Reads all values, because drafts are few and a value may name a file anywhere. */
  return bh_db_has_row(device->db, "SELECT 1 FROM draft_key WHERE instr(value, :sha) > 0 LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256)), drafted, error);
}

gboolean bh_release_store_discard(BhDevice *device, const char *sha256, GError **error)
{
  return run(device,
             "INSERT INTO discard (sha256) SELECT :sha WHERE NOT EXISTS"
             " (SELECT 1 FROM file WHERE sha256 = :sha AND declared IS NOT NULL)"
             " ON CONFLICT (sha256) DO NOTHING",
             sha256, error) &&
         run(device, "DELETE FROM file WHERE sha256 = :sha AND declared IS NULL", sha256, error) &&
         run(device, "DELETE FROM wanted WHERE sha256 = :sha", sha256, error);
}

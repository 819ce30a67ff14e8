/* Rows of files that may be named by nothing. */
#include "sync/device/store/release-store.h"

static BhStmt *prepare(BhDevice *device, const char *sql, const char *sha256, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, sql, error);

  if (stmt != NULL)
    bh_stmt_bind_text(stmt, "sha", sha256);
  return stmt;
}

static gboolean run(BhDevice *device, const char *sql, const char *sha256, GError **error)
{
  BhStmt *stmt = prepare(device, sql, sha256, error);
  return stmt != NULL && bh_stmt_run(stmt, error);
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
  g_autoptr(BhStmt) stmt = prepare(
      device, "SELECT sha256 FROM released WHERE sha256 > :sha ORDER BY sha256 LIMIT :limit", after,
      error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "limit", limit);
  return bh_stmt_collect_texts(stmt, error);
}

gboolean bh_release_store_is_drafted(BhDevice *device, const char *sha256, gboolean *drafted,
                                     GError **error)
{
  /* Reads all values, because drafts are few and a value may name a file anywhere. */
  g_autoptr(BhStmt) stmt = prepare(
      device, "SELECT 1 FROM draft_key WHERE instr(value, :sha) > 0 LIMIT 1", sha256, error);
  return stmt != NULL && bh_stmt_step(stmt, drafted, error);
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

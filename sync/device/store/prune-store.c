/* Rows for prune.c: entries that may lose their content, files whose bytes are to be removed. */
#include "sync/device/store/prune.h"

#include "sync/db/params.h"

GArray *bh_prune_store_list(BhDevice *device, gint64 after, gint64 before_ms, int limit,
                            GError **error)
{
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(BhPruneRow));
  /* The first receipt at or above an entry says when the hub had it. */
  g_autoptr(BhStmt) stmt = bh_db_query(
      device->db,
      "SELECT e.pos, e.body <> '' AND (e.pos & 1099511627775) <= min(i.acked, i.included)"
      " AND coalesce((SELECT r.at_ms FROM receipt r WHERE r.pos >= e.pos"
      " AND r.pos >> 40 = e.pos >> 40 ORDER BY r.pos LIMIT 1) <= :before, 0)"
      " AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.pos = e.pos)"
      " FROM entry e JOIN incarnation i ON i.number = e.pos >> 40"
      " WHERE e.pos > :after AND e.pos < :newest ORDER BY e.pos LIMIT :limit",
      BH_PARAMS(bh_param_int("before", before_ms), bh_param_int("after", after),
                bh_param_int("newest", BH_POS(device->incarnation, device->made)),
                bh_param_int("limit", limit)),
      error);
  if (stmt == NULL)
    return NULL;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    BhPruneRow row = {bh_stmt_get_int(stmt, 0), bh_stmt_get_int(stmt, 1) != 0};
    g_array_append_val(rows, row);
  }
  return ended ? g_steal_pointer(&rows) : NULL;
}

gboolean bh_prune_store_drop_body(BhDevice *device, gint64 pos, GError **error)
{
  return bh_db_run(device->db, "UPDATE entry SET body = '', openings = '' WHERE pos = :pos",
                   BH_PARAMS(bh_param_int("pos", pos)), error);
}

static gboolean run_with_hash(BhDevice *device, const char *sql, const char *sha256, GError **error)
{
  return bh_db_run(device->db, sql, BH_PARAMS(bh_param_text("sha", sha256)), error);
}

gboolean bh_prune_store_discard(BhDevice *device, const char *sha256, GError **error)
{
  return run_with_hash(device,
                       "INSERT INTO discard (sha256) SELECT sha256 FROM file"
                       " WHERE sha256 = :sha AND done = 1 ON CONFLICT (sha256) DO NOTHING",
                       sha256, error) &&
         run_with_hash(device, "DELETE FROM file WHERE sha256 = :sha AND done = 1", sha256, error);
}

gboolean bh_prune_store_give_up(BhDevice *device, const char *sha256, gint64 pos, GError **error)
{
  return bh_db_run(device->db,
                   "UPDATE file SET declared = NULL WHERE sha256 = :sha"
                   " AND declared = :pos AND done = 1",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("pos", pos)), error);
}

char *bh_prune_store_next_discard(BhDevice *device, const char *after, gboolean *known,
                                  GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT d.sha256, EXISTS (SELECT 1 FROM file f WHERE f.sha256 = d.sha256)"
                       " FROM discard d WHERE d.sha256 > :after ORDER BY d.sha256 LIMIT 1",
                       BH_PARAMS(bh_param_text("after", after)), &row, error) ||
      row == NULL)
    return NULL;
  *known = bh_stmt_get_int(row, 1) != 0;
  return g_strdup(bh_stmt_get_text(row, 0));
}

gboolean bh_prune_store_forget_discard(BhDevice *device, const char *sha256, GError **error)
{
  return run_with_hash(device, "DELETE FROM discard WHERE sha256 = :sha", sha256, error);
}

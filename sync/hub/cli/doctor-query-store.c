#include "sync/hub/cli/doctor-query-store.h"

#include "sync/hub/log/log.h"

gboolean bh_doctor_store_check(BhDb *db, gboolean full, char **damage, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(db, full ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", error);
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  const char *found = row ? bh_stmt_get_text(stmt, 0) : "no answer";
  *damage = g_strcmp0(found, "ok") == 0 ? NULL : g_strdup(found);
  return TRUE;
}

#define IS_BROKEN                                                                                  \
  " (i.seq <> (SELECT count(*) FROM entry e WHERE e.device = i.device"                             \
  " AND e.incarnation = i.incarnation) OR i.hash <> coalesce((SELECT e.hash FROM entry e"          \
  " WHERE e.device = i.device AND e.incarnation = i.incarnation AND e.seq = i.seq), ''))"

gboolean bh_doctor_store_count_chains(BhDb *db, BhDoctorChains *chains, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_sql_query(
      db, error,
      "SELECT count(*), coalesce(sum(broken), 0), max(CASE WHEN broken THEN device END),"
      " (SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM incarnation i"
      " WHERE i.device = e.device AND i.incarnation = e.incarnation))"
      " FROM (SELECT device," IS_BROKEN " AS broken FROM incarnation i)",
      "");
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  *chains = (BhDoctorChains){.chains = bh_stmt_get_int(stmt, 0),
                             .broken = bh_stmt_get_int(stmt, 1),
                             .example = g_strdup(bh_stmt_get_text(stmt, 2)),
                             .stray = bh_stmt_get_int(stmt, 3)};
  return TRUE;
}

gboolean bh_doctor_store_each_file(BhDb *db, BhDoctorFile func, gpointer data, GError **error)
{
  gboolean ended = FALSE;
  g_autoptr(BhStmt) stmt = bh_sql_query(
      db, error, "SELECT sha256, size FROM file WHERE complete_ms IS NOT NULL ORDER BY sha256", "");
  while (stmt != NULL && bh_stmt_next(stmt, &ended, error))
    func(bh_stmt_get_text(stmt, 0), bh_stmt_get_int(stmt, 1), data);
  return ended;
}

gboolean bh_doctor_store_count_awaited(BhDb *db, gint64 *n, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_sql_query(db, error, "SELECT count(*) FROM file WHERE complete_ms IS NULL", "");
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  *n = bh_stmt_get_int(stmt, 0);
  return TRUE;
}

gboolean bh_doctor_store_has_file(BhDb *db, const char *sha256, gboolean *has, GError **error)
{
  return bh_sql_has_row(db, has, error,
                        "SELECT 1 FROM file WHERE sha256 = :sha256 AND complete_ms IS NOT NULL",
                        "t", "sha256", sha256);
}

gboolean bh_doctor_store_has_upload(BhDb *db, const char *id, gboolean *has, GError **error)
{
  return bh_sql_has_row(db, has, error, "SELECT 1 FROM upload WHERE id = :id", "t", "id", id);
}

/* SQL of doctor-query-store.h; one function for each figure. */
#include "sync/hub/cli/doctor-query-store.h"

#include "sync/db/params.h"

#define IS_BROKEN                                                                                  \
  " (i.seq <> (SELECT count(*) FROM entry e WHERE e.device = i.device"                             \
  " AND e.incarnation = i.incarnation) OR i.hash <> coalesce((SELECT e.hash FROM entry e"          \
  " WHERE e.device = i.device AND e.incarnation = i.incarnation AND e.seq = i.seq), ''))"

gboolean bh_doctor_store_count_chains(BhDb *db, BhDoctorChains *chains, GError **error)
{
  g_autoptr(BhStmt) row = NULL; /* never NULL: an aggregate has one row */
  if (!bh_db_query_row(
          db,
          "SELECT count(*), coalesce(sum(broken), 0), max(CASE WHEN broken THEN device END),"
          " (SELECT count(*) FROM entry e WHERE NOT EXISTS (SELECT 1 FROM incarnation i"
          " WHERE i.device = e.device AND i.incarnation = e.incarnation))"
          " FROM (SELECT device," IS_BROKEN " AS broken FROM incarnation i)",
          NULL, &row, error))
    return FALSE;
  *chains = (BhDoctorChains){.chains = bh_stmt_get_int(row, 0),
                             .broken = bh_stmt_get_int(row, 1),
                             .example = g_strdup(bh_stmt_get_text(row, 2)),
                             .stray = bh_stmt_get_int(row, 3)};
  return TRUE;
}

gboolean bh_doctor_store_each_file(BhDb *db, BhDoctorFile func, gpointer data, GError **error)
{
  gboolean ended = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_query(db, "SELECT sha256, size FROM file WHERE complete_ms IS NOT NULL ORDER BY sha256",
                  NULL, error);
  while (stmt != NULL && bh_stmt_next(stmt, &ended, error))
    func(bh_stmt_get_text(stmt, 0), bh_stmt_get_int(stmt, 1), data);
  return ended;
}

gboolean bh_doctor_store_count_awaited(BhDb *db, gint64 *n, GError **error)
{
  return bh_db_get_int(db, "SELECT count(*) FROM file WHERE complete_ms IS NULL", NULL, n, error);
}

gboolean bh_doctor_store_has_file(BhDb *db, const char *sha256, gboolean *has, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM file WHERE sha256 = :sha256 AND complete_ms IS NOT NULL",
                       BH_PARAMS(bh_param_text("sha256", sha256)), has, error);
}

gboolean bh_doctor_store_has_upload(BhDb *db, const char *id, gboolean *has, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM upload WHERE id = :id",
                       BH_PARAMS(bh_param_text("id", id)), has, error);
}

#include "sync/hub/status/status-store.h"

#include "sync/hub/log/log.h"

#define HOUR_MS (3600 * G_GINT64_CONSTANT(1000))
#define DAY_MS (24 * HOUR_MS)

static gboolean read_number(BhStmt *stmt, gint64 *number, GError **error)
{
  gboolean row = FALSE;
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  *number = row ? bh_stmt_get_int(stmt, 0) : 0;
  bh_stmt_reset(stmt);
  return TRUE;
}

static gboolean read_devices(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_sql_query(
      db, error,
      "SELECT total(age <= :hour), total(age > :hour AND age <= :day),"
      " total(age > :day AND age <= :week), total(age > :week AND age <= :month),"
      " total(age > :month), (SELECT count(*) FROM device WHERE revoked_ms IS NOT NULL)"
      " FROM (SELECT :now - seen_ms AS age FROM device"
      " WHERE revoked_ms IS NULL AND token_hash IS NOT NULL)",
      "iiiii", "hour", HOUR_MS, "day", DAY_MS, "week", 7 * DAY_MS, "month", 30 * DAY_MS, "now",
      now_ms);
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  for (int i = 0; row && i < BH_STATUS_AGES; i++)
    figures->devices[i] = bh_stmt_get_int(stmt, i);
  figures->revoked = row ? bh_stmt_get_int(stmt, BH_STATUS_AGES) : 0;
  return TRUE;
}

gboolean bh_status_store_load(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error)
{
  return read_number(bh_sql_query(db, error,
                                  "SELECT count(*) FROM quarantine WHERE decided_by IS NULL", ""),
                     &figures->quarantined, error) &&
         read_number(bh_sql_query(db, error, "SELECT count(*) FROM upload WHERE done < size", ""),
                     &figures->uploads, error) &&
         read_devices(db, now_ms, figures, error);
}

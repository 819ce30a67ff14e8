/* SQL of status-store.h. */
#include "sync/hub/status/status-store.h"

#include "sync/db/params.h"

#define HOUR_MS (3600 * G_GINT64_CONSTANT(1000))
#define DAY_MS (24 * HOUR_MS)

static gboolean read_devices(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error)
{
  g_autoptr(BhStmt) row = NULL; /* never NULL: an aggregate has one row */
  if (!bh_db_query_row(
          db,
          "SELECT total(age <= :hour), total(age > :hour AND age <= :day),"
          " total(age > :day AND age <= :week), total(age > :week AND age <= :month),"
          " total(age > :month), (SELECT count(*) FROM device WHERE revoked_ms IS NOT NULL)"
          " FROM (SELECT :now - seen_ms AS age FROM device"
          " WHERE revoked_ms IS NULL AND token_hash IS NOT NULL)",
          BH_PARAMS(bh_param_int("hour", HOUR_MS), bh_param_int("day", DAY_MS),
                    bh_param_int("week", 7 * DAY_MS), bh_param_int("month", 30 * DAY_MS),
                    bh_param_int("now", now_ms)),
          &row, error))
    return FALSE;
  for (int i = 0; i < BH_STATUS_AGES; i++)
    figures->devices[i] = bh_stmt_get_int(row, i);
  figures->revoked = bh_stmt_get_int(row, BH_STATUS_AGES);
  return TRUE;
}

gboolean bh_status_store_load(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error)
{
  return bh_db_get_int(db, "SELECT count(*) FROM quarantine WHERE decided_by IS NULL", NULL,
                       &figures->quarantined, error) &&
         bh_db_get_int(db, "SELECT count(*) FROM upload WHERE done < size", NULL, &figures->uploads,
                       error) &&
         read_devices(db, now_ms, figures, error);
}

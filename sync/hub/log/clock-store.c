/* SQL of clock-store.h. */
#include "sync/hub/log/clock-store.h"

#include "sync/db/params.h"
#include "sync/wire/limits.h"

gboolean bh_clock_store_limit_times(BhDb *db, gint64 now_ms, GError **error)
{
  static const struct {
    const char *sql;
    gint64 ahead_ms; /* greatest time of the column, relative to the time of writing */
  } times[] = {
      {"UPDATE office_session SET created_ms = :most WHERE created_ms > :most", 0},
      {"UPDATE office_session SET seen_ms = :most WHERE seen_ms > :most", 0},
      {"UPDATE office_attempt SET last_ms = :most WHERE last_ms > :most", 0},
      {"UPDATE office_known SET seen_ms = :most WHERE seen_ms > :most", 0},
      {"UPDATE upload SET touched_ms = :most WHERE touched_ms > :most", 0},
      {"UPDATE enrol_token SET expires_ms = :most WHERE expires_ms > :most",
       BH_ENROL_VALID_S * 1000LL},
      {"UPDATE person_key SET until_ms = :most WHERE until_ms > :most", BH_ENROL_OLD_KEY_MS},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(times); i++)
    if (!bh_db_run(db, times[i].sql, BH_PARAMS(bh_param_int("most", now_ms + times[i].ahead_ms)),
                   error))
      return FALSE;
  return TRUE;
}

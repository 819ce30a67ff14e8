#include "sync/hub/anomaly.h"

static const char *const KINDS[] = {"fork",  "refusal", "quarantine", "report",
                                    "clock", "number",  NULL};

const char *const *bh_anomaly_kinds(void)
{
  return KINDS;
}

gboolean bh_anomaly_is_kind(const char *kind)
{
  return g_strv_contains(KINDS, kind);
}

const char *bh_anomaly_judge_clock(const BhEntryClock *clock, gint64 received_ms)
{
  gint64 wall_ms = clock->wall_ms;
  const char *known = clock->quality == BH_CLOCK_QUALITY_BAD ? "bad" : NULL;
  if (wall_ms > received_ms + BH_ANOMALY_CLOCK_MS)
    return "ahead";
  if (clock->hub_ms <= 0)
    return known;
  if (wall_ms < clock->hub_ms - BH_ANOMALY_CLOCK_MS)
    return "behind";
  if (clock->hub_boot_ms <= 0 || clock->boot_ms < clock->hub_boot_ms)
    return known;
  gint64 off_ms = wall_ms - (clock->hub_ms + (clock->boot_ms - clock->hub_boot_ms));
  return ABS(off_ms) > BH_ANOMALY_CLOCK_MS ? "jump" : known;
}

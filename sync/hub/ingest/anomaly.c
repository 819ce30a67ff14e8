/* The judgement of clocks (anomaly.h). */
#include "sync/hub/ingest/anomaly.h"

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

const char *bh_anomaly_judge_clock(const BhEntryClock *clock, gboolean is_time_signed,
                                   const BhTimeProof *proof)
{
  gint64 wall_ms = clock->wall_ms;
  const char *known = clock->quality == BH_CLOCK_QUALITY_BAD ? "bad" : NULL;
  BhEvidence evidence = bh_evidence_compute(clock, is_time_signed, proof);
  if (evidence.contradiction != NULL)
    return evidence.contradiction;
  if (!proof->receipt_is_doubted && wall_ms > proof->received_ms + BH_EVIDENCE_SLACK_MS)
    return "ahead";
  if (clock->hub_ms <= 0)
    return known;
  if (wall_ms < clock->hub_ms - BH_EVIDENCE_SLACK_MS)
    return "behind";
  /* If the device received no hub time in this boot, claimed_ms is the time of the wall clock
   * itself, and the difference is 0. */
  return ABS(wall_ms - evidence.claimed_ms) > BH_EVIDENCE_SLACK_MS ? "jump" : known;
}

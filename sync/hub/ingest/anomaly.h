/* Judges the clock of a device by the entries that it sends. Pure functions. */
#pragma once

#include "sync/wire/evidence.h"

G_BEGIN_DECLS

/* Compares the clocks in an entry with the times that the hub can prove. Returns a static code, or
 * NULL when the clocks agree with the proof; a time without proof is no anomaly. Codes: those of
 * BhEvidence.contradiction first; then for the wall clock "ahead" of the receipt, "behind" the hub
 * time that the entry carries, "jump": the wall clock differs from hub time plus boot clock, "bad":
 * none of these, but the device itself marked its clock as wrong. */
const char *bh_anomaly_judge_clock(const BhEntryClock *clock, gboolean is_time_signed,
                                   const BhTimeProof *proof);

/* The names of all kinds of anomalies, NULL-terminated; static. */
const char *const *bh_anomaly_kinds(void);
/* Whether `kind` is one of the names that bh_anomaly_kinds returns. */
gboolean bh_anomaly_is_kind(const char *kind);

G_END_DECLS

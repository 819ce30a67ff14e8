/* What is odd about how data came to be. Pure. */
#pragma once

#include "sync/wire/evidence.h"

G_BEGIN_DECLS

/* What an entry's own clocks say against its proof: a code of BhEvidence.odd first; then of its
 * wall clock "ahead" of the receipt, "behind" the hub time it claims, "jump": not what hub time and
 * boot clock say, "bad": none of these, but the device knew it was wrong. NULL when nothing is odd;
 * that nothing proves it is no anomaly. Static. */
const char *bh_anomaly_judge_clock(const BhEntryClock *clock, gboolean is_time_signed,
                                   const BhTimeProof *proof);

/* Kinds of anomalies there are, NULL-terminated. */
const char *const *bh_anomaly_kinds(void);
gboolean bh_anomaly_is_kind(const char *kind);

G_END_DECLS

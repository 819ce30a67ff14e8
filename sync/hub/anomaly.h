/* What is odd about how data came to be. Pure. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_ANOMALY_CLOCK_MS (5 * 60 * 1000) /* a clock may be off by that much */

/* What an entry's own clocks and its receipt say against its wall clock: "ahead" of the receipt,
 * "behind" the last hub time it knew, "jump": not what hub time and boot clock prove, "bad": none
 * of these, but the device knew it was wrong. NULL when nothing is odd; that nothing proves it is
 * no anomaly. Static. */
const char *bh_anomaly_judge_clock(const BhEntryClock *clock, gint64 received_ms);

/* Kinds of anomalies there are, NULL-terminated. */
const char *const *bh_anomaly_kinds(void);
gboolean bh_anomaly_is_kind(const char *kind);

G_END_DECLS

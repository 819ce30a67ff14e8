/* The hub's time. It is the machine's clock as long as that does not go back: a board without a
 * battery wakes up years behind, and a wrong time server may set a clock back by hours. Then the
 * hub goes on from the latest time it knows (what it received last, or gave out since), by the boot
 * clock, and the time is in doubt: it is late by what the machine was off. Nothing that happens in
 * doubt is proof of a moment, and nothing is held against a device for it. The doubt ends when the
 * machine's clock has caught up, or when somebody who looked says that it is right. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

#define BH_HUB_TIME_SLACK_MS (5 * 60 * 1000) /* so far a time server may set a clock back */

typedef struct _BhHubTime BhHubTime;

/* `machine` is borrowed. `known_ms` is a time that has passed for certain; times before
 * BH_CLOCK_FLOOR_MS never are. Any thread, all of these. */
BhHubTime *bh_hub_time_new(const BhClock *machine, gint64 known_ms);
void bh_hub_time_free(BhHubTime *time);
/* Never goes back; the boot clock and boot id are the machine's. Lives as long as `time`. */
const BhClock *bh_hub_time_get_clock(BhHubTime *time);
/* As its wall_ms, and whether it is in doubt at that moment. */
gint64 bh_hub_time_read(BhHubTime *time, gboolean *doubted);
/* In doubt: TRUE, with what the machine's clock says and the latest time that was known before. */
gboolean bh_hub_time_is_doubted(BhHubTime *time, gint64 *machine_ms, gint64 *known_ms);
/* Somebody looked: what the machine's clock says counts from now on, also when it goes back. */
void bh_hub_time_trust(BhHubTime *time);
/* `known_ms` has passed for certain, as with bh_hub_time_new: taken when the store says so again
 * after a trust that was not kept. */
void bh_hub_time_learn(BhHubTime *time, gint64 known_ms);

G_END_DECLS

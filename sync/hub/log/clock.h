/* The hub's time is the time of the machine's clock as long as that clock does not go back. A board
 * without a battery starts years behind, and a wrong time server may set a clock back by hours. The
 * hub then takes the latest time it knows (that of the last received entry, or a later time that it
 * has given out), adds the time that has passed by the boot clock, and marks the result as in
 * doubt: it lacks the time during which the machine was off. Times in doubt prove nothing, and no
 * device is blamed because of them. The doubt ends when the machine's clock has caught up, or when
 * a person confirms that it is right (bh_hub_time_trust). */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

#define BH_HUB_TIME_SLACK_MS (5 * 60 * 1000) /* a clock may be set back so far without doubt */

typedef struct _BhHubTime BhHubTime;

/* All times are UTC in milliseconds; all functions may be called on any thread. `machine` is
 * borrowed. `known_ms` is a time that has certainly passed; it is raised to BH_CLOCK_FLOOR_MS.
 * bh_hub_time_free. */
BhHubTime *bh_hub_time_new(const BhClock *machine, gint64 known_ms);
/* Frees `time`, which may be NULL. */
void bh_hub_time_free(BhHubTime *time);
/* The hub's time as a clock, borrowed from `time`. Its wall clock never goes back; boot clock and
 * boot id are those of the machine. */
const BhClock *bh_hub_time_get_clock(BhHubTime *time);
/* The hub's time now; *doubted: whether it is in doubt. */
gint64 bh_hub_time_read(BhHubTime *time, gboolean *doubted);
/* Whether the time is in doubt. *machine_ms: the machine's clock; *known_ms: the latest time that
 * was not in doubt. */
gboolean bh_hub_time_is_doubted(BhHubTime *time, gint64 *machine_ms, gint64 *known_ms);
/* Uses the machine's clock from now on, because a person has confirmed that it is right, even if
 * the hub's time goes back. */
void bh_hub_time_trust(BhHubTime *time);
/* States that the time `known_ms` has certainly passed, as in bh_hub_time_new. Called with the time
 * that the store has after a failed commit, because the commit may have lost the effect of
 * bh_hub_time_trust. */
void bh_hub_time_raise(BhHubTime *time, gint64 known_ms);

G_END_DECLS

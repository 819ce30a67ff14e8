/* Which taps count. A bounce moves the time of the last tap on, so a whole series of them counts
 * once. */
#include "app/taps.h"

#include <math.h>

void bh_taps_change_view(BhTaps *taps)
{
  taps->changed = TRUE;
  taps->drawn_ms = 0;
}

void bh_taps_note_drawn(BhTaps *taps, gint64 now_ms)
{
  if (taps->changed && taps->drawn_ms == 0)
    taps->drawn_ms = now_ms;
}

static gboolean is_soon(const BhTaps *taps, const BhTap *tap)
{
  return taps->tapped && tap->at_ms - taps->last_ms < BH_TAPS_BOUNCE_MS;
}

/* In the same view one control may have taken the place of another under the finger. The same
 * control may well be tapped fast: a digit of a PIN. */
static gboolean is_other_in_same_place(const BhTaps *taps, const BhTap *tap)
{
  return tap->target != taps->target && fabs(tap->x - taps->x) < BH_TAPS_PLACE_PX &&
         fabs(tap->y - taps->y) < BH_TAPS_PLACE_PX;
}

static gboolean is_seen(const BhTaps *taps, const BhTap *tap)
{
  return taps->drawn_ms != 0 && tap->now_ms - taps->drawn_ms >= BH_TAPS_LOOK_MS;
}

gboolean bh_taps_accept(BhTaps *taps, const BhTap *tap)
{
  gboolean soon = is_soon(taps, tap);
  gboolean refused =
      taps->changed ? soon || !is_seen(taps, tap) : soon && is_other_in_same_place(taps, tap);
  taps->tapped = TRUE;
  taps->last_ms = tap->at_ms;
  if (refused)
    return FALSE; /* place and target stay those of the tap that counted */
  taps->changed = FALSE;
  taps->x = tap->x;
  taps->y = tap->y;
  taps->target = tap->target;
  return TRUE;
}

/* Which taps count. A dropped tap also restarts the bounce time, so that a series of bounces counts
 * once. */
#include "app/tap-filter.h"

#include <math.h>

void bh_tap_filter_change_view(BhTapFilter *filter)
{
  filter->view_changed = TRUE;
  filter->first_frame_ms = 0;
}

void bh_tap_filter_note_frame(BhTapFilter *filter, gint64 now_ms)
{
  if (filter->view_changed && filter->first_frame_ms == 0)
    filter->first_frame_ms = now_ms;
}

static gboolean is_soon(const BhTapFilter *filter, const BhTap *tap)
{
  return filter->has_last_tap && tap->at_ms - filter->last_tap_ms < BH_TAP_BOUNCE_MS;
}

/* TRUE when the tap is at the place of the last one but on another control: in the same view
 * another control may have appeared under the finger. The same control may be tapped again fast,
 * for example a digit of a PIN. */
static gboolean is_other_in_same_place(const BhTapFilter *filter, const BhTap *tap)
{
  return tap->target != filter->target && fabs(tap->x - filter->x) < BH_TAP_SAME_PLACE_PX &&
         fabs(tap->y - filter->y) < BH_TAP_SAME_PLACE_PX;
}

static gboolean is_seen(const BhTapFilter *filter, const BhTap *tap)
{
  return filter->first_frame_ms != 0 && tap->now_ms - filter->first_frame_ms >= BH_TAP_UNSEEN_MS;
}

gboolean bh_tap_filter_accept(BhTapFilter *filter, const BhTap *tap)
{
  gboolean soon = is_soon(filter, tap);
  gboolean refused = filter->view_changed ? soon || !is_seen(filter, tap)
                                          : soon && is_other_in_same_place(filter, tap);
  filter->has_last_tap = TRUE;
  filter->last_tap_ms = tap->at_ms;
  if (refused)
    return FALSE; /* `x`, `y` and `target` stay those of the last accepted tap */
  filter->view_changed = FALSE;
  filter->x = tap->x;
  filter->y = tap->y;
  filter->target = tap->target;
  return TRUE;
}

/* Distinguishes an intended tap from a bounce of the tap before. Two presses within a third of a
 * second are one tap, and a tap on a view that was not drawn yet cannot be intended. The filter
 * knows no widgets; input.c passes the taps to it. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_TAP_BOUNCE_MS 320    /* two presses closer than this are one tap */
#define BH_TAP_UNSEEN_MS 120    /* a new view takes no tap for so long after its first frame */
#define BH_TAP_SAME_PLACE_PX 24 /* presses closer than this are in the same place */

/* The state of the filter. Must be initialized with {0}. */
typedef struct {
  gboolean view_changed; /* the view has changed, and no tap was accepted since then */
  gint64 first_frame_ms; /* time of the first frame of the changed view; 0: not drawn yet */
  /* A tap was accepted before; the next four members describe the last one. */
  gboolean has_last_tap;
  guint32 last_tap_ms;
  double x, y;
  gconstpointer target;
} BhTapFilter;

typedef struct {
  guint32 at_ms; /* time of the event; wraps around */
  gint64 now_ms; /* time by the monotonic clock, as in bh_tap_filter_note_frame */
  double x, y;   /* position on the screen, in pixels */
  /* The control that the tap would press; only compared, never dereferenced. */
  gconstpointer target;
} BhTap;

/* Must be called when the next frame shows another page, or another item on the same page. */
void bh_tap_filter_change_view(BhTapFilter *filter);
/* Must be called after each frame was drawn. */
void bh_tap_filter_note_frame(BhTapFilter *filter, gint64 now_ms);
/* FALSE for a bounce, and for a tap on a view that was not drawn yet: no widget may receive it. */
gboolean bh_tap_filter_accept(BhTapFilter *filter, const BhTap *tap);

G_END_DECLS

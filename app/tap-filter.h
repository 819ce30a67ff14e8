/* Tells a tap that is meant from the bounce of the one before: a finger that touches twice within a
 * third of a second meant one thing, and nobody can mean what they have not seen. Knows no widgets;
 * input.h feeds it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_TAP_BOUNCE_MS 320    /* two presses closer than this are one tap */
#define BH_TAP_UNSEEN_MS 120    /* a new view takes no tap for so long after its first frame */
#define BH_TAP_SAME_PLACE_PX 24 /* a finger does not come down closer to where it was */

typedef struct {
  gboolean view_changed; /* no tap was accepted since the view changed */
  gint64 first_frame_ms; /* first frame of the changed view; 0 while there is none */
  gboolean has_last_tap; /* the next four are known */
  guint32 last_tap_ms;
  double x, y;
  gconstpointer target;
} BhTapFilter;

typedef struct {
  guint32 at_ms;        /* time of the event; wraps around */
  gint64 now_ms;        /* monotonic, like that of bh_tap_filter_note_frame */
  double x, y;          /* on the screen, in pixels */
  gconstpointer target; /* what would be pressed; compared, never used */
} BhTap;

/* Another page, or another item on the same page, is shown from the next frame on. */
void bh_tap_filter_change_view(BhTapFilter *filter);
/* A frame was drawn. */
void bh_tap_filter_note_frame(BhTapFilter *filter, gint64 now_ms);
/* FALSE for a bounce and for a tap on what was not seen yet: it must reach no widget. */
gboolean bh_tap_filter_accept(BhTapFilter *filter, const BhTap *tap);

G_END_DECLS

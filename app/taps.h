/* Tells a tap that is meant from the bounce of the one before: a finger that touches twice within a
 * third of a second meant one thing, and nobody can mean what they have not seen. Knows no widgets;
 * input.h feeds it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_TAPS_BOUNCE_MS 320 /* two presses closer than this are one tap */
#define BH_TAPS_LOOK_MS 120   /* a new view takes no tap for so long after its first frame */
#define BH_TAPS_PLACE_PX 24   /* a finger does not come down closer to where it was */

typedef struct {
  gboolean changed; /* no tap was accepted since the view changed */
  gint64 drawn_ms;  /* first frame of the changed view; 0 while there is none */
  gboolean tapped;  /* the next four are known */
  guint32 last_ms;
  double x, y;
  gconstpointer target;
} BhTaps;

typedef struct {
  guint32 at_ms;        /* time of the event; wraps around */
  gint64 now_ms;        /* monotonic, like that of bh_taps_note_drawn */
  double x, y;          /* on the screen, in pixels */
  gconstpointer target; /* what would be pressed; compared, never used */
} BhTap;

/* Another page, or another item on the same page, is shown from the next frame on. */
void bh_taps_change_view(BhTaps *taps);
/* A frame was drawn. */
void bh_taps_note_drawn(BhTaps *taps, gint64 now_ms);
/* FALSE for a bounce and for a tap on what was not seen yet: it must reach no widget. */
gboolean bh_taps_accept(BhTaps *taps, const BhTap *tap);

G_END_DECLS

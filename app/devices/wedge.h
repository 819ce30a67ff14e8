/* Recognizes keyboard-wedge scanners: they type a code as a burst of keys and end it with Enter.
 * Use on the main thread only. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define BH_WEDGE_GAP_MS 60 /* longest pause between two keys of a burst */
#define BH_WEDGE_MIN 8     /* characters of the shortest code */
/* No hand types so fast: when no pause of a burst is longer than this …. */
#define BH_WEDGE_FAST_MS 25
#define BH_WEDGE_FAST_MIN 4 /* … a code needs only so many characters, instead of BH_WEDGE_MIN */
#define BH_WEDGE_MAX 300    /* bytes of the longest code */

typedef struct _BhWedge BhWedge;
/* A recognizer without a prefix; no key was received yet. bh_wedge_free. */
BhWedge *bh_wedge_new(void);
/* Frees a recognizer; NULL is ignored. */
void bh_wedge_free(BhWedge *wedge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWedge, bh_wedge_free)

/* Sets what the scanner sends before each code (copied; NULL or "": nothing). A burst with the
 * prefix is a code of any length, and is returned without it. */
void bh_wedge_set_prefix(BhWedge *wedge, const char *prefix);
/* TRUE when a key at this time may belong to the current burst. */
gboolean bh_wedge_continues(const BhWedge *wedge, guint32 at_ms);
/* Drops the keys of the current burst, because a person is typing. */
void bh_wedge_reset(BhWedge *wedge);

/* Adds a key. Returns the code when it is the Enter that ends a burst, g_free; else NULL. The
 * effect of caps lock, which inverts a scanner's letters too, is undone. */
char *bh_wedge_add_key(BhWedge *wedge, const GdkEventKey *event);
/* Like bh_wedge_add_key, from plain values: `character` is 0 for keys that type nothing, '\n' for
 * Enter. */
char *bh_wedge_add_character(BhWedge *wedge, gunichar character, guint32 at_ms);

G_END_DECLS

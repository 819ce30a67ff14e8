/* Keyboard-wedge scanners type a code as a burst of keys and end it with Enter. Watches the keys
 * of a window and tells bursts from people. Main thread. */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define BH_WEDGE_GAP_MS 60  /* longest pause between two keys of a burst */
#define BH_WEDGE_MIN 8      /* shortest code */
#define BH_WEDGE_FAST_MS 25 /* longest pause in a burst that no hand can type … */
#define BH_WEDGE_FAST_MIN 4 /* … which may be as short as this */
#define BH_WEDGE_MAX 300    /* longest code */

typedef struct _BhWedge BhWedge;
BhWedge *bh_wedge_new(void);
void bh_wedge_free(BhWedge *wedge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWedge, bh_wedge_free)

/* What this scanner sends before each code (NULL or "": nothing): with it a code may be of any
 * length and is given without it. */
void bh_wedge_set_prefix(BhWedge *wedge, const char *prefix);
/* TRUE when a key at this time may belong to the burst before it. */
gboolean bh_wedge_continues(const BhWedge *wedge, guint32 at_ms);
/* Forgets the burst: somebody is typing. */
void bh_wedge_reset(BhWedge *wedge);

/* Notes a key. When it is the Enter that ends a burst: the code, g_free; else NULL. Caps
 * lock, which inverts the letters of a scanner too, is taken back. */
char *bh_wedge_add_key(BhWedge *wedge, const GdkEventKey *event);
/* The same from plain values: `character` 0 for keys that type nothing, '\n' for Enter. */
char *bh_wedge_add_character(BhWedge *wedge, gunichar character, guint32 at_ms);

G_END_DECLS

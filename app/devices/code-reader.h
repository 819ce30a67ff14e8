/* Reads QR codes out of still pictures (zbar). Any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

#define BH_PICTURE_MAX_PIXELS (64 * 1000 * 1000) /* larger ones are refused before decoding */
#define BH_PICTURE_MAX_BYTES (64 * 1024 * 1024)

/* Text of the first QR code found; tried as it is, with light and dark exchanged, and at other
 * sizes. NULL when there is none. g_free. */
char *bh_code_read_pixbuf(GdkPixbuf *picture);
/* Loads a picture within the limits above, turned upright, at most `max_side` pixels (0: as it
 * is). NULL with error. */
GdkPixbuf *bh_picture_load(const char *path, int max_side, GError **error);

G_END_DECLS

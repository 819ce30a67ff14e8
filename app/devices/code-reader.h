/* Reads QR codes from still pictures (zbar). Any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/* Text of the first QR code found. The picture is tried as it is, with light and dark exchanged,
 * and at other sizes. NULL when there is none. g_free. */
char *bh_code_read_pixbuf(GdkPixbuf *picture);

G_END_DECLS

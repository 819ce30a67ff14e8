/* Checks at capture whether a picture is too dark or too blurred to be evidence (FIELD 18). The
 * page warns and does not refuse. Any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

typedef struct {
  double brightness; /* mean luminance, 0 … 255 */
  double sharpness;  /* variance of the Laplacian at 640 pixels */
  gboolean dark;
  gboolean blurred;
} BhPictureCheck;

/* Measures a picture; all members are 0 when there is no memory for it. */
BhPictureCheck bh_picture_check(GdkPixbuf *picture);

G_END_DECLS

/* Loads pictures from files and scales them down while they are decoded, so that a large one does
 * not need much memory. Any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/* Telephones make pictures of up to 200 megapixels. A baseline JPEG is scaled line by line; for
 * other formats (PNG, progressive JPEG) the decoder holds the whole picture, which has to fit a
 * device with 1 GB of memory. */
#define BH_PICTURE_MAX_PIXELS (256 * 1000 * 1000)
#define BH_PICTURE_MAX_MEMORY (256 * 1024 * 1024) /* bytes */

/* Loads a picture for display: turned upright, at most `max_side_px` pixels a side. If the file is
 * damaged, the picture has the part that can be decoded. A new reference; NULL with a BH_USER_ERROR
 * that says why. */
GdkPixbuf *bh_picture_load(const char *path, int max_side_px, GError **error);
/* Like bh_picture_load, for a picture that will be stored: a damaged or truncated file is an
 * error. */
GdkPixbuf *bh_picture_load_whole(const char *path, int max_side_px, GError **error);

G_END_DECLS

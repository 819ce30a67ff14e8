/* Pictures from files, made small while they are decoded, so that a large one does not take all
 * memory. Any thread. */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

G_BEGIN_DECLS

/* Telephones take up to 200 megapixels. A JPEG of one scan is made small line by line; of the
 * others (PNG, progressive JPEG) a reader keeps the whole picture, which a device with 1 GB of
 * memory has to have room for. */
#define BH_PICTURE_MAX_PIXELS (256 * 1000 * 1000)
#define BH_PICTURE_MAX_MEMORY (256 * 1024 * 1024)

/* A picture to look at, turned upright, of at most `max_side_px` pixels a side; of one that is
 * damaged what can be seen of it. NULL with BH_USER_ERROR: why not. */
GdkPixbuf *bh_picture_load(const char *path, int max_side_px, GError **error);
/* The same of a picture that is to be taken in: it must be whole. */
GdkPixbuf *bh_picture_load_whole(const char *path, int max_side_px, GError **error);

G_END_DECLS

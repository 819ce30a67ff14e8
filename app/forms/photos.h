/* The strip of pictures of a record and the button for one more. Shows what it is given; the page
 * keeps the records of kind `file`. Signals: "add-photo"; "open-photo" (const char *sha256). */
#pragma once

#include <gtk/gtk.h>
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_PHOTOS (bh_photos_get_type())
G_DECLARE_FINAL_TYPE(BhPhotos, bh_photos, BH, PHOTOS, GtkBox)

BhPhotos *bh_photos_new(BhSession *session, const char *heading);
/* `files`: array of values of file records. */
void bh_photos_show(BhPhotos *photos, const json_t *files);
guint bh_photos_count(BhPhotos *photos);
/* Removes `file`, one of the values in `files` (compared by address), and shows the others. */
void bh_photos_remove(BhPhotos *photos, json_t *files, const json_t *file);
/* The number under which the file at `index` is shown; 0 for one without a picture. */
guint bh_photos_get_number(const json_t *files, gsize index);

G_END_DECLS

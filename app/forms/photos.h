/* The pictures of a record and the button that adds one. The widget only shows files; the page
 * makes and removes the records of kind `file`. Use on the main thread only.
 *
 * Signals: "add-photo"; "open-photo" (const char *sha256). */
#pragma once

#include <gtk/gtk.h>
#include "app/session.h"

G_BEGIN_DECLS

#define BH_TYPE_PHOTOS (bh_photos_get_type())
G_DECLARE_FINAL_TYPE(BhPhotos, bh_photos, BH, PHOTOS, GtkBox)

/* A widget without pictures, under the heading `heading`. `session` is referenced. Floating. */
BhPhotos *bh_photos_new(BhSession *session, const char *heading);
/* The same without the button that adds one. */
BhPhotos *bh_photos_new_shown(BhSession *session, const char *heading);
/* Shows `files`, an array of values of file records, borrowed for the call. Files without a
 * "sha256" are left out. */
void bh_photos_show(BhPhotos *photos, const json_t *files);
/* Removes `file`, one of the values in `files` (compared by address), and shows the others. */
void bh_photos_remove(BhPhotos *photos, json_t *files, const json_t *file);
/* Number of pictures shown. */
guint bh_photos_count(BhPhotos *photos);
/* The number under which the file at `index` is shown, from 1; 0 for one without a picture.
 * Pure. */
guint bh_photos_get_number(const json_t *files, gsize index);

G_END_DECLS

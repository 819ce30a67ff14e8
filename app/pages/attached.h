/* Files of records other than pictures: a row says what the file is and opens it with the desktop's
 * program. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Whether a file record with these values is a picture, which a strip shows (app/forms/photos.h).
 */
gboolean bh_attached_is_picture(const json_t *values);
/* A row for a file, with the accessible id `id`: its type and, below, size, time and note. A tap
 * opens a copy of the file with the program that the desktop has for its type. Floating. */
GtkWidget *bh_attached_row_new(BhPage *page, const json_t *values, const char *id);
/* Fills `box`, a child of the page, with the files of a record: for each role a strip of pictures,
 * and a row for each other file. `box` is hidden when there are none. */
void bh_attached_show(BhPage *page, GtkWidget *box, const char *record);

G_END_DECLS

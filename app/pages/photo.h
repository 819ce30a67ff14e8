/* Takes or chooses one picture, warns when it is dark or blurred (FIELD 18), and stores the file.
 *
 * Signal "stored" (json_t * values for a record of kind file, without parent): the picture is in
 * the store; emitted once, before the page closes. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PHOTO_PAGE (bh_photo_page_get_type())
G_DECLARE_FINAL_TYPE(BhPhotoPage, bh_photo_page, BH, PHOTO_PAGE, BhPage)

/* Makes the page. `title` is copied. Floating. */
BhPage *bh_photo_page_new(const char *title);

G_END_DECLS

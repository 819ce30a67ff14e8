/* Takes or chooses one picture, warns of dark and blurred ones (FIELD 18), and puts it into the
 * store. Signal "kept" (json_t * values for a record of kind file, without parent). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PHOTO_PAGE (bh_photo_page_get_type())
G_DECLARE_FINAL_TYPE(BhPhotoPage, bh_photo_page, BH, PHOTO_PAGE, BhPage)

BhPage *bh_photo_page_new(const char *title);

G_END_DECLS

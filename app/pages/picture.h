/* Shows one picture, fitted to the page or at full size. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PICTURE_PAGE (bh_picture_page_get_type())
G_DECLARE_FINAL_TYPE(BhPicturePage, bh_picture_page, BH, PICTURE_PAGE, BhPage)

/* Makes the page. `sha256` of the file, copied. Floating. */
BhPage *bh_picture_page_new(const char *sha256);
/* Opens the picture above `page`. A handler for "open-photo" of BhPhotos, connected swapped with
 * the page. */
void bh_picture_open(BhPage *page, const char *sha256);

G_END_DECLS

/* One picture of a record, as large as the page, or at its full size to be moved about. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PICTURE_PAGE (bh_picture_page_get_type())
G_DECLARE_FINAL_TYPE(BhPicturePage, bh_picture_page, BH, PICTURE_PAGE, BhPage)

BhPage *bh_picture_page_new(const char *sha256);
/* For "open-photo" of BhPhotos, connected swapped with the page. */
void bh_picture_open(BhPage *page, const char *sha256);

G_END_DECLS

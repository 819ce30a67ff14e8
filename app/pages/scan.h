/* Finds an enterprise by its plaque: camera, picture file, wedge scanner or typed code. A
 * forged plaque is refused, a blank one can be bound. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SCAN_PAGE (bh_scan_page_get_type())
G_DECLARE_FINAL_TYPE(BhScanPage, bh_scan_page, BH, SCAN_PAGE, BhPage)

/* Makes the page, which starts with the camera. Floating. */
BhPage *bh_scan_page_new(void);
/* Makes the page, which handles `code` (copied) as if a scanner had sent it. Floating. */
BhPage *bh_scan_page_new_for_code(const char *code);

G_END_DECLS

/* An enterprise by its plaque: camera, picture, wedge scanner or typed code. A forged one
 * is refused, a blank one is bound. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SCAN_PAGE (bh_scan_page_get_type())
G_DECLARE_FINAL_TYPE(BhScanPage, bh_scan_page, BH, SCAN_PAGE, BhPage)

BhPage *bh_scan_page_new(void);
/* As if `code` had been scanned there. */
BhPage *bh_scan_page_new_for_code(const char *code);

G_END_DECLS

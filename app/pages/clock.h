/* Asks whether the time of this device is right. The answer is an entry (SYNC, Clocks; R-250); the
 * clock itself is not changed. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_CLOCK_PAGE (bh_clock_page_get_type())
G_DECLARE_FINAL_TYPE(BhClockPage, bh_clock_page, BH, CLOCK_PAGE, BhPage)

/* Makes the page; floating. */
BhPage *bh_clock_page_new(void);

G_END_DECLS

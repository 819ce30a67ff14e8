/* The first page of a person: scan, continue, correct what was returned, see what is not
 * sent yet. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_HOME_PAGE (bh_home_page_get_type())
G_DECLARE_FINAL_TYPE(BhHomePage, bh_home_page, BH, HOME_PAGE, BhPage)

/* Makes the page; floating. */
BhPage *bh_home_page_new(void);

G_END_DECLS

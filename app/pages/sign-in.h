/* Signs a person in: tiles with the unit's staff, then the PIN. The store counts wrong
 * tries, across restarts. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SIGN_IN_PAGE (bh_sign_in_page_get_type())
G_DECLARE_FINAL_TYPE(BhSignInPage, bh_sign_in_page, BH, SIGN_IN_PAGE, BhPage)

/* Makes the page; floating. */
BhPage *bh_sign_in_page_new(void);

G_END_DECLS

/* Shows what is signed and takes the signatures; a refusal has reason and witness. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SIGN_PAGE (bh_sign_page_get_type())
G_DECLARE_FINAL_TYPE(BhSignPage, bh_sign_page, BH, SIGN_PAGE, BhPage)

BhPage *bh_sign_page_new(const char *inspection);

G_END_DECLS

/* Shows what is signed and takes the signatures: under the record of a visit, then ends it; or
 * under an order of it, then records its service. A refusal has reason and witness. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SIGN_PAGE (bh_sign_page_get_type())
G_DECLARE_FINAL_TYPE(BhSignPage, bh_sign_page, BH, SIGN_PAGE, BhPage)

BhPage *bh_sign_page_new(const char *inspection);
/* `document`: an order of this visit that was issued. */
BhPage *bh_sign_page_new_order(const char *inspection, const char *document);

G_END_DECLS

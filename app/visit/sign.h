/* Shows the text that is signed and takes the signatures: under the record of a visit, then ends
 * it; or under an order, then records its service. A refusal needs a reason and a witness. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SIGN_PAGE (bh_sign_page_get_type())
G_DECLARE_FINAL_TYPE(BhSignPage, bh_sign_page, BH, SIGN_PAGE, BhPage)

/* The page on which the record of the visit `inspection` (record id, copied) is signed.
 * Floating. */
BhPage *bh_sign_page_new(const char *inspection);
/* The page on which `document`, an issued order of the visit, is signed for. Floating. */
BhPage *bh_sign_page_new_order(const char *inspection, const char *document);

G_END_DECLS

/* Makes the documents of a signed inspection: fields frozen, entry, paper with the entry's code,
 * file. Without authority: a record and a referral, no order (FIELD 7). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_FINISH_PAGE (bh_finish_page_get_type())
G_DECLARE_FINAL_TYPE(BhFinishPage, bh_finish_page, BH, FINISH_PAGE, BhPage)

BhPage *bh_finish_page_new(const char *inspection);

G_END_DECLS

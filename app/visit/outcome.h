/* Records that a visit did not take place: gate closed, entry refused, moved, not found; with
 * photos as proof and whether it counts (FIELD 3). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_OUTCOME_PAGE (bh_outcome_page_get_type())
G_DECLARE_FINAL_TYPE(BhOutcomePage, bh_outcome_page, BH, OUTCOME_PAGE, BhPage)

/* Makes the page. `inspection`: record id, copied. Floating. */
BhPage *bh_outcome_page_new(const char *inspection);

G_END_DECLS

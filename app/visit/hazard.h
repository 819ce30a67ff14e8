/* One hazard: the form of the kind and photos. Stored as a draft until it is saved. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_HAZARD_PAGE (bh_hazard_page_get_type())
G_DECLARE_FINAL_TYPE(BhHazardPage, bh_hazard_page, BH, HAZARD_PAGE, BhPage)

/* A new hazard of an inspection. `item_no` (may be NULL): the checklist item it belongs to, from
 * which fields are prefilled. Both arguments are copied. Floating. */
BhPage *bh_hazard_page_new(const char *inspection, const char *item_no);
/* The page of a saved hazard, or of a hazard that has a draft. Floating. */
BhPage *bh_hazard_page_new_existing(const char *record);

G_END_DECLS

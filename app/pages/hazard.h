/* Records one hazard: the form of the kind, photos, deadline. Kept as a draft until saved. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_HAZARD_PAGE (bh_hazard_page_get_type())
G_DECLARE_FINAL_TYPE(BhHazardPage, bh_hazard_page, BH, HAZARD_PAGE, BhPage)

/* `item_no` (may be NULL): the checklist item it comes from; prefills what the list knows. */
BhPage *bh_hazard_page_new(const char *inspection, const char *item_no);
/* An existing hazard or draft. */
BhPage *bh_hazard_page_new_existing(const char *record);

G_END_DECLS

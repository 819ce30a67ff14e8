/* Shows the items of an inspection's checklist one after the other; each answer is saved at
 * once. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_CHECKLIST_PAGE (bh_checklist_page_get_type())
G_DECLARE_FINAL_TYPE(BhChecklistPage, bh_checklist_page, BH, CHECKLIST_PAGE, BhPage)

/* Makes the page. `inspection`: record id, copied. Floating, as all pages. */
BhPage *bh_checklist_page_new(const char *inspection);

G_END_DECLS

/* Walks the items of an inspection with one thumb; each answer is an entry at once. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_CHECKLIST_PAGE (bh_checklist_page_get_type())
G_DECLARE_FINAL_TYPE(BhChecklistPage, bh_checklist_page, BH, CHECKLIST_PAGE, BhPage)

BhPage *bh_checklist_page_new(const char *inspection);

G_END_DECLS

/* One inspection: its checklist, hazards and remarks, and the way to its end. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_INSPECTION_PAGE (bh_inspection_page_get_type())
G_DECLARE_FINAL_TYPE(BhInspectionPage, bh_inspection_page, BH, INSPECTION_PAGE, BhPage)

/* Makes the page. `id`: record id of the inspection, copied. Floating. */
BhPage *bh_inspection_page_new(const char *id);

G_END_DECLS

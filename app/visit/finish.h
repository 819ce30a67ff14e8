/* Makes and shows the documents of a signed inspection. Without authority only the record is made,
 * and the hazards are referred to the competent department (FIELD 7). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_FINISH_PAGE (bh_finish_page_get_type())
G_DECLARE_FINAL_TYPE(BhFinishPage, bh_finish_page, BH, FINISH_PAGE, BhPage)

/* Makes the page. `inspection`: record id, copied. Floating. */
BhPage *bh_finish_page_new(const char *inspection);

G_END_DECLS

/* Any record: values, history, conflicts. A returned record shows the comment, and can be corrected
 * and sent again. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_RECORD_PAGE (bh_record_page_get_type())
G_DECLARE_FINAL_TYPE(BhRecordPage, bh_record_page, BH, RECORD_PAGE, BhPage)

/* Makes the page. `id`: record id, copied. Floating. */
BhPage *bh_record_page_new(const char *id);

G_END_DECLS

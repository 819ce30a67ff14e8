/* Records of one kind, page by page: newest first, or those of a ledger by due date. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_LIST_PAGE (bh_list_page_get_type())
G_DECLARE_FINAL_TYPE(BhListPage, bh_list_page, BH, LIST_PAGE, BhPage)

/* Makes the page. `ledger` (may be NULL): name of a ledger that the kind declares. Arguments are
 * copied. Floating. */
BhPage *bh_list_page_new(const char *kind, const char *ledger, const char *title);
/* The records of `kind` below the record `parent`, newest first. Arguments are copied. Floating. */
BhPage *bh_list_page_new_below(const char *kind, const char *parent, const char *title);

G_END_DECLS

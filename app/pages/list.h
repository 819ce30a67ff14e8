/* Records of one kind, newest first, a page at a time. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_LIST_PAGE (bh_list_page_get_type())
G_DECLARE_FINAL_TYPE(BhListPage, bh_list_page, BH, LIST_PAGE, BhPage)

BhPage *bh_list_page_new(const char *kind, const char *title);

G_END_DECLS

/* The lists that the kinds put into the menu of the first page ("menu"). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_LISTS_PAGE (bh_lists_page_get_type())
G_DECLARE_FINAL_TYPE(BhListsPage, bh_lists_page, BH, LISTS_PAGE, BhPage)

/* Makes the page. Floating. */
BhPage *bh_lists_page_new(void);
/* Whether the kinds declare a list for this page. */
gboolean bh_lists_page_has_lists(BhSession *session);

G_END_DECLS

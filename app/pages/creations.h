/* What a person can make from a record, or from the first page, when there is too much for buttons:
 * rows under the headings of the groups of kinds, with a search. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_CREATIONS_PAGE (bh_creations_page_get_type())
G_DECLARE_FINAL_TYPE(BhCreationsPage, bh_creations_page, BH, CREATIONS_PAGE, BhPage)

/* Makes the page. `origin`: the record from which new ones are made; NULL: none. Floating. */
BhPage *bh_creations_page_new(const char *origin);

G_END_DECLS

/* The participants of a visit. While it runs, colleagues and experts can be added and removed, and
 * the opinion of an expert is one tap away. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PARTICIPANTS_PAGE (bh_participants_page_get_type())
G_DECLARE_FINAL_TYPE(BhParticipantsPage, bh_participants_page, BH, PARTICIPANTS_PAGE, BhPage)

/* Makes the page. `inspection`: record id, copied. Floating. */
BhPage *bh_participants_page_new(const char *inspection);

G_END_DECLS

/* Who takes part in a visit: shown at any time; while it runs, colleagues and experts are added and
 * removed, and an expert's opinion is one tap away. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PARTICIPANTS_PAGE (bh_participants_page_get_type())
G_DECLARE_FINAL_TYPE(BhParticipantsPage, bh_participants_page, BH, PARTICIPANTS_PAGE, BhPage)

BhPage *bh_participants_page_new(const char *inspection);

G_END_DECLS

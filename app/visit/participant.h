/* One participant who is no colleague: name, employer and, for an expert, the opinion. What is
 * typed is stored as a draft and becomes an entry when the page is left. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_PARTICIPANT_PAGE (bh_participant_page_get_type())
G_DECLARE_FINAL_TYPE(BhParticipantPage, bh_participant_page, BH, PARTICIPANT_PAGE, BhPage)

/* Makes the page. `record`: id of the participant, copied. `open` FALSE: nothing can be changed.
 * Floating. */
BhPage *bh_participant_page_new(const char *record, gboolean open);

G_END_DECLS

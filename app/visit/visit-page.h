/* How pages read a whole inspection and save drafts of its records. Use on the main thread only. */
#pragma once

#include "app/page.h"
#include "app/visit/visit.h"

G_BEGIN_DECLS

#define BH_VISIT_SLOT "visit" /* slot of bh_page_ask */

/* Asks the store for the inspection as bh_visit_load gives it; `reply` receives it. A newer call
 * replaces an older one. Ignored when nobody is signed in. */
void bh_visit_ask(BhPage *page, const char *inspection, BhPageReply reply);
/* Saves the draft of the inspection's own fields as an entry, if there is one. Errors are shown. */
void bh_visit_save_inspection_draft(BhPage *page, const char *inspection);

/* Saves the draft of another record of the visit as an entry, if there is one. Errors are shown. */
void bh_visit_save_draft(BhPage *page, const char *record);

G_END_DECLS

/* How pages ask for a whole inspection, and keep what was typed about it. Main thread. */
#pragma once

#include "app/page.h"
#include "app/visit.h"

G_BEGIN_DECLS

#define BH_VISIT_SLOT "visit" /* of the page's questions */

/* Answers with what bh_visit_load gives; a newer call replaces it. */
void bh_visit_ask(BhPage *page, const char *inspection, BhPageReply reply);
/* Makes the draft of the inspection's own fields one entry, if there is one. */
void bh_visit_save_inspection_draft(BhPage *page, const char *inspection);

/* The same for another record of the visit. */
void bh_visit_save_draft(BhPage *page, const char *record);

G_END_DECLS

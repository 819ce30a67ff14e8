/* Starts an inspection: modes, checklist and sections, colleagues, certificate and recusal
 * (FIELD 7), observed now or entered later (FIELD 2). */
#pragma once

#include "app/page.h"
#include "app/visit/found.h"

G_BEGIN_DECLS

/* Key of a draft that has the id of the assigned inspection to which the draft belongs. */
#define BH_START_ASSIGNED "assigned"

#define BH_TYPE_START_PAGE (bh_start_page_get_type())
G_DECLARE_FINAL_TYPE(BhStartPage, bh_start_page, BH, START_PAGE, BhPage)

/* A new inspection of `enterprise` (record id). `found` (copied) says how the enterprise was found;
 * NULL: it was chosen from the list, without a reason. Floating. */
BhPage *bh_start_page_new(const char *enterprise, const BhFound *found);
/* Continues the draft `record` of an inspection that was not started; `values` are those of the
 * draft. Floating. */
BhPage *bh_start_page_new_draft(const char *record, const json_t *values);
/* Starts an inspection that the office has assigned and that has enterprise, modes and lead
 * already. Floating. */
BhPage *bh_start_page_new_assigned(const char *inspection);

G_END_DECLS

/* Opens the page on which a draft is continued. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Whether a draft ("kind", "state") has a page of its own. A picture is continued on the page of
 * its hazard, an answer to a review on that of the returned record, the fields of an order on that
 * of its visit. */
gboolean bh_drafts_has_page(const json_t *draft);
/* Reads the draft of `record` (of the actor) and opens its page above `page`; a toast when the
 * draft does not exist. */
void bh_drafts_open(BhPage *page, const char *record);

G_END_DECLS

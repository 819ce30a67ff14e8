/* Opens the page on which a draft is continued. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Reads the draft of `record` (of the actor) and opens its page above `page`; a toast when the
 * draft does not exist. */
void bh_drafts_open(BhPage *page, const char *record);

G_END_DECLS

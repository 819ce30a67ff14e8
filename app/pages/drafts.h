/* Opens the page on which a draft goes on. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* `record` of a draft of the actor; the page opens when the store has said what it is. */
void bh_drafts_open(BhPage *page, const char *record);

G_END_DECLS

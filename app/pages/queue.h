/* What is not sent yet, and why; starts a sync; exports the store. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_QUEUE_PAGE (bh_queue_page_get_type())
G_DECLARE_FINAL_TYPE(BhQueuePage, bh_queue_page, BH, QUEUE_PAGE, BhPage)

/* Makes the page; floating. */
BhPage *bh_queue_page_new(void);

G_END_DECLS

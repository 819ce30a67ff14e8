/* The visits that are under way. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Asks the store for the visits under way that the person may see and shows them in `rows`; hides
 * `box` when there are none. A later call replaces an earlier one. */
void bh_running_show(BhPage *page, GtkWidget *rows, GtkWidget *box);

G_END_DECLS

/* The steps that lead on from a record, as buttons: whoever may take one finds it here. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box` with the steps open to who acts. `own_pages` FALSE leaves out those that have a page
 * of their own, for a page that leads there itself. Hides the box when there is none. */
void bh_steps_show(BhPage *page, GtkWidget *box, const char *record, gboolean own_pages);

G_END_DECLS

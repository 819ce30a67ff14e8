/* The steps that are possible from a record's state, as buttons. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box`, a child of the page, with the steps that the actor may take; hidden when there are
 * none. `own_pages` FALSE leaves out steps with a page of their own, for pages that link to it
 * themselves. */
void bh_steps_show(BhPage *page, GtkWidget *box, const char *record, gboolean own_pages);

G_END_DECLS

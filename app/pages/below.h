/* The records below a record, on its page: for each kind of child the newest ones, and a list of
 * all. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box`, a child of the page, with the records below `record`, which is of `kind`; kinds
 * without a record there are hidden. Kinds for which the page has a place of its own ("at_parent":
 * "apart") are left out. */
void bh_below_show(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record);

G_END_DECLS

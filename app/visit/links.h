/* The ways from the pages of any kind to the pages of a visit. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Whether bh_links_make_page makes a page of this name ("page" of a step or of a ledger in the
 * kinds). */
gboolean bh_links_has_page(const char *name);
/* The page of this name for a record; `parent`: parent of the record when the page was named by a
 * step, else NULL. Floating; NULL: there is no such page. */
BhPage *bh_links_make_page(const char *name, const char *record, const char *parent);
/* Adds buttons to `box` that open the pages of a visit for this record. Adds nothing for a kind
 * without such pages. */
void bh_links_show(BhPage *page, GtkWidget *box, const char *kind, const char *record);

G_END_DECLS

/* Ledgers of the kinds that are shown on the first page ("lane"): each with its newest rows, their
 * number, and a button that lists all. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Asks for every lane and fills `box`, a child of the page; empty lanes are hidden. */
void bh_lanes_show(BhPage *page, GtkWidget *box);

G_END_DECLS

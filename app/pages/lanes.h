/* Ledgers of the kinds that are shown on the first page ("lane"): each with its newest rows, their
 * number, and a button that lists all. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Asks for every lane and fills `box`, a child of the page; empty lanes are hidden. */
void bh_lanes_show(BhPage *page, GtkWidget *box);

/* Query of bh_device_list for a ledger of a kind, for the actor; a new reference. */
json_t *bh_ledger_dup_query(BhPage *page, const BhKind *kind, const json_t *ledger);
/* The page that a row of the ledger opens; `ledger` NULL: the record page. Floating. */
BhPage *bh_ledger_make_page(const json_t *ledger, const char *record);

G_END_DECLS

/* The lists a kind wants seen on the first page ("lane" of a ledger): each with its newest rows,
 * how many there are, and a way to all of them. Nothing that waits for somebody is out of sight. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Asks for every lane and fills `box`; empty lanes are not shown. */
void bh_lanes_show(BhPage *page, GtkWidget *box);

/* Query of bh_device_list for a ledger of a kind, for who acts; new reference. */
json_t *bh_ledger_dup_query(BhPage *page, const BhKind *kind, const json_t *ledger);
/* The page a row of the ledger leads to; floating. */
BhPage *bh_ledger_make_page(const json_t *ledger, const char *record);

G_END_DECLS

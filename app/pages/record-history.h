/* The history of a record on its page. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box`, a child of the page, with the newest entries about the record: when, by whom,
 * whether the hub has them, and what they changed. */
void bh_history_show(BhPage *page, GtkWidget *box, const BhKind *kind, const char *record);

G_END_DECLS

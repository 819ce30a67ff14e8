/* The values of a record as its page shows them. Use on the main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Fills `box`, a child of the page, with the values of a record: by the sections of the kind in
 * their order, and after them what is in no section. Records to which the record refers are rows
 * that open them. Hashes and JSON are left out. `values`, and `computed` as of bh_device_show, are
 * borrowed. */
void bh_facts_show(BhPage *page, GtkWidget *box, const BhKind *kind, const json_t *values,
                   const json_t *computed);

G_END_DECLS

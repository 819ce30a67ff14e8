/* Rows of lists of records, made from the declaration of the kind and of the ledger. Use on the
 * main thread only. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Query of bh_device_list for the records of the kind, or of a ledger of the kind (NULL: all), as
 * the person sees them; a new reference. */
json_t *bh_row_dup_query(BhPage *page, const BhKind *kind, const json_t *ledger);
/* A row for one element of "rows" of bh_device_list, with the accessible id `id`: the title, and
 * below it the state, the time left and the columns of the list. A tap opens the page that the
 * ledger (NULL: none) names, else the record. Floating. */
GtkWidget *bh_row_new(BhPage *page, const BhKind *kind, const json_t *ledger, const json_t *row,
                      const char *id);
/* Like bh_row_new, for lists of several ledgers: the row also says of which ledger it is, and the
 * time left until the day by which the ledger is ordered. */
GtkWidget *bh_row_new_dated(BhPage *page, const BhKind *kind, const json_t *ledger,
                            const json_t *row, const char *id);

G_END_DECLS

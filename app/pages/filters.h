/* Filters of a list of records: a button that unfolds buttons for the states and for the choices of
 * indexed fields. Several of one field are joined by "or", several fields by "and". Use on the main
 * thread only. */
#pragma once

#include <gtk/gtk.h>

#include "app/session.h"
#include "schema/kind.h"

G_BEGIN_DECLS

typedef struct _BhFilters BhFilters;

/* Makes the filters that a list of the kind, or of a ledger of it (NULL: all records), can have and
 * puts them into `box`, which is hidden when there are none. `changed` is called with `owner` after
 * each choice. `box` and `owner` are borrowed. */
BhFilters *bh_filters_new(GtkWidget *box, const BhKind *kind, const json_t *ledger,
                          BhSession *session, void (*changed)(gpointer owner), gpointer owner);
/* Frees the filters, not their widgets; NULL is ignored. */
void bh_filters_free(BhFilters *filters);
/* Adds the chosen values to "where" of a query of bh_device_list. */
void bh_filters_apply(const BhFilters *filters, json_t *query);
/* Whether a value is chosen. */
gboolean bh_filters_are_set(const BhFilters *filters);

G_END_DECLS

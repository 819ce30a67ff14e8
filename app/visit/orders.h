/* Which hazards of a visit belong on which order to rectify. When one paper cannot hold all
 * hazards, the rest goes on the next order. Pure; any thread. */
#pragma once

#include "app/visit/visit.h"

G_BEGIN_DECLS

/* Rows of hazards that belong on an order and are on no valid order of the visit (a voided one is
 * not valid), in order of creation. Borrowed rows; free the array. */
GPtrArray *bh_orders_list_without_order(const json_t *visit, const BhKindSet *kinds);

/* TRUE when orders have to be made: a hazard has none, or an order was begun and not issued. */
gboolean bh_orders_are_pending(const json_t *visit, const BhKindSet *kinds);

/* Freezes an order for the `rows` from index `from` on, and sets *taken to the number of rows on
 * it: as many as fit on one paper. `document` is as bh_documents_freeze takes it. A new reference;
 * NULL with an error when not even one fits, or when something else is wrong. */
json_t *bh_orders_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                         const json_t *document, const GPtrArray *rows, guint from, guint *taken,
                         gint64 now_ms, GError **error);

G_END_DECLS

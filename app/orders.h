/* Which hazards of a visit stand on which order to rectify. An order that would be over what one
 * paper holds is split: the rest goes on the next order. Pure; any thread. */
#pragma once

#include "app/visit.h"

G_BEGIN_DECLS

/* Rows of hazards that belong on an order and stand on none of the visit's orders that count
 * (a voided one does not), in order of creation; borrowed rows. */
GPtrArray *bh_orders_list_without_order(const json_t *visit);

/* Whether orders are to be made: hazards stand on none, or one was begun and not issued. */
gboolean bh_orders_are_pending(const json_t *visit);

/* Freezes an order for `rows` from `from` on and sets *taken to how many of them it holds: all that
 * fit one paper. `document` is as bh_documents_freeze takes it. NULL with an error when not even
 * one fits, or when something else is wrong. */
json_t *bh_orders_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                         const json_t *document, const GPtrArray *rows, guint from, guint *taken,
                         gint64 now_ms, GError **error);

G_END_DECLS

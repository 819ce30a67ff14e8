/* What records on this device give back to a record. */
#pragma once

#include "sync/device/store/core.h"
#include "sync/device/store/scope.h"

G_BEGIN_DECLS

/* What other records offer on a record of `kind` in `state` (NULL: it has none): an array of
 * bh_return_dup_offer with the "title" of the record that returned, a new reference. `author`: the
 * person who looks; records that are hidden from this person return nothing. NULL: nobody. The
 * function must be called on the store's thread. NULL with an error when the store failed. */
json_t *bh_returns_list_offers(BhDevice *device, BhScope *scope, const char *author,
                               const BhKind *kind, const char *record, const char *state,
                               GError **error);

G_END_DECLS

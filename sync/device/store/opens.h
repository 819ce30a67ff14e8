/* Records that the steps of an entry open. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* `ops`, followed by an operation for each record that the steps in them open (schema/opens.h); a
 * new reference. The operations may be malformed. NULL with an error: a record from which one is
 * opened is not on this device, or the entry would be too long. Must be called on the store's
 * thread. */
json_t *bh_opens_fill(BhDevice *device, const char *author, const json_t *ops, GError **error);

G_END_DECLS

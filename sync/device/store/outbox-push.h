/* Function of outbox-push.c that outbox-pull.c uses. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Notes an own entry as quarantined by the hub. When it was not noted before, appends copies of the
 * ids of its records to `touched`. The id of an entry that is not of this store is ignored. Inside
 * a transaction. */
gboolean bh_outbox_quarantine(BhDevice *device, const char *entry, const char *reason,
                              GPtrArray *touched, GError **error);

G_END_DECLS

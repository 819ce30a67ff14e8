/* Part of outbox-push.c that a page of changes uses. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Notes an own entry as quarantined by the hub, and appends copies of the ids of its records to
 * `touched` when it was not noted before. An entry that is not of this store changes nothing.
 * Inside a transaction. */
gboolean bh_outbox_quarantine(BhDevice *device, const char *entry, const char *reason,
                              GPtrArray *touched, GError **error);

G_END_DECLS

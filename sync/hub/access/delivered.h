/* Computes whether a device was sent a record before, at a position of the log. Only such records
 * may be reported to it as gone: a record that was always hidden from it must not be revealed, not
 * even by its id. */
#pragma once

#include "sync/hub/access/device-view.h"

G_BEGIN_DECLS

typedef struct _BhDelivered BhDelivered;

/* `position` is the position in the device's cursor, up to which it has read the feed. `view` and
 * `db` are borrowed; bh_delivered_free. */
BhDelivered *bh_delivered_new(BhDeviceView *view, BhDb *db, gint64 position);
/* Frees `delivered`, which may be NULL. */
void bh_delivered_free(BhDelivered *delivered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDelivered, bh_delivered_free)

/* *given: whether the device may have been sent the record by that position. Needed only for kinds
 * of which a record can be hidden (bh_device_view_may_hide). TRUE also when the answer cannot be
 * computed, because an entry was erased or released from quarantine, or because the history of the
 * record is too long. */
gboolean bh_delivered_may_contain(BhDelivered *delivered, const char *record, gboolean *given,
                                  GError **error);

G_END_DECLS

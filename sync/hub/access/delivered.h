/* Whether a device was given a record before, at a position of the log. Only such records may be
 * reported to it as gone: a record that was always hidden from it must not be revealed, not even by
 * its id. */
#pragma once

#include "sync/hub/access/device-view.h"

G_BEGIN_DECLS

typedef struct _BhDelivered BhDelivered;

/* `position` is that of the device's cursor. `view` and `db` are borrowed; bh_delivered_free. */
BhDelivered *bh_delivered_new(BhDeviceView *view, BhDb *db, gint64 position);
/* `delivered` may be NULL. */
void bh_delivered_free(BhDelivered *delivered);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDelivered, bh_delivered_free)

/* *given: whether the device may have been given the record, of a kind that hides some, at that
 * position. TRUE also when this cannot be computed any more: an entry was erased or released from
 * quarantine, or the history is too long. */
gboolean bh_delivered_may_contain(BhDelivered *delivered, const char *record, gboolean *given,
                                  GError **error);

G_END_DECLS

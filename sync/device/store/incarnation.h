/* Incarnations: the chains of envelopes that this store has signed, one after the other. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Starts a new incarnation with a random name; own entries with a seq above `keep` move into it
 * from seq 1, with new envelopes round the same bodies. Damaged entries must have been set aside
 * before (repair.h). Inside a transaction; the caller reloads the device afterwards. */
gboolean bh_incarnation_move(BhDevice *device, gint64 keep, GError **error);

G_END_DECLS

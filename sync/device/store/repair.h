/* Sets damaged own entries aside (damage.h finds them), so that undamaged ones can be sent. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Checks the noted entries, and all own entries with a seq above `keep` in the current incarnation,
 * and sets the damaged ones aside. When the chain above `keep` has a gap then, a new incarnation
 * begins, in which the undamaged bodies get new envelopes. One transaction, after which the device
 * is reloaded. BH_ERROR_NOT_FOUND before enrolment. */
gboolean bh_repair_run(BhDevice *device, gint64 keep, GError **error);
/* Starts a new incarnation. Own entries with a seq above `keep` move into it with new envelopes,
 * except damaged ones, which are set aside. Inside a transaction. */
gboolean bh_repair_begin_incarnation(BhDevice *device, gint64 keep, GError **error);

G_END_DECLS

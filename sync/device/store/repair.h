/* Setting damaged own entries aside (damage.h finds them), so that sound ones can be sent. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Checks the noted entries, and all own entries with a seq above `keep` in the current incarnation,
 * and sets the damaged ones aside. *broken: the chain above `keep` has a gap, so the sound bodies
 * need new envelopes (bh_incarnation_move). Inside a transaction. */
gboolean bh_repair_set_aside(BhDevice *device, gint64 keep, gboolean *broken, GError **error);
/* The same in a transaction of its own, with the new incarnation when one is needed.
 * BH_ERROR_NOT_FOUND before enrolment. */
gboolean bh_repair_run(BhDevice *device, gint64 keep, GError **error);
/* Starts a new incarnation. Own entries with a seq above `keep` move into it with new envelopes,
 * except damaged ones, which are set aside. Inside a transaction. */
gboolean bh_repair_begin_incarnation(BhDevice *device, gint64 keep, GError **error);

G_END_DECLS

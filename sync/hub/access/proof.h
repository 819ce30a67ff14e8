/* The time that the hub can prove for a stored entry (sync/wire/evidence.h). */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"
#include "sync/wire/evidence.h"

G_BEGIN_DECLS

/* The interval in which a stored entry was made, as far as signed times prove it. `body` is NULL
 * when the body cannot be read; `device` is NULL when the hub does not know the device that signed
 * the entry. Any thread. */
BhEvidence bh_proof_judge(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                          const BhHubDevice *device);

G_END_DECLS

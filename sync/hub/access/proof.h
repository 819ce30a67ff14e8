/* The time that the hub can prove for a stored entry (sync/wire/evidence.h). */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"
#include "sync/wire/evidence.h"

G_BEGIN_DECLS

/* `body` is NULL when it cannot be read, `device` when the hub does not have it. Any thread. */
BhEvidence bh_proof_judge(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                          const BhHubDevice *device);

G_END_DECLS

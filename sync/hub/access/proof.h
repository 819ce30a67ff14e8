/* What this hub can prove of the time of an entry it has (sync/wire/evidence.h). */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"
#include "sync/wire/evidence.h"

G_BEGIN_DECLS

/* `body` may be NULL, and so may `device`, when it is not known any more. Any thread. */
BhEvidence bh_proof_judge(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                          const BhHubDevice *device);

G_END_DECLS

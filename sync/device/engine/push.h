/* Sends own entries to the hub: asks which of them it has (the head of the chain), then sends the
 * others in batches. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks the hub for the head: seq and hash of the last entry of this incarnation that it has. */
BhEnginePhase bh_engine_begin_head(BhEngine *engine, BhDevice *device);
/* Stores the head that the hub answered. Next: PHASE_AHEAD, or PHASE_HEAD with a new incarnation
 * after a fork. */
BhEnginePhase bh_engine_on_head(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);
/* Sends the next batch of entries. When there is none, next: PHASE_PULL, or PHASE_FILES when this
 * round has pulled already. */
BhEnginePhase bh_engine_begin_push(BhEngine *engine, BhDevice *device);
/* Stores how many entries the hub has now. Next: PHASE_AHEAD until it has all, PHASE_HEAD after a
 * fork. */
BhEnginePhase bh_engine_on_push(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);

G_END_DECLS

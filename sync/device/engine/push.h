/* Own entries go to the hub: the head of the chain, then batches. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks how much of our chain the hub has. */
BhEnginePhase bh_engine_begin_head(BhEngine *engine, BhDevice *device);
/* Next: PHASE_PUSH, or PHASE_HEAD with a new incarnation after a fork. */
BhEnginePhase bh_engine_on_head(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);
/* Sends the next batch. Without one, next: PHASE_PULL, or PHASE_FILES when this round pulled
 * already. */
BhEnginePhase bh_engine_begin_push(BhEngine *engine, BhDevice *device);
/* Next: PHASE_PUSH until the hub has all, PHASE_HEAD after a fork. */
BhEnginePhase bh_engine_on_push(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);

G_END_DECLS

/* Sends copies of urgent entries before many others of the chain. The hub shows them until the
 * entries themselves arrive; a hub that takes no copies gets them in their turn only. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Sends the copies. When there are none, or few entries are before them, next: PHASE_PUSH. */
BhEnginePhase bh_engine_begin_ahead(BhEngine *engine, BhDevice *device);
/* Notes that the copies were sent. Next: PHASE_AHEAD, or PHASE_PUSH when the hub takes none. */
BhEnginePhase bh_engine_on_ahead(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);

G_END_DECLS

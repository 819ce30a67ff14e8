/* Records, kind sets and the list of staff come from the hub. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks for the next page of changes. */
BhEnginePhase bh_engine_begin_pull(BhEngine *engine, BhDevice *device);
/* Applies the page. Next: PHASE_KINDS when its kind set is not here, PHASE_PULL for more,
 * PHASE_STAFF, PHASE_PUSH or PHASE_FILES. */
BhEnginePhase bh_engine_on_pull(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);
/* Asks for the kind set that the waiting page names. */
BhEnginePhase bh_engine_begin_kinds(BhEngine *engine, BhDevice *device);
/* Stores the kind set and applies the waiting page; next as after bh_engine_on_pull. */
BhEnginePhase bh_engine_on_kinds(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);
/* Asks for the list of staff. */
BhEnginePhase bh_engine_begin_staff(BhEngine *engine, BhDevice *device);
/* Stores it. Next: PHASE_PUSH or PHASE_FILES. */
BhEnginePhase bh_engine_on_staff(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);

G_END_DECLS

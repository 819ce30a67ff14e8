/* Fetches records, kind sets and the list of staff from the hub. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks the hub for the next page of changed records. */
BhEnginePhase bh_engine_begin_pull(BhEngine *engine, BhDevice *device);
/* Applies the page. Next: PHASE_KINDS when the store lacks the page's kind set, PHASE_PULL when the
 * hub has more pages, else PHASE_STAFF, PHASE_PUSH or PHASE_FILES. */
BhEnginePhase bh_engine_on_pull(BhEngine *engine, BhDevice *device,
                                const BhTransportAnswer *answer);
/* Asks the hub for the kind set that the page waiting in engine->page names. */
BhEnginePhase bh_engine_begin_kinds(BhEngine *engine, BhDevice *device);
/* Stores the kind set and applies the waiting page; next as after bh_engine_on_pull. */
BhEnginePhase bh_engine_on_kinds(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);
/* Asks the hub for the list of staff. */
BhEnginePhase bh_engine_begin_staff(BhEngine *engine, BhDevice *device);
/* Stores the list of staff. Next: PHASE_PUSH when an entry was saved meanwhile, else
 * PHASE_FILES. */
BhEnginePhase bh_engine_on_staff(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);

G_END_DECLS

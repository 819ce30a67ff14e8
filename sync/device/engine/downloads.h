/* Files that records name come from the hub. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks for the next missing file. Without one, next: PHASE_END. */
BhEnginePhase bh_engine_begin_download(BhEngine *engine, BhDevice *device);
/* Keeps the file. Next: PHASE_PUSH when something was saved, else PHASE_DOWNLOAD. */
BhEnginePhase bh_engine_on_download(BhEngine *engine, BhDevice *device,
                                    const BhTransportAnswer *answer);
/* The file that was asked for cannot be had now; it is asked for again after the next kick. Next as
 * above. */
BhEnginePhase bh_engine_skip_download(BhEngine *engine, BhDevice *device);

G_END_DECLS

/* Fetches files that records name from the hub. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Asks the hub for the next file that is missing on this device. Without one, next: PHASE_END. */
BhEnginePhase bh_engine_begin_download(BhEngine *engine, BhDevice *device);
/* Stores the file that the hub sent. Next: PHASE_PUSH when an entry was saved on this device since
 * the last push, else PHASE_DOWNLOAD. */
BhEnginePhase bh_engine_on_download(BhEngine *engine, BhDevice *device,
                                    const BhTransportAnswer *answer);
/* Gives up a file that the hub cannot send now; the engine asks for it again after the next kick.
 * Next as after bh_engine_on_download. */
BhEnginePhase bh_engine_skip_download(BhEngine *engine, BhDevice *device);

G_END_DECLS

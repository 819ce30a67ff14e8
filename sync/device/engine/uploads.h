/* Files go to the hub, in chunks by the tus protocol. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Chooses what to do next with files: PHASE_PUSH when something was saved, PHASE_CREATE, _RESUME or
 * _CHUNK for a file that is to be sent, else PHASE_DOWNLOAD. */
BhEnginePhase bh_engine_begin_files(BhEngine *engine, BhDevice *device);
/* Begins an upload with its first chunk. */
BhEnginePhase bh_engine_begin_create(BhEngine *engine, BhDevice *device);
/* Next: PHASE_FILES, as after the other two. */
BhEnginePhase bh_engine_on_create(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer);
/* Asks for the offset of an upload that an earlier round began. */
BhEnginePhase bh_engine_begin_resume(BhEngine *engine, BhDevice *device);
/* Takes the offset. */
BhEnginePhase bh_engine_on_resume(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer);
/* Sends the next chunk. */
BhEnginePhase bh_engine_begin_chunk(BhEngine *engine, BhDevice *device);
/* Takes the new offset. */
BhEnginePhase bh_engine_on_chunk(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);

G_END_DECLS

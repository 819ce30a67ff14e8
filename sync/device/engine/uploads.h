/* Sends files to the hub, in chunks by the tus protocol. */
#pragma once

#include "sync/device/engine/round.h"

G_BEGIN_DECLS

/* Chooses what to do next with files: PHASE_PUSH when an entry was saved on this device since the
 * last push, PHASE_CREATE, _RESUME or _CHUNK for a file that is to be sent, else PHASE_DOWNLOAD. */
BhEnginePhase bh_engine_begin_files(BhEngine *engine, BhDevice *device);
/* Asks the hub to create an upload, and sends the file's first chunk with that request. */
BhEnginePhase bh_engine_begin_create(BhEngine *engine, BhDevice *device);
/* Stores the path of the upload and how many bytes the hub has. Next: PHASE_FILES, as after
 * bh_engine_on_resume and bh_engine_on_chunk. */
BhEnginePhase bh_engine_on_create(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer);
/* Asks how many bytes the hub has of an upload that an earlier round began (its offset). */
BhEnginePhase bh_engine_begin_resume(BhEngine *engine, BhDevice *device);
/* Stores how many bytes of the file the hub has, from the answer to bh_engine_begin_resume. */
BhEnginePhase bh_engine_on_resume(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer);
/* Sends the next chunk of the file. */
BhEnginePhase bh_engine_begin_chunk(BhEngine *engine, BhDevice *device);
/* Stores how many bytes of the file the hub has, from the answer to bh_engine_begin_chunk. */
BhEnginePhase bh_engine_on_chunk(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer);

G_END_DECLS

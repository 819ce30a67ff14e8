/* What a step of the engine asks its caller to do, and the limits of a round. */
#pragma once

#include "sync/device/engine/exchange.h"

G_BEGIN_DECLS

#define BH_ENGINE_POLL_MS (5 * 60 * 1000) /* time between rounds when nothing is to be sent */
/* time from a save to its round, so that entries saved in a row share one round */
#define BH_ENGINE_SAVED_DELAY_MS 500
#define BH_ENGINE_CHUNK_MIN_BYTES (64 * 1024)
#define BH_ENGINE_CHUNK_START_BYTES (256 * 1024)
#define BH_ENGINE_CHUNK_FAST_MS 4000  /* a quicker chunk is followed by a larger one */
#define BH_ENGINE_CHUNK_SLOW_MS 16000 /* a slower chunk is followed by a smaller one */
/* The list of staff is fetched again after this time although it did not change, because that
 * renews how long people may sign in without a hub. */
#define BH_ENGINE_STAFF_MS (6 * 60 * 60 * 1000)
#define BH_ENGINE_DOWNLOADS_PER_ROUND 50
#define BH_ENGINE_REPEATS_MAX 3 /* answers without progress before a round gives up */
/* Pages of changes in a round; then files are sent, and the next round goes on with the pages. */
#define BH_ENGINE_PAGES_PER_ROUND 1000
/* kind sets fetched in one round; a hub that names more is broken */
#define BH_ENGINE_KINDS_PER_ROUND 3

typedef struct _BhEngine BhEngine;

#define BH_ENGINE_TIMER_KEEP (-1)
#define BH_ENGINE_TIMER_NONE (-2)

/* What the caller does after a step. */
typedef struct {
  BhTransportRequest *request; /* request to send; NULL: none. Taken by the caller */
  /* time from now to the next BH_ENGINE_TIMER event; or BH_ENGINE_TIMER_KEEP, _NONE */
  gint64 timer_ms;
  gboolean changed; /* whether status or progress changed */
} BhEngineActions;

G_END_DECLS

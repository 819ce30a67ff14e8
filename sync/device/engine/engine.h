/* The sync engine: what a device does next, given what just happened. Events in, actions out; it
 * has no thread, clock or connection of its own. It reads and writes the store, so every step runs
 * on the store's thread. All durable state is in the store: an engine can be thrown away at any
 * moment.
 *
 * A round: head (which of the own entries the hub has) → push → pull (kinds and staff when they
 * changed) → uploads → downloads → idle. Entries that are saved during a round are pushed before
 * the next chunk of a file. When it is uncertain whether the hub stored a batch, the engine asks
 * for the head again. After a failure it waits, with full jitter; a kick, or a connection that came
 * back, begins a round at once. */
#pragma once

#include "schema/error.h"
#include "sync/device/engine/actions.h"  /* what the caller does after a step; limits of a round */
#include "sync/device/engine/exchange.h" /* one HTTP exchange as plain data */
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef enum {
  BH_ENGINE_START,        /* begins the first round */
  BH_ENGINE_KICK,         /* a person asked for a round */
  BH_ENGINE_SAVED,        /* an entry was made */
  BH_ENGINE_CONNECTIVITY, /* the network changed; `online`: whether there is one */
  BH_ENGINE_ANSWER,       /* the hub sent `answer` to the last request */
  BH_ENGINE_FAILED, /* the last request ended with `code` (NETWORK, UNCERTAIN, NOT_HUB, …) */
  BH_ENGINE_TIMER,  /* the timer that was set ran out */
} BhEngineEventType;

typedef struct {
  BhEngineEventType type;
  gint64 wall_ms; /* wall clock, to show when the next try comes */
  gint64 boot_ms; /* boot clock, to measure how long a chunk took */
  gboolean online;
  const BhTransportAnswer *answer; /* borrowed */
  BhErrorCode code;
} BhEngineEvent;

/* How far a round came. `phase` is "" while no round runs. */
typedef struct {
  const char *phase;  /* "head", "push", "pull", "files"; static */
  gint64 done, total; /* entries, records or bytes; total 0 when unknown */
} BhEngineProgress;

/* Makes an engine. `random` is borrowed and used for the jitter of waits only. */
BhEngine *bh_engine_new(const BhRandom *random);
/* NULL is ignored. A request that has no answer yet belongs to the caller and is not freed. */
void bh_engine_free(BhEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEngine, bh_engine_free)

/* Takes one event. The caller carries out the actions that the result names; a request in it
 * belongs to the caller. BH_ENGINE_ANSWER and _FAILED are ignored while no request is waiting for
 * an answer. */
BhEngineActions bh_engine_step(BhEngine *engine, BhDevice *device, const BhEngineEvent *event);
/* How far the present round came. */
void bh_engine_get_progress(const BhEngine *engine, BhEngineProgress *progress);
/* TRUE when no request waits for an answer, no round runs and none is to begin at once. *ok (may be
 * NULL): the last round ended without error. */
gboolean bh_engine_is_resting(const BhEngine *engine, gboolean *ok);
/* Name of the error code that ended the last round, static; NULL when there was no error. */
const char *bh_engine_get_error(const BhEngine *engine);

G_END_DECLS

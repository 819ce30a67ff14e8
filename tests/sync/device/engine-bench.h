/* An engine between a store and a hub in memory. The test controls time and network. */
#pragma once

#include "sync/device/engine/engine.h"

#include "fake-hub.h"
#include "fake-store.h"
#include "schema/error.h"
#include "sync/wire/limits.h"

#include <glib/gstdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct {
  char *dir;
  BhDevice *device;
  FakeHub *hub;
  BhRandom random;
  GRand *rand;
  BhEngine *engine;
  BhTransportRequest *request; /* the request on the network that has no answer yet */
  gint64 timer_ms;             /* time until the timer fires; < 0: no timer */
  gint64 now_ms;
  guint requests;
} Bench;

Bench *bench_new(void);
void bench_free(Bench *bench);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bench, bench_free)
/* Gives the engine an event and keeps the actions that it returns. */
void step_event(Bench *bench, BhEngineEvent event);
void step(Bench *bench, BhEngineEventType type);
/* Lets the present request fail without an answer. */
void fail_request(Bench *bench, BhErrorCode code);
/* Answers the present request with `answer` (taken over). */
void give(Bench *bench, BhTransportAnswer *answer);
/* Answers the present request as the hub in memory does. */
void give_right(Bench *bench);
BhTransportAnswer *make_answer(guint status, const char *hub, const char *body);
gboolean is_out(const Bench *bench, const char *method, const char *path);
/* Answers requests as a good hub would until the given request is waiting; FALSE when the round
 * ends before that. */
gboolean run_to(Bench *bench, const char *method, const char *path);
void run_round(Bench *bench);
/* Lets timers expire and answers requests as a good hub would, until the engine is idle without an
 * error. */
void run_until_fine(Bench *bench);
void assert_all_there(Bench *bench);
/* Gives engine and hub work of every kind: saves entries and files, and lists files to download. */
void load(Bench *bench);

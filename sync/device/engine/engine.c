/* Drives a round: takes events, and begins one phase after the other until a request is out or the
 * round has ended. Start with bh_engine_step and the table of phases. */
#include "sync/device/engine/engine.h"

#include <string.h>

#include "sync/device/engine/ahead.h"
#include "sync/device/engine/downloads.h"
#include "sync/device/engine/pull.h"
#include "sync/device/engine/push.h"
#include "sync/device/engine/uploads.h"

BhEngine *bh_engine_new(const BhRandom *random)
{
  BhEngine *engine = g_new0(BhEngine, 1);

  engine->random = random;
  engine->chunk_bytes = BH_ENGINE_CHUNK_START_BYTES;
  engine->deferred = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  engine->absent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  return engine;
}

void bh_engine_free(BhEngine *engine)
{
  if (engine == NULL)
    return;
  g_clear_pointer(&engine->uplink, bh_uplink_free);
  g_clear_pointer(&engine->page, json_decref);
  g_clear_pointer(&engine->file, bh_pending_file_free);
  g_clear_pointer(&engine->missing, g_ptr_array_unref);
  g_clear_pointer(&engine->ahead, g_array_unref);
  g_hash_table_unref(engine->deferred);
  g_hash_table_unref(engine->absent);
  g_free(engine->kinds);
  g_free(engine->staff);
  g_free(engine->staff_wanted);
  g_free(engine);
}

/* --- the beginning --- */

static BhEnginePhase begin_round(BhEngine *engine, BhDevice *device)
{
  bh_engine_leave_round(engine);
  engine->failed = FALSE;
  engine->pulled = FALSE;
  engine->no_ahead = FALSE;
  engine->again = FALSE;
  engine->kicked = FALSE;
  engine->online = FALSE;
  engine->due = FALSE;
  engine->asked_again = FALSE;
  engine->repeats = 0;
  engine->forks = 0;
  engine->pulled_records = 0;
  engine->pages = engine->empty_pages = engine->kinds_asked = 0;
  engine->push_best = 0;
  engine->push_first = -1;
  engine->batch_bytes = BH_BATCH_MAX_BYTES;
  engine->batch_entries = BH_BATCH_MAX_ENTRIES;
  if (!bh_engine_load_uplink(engine, device))
    return PHASE_NONE;
  bh_outbox_note_round(device, "working", NULL, 0, NULL);
  return PHASE_HEAD;
}

static gboolean is_working(const BhEngine *engine)
{
  return engine->phase != PHASE_IDLE && engine->phase != PHASE_WAITING;
}

static BhEnginePhase on_kick(BhEngine *engine, BhDevice *device)
{
  g_hash_table_remove_all(engine->absent);
  if (is_working(engine)) {
    engine->kicked = TRUE;
    return PHASE_NONE;
  }
  engine->failures = 0;
  return begin_round(engine, device);
}

static void on_saved(BhEngine *engine)
{
  engine->saved = TRUE;
  if (engine->phase == PHASE_IDLE)
    engine->actions.timer_ms = BH_ENGINE_SAVED_DELAY_MS;
}

/* --- the phases --- */

typedef struct {
  const char *name; /* name of the phase, for BhEngineProgress */
  BhEnginePhase (*begin)(BhEngine *engine, BhDevice *device);
  BhEnginePhase (*on_answer)(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer);
} Phase;

static const Phase phases[] = {
    [PHASE_HEAD] = {"head", bh_engine_begin_head, bh_engine_on_head},
    [PHASE_AHEAD] = {"push", bh_engine_begin_ahead, bh_engine_on_ahead},
    [PHASE_PUSH] = {"push", bh_engine_begin_push, bh_engine_on_push},
    [PHASE_PULL] = {"pull", bh_engine_begin_pull, bh_engine_on_pull},
    [PHASE_KINDS] = {"pull", bh_engine_begin_kinds, bh_engine_on_kinds},
    [PHASE_STAFF] = {"pull", bh_engine_begin_staff, bh_engine_on_staff},
    [PHASE_FILES] = {"files", bh_engine_begin_files, NULL},
    [PHASE_CREATE] = {"files", bh_engine_begin_create, bh_engine_on_create},
    [PHASE_RESUME] = {"files", bh_engine_begin_resume, bh_engine_on_resume},
    [PHASE_CHUNK] = {"files", bh_engine_begin_chunk, bh_engine_on_chunk},
    [PHASE_DOWNLOAD] = {"files", bh_engine_begin_download, bh_engine_on_download},
    [PHASE_END] = {"", bh_engine_finish_round, NULL},
};

static BhEnginePhase on_failed(BhEngine *engine, BhDevice *device, BhErrorCode code)
{
  if (code == BH_ERROR_UNCERTAIN && engine->phase == PHASE_PUSH && !engine->asked_again) {
    /* The hub may have stored the entries although its answer is lost; asking for the head shows
     * that. */
    engine->asked_again = TRUE;
    return PHASE_HEAD;
  }
  if (code == BH_ERROR_LIMIT && engine->phase == PHASE_DOWNLOAD)
    return bh_engine_skip_download(engine, device);
  return bh_engine_fail_round(engine, device, code, 0);
}

static gboolean is_from_hub(const BhEngine *engine, const BhTransportAnswer *answer)
{
  return g_strcmp0(bh_transport_answer_get_header(answer, BH_HEADER_HUB), engine->uplink->hub) == 0;
}

static BhEnginePhase on_answer(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  if (!is_from_hub(engine, answer))
    return bh_engine_fail_round(engine, device, BH_ERROR_NOT_HUB, 0);
  return phases[engine->phase].on_answer(engine, device, answer);
}

/* Returns the phase to which the event leads. */
static BhEnginePhase take_event(BhEngine *engine, BhDevice *device, const BhEngineEvent *event)
{
  gboolean working = is_working(engine);

  switch (event->type) {
  case BH_ENGINE_START:
  case BH_ENGINE_TIMER:
    return working ? PHASE_NONE : begin_round(engine, device);
  case BH_ENGINE_KICK:
    return on_kick(engine, device);
  case BH_ENGINE_SAVED:
    on_saved(engine);
    return PHASE_NONE;
  case BH_ENGINE_CONNECTIVITY:
    if (event->online && working)
      engine->online = TRUE;
    else if (event->online && engine->failed)
      return on_kick(engine, device);
    return PHASE_NONE;
  case BH_ENGINE_FAILED:
    return working ? on_failed(engine, device, event->code) : PHASE_NONE;
  case BH_ENGINE_ANSWER:
    return working ? on_answer(engine, device, event->answer) : PHASE_NONE;
  }
  g_return_val_if_reached(PHASE_NONE);
}

/* --- debug log: each event, and the actions that follow --- */

static void log_event(const BhEngineEvent *event)
{
  static const char *const names[] = {
      [BH_ENGINE_START] = "start",   [BH_ENGINE_KICK] = "kick",
      [BH_ENGINE_SAVED] = "saved",   [BH_ENGINE_CONNECTIVITY] = "connectivity",
      [BH_ENGINE_ANSWER] = "answer", [BH_ENGINE_FAILED] = "failed",
      [BH_ENGINE_TIMER] = "timer",
  };
  if (event->type == BH_ENGINE_ANSWER)
    g_debug("event answer: status %u", event->answer->status);
  else if (event->type == BH_ENGINE_FAILED)
    g_debug("event failed: %s", bh_error_code_name(event->code));
  else if (event->type == BH_ENGINE_CONNECTIVITY)
    g_debug("event connectivity: %s", event->online ? "online" : "offline");
  else
    g_debug("event %s", names[event->type]);
}

static void log_actions(const BhEngine *engine)
{
  const BhEngineActions *actions = &engine->actions;
  if (actions->request != NULL)
    g_debug("phase %s: %s %s", phases[engine->phase].name, actions->request->method,
            actions->request->url);
  if (actions->timer_ms >= 0)
    g_debug("timer in %" G_GINT64_FORMAT " ms", actions->timer_ms);
}

BhEngineActions bh_engine_step(BhEngine *engine, BhDevice *device, const BhEngineEvent *event)
{
  engine->actions = (BhEngineActions){NULL, BH_ENGINE_TIMER_KEEP, FALSE};
  engine->wall_ms = event->wall_ms;
  engine->boot_ms = event->boot_ms;
  log_event(event);
  BhEnginePhase next = take_event(engine, device, event);
  while (next != PHASE_NONE)
    next = phases[next].begin(engine, device);
  log_actions(engine);
  return engine->actions;
}

void bh_engine_get_progress(const BhEngine *engine, BhEngineProgress *progress)
{
  *progress = (BhEngineProgress){"", 0, 0};
  if (!is_working(engine))
    return;
  progress->phase = phases[engine->phase].name;
  switch (engine->phase) {
  case PHASE_PUSH:
    progress->done = engine->hub_seq - engine->push_first;
    progress->total = engine->made - engine->push_first;
    break;
  case PHASE_PULL:
  case PHASE_KINDS:
  case PHASE_STAFF:
    progress->done = engine->pulled_records;
    break;
  case PHASE_CREATE:
  case PHASE_RESUME:
  case PHASE_CHUNK:
    progress->done = engine->file->sent;
    progress->total = engine->file->size;
    break;
  default:
    break;
  }
}

gboolean bh_engine_is_resting(const BhEngine *engine, gboolean *ok)
{
  if (ok != NULL)
    *ok = !engine->failed;
  return !is_working(engine) && !engine->due;
}

const char *bh_engine_get_error(const BhEngine *engine)
{
  return engine->failed ? bh_error_code_name(engine->error) : NULL;
}

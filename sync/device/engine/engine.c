#include "sync/device/engine/phases.h"

#include "schema/error.h"
#include "sync/wire/batch.h"
#include "sync/wire/credential.h"

#include <string.h>

BhEngine *bh_engine_new(const BhRandom *random)
{
  BhEngine *engine = g_new0(BhEngine, 1);

  engine->random = random;
  engine->chunk_bytes = BH_ENGINE_CHUNK_START_BYTES;
  engine->put_off = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
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
  g_hash_table_unref(engine->put_off);
  g_hash_table_unref(engine->absent);
  g_free(engine->kinds);
  g_free(engine->staff);
  g_free(engine->staff_wanted);
  g_free(engine);
}

/* --- requests and answers --- */

BhTransportRequest *bh_engine_request(BhEngine *engine, const char *method, const char *path,
                                      gsize answer_max)
{
  BhTransportRequest *request = bh_transport_request_new(method, engine->uplink->url, path,
                                                         (const char *const *)engine->uplink->pins);
  g_autofree char *authorization = bh_auth_format(engine->uplink->device, engine->uplink->token);

  request->answer_max = answer_max;
  bh_transport_request_add_header(request, "Authorization", authorization);
  return request;
}

void bh_engine_send(BhEngine *engine, BhEnginePhase phase, BhTransportRequest *request)
{
  g_assert(engine->actions.request == NULL);
  engine->phase = phase;
  engine->actions.request = request;
  engine->actions.timer_ms = BH_ENGINE_TIMER_NONE;
  engine->actions.changed = TRUE;
}

static json_t *parse_body(const BhTransportAnswer *answer, GError **error)
{
  g_autoptr(GBytes) body = g_bytes_ref(answer->body);
  const char *encoding = bh_transport_answer_get_header(answer, "Content-Encoding");
  const char *text;
  gsize len;

  if (encoding != NULL && g_ascii_strcasecmp(encoding, "zstd") == 0) {
    GBytes *expanded;

    text = g_bytes_get_data(answer->body, &len);
    expanded = bh_batch_expand(text, len, BH_ANSWER_MAX_BYTES, error);
    if (expanded == NULL)
      return NULL;
    g_bytes_unref(body);
    body = expanded;
  }
  text = g_bytes_get_data(body, &len);
  return bh_json_parse(text != NULL ? text : "", len, BH_ANSWER_MAX_BYTES, "answer of the hub",
                       error);
}

json_t *bh_engine_parse(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  json_t *object = parse_body(answer, &error);

  if (object != NULL && json_is_object(object))
    return object;
  g_clear_pointer(&object, json_decref);
  g_info("sync: %s", error != NULL ? error->message : "answer of the hub: is no object");
  bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
  return NULL;
}

json_t *bh_engine_peek(const BhTransportAnswer *answer)
{
  return parse_body(answer, NULL);
}

gint64 bh_engine_header_int(const BhTransportAnswer *answer, const char *name)
{
  const char *text = bh_transport_answer_get_header(answer, name);
  guint64 value;

  if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, &value, NULL))
    return -1;
  return (gint64)value;
}

void bh_engine_note_time(BhEngine *engine, BhDevice *device, const json_t *object)
{
  const json_t *time = json_object_get(object, "time");
  const char *signature = bh_json_string_or(time, "sig", "");
  gint64 ms = json_integer_value(json_object_get(time, "ms"));

  if (!bh_hub_time_verify(engine->uplink->hub_key, engine->uplink->hub, engine->uplink->device, ms,
                          signature))
    return;
  /* A time that could not be kept is asked for again with the next round. */
  bh_outbox_note_hub_time(device, ms, signature, NULL);
}

/* --- the end of a round --- */

static void leave_round(BhEngine *engine)
{
  g_clear_pointer(&engine->uplink, bh_uplink_free);
  g_clear_pointer(&engine->page, json_decref);
  g_clear_pointer(&engine->file, bh_pending_file_free);
  g_clear_pointer(&engine->missing, g_ptr_array_unref);
  g_hash_table_remove_all(engine->put_off);
  engine->actions.changed = TRUE;
}

/* Full jitter: anything between nothing and the cap, so that devices that lost one hub together
 * do not come back together. */
static gint64 jitter_ms(BhEngine *engine, gint64 cap_ms)
{
  guint32 random;

  engine->random->fill(engine->random->data, &random, sizeof random);
  return (gint64)(random % (guint64)(cap_ms + 1));
}

static gint64 backoff_ms(BhEngine *engine, gint64 retry_after_s)
{
  guint doublings = MIN(engine->failures, 20);
  gint64 cap_ms = MIN((gint64)BH_RETRY_BASE_MS << doublings, (gint64)BH_RETRY_MAX_MS);

  if (retry_after_s > 0)
    return MIN(retry_after_s, BH_RETRY_AFTER_MAX_S) * 1000 + jitter_ms(engine, BH_RETRY_BASE_MS);
  return jitter_ms(engine, cap_ms);
}

static const char *state_of(BhErrorCode code)
{
  if (code == BH_ERROR_NOT_HUB)
    return "no_hub";
  if (code == BH_ERROR_REVOKED || code == BH_ERROR_DENIED)
    return "revoked";
  return "waiting";
}

/* Not found where it was: the next round looks at the other address, at once, and after that at the
 * first one again. */
static gboolean look_elsewhere(BhEngine *engine, BhErrorCode code)
{
  if (engine->phase != PHASE_HEAD || engine->uplink == NULL || engine->uplink->other_url == NULL ||
      (code != BH_ERROR_NETWORK && code != BH_ERROR_UNCERTAIN && code != BH_ERROR_NOT_HUB))
    return FALSE;
  engine->elsewhere = !engine->elsewhere;
  return engine->elsewhere;
}

void bh_engine_fail_round(BhEngine *engine, BhDevice *device, BhErrorCode code,
                          gint64 retry_after_s)
{
  gint64 delay_ms;

  gboolean looks_on = look_elsewhere(engine, code);
  leave_round(engine);
  engine->failed = TRUE;
  engine->error = code;
  engine->again = FALSE;
  if (code == BH_ERROR_REVOKED || code == BH_ERROR_DENIED) {
    delay_ms = BH_RETRY_MAX_MS;
  } else if ((engine->kicked || engine->online) && retry_after_s <= 0) {
    engine->failures = 0;
    delay_ms = 0;
  } else if (looks_on) {
    delay_ms = 0;
  } else {
    delay_ms = backoff_ms(engine, retry_after_s);
  }
  engine->due = delay_ms == 0;
  engine->failures++;
  engine->phase = PHASE_WAITING;
  engine->actions.timer_ms = delay_ms;
  /* A store that cannot note it is the error itself; the caller still hears of it. */
  bh_outbox_note_round(device, state_of(code), bh_error_code_name(code), engine->wall_ms + delay_ms,
                       NULL);
}

void bh_engine_fail_store(BhEngine *engine, BhDevice *device, const GError *error)
{
  g_info("sync: %s", error->message);
  bh_engine_fail_round(engine, device,
                       error->domain == BH_ERROR ? (BhErrorCode)error->code : BH_ERROR_STORAGE, 0);
}

void bh_engine_note_error(BhEngine *engine, BhErrorCode code)
{
  engine->failed = TRUE;
  engine->error = code;
}

BhErrorCode bh_engine_code(const BhTransportAnswer *answer)
{
  g_autoptr(json_t) body = bh_engine_peek(answer);

  return bh_error_code_from_name(bh_json_string_or(body, "error", "failed"));
}

gboolean bh_engine_refused(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  BhErrorCode code;

  if (answer->status >= 200 && answer->status < 300)
    return FALSE;
  code = bh_engine_code(answer);
  if (answer->status == 401)
    code = BH_ERROR_DENIED;
  else if (answer->status == 429 || answer->status >= 500 || answer->status == 423)
    code = code == BH_ERROR_STORAGE ? BH_ERROR_STORAGE : BH_ERROR_BUSY;
  else if (answer->status < 400)
    code = BH_ERROR_NOT_HUB; /* a hub does not redirect */
  else if (answer->status != 403 || code != BH_ERROR_REVOKED)
    return FALSE;
  bh_engine_fail_round(engine, device, code, bh_engine_header_int(answer, "Retry-After"));
  return TRUE;
}

void bh_engine_finish_round(BhEngine *engine, BhDevice *device)
{
  gboolean left_over = engine->failed || g_hash_table_size(engine->put_off) > 0;
  gint64 delay_ms = BH_ENGINE_POLL_MS;

  leave_round(engine);
  engine->phase = PHASE_IDLE;
  if (engine->failed) {
    /* Something was refused but nothing else was held up by it. */
    delay_ms = MAX(backoff_ms(engine, 0), BH_RETRY_BASE_MS);
    engine->failures++;
  } else {
    engine->failures = 0;
    if (left_over)
      delay_ms = BH_RETRY_MAX_MS;
  }
  engine->due = engine->again || engine->kicked || engine->saved;
  if (engine->due)
    delay_ms = 0;
  engine->again = FALSE;
  engine->actions.timer_ms = delay_ms;
  bh_outbox_note_round(device, engine->failed ? "waiting" : "idle",
                       engine->failed ? bh_error_code_name(engine->error) : NULL,
                       engine->wall_ms + delay_ms, NULL);
}

/* --- the beginning --- */

static void begin_round(BhEngine *engine, BhDevice *device)
{
  leave_round(engine);
  engine->failed = FALSE;
  engine->pulled = FALSE;
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
    return;
  bh_outbox_note_round(device, "working", NULL, 0, NULL);
  bh_engine_ask_head(engine);
}

static gboolean is_working(const BhEngine *engine)
{
  return engine->phase != PHASE_IDLE && engine->phase != PHASE_WAITING;
}

static void on_kick(BhEngine *engine, BhDevice *device)
{
  g_hash_table_remove_all(engine->absent);
  if (is_working(engine)) {
    engine->kicked = TRUE;
    return;
  }
  engine->failures = 0;
  begin_round(engine, device);
}

static void on_saved(BhEngine *engine)
{
  engine->saved = TRUE;
  if (engine->phase == PHASE_IDLE)
    engine->actions.timer_ms = BH_ENGINE_SAVED_DELAY_MS;
}

/* --- what a request brought --- */

static void on_failed(BhEngine *engine, BhDevice *device, BhErrorCode code)
{
  if (code == BH_ERROR_UNCERTAIN && engine->phase == PHASE_PUSH && !engine->asked_again) {
    /* The hub may have it all: the head says so for the price of one request. */
    engine->asked_again = TRUE;
    bh_engine_ask_head(engine);
    return;
  }
  if (code == BH_ERROR_LIMIT && engine->phase == PHASE_DOWNLOAD) {
    bh_engine_skip_download(engine, device);
    return;
  }
  bh_engine_fail_round(engine, device, code, 0);
}

static gboolean is_from_hub(const BhEngine *engine, const BhTransportAnswer *answer)
{
  return g_strcmp0(bh_transport_answer_get_header(answer, BH_HEADER_HUB), engine->uplink->hub) == 0;
}

static void on_answer(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  if (!is_from_hub(engine, answer)) {
    bh_engine_fail_round(engine, device, BH_ERROR_NOT_HUB, 0);
    return;
  }
  switch (engine->phase) {
  case PHASE_HEAD:
    bh_engine_on_head(engine, device, answer);
    break;
  case PHASE_PUSH:
    bh_engine_on_push(engine, device, answer);
    break;
  case PHASE_PULL:
    bh_engine_on_pull(engine, device, answer);
    break;
  case PHASE_KINDS:
    bh_engine_on_kinds(engine, device, answer);
    break;
  case PHASE_STAFF:
    bh_engine_on_staff(engine, device, answer);
    break;
  case PHASE_CREATE:
    bh_engine_on_create(engine, device, answer);
    break;
  case PHASE_RESUME:
    bh_engine_on_resume(engine, device, answer);
    break;
  case PHASE_CHUNK:
    bh_engine_on_chunk(engine, device, answer);
    break;
  case PHASE_DOWNLOAD:
    bh_engine_on_download(engine, device, answer);
    break;
  case PHASE_IDLE:
  case PHASE_WAITING:
    g_return_if_reached();
  }
}

BhEngineActions bh_engine_step(BhEngine *engine, BhDevice *device, const BhEngineEvent *event)
{
  engine->actions = (BhEngineActions){NULL, BH_ENGINE_TIMER_KEEP, FALSE};
  engine->wall_ms = event->wall_ms;
  engine->boot_ms = event->boot_ms;
  switch (event->type) {
  case BH_ENGINE_START:
    if (!is_working(engine))
      begin_round(engine, device);
    break;
  case BH_ENGINE_KICK:
    on_kick(engine, device);
    break;
  case BH_ENGINE_SAVED:
    on_saved(engine);
    break;
  case BH_ENGINE_CONNECTIVITY:
    if (event->online && is_working(engine))
      engine->online = TRUE;
    else if (event->online && engine->failed)
      on_kick(engine, device);
    break;
  case BH_ENGINE_TIMER:
    if (!is_working(engine))
      begin_round(engine, device);
    break;
  case BH_ENGINE_FAILED:
    if (is_working(engine))
      on_failed(engine, device, event->code);
    break;
  case BH_ENGINE_ANSWER:
    if (is_working(engine))
      on_answer(engine, device, event->answer);
    break;
  }
  return engine->actions;
}

void bh_engine_get_progress(const BhEngine *engine, BhEngineProgress *progress)
{
  *progress = (BhEngineProgress){"", 0, 0};
  switch (engine->phase) {
  case PHASE_IDLE:
  case PHASE_WAITING:
    break;
  case PHASE_HEAD:
    progress->phase = "head";
    break;
  case PHASE_PUSH:
    progress->phase = "push";
    progress->done = engine->hub_seq - engine->push_first;
    progress->total = engine->made - engine->push_first;
    break;
  case PHASE_PULL:
  case PHASE_KINDS:
  case PHASE_STAFF:
    progress->phase = "pull";
    progress->done = engine->pulled_records;
    break;
  case PHASE_CREATE:
  case PHASE_RESUME:
  case PHASE_CHUNK:
    progress->phase = "files";
    progress->done = engine->file->sent;
    progress->total = engine->file->size;
    break;
  case PHASE_DOWNLOAD:
    progress->phase = "files";
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

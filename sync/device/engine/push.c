#include "sync/device/engine/phases.h"

#include "schema/error.h"
#include "sync/wire/batch.h"

#define SMALL_ANSWER_BYTES (256 * 1024)

gboolean bh_engine_load_uplink(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer(&engine->uplink, bh_uplink_free);
  engine->uplink = bh_outbox_get_uplink(device, &error);
  if (engine->uplink != NULL) {
    engine->elsewhere = engine->elsewhere && engine->uplink->other_url != NULL;
    if (engine->elsewhere) {
      g_free(engine->uplink->url);
      engine->uplink->url = g_strdup(engine->uplink->other_url);
    }
    return TRUE;
  }
  if (!g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  /* Not enrolled: nothing to do until somebody enrols and kicks. */
  engine->phase = PHASE_IDLE;
  engine->actions.timer_ms = BH_ENGINE_TIMER_NONE;
  return FALSE;
}

void bh_engine_ask_head(BhEngine *engine)
{
  g_autofree char *path = g_strconcat("/v1/head?incarnation=", engine->uplink->incarnation, NULL);

  bh_engine_send(engine, PHASE_HEAD, bh_engine_request(engine, "GET", path, SMALL_ANSWER_BYTES));
}

/* The hub holds another chain than ours: this store was copied or rolled back. What the hub did
 * not confirm to this store goes up again in a chain of its own. */
static void take_new_incarnation(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  gint64 made, acked;

  if (++engine->forks > BH_ENGINE_REPEATS_MAX) {
    bh_engine_fail_round(engine, device, BH_ERROR_FORK, 0);
    return;
  }
  if (!bh_outbox_get_heads(device, &made, &acked, &error) ||
      !bh_outbox_reincarnate(device, acked, &error)) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  engine->push_best = 0;
  if (bh_engine_load_uplink(engine, device))
    bh_engine_ask_head(engine);
}

/* The disk did not keep an entry: it is set aside, and what is sound goes up in a chain of its own.
 */
static void mend(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  if (++engine->forks > BH_ENGINE_REPEATS_MAX) {
    bh_engine_fail_round(engine, device, BH_ERROR_STORAGE, 0);
  } else if (!bh_outbox_repair(device, engine->hub_seq, &error)) {
    bh_engine_fail_store(engine, device, error);
  } else if (bh_engine_load_uplink(engine, device)) {
    engine->push_best = 0;
    bh_engine_ask_head(engine);
  }
}

/* Takes over {"seq","hash"}. FALSE when the round ended or went another way. */
static gboolean note_head(BhEngine *engine, BhDevice *device, const json_t *object)
{
  g_autoptr(GError) error = NULL;
  const char *hash = bh_json_get_string(object, "hash", "answer of the hub", &error);
  gint64 seq;

  if (hash == NULL ||
      !bh_json_get_int(object, "seq", 0, G_MAXINT64, &seq, "answer of the hub", &error)) {
    bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  if (seq > 0 && !bh_outbox_acknowledge(device, engine->uplink->incarnation, seq, hash, &error)) {
    if (g_error_matches(error, BH_ERROR, BH_ERROR_FORK))
      take_new_incarnation(engine, device);
    else
      bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  engine->hub_seq = seq;
  return TRUE;
}

/* A hub that lost entries it had lost files too. */
static gboolean recheck_files(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  gint64 made, acked;

  if (!bh_outbox_get_heads(device, &made, &acked, &error) ||
      (engine->hub_seq < acked && !engine->rechecked && !bh_outbox_recheck_files(device, &error))) {
    bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  engine->rechecked = engine->hub_seq < acked;
  return TRUE;
}

/* The hub answered at its other address, with its own key: that is where it is now. */
static gboolean keep_address(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  if (!engine->elsewhere)
    return TRUE;
  engine->elsewhere = FALSE;
  if (bh_outbox_set_address(device, engine->uplink->url, &error))
    return TRUE;
  bh_engine_fail_store(engine, device, error);
  return FALSE;
}

void bh_engine_on_head(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(json_t) object = NULL;

  if (bh_engine_refused(engine, device, answer))
    return;
  if (answer->status != 200) {
    bh_engine_fail_round(engine, device, bh_engine_code(answer), 0);
    return;
  }
  object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return;
  bh_engine_note_time(engine, device, object);
  if (!keep_address(engine, device))
    return;
  if (note_head(engine, device, object) && recheck_files(engine, device))
    bh_engine_push(engine, device);
}

static void leave_push(BhEngine *engine, BhDevice *device)
{
  if (engine->pulled)
    bh_engine_files(engine, device);
  else
    bh_engine_pull(engine, device);
}

/* NULL without error when there is nothing left to send. */
static GBytes *read_batch(BhEngine *engine, BhDevice *device, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gint64 last = engine->hub_seq;

  for (;;) {
    g_autoptr(GBytes) packed = NULL;

    g_string_truncate(text, 0);
    if (!bh_outbox_read_batch(device, engine->hub_seq, engine->batch_entries, engine->batch_bytes,
                              text, &last, error) ||
        last == engine->hub_seq)
      return NULL;
    packed = bh_batch_compress(text->str, text->len, error);
    if (packed == NULL)
      return NULL;
    /* Entries that hardly compress: fewer of them. One entry always fits. */
    if (g_bytes_get_size(packed) <= BH_BATCH_MAX_WIRE_BYTES || last == engine->hub_seq + 1)
      return g_steal_pointer(&packed);
    engine->batch_bytes /= 2;
  }
}

void bh_engine_push(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) packed = NULL;
  BhTransportRequest *request;
  gint64 acked;

  engine->saved = FALSE;
  if (!bh_outbox_get_heads(device, &engine->made, &acked, &error)) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  if (engine->push_first < 0)
    engine->push_first = engine->hub_seq;
  packed = read_batch(engine, device, &error);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_SIGNATURE)) {
    mend(engine, device);
    return;
  }
  if (error != NULL) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  if (packed == NULL) {
    leave_push(engine, device);
    return;
  }
  request = bh_engine_request(engine, "POST", "/v1/entries", SMALL_ANSWER_BYTES);
  bh_transport_request_add_header(request, "Content-Type", BH_TYPE_ENTRIES);
  bh_transport_request_add_header(request, "Content-Encoding", "zstd");
  request->body = g_steal_pointer(&packed);
  bh_engine_send(engine, PHASE_PUSH, request);
}

static void on_stored(BhEngine *engine, BhDevice *device, const json_t *object)
{
  g_autoptr(GError) error = NULL;
  const json_t *quarantined = json_object_get(object, "quarantined");
  gint64 before = engine->hub_seq;

  if (!note_head(engine, device, object))
    return;
  if (engine->hub_seq <= before) {
    /* "Stored" that stores nothing would go round for ever. */
    bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
    return;
  }
  engine->failures = 0;
  /* A hub that loses again what it just took gets nowhere with it. */
  if (engine->hub_seq > engine->push_best) {
    engine->push_best = engine->hub_seq;
    engine->repeats = 0;
    engine->asked_again = FALSE;
  } else if (++engine->repeats > BH_ENGINE_REPEATS_MAX) {
    bh_engine_fail_round(engine, device, BH_ERROR_CHAIN, 0);
    return;
  }
  if (json_array_size(quarantined) > 0 &&
      !bh_outbox_note_quarantined(device, quarantined, &error)) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  bh_engine_push(engine, device);
}

static void on_gap(BhEngine *engine, BhDevice *device, const json_t *object)
{
  gint64 before = engine->hub_seq;

  if (!note_head(engine, device, object))
    return;
  if (engine->hub_seq == before || ++engine->repeats > BH_ENGINE_REPEATS_MAX)
    bh_engine_fail_round(engine, device, BH_ERROR_CHAIN, 0);
  else
    bh_engine_push(engine, device);
}

/* The hub refused the entry after those it stored. Pull and files do not wait for it. */
static void on_refused_entry(BhEngine *engine, BhDevice *device, const json_t *object,
                             BhErrorCode code)
{
  gint64 before = engine->hub_seq;

  if (json_object_get(object, "seq") != NULL && !note_head(engine, device, object))
    return;
  if (code == BH_ERROR_LIMIT && engine->batch_entries > 1) {
    engine->batch_entries = MAX(engine->batch_entries / 2, 1);
    engine->batch_bytes = MAX(engine->batch_bytes / 2, 1);
    bh_engine_push(engine, device);
    return;
  }
  if (engine->hub_seq > before) {
    bh_engine_push(engine, device);
    return;
  }
  bh_engine_note_error(engine, code);
  leave_push(engine, device);
}

void bh_engine_on_push(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(json_t) object = NULL;
  BhErrorCode code;

  if (bh_engine_refused(engine, device, answer))
    return;
  if (answer->status == 413) {
    /* May come from a proxy that has no words for it. */
    object = bh_engine_peek(answer);
    on_refused_entry(engine, device, object, BH_ERROR_LIMIT);
    return;
  }
  object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return;
  code = bh_error_code_from_name(bh_json_string_or(object, "error", "failed"));
  if (answer->status == 200)
    on_stored(engine, device, object);
  else if (answer->status == 409 && code == BH_ERROR_FORK)
    take_new_incarnation(engine, device);
  else if (answer->status == 409)
    on_gap(engine, device, object);
  else if (answer->status == 400)
    on_refused_entry(engine, device, object, code);
  else
    bh_engine_fail_round(engine, device, code, 0);
}

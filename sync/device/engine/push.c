/* Sends own entries to the hub. The head says which entries of this device's chain the hub has;
 * batches of the others follow until it has all. A fork or a damaged entry leads to a new
 * incarnation. */
#include "sync/device/engine/push.h"

#include "schema/error.h"
#include "sync/wire/batch.h"

#define SMALL_ANSWER_BYTES (256 * 1024)

/* --- a new incarnation --- */

/* Returns PHASE_HEAD when the store began a new chain (`changed`), so that the hub is asked for its
 * head. Else ends the round with `error`. */
static BhEnginePhase ask_again(BhEngine *engine, BhDevice *device, gboolean changed,
                               const GError *error)
{
  if (!changed)
    return bh_engine_fail_store(engine, device, error);
  engine->push_best = 0;
  return bh_engine_load_uplink(engine, device) ? PHASE_HEAD : PHASE_NONE;
}

/* Handles a fork: the hub has another chain than this store, which was copied or rolled back.
 * Entries that the hub did not confirm to this store are sent again in a new incarnation. */
static BhEnginePhase take_new_incarnation(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  gint64 made, acked;

  if (++engine->forks > BH_ENGINE_REPEATS_MAX)
    return bh_engine_fail_round(engine, device, BH_ERROR_FORK, 0);
  gboolean ok = bh_outbox_get_heads(device, &made, &acked, &error) &&
                bh_outbox_reincarnate(device, acked, &error);
  return ask_again(engine, device, ok, error);
}

/* Handles an entry that is damaged on the disk: it is set aside, and the undamaged ones are sent in
 * a new incarnation. */
static BhEnginePhase repair(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  if (++engine->forks > BH_ENGINE_REPEATS_MAX)
    return bh_engine_fail_round(engine, device, BH_ERROR_STORAGE, 0);
  gboolean ok = bh_outbox_repair(device, engine->hub_seq, &error);
  return ask_again(engine, device, ok, error);
}

/* --- the head --- */

/* Stores the last entry {"seq","hash"} that the hub has of this chain. FALSE when that failed or
 * showed a fork; *next is then the phase that the caller must return, in place of going on. */
static gboolean note_head(BhEngine *engine, BhDevice *device, const json_t *object,
                          BhEnginePhase *next)
{
  g_autoptr(GError) error = NULL;
  const char *hash = bh_json_get_string(object, "hash", "answer of the hub", &error);
  gint64 seq;

  if (hash == NULL ||
      !bh_json_get_int(object, "seq", 0, G_MAXINT64, &seq, "answer of the hub", &error)) {
    *next = bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  if (seq > 0 && !bh_outbox_acknowledge(device, engine->uplink->incarnation, seq, hash, &error)) {
    *next = g_error_matches(error, BH_ERROR, BH_ERROR_FORK)
                ? take_new_incarnation(engine, device)
                : bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  engine->hub_seq = seq;
  return TRUE;
}

/* Marks all files to be sent again when the hub has fewer entries than it acknowledged: it may have
 * lost files too. */
static gboolean recheck_files(BhEngine *engine, BhDevice *device, GError **error)
{
  gint64 made, acked;

  if (!bh_outbox_get_heads(device, &made, &acked, error) ||
      (engine->hub_seq < acked && !engine->rechecked && !bh_outbox_recheck_files(device, error)))
    return FALSE;
  engine->rechecked = engine->hub_seq < acked;
  return TRUE;
}

/* Stores the other address of the hub as the present one, after the hub answered there with its own
 * key. */
static gboolean keep_address(BhEngine *engine, BhDevice *device, GError **error)
{
  if (!engine->elsewhere)
    return TRUE;
  engine->elsewhere = FALSE;
  return bh_outbox_set_address(device, engine->uplink->url, error);
}

BhEnginePhase bh_engine_begin_head(BhEngine *engine, BhDevice *device G_GNUC_UNUSED)
{
  g_autofree char *path = g_strconcat("/v1/head?incarnation=", engine->uplink->incarnation, NULL);
  BhTransportRequest *request = bh_engine_request(engine, "GET", path, SMALL_ANSWER_BYTES);

  if (engine->uplink->encryption != NULL)
    bh_transport_request_add_header(request, BH_HEADER_ENCRYPTION, engine->uplink->encryption);
  return bh_engine_send(engine, PHASE_HEAD, request);
}

BhEnginePhase bh_engine_on_head(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  BhEnginePhase next = PHASE_NONE;

  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  if (answer->status != 200)
    return bh_engine_fail_round(engine, device, bh_engine_code(answer), 0);
  g_autoptr(json_t) object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return PHASE_NONE;
  bh_engine_note_time(engine, device, object);
  if (!keep_address(engine, device, &error))
    return bh_engine_fail_store(engine, device, error);
  if (!note_head(engine, device, object, &next))
    return next;
  if (!recheck_files(engine, device, &error))
    return bh_engine_fail_store(engine, device, error);
  return PHASE_AHEAD;
}

/* --- batches --- */

static BhEnginePhase after_push(const BhEngine *engine)
{
  return engine->pulled ? PHASE_FILES : PHASE_PULL;
}

/* Reads the next entries as a compressed batch. NULL without an error when there is nothing left
 * to send. */
static GBytes *read_batch(BhEngine *engine, BhDevice *device, GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gint64 last = engine->hub_seq;

  for (;;) {
    g_string_truncate(text, 0);
    if (!bh_outbox_read_batch(device, engine->hub_seq, engine->batch_entries, engine->batch_bytes,
                              text, &last, error) ||
        last == engine->hub_seq)
      return NULL;
    g_autoptr(GBytes) packed = bh_batch_compress(text->str, text->len, error);
    if (packed == NULL)
      return NULL;
    /* The entries hardly compress, so fewer of them are sent. One entry always fits. */
    if (g_bytes_get_size(packed) <= BH_BATCH_MAX_WIRE_BYTES || last == engine->hub_seq + 1)
      return g_steal_pointer(&packed);
    engine->batch_bytes /= 2;
  }
}

BhEnginePhase bh_engine_begin_push(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  gint64 acked;

  engine->saved = FALSE;
  if (!bh_outbox_get_heads(device, &engine->made, &acked, &error))
    return bh_engine_fail_store(engine, device, error);
  if (engine->push_first < 0)
    engine->push_first = engine->hub_seq;
  g_autoptr(GBytes) packed = read_batch(engine, device, &error);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_SIGNATURE))
    return repair(engine, device);
  if (error != NULL)
    return bh_engine_fail_store(engine, device, error);
  if (packed == NULL)
    return after_push(engine);
  BhTransportRequest *request =
      bh_engine_request(engine, "POST", "/v1/entries", SMALL_ANSWER_BYTES);
  bh_transport_request_add_header(request, "Content-Type", BH_TYPE_ENTRIES);
  bh_transport_request_add_header(request, "Content-Encoding", "zstd");
  request->body = g_steal_pointer(&packed);
  return bh_engine_send(engine, PHASE_PUSH, request);
}

static BhEnginePhase on_stored(BhEngine *engine, BhDevice *device, const json_t *object)
{
  g_autoptr(GError) error = NULL;
  const json_t *quarantined = json_object_get(object, "quarantined");
  gint64 before = engine->hub_seq;
  BhEnginePhase next = PHASE_NONE;

  if (!note_head(engine, device, object, &next))
    return next;
  /* A hub that says "stored" but whose head does not move would get the same push for ever. */
  if (engine->hub_seq <= before)
    return bh_engine_fail_round(engine, device, BH_ERROR_FORMAT, 0);
  engine->failures = 0;
  /* A hub that loses entries that it has just stored makes no progress, although its head
   * moves. */
  if (engine->hub_seq > engine->push_best) {
    engine->push_best = engine->hub_seq;
    engine->repeats = 0;
    engine->asked_again = FALSE;
  } else if (++engine->repeats > BH_ENGINE_REPEATS_MAX) {
    return bh_engine_fail_round(engine, device, BH_ERROR_CHAIN, 0);
  }
  if (json_array_size(quarantined) > 0 && !bh_outbox_note_quarantined(device, quarantined, &error))
    return bh_engine_fail_store(engine, device, error);
  return PHASE_AHEAD; /* an urgent entry may have been saved meanwhile */
}

static BhEnginePhase on_gap(BhEngine *engine, BhDevice *device, const json_t *object)
{
  gint64 before = engine->hub_seq;
  BhEnginePhase next = PHASE_NONE;

  if (!note_head(engine, device, object, &next))
    return next;
  if (engine->hub_seq == before || ++engine->repeats > BH_ENGINE_REPEATS_MAX)
    return bh_engine_fail_round(engine, device, BH_ERROR_CHAIN, 0);
  return PHASE_PUSH;
}

/* Handles a batch that the hub did not store as a whole. Acknowledges the entries that it stored; a
 * batch that is too large is sent again in smaller ones. When the next entry itself is refused, the
 * error is noted, and pull and files go on without that entry. */
static BhEnginePhase on_refused_entry(BhEngine *engine, BhDevice *device, const json_t *object,
                                      BhErrorCode code)
{
  gint64 before = engine->hub_seq;
  BhEnginePhase next = PHASE_NONE;

  if (json_object_get(object, "seq") != NULL && !note_head(engine, device, object, &next))
    return next;
  if (code == BH_ERROR_LIMIT && engine->batch_entries > 1) {
    engine->batch_entries = MAX(engine->batch_entries / 2, 1);
    engine->batch_bytes = MAX(engine->batch_bytes / 2, 1);
    return PHASE_PUSH;
  }
  if (engine->hub_seq > before)
    return PHASE_PUSH;
  bh_engine_note_error(engine, code);
  return after_push(engine);
}

BhEnginePhase bh_engine_on_push(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  if (answer->status == 413) {
    /* The answer may come from a proxy, without a JSON body. */
    g_autoptr(json_t) body = bh_engine_peek(answer);
    return on_refused_entry(engine, device, body, BH_ERROR_LIMIT);
  }
  g_autoptr(json_t) object = bh_engine_parse(engine, device, answer);
  if (object == NULL)
    return PHASE_NONE;
  BhErrorCode code = bh_error_code_from_name(bh_json_string_or(object, "error", "failed"));
  if (answer->status == 200)
    return on_stored(engine, device, object);
  if (answer->status == 409)
    return code == BH_ERROR_FORK ? take_new_incarnation(engine, device)
                                 : on_gap(engine, device, object);
  if (answer->status == 400)
    return on_refused_entry(engine, device, object, code);
  return bh_engine_fail_round(engine, device, code, 0);
}

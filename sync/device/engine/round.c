/* Requests, answers and the end of a round, as all phases need them. */
#include "sync/device/engine/round.h"

#include <string.h>

#include "schema/error.h"
#include "sync/wire/batch.h"
#include "sync/wire/credential.h"

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

BhEnginePhase bh_engine_send(BhEngine *engine, BhEnginePhase phase, BhTransportRequest *request)
{
  g_assert(engine->actions.request == NULL);
  engine->phase = phase;
  engine->actions.request = request;
  engine->actions.timer_ms = BH_ENGINE_TIMER_NONE;
  engine->actions.changed = TRUE;
  return PHASE_NONE;
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
  /* An error of the store is ignored, because the next round brings the time again. */
  bh_outbox_note_hub_time(device, ms, signature, NULL);
}

/* --- the hub of a round --- */

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
  /* The device is not enrolled: no round begins until it is, and until somebody kicks. */
  engine->phase = PHASE_IDLE;
  engine->actions.timer_ms = BH_ENGINE_TIMER_NONE;
  return FALSE;
}

/* --- the end of a round --- */

void bh_engine_leave_round(BhEngine *engine)
{
  g_clear_pointer(&engine->uplink, bh_uplink_free);
  g_clear_pointer(&engine->page, json_decref);
  g_clear_pointer(&engine->file, bh_pending_file_free);
  g_clear_pointer(&engine->missing, g_ptr_array_unref);
  g_clear_pointer(&engine->ahead, g_array_unref);
  g_hash_table_remove_all(engine->deferred);
  engine->actions.changed = TRUE;
}

/* Full jitter: a random wait from 0 to the cap, so that devices which lost the hub at the same time
 * do not all come back at the same time. */
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

/* Lets the next round begin at once at the hub's other address when the hub did not answer at this
 * one; the round after that uses the first address again. */
static gboolean try_other_address(BhEngine *engine, BhErrorCode code)
{
  if (engine->phase != PHASE_HEAD || engine->uplink == NULL || engine->uplink->other_url == NULL ||
      (code != BH_ERROR_NETWORK && code != BH_ERROR_UNCERTAIN && code != BH_ERROR_NOT_HUB))
    return FALSE;
  engine->elsewhere = !engine->elsewhere;
  return engine->elsewhere;
}

BhEnginePhase bh_engine_fail_round(BhEngine *engine, BhDevice *device, BhErrorCode code,
                                   gint64 retry_after_s)
{
  gint64 delay_ms;

  /* An error is ignored: the next round asks again, and the store is shut then. Only the answer
   * "revoked" shuts it, not one to a wrong token, which a hub gives that was restored from a copy.
   */
  if (code == BH_ERROR_REVOKED)
    bh_outbox_shut(device, NULL);
  gboolean tries_other = try_other_address(engine, code);
  bh_engine_leave_round(engine);
  engine->failed = TRUE;
  engine->error = code;
  engine->again = FALSE;
  if (code == BH_ERROR_REVOKED || code == BH_ERROR_DENIED) {
    delay_ms = BH_RETRY_MAX_MS;
  } else if ((engine->kicked || engine->online) && retry_after_s <= 0) {
    engine->failures = 0;
    delay_ms = 0;
  } else if (tries_other) {
    delay_ms = 0;
  } else {
    delay_ms = backoff_ms(engine, retry_after_s);
  }
  engine->due = delay_ms == 0;
  engine->failures++;
  engine->phase = PHASE_WAITING;
  engine->actions.timer_ms = delay_ms;
  /* An error is ignored, because the store has reported it already. */
  bh_outbox_note_round(device, state_of(code), bh_error_code_name(code), engine->wall_ms + delay_ms,
                       NULL);
  return PHASE_NONE;
}

BhEnginePhase bh_engine_fail_store(BhEngine *engine, BhDevice *device, const GError *error)
{
  g_info("sync: %s", error->message);
  return bh_engine_fail_round(
      engine, device, error->domain == BH_ERROR ? (BhErrorCode)error->code : BH_ERROR_STORAGE, 0);
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
    code = BH_ERROR_NOT_HUB; /* a hub never redirects, so this is another server */
  else if (answer->status != 403 || code != BH_ERROR_REVOKED)
    return FALSE;
  bh_engine_fail_round(engine, device, code, bh_engine_header_int(answer, "Retry-After"));
  return TRUE;
}

BhEnginePhase bh_engine_finish_round(BhEngine *engine, BhDevice *device)
{
  gboolean left_over = engine->failed || g_hash_table_size(engine->deferred) > 0;
  gint64 delay_ms = BH_ENGINE_POLL_MS;

  bh_engine_leave_round(engine);
  engine->phase = PHASE_IDLE;
  if (engine->failed) {
    /* An error was noted (bh_engine_note_error), but the rest of the round went on. */
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
  return PHASE_NONE;
}

/* Copies of urgent entries, sent ahead of their chain (PROTOCOL § 5). */
#include "sync/device/engine/ahead.h"

#include "sync/wire/batch.h"

#define ANSWER_BYTES (64 * 1024)
/* An urgent entry behind fewer entries than these goes with them: the next batch is sent at once,
 * and is small. */
#define FEW 10

BhEnginePhase bh_engine_begin_ahead(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));

  if (engine->no_ahead)
    return PHASE_PUSH;
  if (!bh_outbox_read_ahead(device, engine->hub_seq + FEW, BH_AHEAD_MAX_ENTRIES, BH_AHEAD_MAX_BYTES,
                            text, positions, &error))
    return bh_engine_fail_store(engine, device, error);
  if (positions->len == 0)
    return PHASE_PUSH;
  g_autoptr(GBytes) packed = bh_batch_compress(text->str, text->len, &error);
  if (packed == NULL)
    return bh_engine_fail_store(engine, device, error);
  g_clear_pointer(&engine->ahead, g_array_unref);
  engine->ahead = g_steal_pointer(&positions);
  BhTransportRequest *request = bh_engine_request(engine, "POST", "/v1/ahead", ANSWER_BYTES);
  bh_transport_request_add_header(request, "Content-Type", BH_TYPE_ENTRIES);
  bh_transport_request_add_header(request, "Content-Encoding", "zstd");
  request->body = g_steal_pointer(&packed);
  return bh_engine_send(engine, PHASE_AHEAD, request);
}

BhEnginePhase bh_engine_on_ahead(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) sent = g_steal_pointer(&engine->ahead);

  if (bh_engine_refused(engine, device, answer))
    return PHASE_NONE;
  if (answer->status != 200 || sent == NULL) {
    /* An older hub does not know the request; the entries go in their turn. */
    engine->no_ahead = TRUE;
    return PHASE_PUSH;
  }
  if (!bh_outbox_note_ahead(device, sent, &error))
    return bh_engine_fail_store(engine, device, error);
  return PHASE_AHEAD;
}

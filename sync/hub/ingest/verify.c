/* First step of ingest: verifies envelopes, signatures, and the chain within a batch, and parses
 * the bodies. Uses no database; any thread. Start at bh_batch_add. */
#include <string.h>

#include "schema/person.h"

#include "sync/hub/ingest/ingest.h"
#include "sync/wire/evidence.h"

static void verified_free(BhVerified *verified)
{
  bh_entry_text_free(verified->text);
  g_clear_pointer(&verified->body, bh_body_free);
  g_clear_error(&verified->body_error);
  g_free(verified);
}

BhBatch *bh_batch_new(const char *device, const char *unit)
{
  BhBatch *batch = g_new0(BhBatch, 1);
  g_strlcpy(batch->device, device, sizeof batch->device);
  g_strlcpy(batch->unit, unit, sizeof batch->unit);
  batch->entries = g_ptr_array_new_with_free_func((GDestroyNotify)verified_free);
  batch->refused_index = -1;
  return batch;
}

void bh_batch_free(BhBatch *batch)
{
  if (batch == NULL)
    return;
  g_ptr_array_unref(batch->entries);
  g_clear_error(&batch->refused);
  g_free(batch);
}

void bh_batch_set_hub_key(BhBatch *batch, const guint8 hub_key[BH_PUBLIC_KEY_SIZE])
{
  batch->hub_key = hub_key;
}

/* Verifies the signature of the hub time in an entry. Entries made offline all contain the same hub
 * time, so a time that equals the last verified one is not verified again. */
static void check_time(BhBatch *batch, BhVerified *verified)
{
  const BhVerified *last = batch->timed;
  if (verified->body == NULL || batch->hub_key == NULL || verified->body->clock.hub_sig[0] == '\0')
    return;
  const BhEntryClock *clock = &verified->body->clock;
  gboolean same = last != NULL && last->body->clock.hub_ms == clock->hub_ms &&
                  strcmp(last->body->clock.hub_sig, clock->hub_sig) == 0;
  verified->is_time_signed =
      same ? last->is_time_signed
           : bh_evidence_is_signed(clock, &verified->envelope, batch->hub_key);
  batch->timed = verified;
}

static gboolean check_place(const BhBatch *batch, const char *hub, const BhEnvelope *envelope,
                            GError **error)
{
  if (strcmp(envelope->hub, hub) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "the envelope is for the hub %s, this hub is %s",
                envelope->hub, hub);
    return FALSE;
  }
  if (strcmp(envelope->device, batch->device) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "the envelope is of the device %s, the batch is of the device %s", envelope->device,
                batch->device);
    return FALSE;
  }
  if (batch->entries->len == 0)
    return TRUE;
  const BhVerified *last = batch->entries->pdata[batch->entries->len - 1];
  if (strcmp(envelope->incarnation, last->envelope.incarnation) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "the batch has entries of the incarnations %s and %s, only one is allowed",
                last->envelope.incarnation, envelope->incarnation);
    return FALSE;
  }
  if (envelope->seq != last->envelope.seq + 1 || strcmp(envelope->prev, last->envelope.hash) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
                "seq %" G_GINT64_FORMAT " does not follow seq %" G_GINT64_FORMAT
                " by number and hash",
                envelope->seq, last->envelope.seq);
    return FALSE;
  }
  return TRUE;
}

void bh_batch_set_carried(BhBatch *batch)
{
  batch->is_carried = TRUE;
}

gboolean bh_batch_add(BhBatch *batch, const char *hub, const guint8 key[BH_PUBLIC_KEY_SIZE],
                      BhEntryText *text)
{
  g_assert(batch->refused == NULL);
  BhVerified *verified = g_new0(BhVerified, 1);
  verified->text = text;
  if (!bh_envelope_parse(text->envelope, &verified->envelope, &batch->refused) ||
      !check_place(batch, hub, &verified->envelope, &batch->refused) ||
      !bh_entry_verify(text, &verified->envelope, key, &batch->refused)) {
    batch->refused_index = (int)batch->entries->len;
    g_prefix_error(&batch->refused, "entry %d of the batch: ", batch->refused_index);
    verified_free(verified);
    return FALSE;
  }
  if (text->body == NULL)
    g_set_error(&verified->body_error, BH_ERROR, BH_ERROR_FORMAT, "the entry has no body");
  else
    verified->body = bh_body_parse_signed(text->body, text->openings, hub, &verified->body_error);
  check_time(batch, verified);
  g_ptr_array_add(batch->entries, verified);
  return TRUE;
}

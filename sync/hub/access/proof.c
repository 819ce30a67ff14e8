/* Collects what the hub knows about the time of an entry. The judgement itself is in
 * sync/wire/evidence.c. */
#include "sync/hub/access/proof.h"

#include <string.h>

BhEvidence bh_proof_judge(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                          const BhHubDevice *device)
{
  BhEnvelope envelope;
  const BhEntryClock *clock = body != NULL ? &body->clock : NULL;
  const BhTimeProof proof = {.received_ms = row->received_ms,
                             .receipt_is_doubted = row->is_doubted,
                             .enrolled_ms = device != NULL ? device->enrolled_ms : 0,
                             .signed_ms = row->signed_ms,
                             .by_hub = strcmp(row->device, bh_hub_get_id(hub)) == 0};
  gboolean is_signed = clock != NULL && bh_envelope_parse(row->text->envelope, &envelope, NULL) &&
                       bh_evidence_is_signed(clock, &envelope, bh_hub_get_public_key(hub));
  return bh_evidence_compute(clock, is_signed, &proof);
}

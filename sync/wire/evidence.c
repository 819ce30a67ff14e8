/* Computes the interval in which an entry was signed, and contradictions to it. Reads no store: the
 * caller keeps the latest signed hub time of each chain. The receipt of the previous entry is no
 * lower bound, because both entries may have been made offline and sent later. Start with
 * bh_evidence_compute. */
#include "sync/wire/evidence.h"

#include <string.h>

#include "sync/wire/credential.h"

gboolean bh_evidence_is_signed(const BhEntryClock *clock, const BhEnvelope *envelope,
                               const guint8 hub_key[BH_PUBLIC_KEY_SIZE])
{
  return clock->hub_ms > 0 && clock->hub_sig[0] != '\0' &&
         bh_hub_time_verify(hub_key, envelope->hub, envelope->device, clock->hub_ms,
                            clock->hub_sig);
}

static gint64 claim_of(const BhEntryClock *clock)
{
  if (clock->hub_ms > 0 && clock->hub_boot_ms > 0 && clock->boot_ms >= clock->hub_boot_ms)
    return clock->hub_ms + (clock->boot_ms - clock->hub_boot_ms);
  return clock->wall_ms;
}

static const char *find_contradiction(const BhEntryClock *clock, gboolean is_signed,
                                      const BhTimeProof *proof)
{
  if (clock->hub_ms <= 0)
    return NULL;
  /* A receipt before the enrolment shows that the hub's own clock was wrong, so the receipt cannot
   * contradict a claim. An invalid signature is a contradiction in any case. */
  gboolean hub_was_wrong = proof->received_ms > 0 && proof->received_ms < proof->enrolled_ms;
  if (clock->hub_sig[0] != '\0' && !is_signed)
    return "forged";
  if (hub_was_wrong)
    return NULL;
  if (clock->hub_ms < proof->enrolled_ms)
    return "before_enrolment";
  if (proof->received_ms > 0 && !proof->receipt_is_doubted &&
      (clock->hub_ms > proof->received_ms ||
       (clock->hub_boot_ms > 0 && claim_of(clock) > proof->received_ms + BH_EVIDENCE_SLACK_MS)))
    return "after_receipt";
  return clock->hub_ms < proof->signed_ms ? "back" : NULL;
}

BhEvidence bh_evidence_compute(const BhEntryClock *clock, gboolean is_signed,
                               const BhTimeProof *proof)
{
  BhEvidence evidence = {.to_ms = proof->receipt_is_doubted ? 0 : proof->received_ms};
  if (proof->by_hub) {
    evidence.from_ms = evidence.claimed_ms = proof->received_ms;
    evidence.basis = BH_TIME_HUB;
    return evidence;
  }
  evidence.basis = proof->signed_ms > 0 && proof->signed_ms >= proof->enrolled_ms ? BH_TIME_SIGNED
                   : proof->enrolled_ms > 0 ? BH_TIME_ENROLMENT
                                            : BH_TIME_UNPROVED;
  evidence.from_ms = MAX(proof->signed_ms, proof->enrolled_ms);
  if (clock != NULL) {
    evidence.claimed_ms = claim_of(clock);
    evidence.contradiction = find_contradiction(clock, is_signed, proof);
  }
  /* Such times occur only if the hub's own clock was set back; then they prove no interval. */
  if (evidence.to_ms > 0 && evidence.from_ms > evidence.to_ms) {
    evidence.from_ms = 0;
    evidence.basis = BH_TIME_UNPROVED;
  }
  return evidence;
}

const char *bh_time_basis_name(BhTimeBasis basis)
{
  static const char *const names[] = {"unproved", "enrolment", "signed", "hub"};
  return names[basis];
}

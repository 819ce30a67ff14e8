/* Determines when an entry was signed: what the hub can prove, and what the device only claims
 * (PROTOCOL § 1, Time). Office, case page, list of anomalies and verifier all use
 * bh_evidence_compute. Pure; any thread. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_EVIDENCE_SLACK_MS (5 * 60 * 1000) /* tolerated error of a good clock */

/* Facts about an entry that do not come from its device. Times are by the hub's clock;
 * 0: unknown. */
typedef struct {
  gint64 received_ms; /* when the hub received the entry */
  /* The hub's clock was late at that time: the receipt was at received_ms or later. */
  gboolean receipt_is_doubted;
  gint64 enrolled_ms; /* when the hub issued the device id, which the signature covers */
  /* Latest verified hub time in the entry or in an earlier entry of its chain. The entry was made
   * after it, because its signature covers it. */
  gint64 signed_ms;
  gboolean by_hub; /* the hub signed the entry itself: it was made at received_ms */
} BhTimeProof;

typedef enum {
  BH_TIME_UNPROVED,  /* nothing proves the time: from_ms is 0 */
  BH_TIME_ENROLMENT, /* the enrolment: from_ms is enrolled_ms */
  BH_TIME_SIGNED,    /* a hub time that the hub signed: from_ms is signed_ms */
  BH_TIME_HUB,       /* the hub made the entry itself: from_ms equals to_ms */
} BhTimeBasis;

/* Proved is only that the entry was signed between from_ms and to_ms, both included. */
typedef struct {
  gint64 from_ms;
  gint64 to_ms;      /* when the hub received the entry; 0: unknown */
  BhTimeBasis basis; /* what proves from_ms */
  /* Time that the device claims, by its hub time and boot clock, or else by its wall clock; never
   * proved. For the hub's own entries received_ms. */
  gint64 claimed_ms;
  /* How the claim contradicts known facts; NULL: it does not. Static. "forged": the signature of
   * the hub time is not the hub's; "before_enrolment"; "after_receipt"; "back": the hub time is
   * below one of an earlier entry of the chain. */
  const char *contradiction;
} BhEvidence;

/* Whether the clock contains a hub time that the hub signed for the device of the envelope. */
gboolean bh_evidence_is_signed(const BhEntryClock *clock, const BhEnvelope *envelope,
                               const guint8 hub_key[BH_PUBLIC_KEY_SIZE]);

/* Computes the evidence. `clock` is NULL when the body is not available. `is_signed` is the result
 * of bh_evidence_is_signed. */
BhEvidence bh_evidence_compute(const BhEntryClock *clock, gboolean is_signed,
                               const BhTimeProof *proof);

/* The name of a basis: "unproved", "enrolment", "signed" or "hub". Static. */
const char *bh_time_basis_name(BhTimeBasis basis);

G_END_DECLS

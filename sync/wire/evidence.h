/* When an entry was signed, as far as anybody but its device can tell (PROTOCOL.md § 1, Time). The
 * one function for the office, the case page, the list of anomalies and the verifier. Pure; any
 * thread. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_EVIDENCE_SLACK_MS (5 * 60 * 1000) /* a good clock may be off by that much */

/* What the hub, or who holds its key, knows besides the entry. Times are the hub's own; 0: not
 * known. */
typedef struct {
  gint64 received_ms; /* when the hub had it */
  gboolean
      receipt_is_doubted; /* the hub's clock was late then: it had it at received_ms or later */
  gint64 enrolled_ms;     /* when the hub gave the device its id, which the signature covers */
  gint64 signed_ms; /* the latest hub time whose signature was verified, in the entry or in one
                     * before it in its chain: what is signed over it was made after it */
  gboolean by_hub;  /* the hub signed the entry: its receipt is the moment it was made */
} BhTimeProof;

typedef enum {
  BH_TIME_UNPROVED, /* nothing: from_ms is 0 */
  BH_TIME_ENROLMENT,
  BH_TIME_SIGNED,
  BH_TIME_HUB, /* from_ms and to_ms are one */
} BhTimeBasis;

/* Proved is only that the entry was signed not before from_ms and not after to_ms. */
typedef struct {
  gint64 from_ms;
  gint64 to_ms;      /* 0: nothing is known of it */
  BhTimeBasis basis; /* what from_ms rests on */
  gint64 claimed_ms; /* what the device says, by its hub time and boot clock, or else by its wall
                      * clock: never proved. Of the hub's own entries to_ms */
  const char *odd;   /* static; NULL, or how the claim contradicts what is known: "forged" (the
                      * signature of the hub time is not the hub's), "before_enrolment",
                      * "after_receipt", "back" (a hub time below one of an earlier entry of the
                      * chain) */
} BhEvidence;

/* Whether the clock carries a hub time that its hub signed for the device of the envelope. */
gboolean bh_evidence_is_signed(const BhEntryClock *clock, const BhEnvelope *envelope,
                               const guint8 hub_key[BH_PUBLIC_KEY_SIZE]);

/* `clock` NULL: the body is not at hand. `is_signed` is the answer of bh_evidence_is_signed. */
BhEvidence bh_evidence_judge(const BhEntryClock *clock, gboolean is_signed,
                             const BhTimeProof *proof);

/* "unproved", "enrolment", "signed", "hub". Static. */
const char *bh_time_basis_name(BhTimeBasis basis);

G_END_DECLS

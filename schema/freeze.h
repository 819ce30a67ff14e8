/* Makes the `frozen` field of a document record: a copy of everything the paper will show, so that
 * later changes of the records never change what was signed. Pure functions over record values
 * (bh_record_dup_values); any thread.
 *
 * Never taken: the policy source of a checklist item (FIELD 1: only a legal basis that was given
 * stands on paper), items addressed to a government body (FIELD 9), and that a visit followed a
 * tip-off (FIELD 19). What nobody looked at is counted as 未检查, never certified (FIELD 8). */
#pragma once

#include <glib.h>

#include "schema/checklist.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Bytes of the JSON text as it stands escaped in an opening: `frozen` is a personal field, and the
 * openings of an entry have a limit of their own (BH_OPENINGS_MAX). */
#define BH_PAPER_FROZEN_MAX 60000
/* What is set after the signatures: number, dates, how the visit ended. */
#define BH_PAPER_FROZEN_LATER_MAX 6000
#define BH_PAPER_MAX_HAZARDS 200 /* on an order */

/* All borrowed. Arrays hold plain values objects. */
typedef struct {
  const BhKindSet *kinds;     /* for labels of choices */
  const json_t *document;     /* values of the document: doc_type, title, number, … */
  const char *inspection_id;  /* record id; NULL: no inspection */
  const json_t *inspection;   /* values, answers included ("answers/ITEM") */
  const json_t *enterprise;   /* values */
  const json_t *unit;         /* values of the inspecting unit */
  const json_t *refs;         /* object: record id → values, of staff, sites, files referred to */
  const json_t *participants; /* array of participant values, in order; NULL: none */
  const json_t *hazards;      /* array of hazard values that belong on this paper, in order */
  const BhChecklist *checklist; /* NULL: inspected without a list */
  const char *checklist_name;   /* NULL: none */
  const char *remedies;         /* notice on legal remedies from a law pack; NULL: none given */
  gint64 issued_ms;             /* UTC; the one time the paper shows as its date */
  gboolean to_sign;             /* it is signed before it is issued: leaves room for what follows */
} BhPaperFacts;

/* The record of a visit as it was signed, with what was set since by `facts`; `signed_facts` is
 * what bh_paper_freeze made when it was signed. Its text (schema/signed-text.h) is the signed one,
 * whatever the records say now. New reference; NULL with BH_ERROR_LIMIT. */
json_t *bh_paper_complete(const json_t *signed_facts, const json_t *facts, GError **error);

/* New reference. NULL with BH_ERROR_FORMAT, _INVALID (naming what is missing) or _LIMIT. */
json_t *bh_paper_freeze(const BhPaperFacts *facts, GError **error);

/* What the paper shows of signature records (array of their values, in order). `refs` holds the
 * staff and file records they refer to. New reference, never NULL. */
json_t *bh_paper_freeze_signatures(const json_t *signatures, const json_t *refs);

G_END_DECLS

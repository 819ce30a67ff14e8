/* Makes the `frozen` field of a document record: a copy of all values that the paper shows, so that
 * later changes of the records never change a signed document. Pure functions over record values
 * (bh_record_dup_values); any thread. The members of `frozen` are listed in app/paper/README.md.
 *
 * `frozen` never contains: the policy source of a checklist item (FIELD 1: paper shows only a legal
 * basis that was given), items addressed to a government body (FIELD 9), and that a visit followed
 * a tip-off (FIELD 19). Items that nobody checked are counted as 未检查, never certified (FIELD 8).
 */
#pragma once

#include <glib.h>

#include "schema/checklist.h"
#include "schema/kind.h"

G_BEGIN_DECLS

/* Bytes of the JSON text of `frozen`, escaped as in an opening: `frozen` is a personal field, and
 * the openings of an entry are limited by BH_OPENINGS_MAX. */
#define BH_PAPER_FROZEN_MAX 60000
/* Bytes of BH_PAPER_FROZEN_MAX that are kept free for values that are set after the signatures:
 * number, dates, how the visit ended. */
#define BH_PAPER_FROZEN_LATER_MAX 6000
#define BH_PAPER_MAX_HAZARDS 200 /* hazards on one order */

/* The records that a document is made from. All borrowed. Arrays contain objects {key: value}. */
typedef struct {
  const BhKindSet *kinds;    /* declares the types of documents and the labels of choices */
  const json_t *document;    /* values of the document: doc_type, title, number, … */
  const char *inspection_id; /* record id of the inspection; NULL: the document belongs to none */
  const json_t *inspection;  /* values of the inspection, answers included ("answers/ITEM") */
  const json_t *enterprise;  /* values of the enterprise */
  const json_t *unit;        /* values of the inspecting unit */
  const json_t *refs; /* object: record id → values of the staff, sites, files referred to */
  const json_t *participants;   /* array of participant values, in order; NULL: none */
  const json_t *hazards;        /* array of hazard values that belong on this paper, in order */
  const BhChecklist *checklist; /* checklist of the inspection; NULL: inspected without one */
  const char *checklist_name;   /* name of the checklist; NULL: none */
  const char *remedies;         /* notice on legal remedies from a law pack; NULL: none given */
  gint64 issued_ms; /* when the document is issued (UTC); shown as the date of the paper */
  /* The paper is signed before it is issued: its frozen fields must then stay
   * BH_PAPER_FROZEN_LATER_MAX bytes below the limit, as room for the values that are set later. */
  gboolean to_sign;
} BhPaperFacts;

/* Completes the record of a visit after it was signed. `signed_facts` is the result of
 * bh_paper_freeze at the time of signing, `facts` is the result of the same call now; only values
 * that are set after the signatures are taken from `facts`. The signed text (schema/signed-text.h)
 * stays the same even if records changed since. New reference; NULL with BH_ERROR_LIMIT. */
json_t *bh_paper_complete(const json_t *signed_facts, const json_t *facts, GError **error);

/* Makes the `frozen` field of a document from the records in `facts`. New reference. NULL with
 * BH_ERROR_FORMAT, _INVALID (naming what is missing) or _LIMIT. */
json_t *bh_paper_freeze(const BhPaperFacts *facts, GError **error);

/* Makes the part of the paper that shows signatures. `signatures` is an array of the values of
 * signature records, in order; `refs` maps the ids of the staff and file records they refer to to
 * their values. New reference, never NULL. */
json_t *bh_paper_freeze_signatures(const json_t *signatures, const json_t *refs);

G_END_DECLS

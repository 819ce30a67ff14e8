/* Reviews: who decides about a record, what a decision means in the state the record is in, and the
 * names that states of a review, decisions and lanes have in entries, stores and answers. Nothing
 * is moved here. */
#pragma once

#include <glib.h>
#include "schema/kind.h"

G_BEGIN_DECLS

#define BH_REVIEW_KIND "review" /* a review is a child record of what it reviews */

/* States of a review. */
#define BH_REVIEW_OPEN "open"         /* returned, and not answered yet */
#define BH_REVIEW_ANSWERED "answered" /* waits for the next decision */
#define BH_REVIEW_CLOSED "closed"     /* nothing more is to be done about it */

/* Its decision, and the member of "review" at the reviewed kind that says where it leads. */
#define BH_DECISION_APPROVE "approve"
#define BH_DECISION_RETURN "return"
#define BH_DECISION_STEP "step" /* a step was taken, by somebody who may review */
#define BH_REVIEW_ON_APPROVE "on_approve"
#define BH_REVIEW_ON_RETURN "on_return"
#define BH_REVIEW_ON_ANSWER "on_answer"

/* "on_approve" or "on_return"; NULL of a step, which leads where it leads, and of what is no
 * decision. */
const char *bh_decision_get_event(const char *decision);
/* State in which a review with this decision begins. */
const char *bh_decision_get_state(const char *decision);

/* --- lanes: where a record stands in the inbox --- */

#define BH_LANE_NEW "new"           /* never reviewed, or changed since */
#define BH_LANE_RETURNED "returned" /* by its last review, and not answered */
#define BH_LANE_ANSWERED "answered"
#define BH_LANE_ACCEPTED "accepted"     /* the last review covers what is there */
#define BH_LANE_CONFLICT "conflict"     /* whatever its reviews say: values to decide between */
#define BH_LANE_QUARANTINE "quarantine" /* entries that wait, not records */

/* All of them in the order of the inbox, NULL-terminated. */
extern const char *const BH_LANES[];
/* Lane by the last review of a record (its values; NULL: none). NULL when what was changed since
 * decides. */
const char *bh_review_get_lane(const json_t *review);

/* --- what a decision means --- */

/* What approving a record means in a state of its kind. */
typedef enum {
  BH_REVIEW_NOTHING, /* there is nothing to review yet: neither approved nor returned */
  BH_REVIEW_MOVES,   /* approving takes the step to "on_approve" */
  BH_REVIEW_STEPS,   /* not approved: its own steps decide, and it waits until one is taken */
  BH_REVIEW_COVERS,  /* approving says that what is there was seen, and moves nothing */
} BhReviewMeaning;

/* What a review means for a record of the kind in this state (NULL: none). */
BhReviewMeaning bh_kind_get_review_meaning(const BhKind *kind, const char *state);
/* Whether who acts is of the unit that decides about the record ("authority"), or of one above it
 * (at most eight). TRUE for the system, and for a record that names no unit. */
gboolean bh_kind_has_authority(const BhKind *kind, const BhContext *context);
/* Judges a decision about the record of the context, whose values are those before it: `event` is
 * "on_approve" or "on_return". BhProblem* list, empty when fine. Roles of the review itself are
 * judged by the kind of the review. */
GPtrArray *bh_review_check(const BhKind *kind, const char *event, const BhContext *context);

G_END_DECLS

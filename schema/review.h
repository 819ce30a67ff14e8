/* Reviews: who may decide about a record, what a decision means in the state that the record has,
 * and the names of review states, decisions and lanes in entries, stores and answers. The functions
 * only judge; they change no record. */
#pragma once

#include <glib.h>
#include "schema/kind.h"

G_BEGIN_DECLS

#define BH_REVIEW_KIND "review" /* a review is a child of the reviewed record */

/* States of a review. */
#define BH_REVIEW_OPEN "open"         /* the record was returned, not answered yet */
#define BH_REVIEW_ANSWERED "answered" /* it was answered and waits for the next decision */
#define BH_REVIEW_CLOSED "closed"     /* no further decision is needed */

/* Decisions of a review, and the members of the declaration "review" that name the state to which a
 * decision moves the record. */
#define BH_DECISION_APPROVE "approve"
#define BH_DECISION_RETURN "return"
#define BH_DECISION_STEP "step" /* a person who may review took a step of the record */
#define BH_REVIEW_ON_APPROVE "on_approve"
#define BH_REVIEW_ON_RETURN "on_return"
#define BH_REVIEW_ON_ANSWER "on_answer"

/* The member of "review" for a decision: "on_approve" or "on_return". NULL for BH_DECISION_STEP,
 * because the step itself sets the state, and for a text that is not a decision. */
const char *bh_decision_get_event(const char *decision);
/* The state that a new review with this decision gets. */
const char *bh_decision_get_state(const char *decision);

/* --- lanes: the lists of the inbox, one of which a record is in --- */

#define BH_LANE_NEW "new"           /* never reviewed, or changed since the last review */
#define BH_LANE_RETURNED "returned" /* returned by its last review, and not answered */
#define BH_LANE_ANSWERED "answered"
#define BH_LANE_ACCEPTED "accepted"     /* the last review covers all present values */
#define BH_LANE_CONFLICT "conflict"     /* a key has several current values, whatever its reviews */
#define BH_LANE_QUARANTINE "quarantine" /* entries in quarantine, not records */

/* The names of all lanes in the order of the inbox, NULL-terminated. */
extern const char *const BH_LANES[];
/* The lane of a record by `review`, the values of its last review (NULL: none). NULL when the lane
 * depends on whether the record was changed since that review. */
const char *bh_review_get_lane(const json_t *review);

/* --- what a decision means --- */

/* What approving a record means in a state of its kind. */
typedef enum {
  BH_REVIEW_NOTHING, /* nothing to review yet: it can be neither approved nor returned */
  BH_REVIEW_MOVES,   /* approving takes the step to the state "on_approve" */
  BH_REVIEW_STEPS,   /* it cannot be approved; it waits until one of its own steps is taken */
  BH_REVIEW_COVERS,  /* approving states that the values were seen; no step is taken */
} BhReviewMeaning;

/* What a review means for a record of the kind in the state `state` (NULL: the record has no
 * state). */
BhReviewMeaning bh_kind_get_review_meaning(const BhKind *kind, const char *state);
/* Whether the actor of the context belongs to the unit that decides about the record ("authority"
 * of the kind), or to a unit above that unit (at most eight levels). TRUE for the system, and for a
 * record that names no unit. */
gboolean bh_kind_has_authority(const BhKind *kind, const BhContext *context);
/* Judges a decision about the record of the context. The context has the values before the
 * decision; `event` is "on_approve" or "on_return". Returns BhProblem*, empty when the decision is
 * allowed. Whether the role of the actor allows a review is judged by the kind of the review, not
 * here. */
GPtrArray *bh_review_check(const BhKind *kind, const char *event, const BhContext *context);

G_END_DECLS

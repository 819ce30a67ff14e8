/* What may happen to a record: states and transitions of its kind, declared as
 * data. A transition is judged against the state it starts from; overdue, queued, sending and
 * received are derived elsewhere and never states. */
#pragma once

#include <glib.h>
#include "schema/kind.h"
#include "schema/civil.h"

G_BEGIN_DECLS

gboolean bh_kind_has_states(const BhKind *kind);
gboolean bh_kind_has_state(const BhKind *kind, const char *state);
/* Names of all states in declared order; borrowed strings, free the array. */
GPtrArray *bh_kind_list_states(const BhKind *kind);
const char *bh_kind_get_state_label(const BhKind *kind, const char *state, const char *lang);
gboolean bh_kind_is_final_state(const BhKind *kind, const char *state);
/* TRUE when a new record may start in `state`. */
gboolean bh_kind_is_initial_state(const BhKind *kind, const char *state);

const char *bh_transition_get_to(const BhTransition *transition);
const char *bh_transition_get_label(const BhTransition *transition, const char *lang);
/* As declared; people are shown bh_source_dup_clauses of it. */
const char *bh_transition_get_source(const BhTransition *transition);
/* By when, in words; "" when nothing is said. */
const char *bh_transition_get_deadline_text(const BhTransition *transition, const char *lang);
/* Day by which the record should have left the state it is in: the earliest deadline
 * of the ways that lead on from there, as far as the record's own values and the declaration tell.
 * A deadline in a field that the step itself asks for limits that step and is not counted; nor is
 * one the office sets, nor one in workdays without a calendar. FALSE when there is none. */
gboolean bh_workflow_get_due(const BhKind *kind, const json_t *values, const BhCalendar *calendar,
                             BhDate *due);
/* TRUE when the day may follow from this field (besides the state). */
gboolean bh_workflow_is_due_key(const BhKind *kind, const char *key);
/* Names of the fields a form asks for on this transition; NULL-terminated, maybe empty. */
const char *const *bh_transition_get_asks(const BhTransition *transition);

/* Page of the collector that takes the step ("page"); NULL: the page made from the declaration. */
const char *bh_transition_get_page(const BhTransition *transition);
/* What the step keeps of the record as it was ("keeps"): {field: name of the field whose value it
 * gets}, borrowed; NULL: nothing. */
const json_t *bh_transition_get_keeps(const BhTransition *transition);
/* Adds to `set` what the step keeps of a record with the values `before`. */
void bh_transition_keep(const BhTransition *transition, const json_t *before, json_t *set);
/* Ref field that gets who takes the step ("taker"); NULL: none. */
const char *bh_transition_get_taker(const BhTransition *transition);

/* Finds the declared transition; `from` NULL means creation. NULL if there is none. */
const BhTransition *bh_workflow_find(const BhKind *kind, const char *from, const char *to);

/* "written_by": the step is the hub's alone; what a device sends of it waits in quarantine. */
gboolean bh_transition_is_left_to_hub(const BhTransition *transition);
/* Whether a guard of the step says "quarantine": against it no correct client takes the step. */
gboolean bh_transition_may_quarantine(const BhTransition *transition);

/* "who" alone: whether the actor of the context may take the step, as far as person and role go. An
 * actor without staff values is the system. */
gboolean bh_transition_is_open_to(const BhKind *kind, const BhTransition *transition,
                                  const BhContext *context);
/* Whether some declared step that leads into the state is open to the actor, wherever it starts. */
gboolean bh_workflow_may_lead_to(const BhKind *kind, const char *state, const BhContext *context);

/* Transitions that start from `from`, are open to the actor (who) and whose "when" condition
 * holds: what a form offers as buttons. const BhTransition*; free the array. */
GPtrArray *bh_workflow_list_open(const BhKind *kind, const char *from, const BhContext *context);

/* Whether a guard of the step from → to that names `field` speaks against what `context` holds:
 * such a choice leads nowhere and is not offered. What is not known speaks against nothing. */
gboolean bh_workflow_refuses(const BhKind *kind, const char *from, const char *to,
                             const char *field, const BhContext *context);

/* Judges from → to: declared, actor, needs. BhProblem* list, empty when fine. `from` NULL means
 * creation. Same on form and at ingest. context->values are the new values, those that this entry
 * sets included. An actor without staff values is the system (a hub) and passes only where "who"
 * says so; no actor at all leaves "who" unjudged. */
GPtrArray *bh_workflow_check(const BhKind *kind, const char *from, const char *to,
                             const BhContext *context);

/* --- review.c --- */

/* What approving a record means in a state of its kind. */
typedef enum {
  BH_REVIEW_NOTHING, /* there is nothing to review yet: neither approved nor returned */
  BH_REVIEW_MOVES,   /* approving takes the step to "on_approve" */
  BH_REVIEW_STEPS,   /* not approved: its own steps decide, and it waits until one is taken */
  BH_REVIEW_COVERS,  /* approving says that what is there was seen, and moves nothing */
} BhReviewMeaning;

BhReviewMeaning bh_kind_get_review_meaning(const BhKind *kind, const char *state);
/* Whether who acts is of the unit that decides about the record ("authority"), or of one above it
 * (at most eight). TRUE for the system, and for a record that names no unit. */
gboolean bh_kind_is_decided_by(const BhKind *kind, const BhContext *context);
/* Judges a decision about the record of the context, whose values are those before it: `event` is
 * "on_approve" or "on_return". BhProblem* list, empty when fine. Roles of the review itself are
 * judged by the kind of the review. */
GPtrArray *bh_review_check(const BhKind *kind, const char *event, const BhContext *context);

G_END_DECLS

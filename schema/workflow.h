/* States and transitions of a kind, as declared in schema/kinds. A transition is checked against
 * the state that it starts from. Overdue, queued, sending and received are computed elsewhere; they
 * are never states. "Step" in comments and declarations means a transition. Pure; any thread;
 * results are borrowed from the kind set unless said otherwise. Start with bh_workflow_check. */
#pragma once

#include <glib.h>
#include "schema/kind.h"
#include "schema/civil.h"
#include "schema/review.h"

G_BEGIN_DECLS

/* Whether the kind declares states. */
gboolean bh_kind_has_states(const BhKind *kind);
/* Whether the kind declares this state. */
gboolean bh_kind_has_state(const BhKind *kind, const char *state);
/* Names of all states in declared order; borrowed strings, free the array. */
GPtrArray *bh_kind_list_states(const BhKind *kind);
/* Label of a state in `lang` ("zh" or "en"); the code itself when unknown. Never NULL. */
const char *bh_kind_get_state_label(const BhKind *kind, const char *state, const char *lang);
/* Whether no transition leads out of the state ("final"). */
gboolean bh_kind_is_final_state(const BhKind *kind, const char *state);
/* Whether a new record may start in the state ("initial"). */
gboolean bh_kind_is_initial_state(const BhKind *kind, const char *state);

/* The state to which the transition leads. */
const char *bh_transition_get_to(const BhTransition *transition);
/* Label of the transition in `lang`. */
const char *bh_transition_get_label(const BhTransition *transition, const char *lang);
/* The member "source" of the declaration: the clauses of law and requirements behind the
 * transition. Use bh_source_dup_clauses before the text is shown to people. */
const char *bh_transition_get_source(const BhTransition *transition);
/* The declared deadline of the transition as text for people; "" when it has none. */
const char *bh_transition_get_deadline_text(const BhTransition *transition, const char *lang);
/* Names of the fields that a form asks for with this transition; NULL-terminated, maybe empty. */
const char *const *bh_transition_get_asks(const BhTransition *transition);

/* Name of the page of the collector on which the step is made ("page"); NULL: the page that is
 * generated from the declaration. */
const char *bh_transition_get_page(const BhTransition *transition);
/* Values that the program sets with the step ("stamps"): {field: source}, where a source is
 * "actor", "today", "now", {"field": PATH} or {"is": VALUE} (schema/act.h). NULL: none. */
const json_t *bh_transition_get_stamps(const BhTransition *transition);

/* Finds the declared transition; `from` NULL means creation. NULL when there is none. */
const BhTransition *bh_workflow_find(const BhKind *kind, const char *from, const char *to);

/* The first step from `from` (NULL: creation) with this "page"; NULL when there is none. */
const BhTransition *bh_workflow_find_page(const BhKind *kind, const char *from, const char *page);
/* Like bh_workflow_find_page, for the record of `context`: steps whose "when" does not hold are
 * left out. */
const BhTransition *bh_workflow_find_page_for(const BhKind *kind, const char *from,
                                              const char *page, const BhContext *context);
/* Whether the step is declared to set the field ("asks", "sets" or "stamps"). */
gboolean bh_transition_sets(const BhTransition *transition, const char *field);

/* The step that makes a record with the values of `context`: the only one with this "page" whose
 * "when" holds. NULL when there is no such step, or more than one. */
const BhTransition *bh_workflow_find_creation(const BhKind *kind, const char *page,
                                              const BhContext *context);

/* Whether only the hub may make the step ("written_by"). An entry of a device that makes such a
 * step is quarantined. */
gboolean bh_transition_is_hub_only(const BhTransition *transition);
/* Whether a guard of the step has "quarantine". No correct client makes the step against such a
 * guard. */
gboolean bh_transition_may_quarantine(const BhTransition *transition);

/* Whether "who" allows the context's actor to make the step, by person and role. Guards and
 * authority are not checked. An actor without staff values is the system. */
gboolean bh_transition_is_open_to(const BhKind *kind, const BhTransition *transition,
                                  const BhContext *context);
/* Whether any declared step into the state, from any state, is open to the actor. */
gboolean bh_workflow_can_reach(const BhKind *kind, const char *state, const BhContext *context);

/* Transitions from `from` that are open to the actor ("who") and whose "when" holds. Forms show
 * them as buttons. const BhTransition*; free the array. */
GPtrArray *bh_workflow_list_open(const BhKind *kind, const char *from, const BhContext *context);

/* Whether a guard of the step from → to whose field is `field` fails for the values in `context`.
 * Forms do not offer such a value. A guard that needs unavailable data does not fail. */
gboolean bh_workflow_is_blocked(const BhKind *kind, const char *from, const char *to,
                                const char *field, const BhContext *context);

/* Checks that the step from → to is declared, that "who" allows the actor, and that all "needs"
 * hold. Returns BhProblem*, empty when there are none; never NULL. `from` NULL means creation.
 * Forms and the hub use this same check. context->values are the values after the entry. An actor
 * without staff values is the system (a hub) and passes only if "who" allows it; without an actor,
 * "who" is not checked. */
GPtrArray *bh_workflow_check(const BhKind *kind, const char *from, const char *to,
                             const BhContext *context);

G_END_DECLS

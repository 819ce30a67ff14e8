/* What an opened record gives back ("returns" of its kind): when it reaches a declared state, a
 * step is offered on the record that it names, with a hint and first values. The step is an
 * ordinary step and is never taken by itself.
 *
 * Pure; any thread. A BhReturn borrows from the kind set. Start with bh_returns_list. */
#pragma once

#include "schema/workflow.h"

G_BEGIN_DECLS

typedef struct {
  const BhKind *kind;       /* kind of the records that return, which declares it */
  const char *link;         /* its ref field for the record on which the step is offered */
  const json_t *states;     /* array of its states in which it returns */
  const json_t *where;      /* filter on its indexed fields, as of a ledger; NULL: none */
  const json_t *text;       /* {"zh","en"}: the hint */
  const json_t *preset;     /* {field of the step: source}; NULL: none */
  const BhTransition *step; /* step that is offered */
  const char *const *from;  /* states in which the step starts, NULL-terminated */
} BhReturn;

/* What records of other kinds can give back to records of `kind`: BhReturn*, empty when nothing;
 * free the array. `state`: only what offers a step from this state; NULL: all. */
GPtrArray *bh_returns_list(const BhKindSet *set, const BhKind *kind, const char *state);
/* List query (sync/index/query.h) for the records that return to `record`, the newest first. A new
 * reference. */
json_t *bh_return_dup_query(const BhReturn *one, const char *record);
/* The condition of "where" as {field: value or [values]} for a list query; empty when there is
 * none. A new reference. */
json_t *bh_return_dup_where(const BhReturn *one);
/* What is offered: {"act","text":{"zh","en"},"record","kind","values":{field: value}}, a new
 * reference. "act": name of the step as an act; "record" and "kind": the record that returned, by
 * `returned`, whose actor is the acting person; "values": first values of the form. `now_ms` in
 * UTC. */
json_t *bh_return_dup_offer(const BhReturn *one, const BhContext *returned, gint64 now_ms);

G_END_DECLS

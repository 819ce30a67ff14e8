/* What a step opens: records of other kinds that are made in the same entry as the step ("opens" of
 * a transition). One entry contains both, so a store has both or neither. The person who takes the
 * step must be allowed to make the opened records; who stores the entry checks them like any other
 * new record, and gives them their numbers.
 *
 * Device and hub add the operations just before they write an entry, so that a step opens the same
 * records from wherever it is taken. Pure; any thread. Start with bh_opens_complete. */
#pragma once

#include "schema/act.h"
#include "schema/entry.h"

G_BEGIN_DECLS

/* How bh_opens_complete reads the records. */
typedef struct {
  const BhKindSet *set;
  gint64 now_ms; /* UTC, for the source "now" */
  /* The stored state of a record; g_free. NULL: the record is new, or has no state. */
  char *(*dup_state)(const char *record, gpointer data);
  /* Fills the context of a record with the operations of the entry applied; its actor is the acting
   * person. context->values is NULL when the record is not available. The context is valid until
   * the next call. */
  void (*fill)(const char *record, BhContext *context, gpointer data);
  /* Makes a new id. */
  void (*make_id)(char id[BH_ID_LEN + 1], gpointer data);
  gpointer data; /* passed to the three functions, borrowed */
} BhOpensWorld;

/* Whether a step of `ops` ([{"record","kind","set"}]) can open records, so that
 * bh_opens_complete has something to do. Reads no record. */
gboolean bh_opens_may_open(const BhKindSet *set, const json_t *ops);
/* `ops`, followed by an operation for each record that the steps in them open; a new reference.
 * Records that `ops` make already, of the same kind and with the same value in the link field, are
 * not made again. NULL with BH_ERROR_INVALID when a record from which one is to be opened, or on
 * which a "when" depends, is not available, with BH_ERROR_LIMIT when the entry would have more than
 * BH_ENTRY_MAX_OPS operations.
 */
json_t *bh_opens_complete(const BhOpensWorld *world, const json_t *ops, GError **error);

/* Adds to `problems` (BhProblem*) one of the code "opens" for each kind of which the entry does not
 * make the records that its step opens. `transition` NULL: no step, nothing is added. `after`: the
 * record after the entry. What cannot be decided, because a record is not available, is no problem.
 */
void bh_opens_check(const BhTransition *transition, const BhKindSet *set, const BhContext *after,
                    const BhBody *body, GPtrArray *problems);

/* What the step would open, for the form of the step: [{"kind","label":{"zh","en"},"count"}].
 * `transition` NULL: an act without a step, which opens nothing. `after`: the record after the
 * step, as far as it is known. A new reference. */
json_t *bh_opens_preview(const BhTransition *transition, const BhKindSet *set,
                         const BhContext *after);

G_END_DECLS

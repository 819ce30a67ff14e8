/* Rules about what people say: choices that exclude each other, checks of single fields, states
 * that count as never made. Pure; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* The code of a BhProblem whose guard says "quarantine": a device's entry with it waits in
 * quarantine at the hub. */
#define BH_PROBLEM_QUARANTINE "quarantine"

/* Two chosen codes of which one "excludes" the other; NULL when there are none. bh_kind_check_value
 * refuses them; bh_kind_check_record does not look again, since an older kind set may have allowed
 * both. */
BhProblem *bh_field_check_excludes(const BhField *field, const json_t *value);

/* What makes a value that has the form of its type doubtful: a check character that does not fit.
 * NULL when nothing does, and for what has not that form. Code "doubt". Nothing is refused for it:
 * the field that `doubt` names is asked for the reason, and the value is kept. */
BhProblem *bh_field_find_doubt(const BhField *field, const json_t *value);
/* The field whose doubt this one gives the reason of; NULL for any other. It is shown, and wanted,
 * while that field's value is doubtful. */
const BhField *bh_field_get_explained(const BhField *field);
/* TRUE when the problem is that the reason of a doubtful value is missing, and nothing else. */
gboolean bh_kind_is_reason_missing(const BhKind *kind, const BhProblem *problem);
/* Adds a problem ("required") for each doubtful value without its reason, of those fields or their
 * reasons that `keys` (NULL-terminated) names. */
void bh_kind_check_doubts(const BhKind *kind, const char *const *keys, const BhContext *context,
                          GPtrArray *problems);

/* The "checks" that name one of `keys` (NULL-terminated) as their field: what an entry that sets
 * them is judged by, whether or not it takes a step; and doubtful values among them without their
 * reason. BhProblem* with free function set; never
 * NULL. */
GPtrArray *bh_kind_check_keys(const BhKind *kind, const char *const *keys,
                              const BhContext *context);
/* TRUE when one of the "checks" names the field, or it may hold a doubtful value. */
gboolean bh_kind_has_check_of(const BhKind *kind, const char *key);

/* "void": the record counts as never made; pages and papers of the visit leave it out. */
gboolean bh_kind_is_void_state(const BhKind *kind, const char *state);
/* The declared step from `from` to a void state that is not left to the hub: how a record that was
 * made by mistake is taken back. NULL when there is none. */
const BhTransition *bh_workflow_find_void(const BhKind *kind, const char *from);

G_END_DECLS

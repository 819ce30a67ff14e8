/* Declared rules about entered values: choices that exclude each other, doubtful values, checks of
 * single fields, void states. Pure; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Code of a BhProblem whose guard has "quarantine": the hub quarantines a device's entry that has
 * this problem. */
#define BH_PROBLEM_QUARANTINE "quarantine"

/* The problem of a value of a CHOICES field that contains two codes of which one "excludes" the
 * other; NULL when there is none. Free with bh_problem_free. bh_kind_check_value refuses such a
 * value; bh_kind_check_record accepts it, because an older kind set may have allowed both. */
BhProblem *bh_field_check_excludes(const BhField *field, const json_t *value);

/* Problem (code "doubt") of a well-formed but doubtful value: its check character does not match.
 * NULL when the value is not doubtful or not well-formed. Free with bh_problem_free. A doubtful
 * value is kept; the field named by "doubt" must give the reason. */
BhProblem *bh_field_find_doubt(const BhField *field, const json_t *value);
/* The field whose doubtful value `field` gives the reason for, borrowed; NULL when `field` is no
 * such field. The reason is shown and required only while the other field's value is doubtful. */
const BhField *bh_field_get_doubted_field(const BhField *field);
/* Whether the problem is a missing reason for a doubtful value. */
gboolean bh_kind_is_reason_missing(const BhKind *kind, const BhProblem *problem);
/* Adds a problem ("required") for each doubtful value without a reason, if `keys` (NULL-terminated)
 * names the field or the field of its reason. */
void bh_kind_check_doubts(const BhKind *kind, const char *const *keys, const BhContext *context,
                          GPtrArray *problems);

/* Problems by the "checks" whose field is one of `keys` (NULL-terminated), and by
 * bh_kind_check_doubts for the same keys. The hub applies them to every entry that sets these keys,
 * with or without a transition. BhProblem* with free function set; never NULL. */
GPtrArray *bh_kind_check_keys(const BhKind *kind, const char *const *keys,
                              const BhContext *context);
/* Whether bh_kind_check_keys can report a problem for the key: one of the "checks" names it, or its
 * value can be doubtful. */
gboolean bh_kind_has_check_of(const BhKind *kind, const char *key);

/* Whether the state is declared "void": the record counts as never made, and pages and papers of
 * the visit leave it out. */
gboolean bh_kind_is_void_state(const BhKind *kind, const char *state);
/* The transition from `from` to a void state that is not left to the hub. It withdraws a record
 * that was made by mistake. Borrowed; NULL when none is declared. */
const BhTransition *bh_workflow_find_void(const BhKind *kind, const char *from);

G_END_DECLS

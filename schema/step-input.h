/* The input that a transition needs from people, read from its declaration: fields that the
 * transition asks for or its guards use, and child records that must exist (a photo, a signature).
 * Forms are built from this input. A test checks for every kind that people can enter all of the
 * input; otherwise the transition could never be made. */
#pragma once

#include "schema/kind.h"
#include "schema/workflow.h"

G_BEGIN_DECLS

/* Child records that must exist: at least `at_least` of `kind`, under the record itself or under
 * the record in its ref field `of`. All borrowed from the kind's declaration. */
typedef struct {
  const char *kind;
  const char *of;      /* ref field; NULL: children of the record itself */
  const json_t *where; /* condition on the children; NULL: any */
  gint64 at_least;
  gsize guard;          /* index of the guard in "needs" */
  gboolean alternative; /* the guard is an "any_of", and another branch can satisfy it */
} BhStepInputChild;

typedef struct {
  GPtrArray *fields;   /* const BhField* of the kind, each once; the fields of "asks" come first */
  GPtrArray *children; /* BhStepInputChild* */
} BhStepInput;

/* The input that `transition` of `kind` needs. All branches of an "any_of" are listed, although one
 * of them is enough. Free with bh_step_input_free; valid while the kind set lives. */
BhStepInput *bh_step_input_new(const BhKind *kind, const BhTransition *transition);
/* Frees the input; NULL is allowed. */
void bh_step_input_free(BhStepInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStepInput, bh_step_input_free)

/* The first value that the condition on the child allows for the field `name` of the child ("proof"
 * for {"field": "role", "in": ["proof", "photo"]}). Borrowed; NULL when the condition does not name
 * a value. */
const char *bh_step_input_child_get_value(const BhStepInputChild *child, const char *name);

G_END_DECLS

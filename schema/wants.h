/* What a step wants of people before it can be taken, read from its declaration: fields it asks for
 * or its guards look at, and records that must hang on the record (a photo, a signature). Forms are
 * made from it, and a test walks every kind with it: a step that wants what nobody can enter is a
 * dead end. */
#pragma once

#include "schema/kind.h"
#include "schema/workflow.h"

G_BEGIN_DECLS

/* Records that must be there: at least `at_least` of `kind`, under the record itself or under the
 * one its ref field `of` names. All borrowed from the kind's declaration. */
typedef struct {
  const char *kind;
  const char *of;      /* NULL: the record's own children */
  const json_t *where; /* condition on them; NULL: any */
  gint64 at_least;
  gsize guard;          /* index in "needs" */
  gboolean alternative; /* under "any_of": another branch of the guard may do */
} BhWantedChild;

typedef struct {
  GPtrArray *fields;   /* const BhField* of the kind, each once: those asked for come first */
  GPtrArray *children; /* BhWantedChild* */
} BhWants;

/* What `transition` of `kind` wants. Guards under "any_of" count with all their branches: one of
 * them is enough for the step. */
BhWants *bh_wants_new(const BhKind *kind, const BhTransition *transition);
void bh_wants_free(BhWants *wants);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWants, bh_wants_free)

/* First value that the child's condition names for its field `name` ("proof" for {"field": "role",
 * "in": ["proof", "photo"]}); NULL when it names none. */
const char *bh_wanted_child_get_value(const BhWantedChild *child, const char *name);

G_END_DECLS

/* The kinds with the lists of parents that were written by hand before "inherits"
 * (tests/schema/fixtures/parents-by-hand.json). */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* The kinds with those lists in place of "inherits", and without the kinds of the office and those
 * below them: a list by hand cannot have them. Fails the test when they cannot be loaded. */
BhKindSet *test_make_kinds_by_hand(const BhKindSet *kinds);

G_END_DECLS

/* The kind sets that a session has had. Older sets stay, because open forms borrow their fields.
 * Use on the main thread only. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef struct _BhKinds BhKinds;

/* An empty list of kind sets; bh_kinds_free. */
BhKinds *bh_kinds_new(void);
/* Frees all kind sets. No form of the session may be open. */
void bh_kinds_free(BhKinds *kinds);
/* The newest set, borrowed until bh_kinds_free; NULL before the first one. */
const BhKindSet *bh_kinds_get_newest(BhKinds *kinds);
/* Adds `set` (taken over) as the newest; of two sets with the same hash only the first is kept, the
 * other is freed. FALSE when the newest set has the same hash. */
gboolean bh_kinds_add(BhKinds *kinds, BhKindSet *set);

G_END_DECLS

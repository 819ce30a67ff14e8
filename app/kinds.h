/* The kind sets a session has had: the newest, and those before it, whose fields the open forms
 * still show. Main thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef struct _BhKinds BhKinds;

BhKinds *bh_kinds_new(void);
/* No form of this session may be open any more. */
void bh_kinds_free(BhKinds *kinds);
/* Borrowed until bh_kinds_free; NULL before the first one. */
const BhKindSet *bh_kinds_get_newest(BhKinds *kinds);
/* Takes `set` (taken over) as the newest; sets of one hash are kept once. FALSE when it was the
 * newest already. */
gboolean bh_kinds_add(BhKinds *kinds, BhKindSet *set);

G_END_DECLS

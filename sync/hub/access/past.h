/* What a device was shown at a position of the log: only of that may it be told that it is gone. A
 * record hidden from it since its first entry is not named to it, not even by its id. */
#pragma once

#include "sync/hub/access/view.h"

G_BEGIN_DECLS

typedef struct _BhPast BhPast;

/* Borrowed. */
BhPast *bh_past_new(BhView *view, BhDb *db, gint64 position);
void bh_past_free(BhPast *past);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPast, bh_past_free)

/* *showed: the record, of a kind that hides some, may have been given at that position. What can
 * not be told any more (erased, released from quarantine, too long a history) counts as given. */
gboolean bh_past_showed(BhPast *past, const char *record, gboolean *showed, GError **error);

G_END_DECLS

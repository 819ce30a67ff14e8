/* Whether a device was given a record before, at a position of the log. Only such records may be
 * reported to it as gone: a record that was always hidden from it must not be revealed, not even by
 * its id. */
#pragma once

#include "sync/hub/access/view.h"

G_BEGIN_DECLS

typedef struct _BhPast BhPast;

/* `position` is that of the device's cursor. `view` and `db` are borrowed; bh_past_free. */
BhPast *bh_past_new(BhView *view, BhDb *db, gint64 position);
/* `past` may be NULL. */
void bh_past_free(BhPast *past);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPast, bh_past_free)

/* *showed: whether the device may have been given the record, of a kind that hides some, at that
 * position. TRUE also when this cannot be computed any more: an entry was erased or released from
 * quarantine, or the history is too long. */
gboolean bh_past_showed(BhPast *past, const char *record, gboolean *showed, GError **error);

G_END_DECLS

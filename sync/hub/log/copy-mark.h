/* A store that was copied says so (the value "copied_ms"): devices may have been told of more than
 * the copy holds, so the hub that opens it begins a new epoch (PROTOCOL.md § 12). */
#pragma once

#include "schema/world.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Marks a store as a copy, in a transaction of its own. */
gboolean bh_copy_mark_set(BhDb *db, GError **error);
/* When the store is marked: gives it a new epoch and the hub's own chain a new incarnation, and
 * takes the mark away, in one transaction. TRUE without doing anything when it is not. */
gboolean bh_copy_mark_begin_epoch(BhDb *db, const BhClock *clock, const BhRandom *random,
                                  GError **error);

G_END_DECLS

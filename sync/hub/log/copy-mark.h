/* The mark in a copied store (the value "copied_ms"). Devices may have received more than the copy
 * contains, so a hub that opens a copy begins a new epoch (PROTOCOL.md § 12). */
#pragma once

#include "schema/world.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Marks the store as a copy, in a transaction of its own. */
gboolean bh_copy_mark_set(BhDb *db, GError **error);
/* If the store is marked, sets a new epoch and a new incarnation of the hub's own chain, and
 * removes the mark, in one transaction. If the store is not marked, does nothing and returns
 * TRUE. */
gboolean bh_copy_mark_begin_epoch(BhDb *db, const BhClock *clock, const BhRandom *random,
                                  GError **error);

G_END_DECLS

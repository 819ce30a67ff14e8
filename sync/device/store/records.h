/* Writes folded records to the database: row, title, terms, and now and then the whole snapshot.
 * All functions run inside a transaction. */
#pragma once

#include "sync/device/store/views.h"

G_BEGIN_DECLS

/* Writes the changes that the own entry at `pos` made in a folded record. `op`: the operation of
 * the entry on this record; NULL: everything may have changed. */
gboolean bh_view_store(BhDevice *device, BhView *view, gint64 pos, const BhOp *op, GError **error);
/* Folds a record again from the hub's snapshot (base) and own entries, after either changed, and
 * writes it. A record that has neither is removed. */
gboolean bh_view_refold(BhDevice *device, const char *id, GError **error);
/* Makes title and terms of a record again although its values did not change. Not an error when
 * there is no such record. */
gboolean bh_view_reindex(BhDevice *device, const char *id, GError **error);
/* Makes the titles of some records again that contain the title of another, changed record.
 * device->retitle says whether more records are waiting. */
gboolean bh_view_retitle_some(BhDevice *device, GError **error);

G_END_DECLS

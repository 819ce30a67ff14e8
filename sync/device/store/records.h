/* Writing folded records down: row, title, terms, and now and then the folded text. Everything here
 * runs inside a transaction. */
#pragma once

#include "sync/device/store/views.h"

G_BEGIN_DECLS

/* Writes what changed of a view by the own entry at `pos`. `op` is what it did to the record; NULL:
 * all may have changed. */
gboolean bh_view_store(BhDevice *device, BhView *view, gint64 pos, const BhOp *op, GError **error);
/* Folds a record again from base and own entries, after either changed, and writes it. A record
 * that has neither is removed. */
gboolean bh_view_refold(BhDevice *device, const char *id, GError **error);
/* Makes title and terms of a record again; its values did not change. Not an error when there is no
 * such record. */
gboolean bh_view_reindex(BhDevice *device, const char *id, GError **error);
/* Makes some of the titles again that name a record whose own title changed. device->retitle says
 * whether more are waiting. */
gboolean bh_view_retitle_some(BhDevice *device, GError **error);

G_END_DECLS

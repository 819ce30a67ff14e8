/* Parts of outbox-kinds.c that a page of changes and the idle steps use. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Switches to a set that is stored already; does nothing when it is in use, or not here. A
 * transaction of its own. */
gboolean bh_outbox_adopt_kinds(BhDevice *device, const char *hash, GError **error);
/* After the kinds changed: makes titles and terms of some more records again. Inside a
 * transaction. */
gboolean bh_outbox_reindex_some(BhDevice *device, GError **error);

G_END_DECLS

/* Functions of outbox-kinds.c that outbox-pull.c and the idle steps use. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Puts a stored kind set into use, in a transaction of its own. Does nothing when the set is in use
 * already, or is not stored. */
gboolean bh_outbox_adopt_kinds(BhDevice *device, const char *hash, GError **error);
/* To be called in steps after the kinds changed: makes titles and terms of some more records again.
 * Inside a transaction. */
gboolean bh_outbox_reindex_some(BhDevice *device, GError **error);

G_END_DECLS

/* Function of outbox-pull.c that the idle steps use. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* One step of moving the records of a complete shadow (shadow-store.h) into place, or of removing
 * an old shadow. *more: call again. Inside a transaction. */
gboolean bh_outbox_swap_some(BhDevice *device, gboolean *more, GError **error);

G_END_DECLS

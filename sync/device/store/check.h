/* Checks operations before they become an entry. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Checks shapes, limits, values, transitions and required fields of `ops` (bh_device_save). Returns
 * the operations to write, with the step that an answered review takes in its target added; new
 * reference. BH_ERROR_INVALID, _UNKNOWN, _LIMIT or _FORMAT with kind, key and reason in the
 * message. */
json_t *bh_check_operations(BhDevice *device, const char *author, const json_t *ops,
                            GError **error);

G_END_DECLS

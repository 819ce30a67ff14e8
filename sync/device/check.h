/* Judging operations before they become an entry. Inside sync/device only. */
#pragma once

#include "sync/device/device.h"

G_BEGIN_DECLS

/* Shapes, limits, values, transitions, required fields. Gives the operations to write, with what
 * a review moves in its target added; new reference. BH_ERROR_INVALID, _UNKNOWN, _LIMIT or
 * _FORMAT naming kind, key and reason. `refused` (may be NULL): on a failure the record it is
 * about, g_free; NULL when it is about no single one. */
json_t *bh_check_operations(BhDevice *device, const char *author, const json_t *ops, char **refused,
                            GError **error);

G_END_DECLS

/* Saving own entries. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Checks, signs and stores one entry and folds it into its records, inside the caller's
 * transaction. `ops` and `observed_ms` as bh_device_save takes them. Returns the entry's id
 * (g_free). Errors of bh_check_operations and bh_people_get_key, or BH_ERROR_STORAGE. `refused` as
 * in bh_check_operations. BH_ERROR_LIMIT with *refused NULL: the entry as a whole is too large, and
 * nothing was written. */
char *bh_journal_write(BhDevice *device, const char *author, const json_t *ops, gint64 observed_ms,
                       char **refused, GError **error);

G_END_DECLS

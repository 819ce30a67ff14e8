/* Changes of the hub's access tables that follow from a record: a revoked device is rejected, a
 * person who left is signed out. The tables therefore always agree with the records. */
#pragma once

#include "sync/hub/records/internal.h"

G_BEGIN_DECLS

/* Called whenever a record is written, in the same transaction, by whatever path its entries came.
 * Idempotent. Writer thread. */
gboolean bh_effects_write(BhRecords *records, BhHubRecord *record, GError **error);

G_END_DECLS

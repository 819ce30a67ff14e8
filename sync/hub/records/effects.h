/* What follows in the hub's own tables from what a record says, so that the two are one truth: a
 * revoked device is shut out, who left is signed out. */
#pragma once

#include "sync/hub/records/internal.h"

G_BEGIN_DECLS

/* Called where a record is written, in the same transaction, whatever the path its entries took.
 * Does nothing when it was done before. Writer thread. */
gboolean bh_effects_write(BhRecords *records, BhHubRecord *record, GError **error);

G_END_DECLS

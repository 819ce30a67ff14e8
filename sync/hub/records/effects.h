/* Updates the tables that decide about access when a record changes: a device whose record says
 * revoked is rejected, a person whose record says left is signed out. The tables therefore always
 * agree with the records. */
#pragma once

#include "sync/hub/records/internal.h"

G_BEGIN_DECLS

/* Must be called on the writer thread whenever a record is written, in the same transaction, by
 * whatever path its entries came. Idempotent. */
gboolean bh_effects_write(BhRecords *records, BhHubRecord *record, GError **error);

G_END_DECLS

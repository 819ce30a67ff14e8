/* Write access of a device: it may change the records that it receives and those that it creates.
 * An honest device does not know other records, so an entry that changes one is refused. A BhReach
 * lives within one piece of the writer. */
#pragma once

#include "schema/kind.h"
#include "schema/region.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct _BhReach BhReach;

/* All arguments are borrowed; `unit` is the device's. bh_reach_free. */
BhReach *bh_reach_new(BhDb *db, gint64 now_ms, BhRecords *records, const BhKindSet *kinds,
                      const BhRegion *region, const char *unit, const char *device);
/* `reach` may be NULL. */
void bh_reach_free(BhReach *reach);
/* *within: whether the device may change the record. It may if the record was shown to its unit
 * before this piece, is new in this piece, or was created by the device under a parent that has not
 * arrived. FALSE only when the store fails. */
gboolean bh_reach_judge(BhReach *reach, const char *record, gboolean *within, GError **error);

G_END_DECLS

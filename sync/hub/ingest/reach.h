/* What a device may change: the records it is shown, and those it makes. What it is not shown it
 * cannot know, so an entry that sets it is no honest work, and must not open, move or change it.
 * Lives within one piece of the writer. */
#pragma once

#include "schema/kind.h"
#include "schema/region.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct _BhReach BhReach;

/* All are borrowed; `unit` is the device's. */
BhReach *bh_reach_new(BhDb *db, gint64 now_ms, BhRecords *records, const BhKindSet *kinds,
                      const BhRegion *region, const char *unit, const char *device);
void bh_reach_free(BhReach *reach);
/* *within tells whether the record was open to the unit before this piece, is new in it, or
 * was made by the device under a parent that has not arrived. FALSE
 * only when the store fails. */
gboolean bh_reach_judge(BhReach *reach, const char *record, gboolean *within, GError **error);

G_END_DECLS

/* Write access of a device: it may change the records that it receives and those that it creates.
 * An honest device does not know other records, so an entry that changes one is refused. A
 * BhWriteAccess is valid for one piece of work of the writer. */
#pragma once

#include "schema/kind.h"
#include "schema/region.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct _BhWriteAccess BhWriteAccess;

/* The write access of `device`, whose unit is `unit`. All arguments are borrowed.
 * bh_write_access_free. */
BhWriteAccess *bh_write_access_new(BhDb *db, gint64 now_ms, BhRecords *records,
                                   const BhKindSet *kinds, const BhRegion *region, const char *unit,
                                   const char *device);
/* Frees `access`, which may be NULL. */
void bh_write_access_free(BhWriteAccess *access);
/* *allowed: whether the device may change the record. TRUE if the record was visible for the unit
 * of the device before this piece, is new in this piece, or was created by the device under a
 * parent that has not arrived. FALSE only when the store fails. */
gboolean bh_write_access_check(BhWriteAccess *access, const char *record, gboolean *allowed,
                               GError **error);

G_END_DECLS

/* Reads stored records: one record, or the people of a unit. The functions may be called on any
 * thread that has a connection. */
#pragma once

#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Loads a record (bh_record_free). NULL with BH_ERROR_NOT_FOUND when the store has no record with
 * this id. */
BhRecord *bh_record_load(BhDb *db, const char *id, GError **error);
/* Shown values of the staff of a unit, except those who left, each with "id" (json_t*). */
GPtrArray *bh_record_list_staff(BhDb *db, const char *unit, GError **error);
/* Like bh_record_list_staff, but only people in service on the day of `now_ms`. A device of the
 * unit may see a restricted record only if one of these people may. */
GPtrArray *bh_record_list_viewers(BhDb *db, const char *unit, gint64 now_ms, GError **error);
/* *own: whether `device` made the record and a record above that record has not arrived. The hub
 * then cannot compute who may see the record; the device that made the record keeps its access
 * until the parent arrives. */
gboolean bh_record_is_own_orphan(BhDb *db, const char *record, const char *device, gboolean *own,
                                 GError **error);

G_END_DECLS

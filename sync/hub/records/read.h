/* Stored records as they are read outside a fold: one record, and the people of a unit. Any thread
 * that has a connection. */
#pragma once

#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* bh_record_free. NULL with BH_ERROR_NOT_FOUND when there is none. */
BhRecord *bh_record_load(BhDb *db, const char *id, GError **error);
/* Shown values of the staff of a unit who did not leave, with "id" (json_t*). */
GPtrArray *bh_record_list_staff(BhDb *db, const char *unit, GError **error);
/* Those of them who are in service on the day of `now_ms`: only they widen what the unit sees. */
GPtrArray *bh_record_list_viewers(BhDb *db, const char *unit, gint64 now_ms, GError **error);
/* Whether a device made a record under one that has not arrived. Nothing says yet who may see such
 * a record, and the device that made it is not kept from it. Asked again when the parent comes. */
gboolean bh_record_is_own_orphan(BhDb *db, const char *record, const char *device, gboolean *own,
                                 GError **error);

G_END_DECLS

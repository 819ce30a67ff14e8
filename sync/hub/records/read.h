/* Reading stored records: one record, or the people of a unit. Any thread that has a connection. */
#pragma once

#include "schema/merge.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Loads a record (bh_record_free). NULL with BH_ERROR_NOT_FOUND when there is none. */
BhRecord *bh_record_load(BhDb *db, const char *id, GError **error);
/* Shown values of the staff of a unit, except those who left, each with "id" (json_t*). */
GPtrArray *bh_record_list_staff(BhDb *db, const char *unit, GError **error);
/* The same, only people in service on the day of `now_ms`: only they let the unit see restricted
 * records. */
GPtrArray *bh_record_list_viewers(BhDb *db, const char *unit, gint64 now_ms, GError **error);
/* *own: whether `device` made the record and a record above it has not arrived. It is then unknown
 * who may see the record; the device that made it keeps its access until the parent arrives. */
gboolean bh_record_is_own_orphan(BhDb *db, const char *record, const char *device, gboolean *own,
                                 GError **error);

G_END_DECLS

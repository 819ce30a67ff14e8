/* Reads records outside a piece of work. Changes nothing. */
#include "sync/hub/records/read.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/staff.h"
#include "schema/workflow.h"
#include "sync/hub/records/feed-store.h"
#include "sync/hub/records/record-store.h"

BhRecord *bh_record_load(BhDb *db, const char *id, GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  if (!bh_record_row_load(db, id, &row, &found, error))
    return NULL;
  if (!found) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such record: %.64s", id);
    return NULL;
  }
  BhRecord *record = bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error);
  bh_record_row_clear(&row);
  return record;
}

static void free_values(gpointer values)
{
  json_decref(values);
}

GPtrArray *bh_record_list_staff(BhDb *db, const char *unit, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_feed_store_list_staff(db, unit, error);
  if (ids == NULL)
    return NULL;
  g_autoptr(GPtrArray) staff = g_ptr_array_new_with_free_func(free_values);
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr(BhRecord) record = bh_record_load(db, ids->pdata[i], error);
    if (record == NULL)
      return NULL;
    if (g_strcmp0(bh_record_get_string(record, "state"), "left") == 0)
      continue;
    json_t *values = bh_record_dup_values(record);
    json_object_set_new(values, "id", json_string(ids->pdata[i]));
    g_ptr_array_add(staff, values);
  }
  return g_steal_pointer(&staff);
}

GPtrArray *bh_record_list_viewers(BhDb *db, const char *unit, gint64 now_ms, GError **error)
{
  g_autoptr(GPtrArray) staff = bh_record_list_staff(db, unit, error);
  BhDate date = bh_date_from_ms(now_ms);
  g_autofree char *today = bh_date_format(&date);
  for (guint i = 0; staff != NULL && i < staff->len;) {
    if (bh_staff_is_in_service(staff->pdata[i], today))
      i++;
    else
      g_ptr_array_remove_index(staff, i);
  }
  return g_steal_pointer(&staff);
}

gboolean bh_record_is_own_orphan(BhDb *db, const char *record, const char *device, gboolean *own,
                                 GError **error)
{
  return bh_record_is_made_by(db, record, device, own, error) &&
         (!*own || bh_record_is_orphan(db, record, own, error));
}

/* Copies of urgent entries that came ahead of their chain. They are shown to the people whose unit
 * serves the device, under the rules for entries that have no record yet (quarantine-access.c). */
#include "sync/hub/office/internal.h"

#include "schema/civil.h"
#include "sync/hub/devices/devices.h"

#define ROWS_MAX 100 /* copies that are looked at */

static json_t *describe(BhOfficeCall *call, const BhEntryRow *row)
{
  g_autoptr(BhBody) body = bh_body_parse(row->text->body, row->text->openings, NULL);
  g_autoptr(json_t) ops = json_array();
  gboolean shown = FALSE;
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    json_t *op = bh_office_describe_op(call, row->device, g_ptr_array_index(body->ops, i));
    shown |= !json_is_true(json_object_get(op, "hidden"));
    json_array_append_new(ops, op);
  }
  if (!shown)
    return NULL;
  g_autofree char *received = bh_time_format(row->received_ms);
  return json_pack("{s:s, s:s, s:s, s:s, s:O}", "entry", row->id, "device",
                   bh_office_name(call, row->device), "by", bh_office_name(call, body->by),
                   "received", received, "ops", ops);
}

gboolean bh_office_count_ahead(BhOfficeCall *call, int *count, GError **error)
{
  g_autoptr(GPtrArray) copies = bh_ahead_store_list(call->db, ROWS_MAX, error);
  *count = 0;
  for (guint i = 0; copies != NULL && i < copies->len; i++) {
    const BhEntryRow *row = g_ptr_array_index(copies, i);
    *count += bh_office_serves_device(call, row->device);
  }
  return copies != NULL;
}

json_t *bh_office_ahead(BhOfficeCall *call, GError **error)
{
  g_autoptr(GPtrArray) copies = bh_ahead_store_list(call->db, ROWS_MAX, error);
  if (copies == NULL)
    return NULL;
  json_t *rows = json_array();
  for (guint i = 0; i < copies->len; i++) {
    const BhEntryRow *row = g_ptr_array_index(copies, i);
    json_t *described = bh_office_serves_device(call, row->device) ? describe(call, row) : NULL;
    if (described != NULL)
      json_array_append_new(rows, described);
  }
  return json_pack("{s:o}", "rows", rows);
}

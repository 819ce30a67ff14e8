/* What records on this device give back to a record (schema/returns.h). */
#include "sync/device/store/returns.h"

#include "schema/returns.h"
#include "sync/device/store/views.h"

json_t *bh_returns_list_offers(BhDevice *device, BhScope *scope, const char *author,
                               const BhKind *kind, const char *record, const char *state,
                               GError **error)
{
  g_autoptr(json_t) out = json_array();
  if (state == NULL)
    return g_steal_pointer(&out);
  g_autoptr(GPtrArray) ways = bh_returns_list(device->kinds, kind, state);
  for (guint i = 0; i < ways->len; i++) {
    BhContext returned;
    g_autoptr(json_t) query = bh_return_dup_query(ways->pdata[i], record);
    if (author != NULL)
      json_object_set_new(query, "viewer", json_string(author));
    g_autoptr(json_t) page = bh_device_list(device, query, error);
    if (page == NULL)
      return NULL;
    const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
    const char *id = bh_json_string_or(row, "id", NULL);
    if (id == NULL)
      continue;
    bh_scope_fill(scope, id, &returned);
    json_t *offer = bh_return_dup_offer(ways->pdata[i], &returned, bh_device_now_ms(device));
    json_object_set_new(offer, "title", json_string(bh_json_string_or(row, "title", "")));
    json_array_append_new(out, offer);
  }
  return g_steal_pointer(&out);
}

#include "sync/device/review.h"

#include <string.h>
#include "schema/review.h"

static json_t *describe(BhView *view)
{
  const char *state = bh_record_get_string(view->record, "state");
  const char *comment = bh_record_get_string(view->record, "comment");
  json_t *out = json_object();

  json_object_set_new(out, "id", json_string(bh_record_get_id(view->record)));
  json_object_set_new(out, "state", state != NULL ? json_string(state) : json_null());
  json_object_set_new(out, "comment", comment != NULL ? json_string(comment) : json_null());
  return out;
}

json_t *bh_review_find_open(BhDevice *device, const char *kind_name, const char *record)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  const BhKind *review = bh_kind_set_find(device->kinds, BH_REVIEW_KIND);

  if (kind == NULL || review == NULL || !bh_kind_is_reviewable(kind))
    return json_null();
  const char *field = bh_kind_get_parent_field(review);
  g_autoptr(json_t) value = json_string(record);
  g_autoptr(GArray) numbers = bh_terms_store_list_of(
      device, BH_REVIEW_KIND, field != NULL ? field : "parent", value, -1, NULL);
  if (numbers == NULL)
    return json_null();
  for (guint i = 0; i < numbers->len; i++) {
    g_autofree char *id = bh_records_store_dup_id(device, g_array_index(numbers, gint64, i), NULL);
    BhView *view = id != NULL ? bh_view_get(device, id, NULL) : NULL;
    if (view != NULL &&
        g_strcmp0(bh_record_get_string(view->record, "state"), BH_REVIEW_CLOSED) != 0)
      return describe(view);
  }
  return json_null();
}

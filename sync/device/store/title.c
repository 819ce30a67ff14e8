/* Makes titles of records by the template that their kind declares. */
#include "sync/device/store/title.h"

#include <string.h>

#include "sync/device/store/views.h"

static json_t *title_value(BhDevice *device, const BhKind *kind, const BhRecord *record,
                           const char *name, gboolean personal)
{
  const BhField *field = bh_kind_find_field(kind, name);
  json_t *value = bh_record_get(record, name);
  g_auto(BhRow) row = {0};

  if (field == NULL || value == NULL || (bh_field_is_personal(field) && !personal))
    return NULL;
  if (bh_field_get_type(field) != BH_FIELD_REF || !json_is_string(value))
    return json_incref(value);
  if (!bh_records_store_find(device, json_string_value(value), &row, NULL) || row.number == 0)
    return json_incref(value);
  return json_string(row.title);
}

const json_t *bh_title_get_values(const char *record, gpointer device)
{
  BhView *view = bh_view_get(device, record, NULL);
  return view != NULL ? bh_view_get_values(view) : NULL;
}

static char *make_title(BhDevice *device, const BhRecord *record, gboolean personal)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, bh_record_get_kind(record));
  g_autoptr(json_t) values = json_object();

  if (kind == NULL)
    return g_strdup(bh_record_get_id(record));
  const char *text = bh_json_string_or(bh_kind_get_declaration(kind), "title", "");
  for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{')) {
    const char *close = strchr(open, '}');
    if (close == NULL)
      break;
    g_autofree char *name = g_strndup(open + 1, (gsize)(close - open - 1));
    json_t *value = title_value(device, kind, record, name, personal);
    if (value != NULL)
      json_object_set_new(values, name, value);
  }
  for (const char *const *ref = bh_kind_get_title_refs(kind); *ref != NULL; ref++)
    if (json_object_get(values, *ref) == NULL && bh_record_get(record, *ref) != NULL)
      json_object_set(values, *ref, bh_record_get(record, *ref));
  return bh_kind_dup_title_with(kind, values, "zh", bh_title_get_values, device);
}

char *bh_record_dup_title(BhDevice *device, const BhRecord *record)
{
  return make_title(device, record, TRUE);
}

char *bh_record_dup_searched_title(BhDevice *device, const BhRecord *record)
{
  return make_title(device, record, FALSE);
}

/* The sample data as records of a hub; see assets/samples/README.md. */
#include "tests/office/samples.h"

#include "schema/ident.h"
#include "schema/json.h"
#include "schema/paths.h"

#define SAMPLES_MAX (4 * 1024 * 1024) /* bytes */

static json_t *resolve(const json_t *value, const char *space)
{
  const char *name = json_string_value(json_object_get(value, "$ref"));
  if (name != NULL) {
    char id[BH_ID_LEN + 1];
    bh_id_from_name(space, name, id);
    return json_string(id);
  }
  if (!json_is_array(value))
    return json_incref((json_t *)value);
  json_t *out = json_array();
  gsize index;
  json_t *item;
  json_array_foreach((json_t *)value, index, item) {
    json_array_append_new(out, resolve(item, space));
  }
  return out;
}

static gboolean load_one(BhHub *hub, const json_t *record, const char *space, GError **error)
{
  char id[BH_ID_LEN + 1];
  bh_id_from_name(space, bh_json_string_or(record, "name", ""), id);
  g_autoptr(json_t) set = json_object();
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(record, "set"), key, value) {
    json_object_set_new(set, key, resolve(value, space));
  }
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:O}]", "record", id, "kind",
                                    bh_json_string_or(record, "kind", ""), "set", set);
  g_autofree char *entry = bh_hub_append(hub, NULL, ops, error);
  return entry != NULL;
}

gboolean test_load_samples(BhHub *hub, const char *name, GError **error)
{
  g_autofree char *path = bh_data_path("assets", "samples", name, NULL);
  g_autoptr(json_t) file = bh_json_load_file(path, SAMPLES_MAX, error);
  const char *space = bh_json_string_or(file, "space", "");
  gsize index;
  json_t *record;
  if (file == NULL)
    return FALSE;
  json_array_foreach(json_object_get(file, "records"), index, record) {
    if (!load_one(hub, record, space, error))
      return FALSE;
  }
  return TRUE;
}

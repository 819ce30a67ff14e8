/* Adds a kind to the kinds of a hub. */
#include "tests/office/extra-kind.h"

#include "schema/paths.h"

gboolean test_add_kind(BhHub *hub, const char *file, GError **error)
{
  g_autofree char *path = bh_data_path("tests", "support", file, NULL);
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(hub);
  g_ptr_array_add(paths, path);
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_files(before, paths, error);
  return kinds != NULL && bh_hub_set_kinds(hub, kinds, error);
}

char *test_add_measure(BhHub *hub, GError **error)
{
  char id[BH_ID_LEN + 1];
  bh_id_from_name("test", "measure", id);
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s,s:i,s:s,s:s}}]", "record", id, "kind", "measure", "set", "name",
                "样例量表", "length", 95, "page", "https://example.cn/x?y=1", "state", "open");
  if (!test_add_kind(hub, "measure-kind.json", error))
    return NULL;
  g_autofree char *entry = bh_hub_append(hub, NULL, ops, error);
  return entry != NULL ? g_strdup(id) : NULL;
}

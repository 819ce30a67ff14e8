/* Adds a kind to the kinds of a hub. */
#include "tests/office/extra-kind.h"

#include <string.h>

#include "schema/paths.h"

#define KINDS_MAX (4 * 1024 * 1024) /* bytes */

gboolean test_add_kind(BhHub *hub, const char *file, GError **error)
{
  g_autofree char *path = bh_data_path("tests", "support", file, NULL);
  g_autoptr(json_t) kind = bh_json_load_file(path, KINDS_MAX, error);
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(hub);
  const char *old = bh_kind_set_get_text(before);
  g_autoptr(json_t) root =
      kind != NULL ? bh_json_parse(old, strlen(old), KINDS_MAX, "kinds", error) : NULL;
  if (root == NULL)
    return FALSE;
  /* The canonical text of a set has the kinds sorted by name. */
  const char *name = bh_json_string_or(kind, "kind", "");
  json_t *list = json_object_get(root, "kinds");
  gsize place = 0;
  while (place < json_array_size(list) &&
         strcmp(bh_json_string_or(json_array_get(list, place), "kind", ""), name) < 0)
    place++;
  json_array_insert(list, place, kind);
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(text, strlen(text), error);
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

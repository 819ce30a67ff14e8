/* Loads packs of code lists. Each code becomes a record, which devices receive as others. Start at
 * bh_load_take_codes. */
#include "sync/hub/cli/load-internal.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/error.h"

/* What a code says, else what its list says. Borrowed; NULL: neither. */
static const char *get_either(const json_t *code, const json_t *list, const char *key)
{
  return bh_json_string_or(code, key, bh_json_string_or(list, key, NULL));
}

/* Refuses a code that has another label elsewhere in the file. `labels`: "LIST CODE" → label. */
static gboolean is_one_label(BhLoad *load, const char *where, const char *list, const char *code,
                             const char *label, GHashTable *labels)
{
  g_autofree char *key = g_strconcat(list, " ", code, NULL);
  const char *known = g_hash_table_lookup(labels, key);
  if (known == NULL) {
    g_hash_table_insert(labels, g_steal_pointer(&key), (gpointer)label);
    return TRUE;
  }
  if (strcmp(known, label) == 0)
    return TRUE;
  g_autofree char *text =
      g_strdup_printf(bh_load_is_zh(load) ? "代码“%s”在本文件里又叫“%s”，同一代码各地名称应一致"
                                          : "the code \"%s\" is also that of \"%s\" in this file",
                      code, known);
  bh_load_add_problem(load, where, text);
  return FALSE;
}

/* The id follows from list, code, area and first day, so that a later file changes the record. */
static gboolean take_code(BhLoad *load, const char *path, const json_t *list, const json_t *code,
                          size_t position, GHashTable *labels, GError **error)
{
  static const char *const allowed[] = {"code", "label", "area", "valid_from", "valid_to", NULL};
  g_autofree char *base = g_path_get_basename(path);
  const char *list_name = bh_json_string_or(list, "list", "");
  const char *name = bh_json_get_string(code, "code", base, error);
  g_autofree char *where =
      g_strdup_printf("%s, %s, %s", base, list_name, name != NULL ? name : "?");
  const json_t *label = name != NULL ? bh_json_get_object(code, "label", where, error) : NULL;
  const char *zh = label != NULL ? bh_json_get_string(label, "zh", where, error) : NULL;
  if (zh == NULL || !bh_json_check_keys(code, allowed, where, error))
    return FALSE;
  const char *area = get_either(code, list, "area");
  const char *from = get_either(code, list, "valid_from");
  if (!is_one_label(load, where, list_name, name, zh, labels))
    return TRUE;
  g_autofree char *key =
      g_strjoin("/", list_name, name, area != NULL ? area : "", from != NULL ? from : "", NULL);
  g_autoptr(json_t) set = json_pack(
      "{s:s, s:s, s:s, s:s*, s:s*, s:s*}", "list", list_name, "code", name, "label_zh", zh,
      "label_en", bh_json_string_or(label, "en", NULL), "area", area, "valid_from", from);
  json_object_update_new(
      set, json_pack("{s:s*, s:s*, s:I}", "valid_to", get_either(code, list, "valid_to"), "basis",
                     bh_json_string_or(list, "source", NULL), "position", (json_int_t)position));
  char id[BH_ID_LEN + 1];
  bh_id_from_name(BH_CODE_KIND, key, id);
  bh_load_add(load, id, BH_CODE_KIND, where, set);
  return TRUE;
}

gboolean bh_load_take_codes(BhLoad *load, const char *path, const json_t *file, GError **error)
{
  static const char *const allowed[] = {"bihuan-codes", "lists", NULL};
  static const char *const members[] = {"list",   "area",  "valid_from", "valid_to",
                                        "source", "codes", NULL};
  g_autoptr(GHashTable) labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  json_t *lists = bh_json_check_keys(file, allowed, path, error)
                      ? bh_json_get_array(file, "lists", path, error)
                      : NULL;
  size_t i;
  json_t *list;
  json_array_foreach(lists, i, list) {
    size_t k;
    json_t *code;
    json_t *codes = bh_json_check_keys(list, members, path, error) &&
                            bh_json_get_string(list, "list", path, error) != NULL
                        ? bh_json_get_array(list, "codes", path, error)
                        : NULL;
    if (codes == NULL)
      return FALSE;
    json_array_foreach(codes, k, code) {
      if (!take_code(load, path, list, code, k + 1, labels, error))
        return FALSE;
    }
  }
  return lists != NULL;
}

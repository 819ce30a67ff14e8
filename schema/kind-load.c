/* Reads a kind set from the files of a folder, or from its canonical text. Start with
 * bh_kind_set_load_dir. */
#include "schema/condition-internal.h"

#include <string.h>
#include "schema/error.h"

#define KIND_FILE_MAX (256 * 1024)
#define KIND_SET_MAX (2 * 1024 * 1024)
#define KINDS_MAX 400

static gint compare_names(gconstpointer a, gconstpointer b)
{
  const BhKind *const *left = a;
  const BhKind *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

static BhKindSet *kind_set_new(void)
{
  BhKindSet *set = g_new0(BhKindSet, 1);
  g_atomic_ref_count_init(&set->refs);
  set->kinds = g_ptr_array_new_with_free_func((GDestroyNotify)bh_kind_free);
  set->index = g_hash_table_new(g_str_hash, g_str_equal);
  set->settings = g_hash_table_new(g_str_hash, g_str_equal);
  set->setting_choices = json_array();
  set->list_choices = json_array();
  set->groups = json_array();
  set->declarations = json_pack("{s:i, s:[]}", "bihuan-kinds", 1, "kinds");
  return set;
}

/* Parses a declaration and adds the kind. The set takes a reference to `declaration`. */
static gboolean add_kind(BhKindSet *set, json_t *declaration, const char *file, const char *root,
                         GError **error)
{
  json_t *kinds = json_object_get(set->declarations, "kinds");
  json_array_append(kinds, declaration);
  BhKind *kind = bh_kind_parse(declaration, file, root, error);
  if (kind == NULL)
    return FALSE;
  g_ptr_array_add(set->kinds, kind);
  if (!g_hash_table_insert(set->index, (gpointer)kind->name, kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: %s.kind: duplicate kind \"%s\"", file, root,
                kind->name);
    return FALSE;
  }
  return TRUE;
}

static const char *get_root(const BhKind *kind, GHashTable *roots)
{
  return roots != NULL ? g_hash_table_lookup(roots, kind->name) : "$";
}

/* Sorts all kinds by name and makes the second pass over them. `roots` maps the name of a kind to
 * its JSON path; NULL when each kind has its own file. */
static gboolean resolve(BhKindSet *set, GHashTable *roots, GError **error)
{
  g_ptr_array_sort(set->kinds, compare_names);
  bh_kind_set_link(set);
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(set->kinds, i);
    if (!bh_kind_check_computed(kind, set, get_root(kind, roots), error))
      return FALSE;
  }
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(set->kinds, i);
    if (!bh_kind_resolve(kind, set, get_root(kind, roots), error))
      return FALSE;
  }
  return TRUE;
}

/* Sets the canonical text and hash of the sorted set. */
static gboolean name_set(BhKindSet *set, GError **error)
{
  json_t *sorted = json_array();
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(set->kinds, i);
    json_array_append(sorted, (json_t *)kind->declaration);
  }
  json_object_set_new(set->declarations, "kinds", sorted);
  set->text = bh_json_dump_sorted(set->declarations);
  if (set->text == NULL || strlen(set->text) > KIND_SET_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "kinds: more than %d bytes in total",
                KIND_SET_MAX);
    return FALSE;
  }
  set->hash = bh_hash_hex(set->text, strlen(set->text));
  return TRUE;
}

static gint compare_strings(gconstpointer a, gconstpointer b)
{
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

static GPtrArray *list_json_files(const char *dir, GError **error)
{
  g_autoptr(GDir) handle = g_dir_open(dir, 0, NULL);
  if (handle == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: cannot be read as a directory", dir);
    return NULL;
  }
  GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
  for (const char *name = g_dir_read_name(handle); name != NULL; name = g_dir_read_name(handle))
    if (g_str_has_suffix(name, ".json") && name[0] != '.')
      g_ptr_array_add(names, g_strdup(name));
  g_ptr_array_sort(names, compare_strings);
  return names;
}

BhKindSet *bh_kind_set_load_dir(const char *dir, GError **error)
{
  g_autoptr(GPtrArray) names = list_json_files(dir, error);
  if (names == NULL)
    return NULL;
  if (names->len == 0 || names->len > KINDS_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s: contains %u kinds, from 1 to %d are allowed", dir, names->len, KINDS_MAX);
    return NULL;
  }
  g_autoptr(BhKindSet) set = kind_set_new();
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index(names, i);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(json_t) declaration = bh_json_load_file(path, KIND_FILE_MAX, error);
    if (declaration == NULL || !add_kind(set, declaration, path, "$", error))
      return NULL;
    const BhKind *kind = g_ptr_array_index(set->kinds, i);
    g_autofree char *expected = g_strconcat(kind->name, ".json", NULL);
    if (!g_str_equal(expected, name)) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: $.kind: the file must be named %s", path,
                  expected);
      return NULL;
    }
  }
  return resolve(set, NULL, error) && name_set(set, error) ? g_steal_pointer(&set) : NULL;
}

/* Reads the file `path` of a kind into `files` {name: declaration} and `paths` {name: path}. */
static gboolean read_file(const char *path, json_t *files, GHashTable *paths, GError **error)
{
  g_autoptr(json_t) declaration = bh_json_load_file(path, KIND_FILE_MAX, error);
  const char *name =
      declaration != NULL ? bh_json_get_string(declaration, "kind", path, error) : NULL;
  if (name == NULL)
    return FALSE;
  if (json_object_get(files, name) != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: $.kind: duplicate kind \"%.48s\"", path,
                name);
    return FALSE;
  }
  g_hash_table_insert(paths, g_strdup(name), (gpointer)path);
  json_object_set(files, name, declaration);
  return TRUE;
}

BhKindSet *bh_kind_set_load_files(const BhKindSet *base, const GPtrArray *paths, GError **error)
{
  g_autoptr(json_t) files = json_object();
  g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(BhKindSet) set = kind_set_new();
  const char *name;
  json_t *declaration;
  for (guint i = 0; i < paths->len; i++)
    if (!read_file(g_ptr_array_index(paths, i), files, places, error))
      return NULL;
  for (guint i = 0; i < base->kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(base->kinds, i);
    if (json_object_get(files, kind->name) == NULL &&
        !add_kind(set, (json_t *)kind->declaration, kind->name, "$", error))
      return NULL;
  }
  json_object_foreach(files, name, declaration) {
    if (!add_kind(set, declaration, g_hash_table_lookup(places, name), "$", error))
      return NULL;
  }
  if (set->kinds->len > KINDS_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "kinds: %u kinds, at most %d are allowed",
                set->kinds->len, KINDS_MAX);
    return NULL;
  }
  return resolve(set, NULL, error) && name_set(set, error) ? g_steal_pointer(&set) : NULL;
}

static BhKindSet *read_text(const char *text, gsize len, GError **error)
{
  static const char *const allowed[] = {"bihuan-kinds", "kinds", NULL};
  g_autoptr(json_t) root = bh_json_parse_shared(text, len, KIND_SET_MAX, "kinds", error);
  if (root == NULL)
    return NULL;
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, "kinds", error);
  const json_t *kinds = NULL;
  gint64 version = 0;
  if (!bh_place_is_object(&place, root, allowed) ||
      !bh_place_int(&place, root, "bihuan-kinds", 1, 1, &version) ||
      !bh_place_array(&place, root, "kinds", TRUE, KINDS_MAX, &kinds))
    return NULL;
  if (version != 1) {
    bh_place_fail(&place, "\"bihuan-kinds\" is missing");
    return NULL;
  }
  g_autoptr(BhKindSet) set = kind_set_new();
  g_autoptr(GHashTable) roots = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)kinds, index, declaration) {
    g_autofree char *path = g_strdup_printf("$.kinds[%" G_GSIZE_FORMAT "]", index);
    if (!add_kind(set, declaration, "kinds", path, error))
      return NULL;
    const BhKind *kind = g_ptr_array_index(set->kinds, index);
    g_hash_table_insert(roots, (gpointer)kind->name, g_steal_pointer(&path));
  }
  return resolve(set, roots, error) ? g_steal_pointer(&set) : NULL;
}

BhKindSet *bh_kind_set_from_text(const char *text, gsize len, GError **error)
{
  g_autoptr(BhKindSet) set = read_text(text, len, error);
  return set != NULL && name_set(set, error) ? g_steal_pointer(&set) : NULL;
}

BhKindSet *bh_kind_set_from_stored_text(const char *text, const char *hash, GError **error)
{
  gsize len = strlen(text);
  g_autofree char *found = bh_hash_hex(text, len);
  if (!g_str_equal(found, hash)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
                "kinds: the stored text does not match its hash %.64s", hash);
    return NULL;
  }
  g_autoptr(BhKindSet) set = read_text(text, len, error);
  if (set == NULL)
    return NULL;
  set->hash = g_steal_pointer(&found);
  return g_steal_pointer(&set);
}

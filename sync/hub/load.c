#include "sync/hub/load.h"

#include <string.h>

#include "schema/checklist.h"
#include "schema/civil.h"
#include "sync/hub/enrol.h"
#include "sync/hub/office.h"

typedef struct {
  BhHub *hub;
  gboolean demo;
  GPtrArray *kind_dirs;  /* char* */
  GPtrArray *regions;    /* char* paths */
  GPtrArray *checklists; /* char* csv paths */
  GPtrArray *records;    /* json_t* {"record","kind","set"} */
  GPtrArray *pins;       /* json_t* whole files */
  GPtrArray *passwords;
  json_t *skipped;
  gint64 entries;
} Load;

static void free_json(gpointer value)
{
  json_decref(value);
}

static void load_clear(Load *load)
{
  g_ptr_array_unref(load->kind_dirs);
  g_ptr_array_unref(load->regions);
  g_ptr_array_unref(load->checklists);
  g_ptr_array_unref(load->records);
  g_ptr_array_unref(load->pins);
  g_ptr_array_unref(load->passwords);
  json_decref(load->skipped);
}

/* --- finding out what there is --- */

static json_t *resolve_refs(const char *space, const json_t *value)
{
  if (json_is_object(value)) {
    const char *name = bh_json_string_or(value, "$ref", NULL);
    const char *key;
    json_t *member;
    if (name != NULL && json_object_size(value) == 1) {
      char id[BH_ID_LEN + 1];
      bh_id_from_name(space, name, id);
      return json_string(id);
    }
    json_t *copy = json_object();
    json_object_foreach((json_t *)value, key, member)
        json_object_set_new(copy, key, resolve_refs(space, member));
    return copy;
  }
  if (json_is_array(value)) {
    size_t at;
    json_t *element;
    json_t *copy = json_array();
    json_array_foreach((json_t *)value, at, element)
        json_array_append_new(copy, resolve_refs(space, element));
    return copy;
  }
  return json_incref((json_t *)value);
}

static gboolean take_records(Load *load, const char *path, const json_t *file, GError **error)
{
  const char *space = bh_json_get_string(file, "space", path, error);
  json_t *records = space != NULL ? bh_json_get_array(file, "records", path, error) : NULL;
  size_t at;
  json_t *record;
  if (records == NULL)
    return FALSE;
  json_array_foreach(records, at, record)
  {
    g_autofree char *where = g_strdup_printf("%s, record %zu", path, at);
    const char *name = bh_json_get_string(record, "name", where, error);
    const char *kind = name != NULL ? bh_json_get_string(record, "kind", where, error) : NULL;
    json_t *set = kind != NULL ? bh_json_get_object(record, "set", where, error) : NULL;
    char id[BH_ID_LEN + 1];
    if (set == NULL)
      return FALSE;
    bh_id_from_name(space, name, id);
    g_ptr_array_add(load->records, json_pack("{s:s, s:s, s:o, s:s}", "record", id, "kind", kind,
                                             "set", resolve_refs(space, set), "name", where));
  }
  return TRUE;
}

static gboolean take_json(Load *load, const char *path, GError **error)
{
  g_autofree char *base = g_path_get_basename(path);
  g_autoptr(json_t) file = bh_json_load_file(path, BH_LOAD_FILE_MAX, error);
  if (file == NULL)
    return FALSE;
  if (json_object_get(file, "bihuan-kind") != NULL) {
    char *dir = g_path_get_dirname(path);
    if (g_ptr_array_find_with_equal_func(load->kind_dirs, dir, g_str_equal, NULL))
      g_free(dir);
    else
      g_ptr_array_add(load->kind_dirs, dir);
  } else if (json_object_get(file, "bihuan-items") != NULL) {
    return TRUE; /* belongs to its CSV */
  } else if (json_object_get(file, "bihuan-records") != NULL) {
    return take_records(load, path, file, error);
  } else if (json_object_get(file, "areas") != NULL) {
    g_ptr_array_add(load->regions, g_strdup(path));
  } else if (json_object_get(file, "calendar") != NULL) {
    g_autoptr(BhCalendar) calendar = bh_calendar_load(path, error);
    return calendar != NULL;
  } else if (load->demo && strcmp(base, "demo-pins.json") == 0) {
    g_ptr_array_add(load->pins, g_steal_pointer(&file));
  } else if (load->demo && strcmp(base, "demo-passwords.json") == 0) {
    g_ptr_array_add(load->passwords, g_steal_pointer(&file));
  } else {
    json_array_append_new(load->skipped, json_string(base));
  }
  return TRUE;
}

static gboolean take_file(Load *load, const char *path, GError **error)
{
  if (g_str_has_suffix(path, ".json"))
    return take_json(load, path, error);
  if (g_str_has_suffix(path, ".csv"))
    g_ptr_array_add(load->checklists, g_strdup(path));
  else if (!g_str_has_suffix(path, ".md")) {
    g_autofree char *base = g_path_get_basename(path);
    json_array_append_new(load->skipped, json_string(base));
  }
  return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean take_path(Load *load, const char *path, GError **error)
{
  g_autoptr(GError) failed = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: there is no such file", path);
    return FALSE;
  }
  if (!g_file_test(path, G_FILE_TEST_IS_DIR))
    return take_file(load, path, error);
  g_autoptr(GDir) dir = g_dir_open(path, 0, &failed);
  if (dir == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL)
    g_ptr_array_add(names, g_build_filename(path, name, NULL));
  g_ptr_array_sort(names, compare_names);
  for (guint i = 0; i < names->len; i++)
    if (g_file_test(names->pdata[i], G_FILE_TEST_IS_REGULAR) &&
        !g_str_has_suffix(names->pdata[i], "meson.build") &&
        !take_file(load, names->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* --- checklists become records --- */

static gboolean take_checklist(Load *load, const BhKindSet *kinds, const char *csv, GError **error)
{
  g_autofree char *stem = g_strndup(csv, strlen(csv) - strlen(".csv"));
  g_autofree char *items_path = g_strconcat(stem, ".items.json", NULL);
  g_autoptr(BhChecklist) list = bh_checklist_load(csv, items_path, error);
  if (list == NULL || !bh_checklist_check(list, kinds, error))
    return FALSE;
  const BhChecklistHead *head = bh_checklist_get_head(list);
  g_autofree char *name = g_strconcat(head->code, "/", head->version, NULL);
  json_t *items = bh_checklist_to_json(list);
  g_autofree char *text = bh_json_dump_sorted(items);
  g_autofree char *sha = bh_hash_hex(text, strlen(text));
  char id[BH_ID_LEN + 1];
  bh_id_from_name("checklist", name, id);
  json_t *set = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "code", head->code, "name",
                          head->name, "version", head->version, "valid_from", head->valid_from,
                          "source", head->source, "items", items, "sha256", sha);
  if (head->sector != NULL && *head->sector != '\0')
    json_object_set_new(set, "sector", json_string(head->sector));
  g_ptr_array_add(load->records, json_pack("{s:s, s:s, s:o, s:s}", "record", id, "kind",
                                           "checklist", "set", set, "name", csv));
  return TRUE;
}

/* --- writing --- */

/* What others refer to comes first. */
static int rank_of(const json_t *record)
{
  static const char *const order[] = {"unit", "staff", "checklist", "enterprise"};
  const char *kind = bh_json_string_or(record, "kind", "");
  for (guint i = 0; i < G_N_ELEMENTS(order); i++)
    if (strcmp(kind, order[i]) == 0)
      return (int)i;
  return G_N_ELEMENTS(order);
}

static gboolean write_record(Load *load, BhDb *db, const json_t *record, GError **error)
{
  const char *id = bh_json_string_or(record, "record", "");
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRecord) there = bh_hub_load_record(db, id, &failed);
  if (there == NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  g_autoptr(json_t) set = json_object();
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(record, "set"), key, value)
  {
    json_t *now = there != NULL ? bh_record_get(there, key) : NULL;
    if (now == NULL || !json_equal(now, value))
      json_object_set(set, key, value);
  }
  /* A state that went on since the first load stays. */
  if (there != NULL && bh_record_get(there, "state") != NULL)
    json_object_del(set, "state");
  if (json_object_size(set) == 0)
    return TRUE;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:O}]", "record", id, "kind",
                                    bh_json_string_or(record, "kind", ""), "set", set);
  g_autofree char *entry = bh_hub_append_in(load->hub, db, NULL, ops, error);
  if (entry == NULL) {
    g_prefix_error(error, "%s: ", bh_json_string_or(record, "name", ""));
    return FALSE;
  }
  load->entries++;
  return TRUE;
}

static gboolean write_records(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  Load *load = data;
  for (int rank = 0; rank <= 4; rank++)
    for (guint i = 0; i < load->records->len; i++)
      if (rank_of(load->records->pdata[i]) == rank &&
          !write_record(load, db, load->records->pdata[i], error))
        return FALSE;
  return TRUE;
}

static int write_secrets(Load *load, GPtrArray *files, gboolean pins, GError **error)
{
  int n = 0;
  for (guint i = 0; i < files->len; i++) {
    const char *name;
    json_t *secret;
    json_object_foreach((json_t *)files->pdata[i], name, secret)
    {
      char id[BH_ID_LEN + 1];
      const char *text = json_string_value(secret);
      bh_id_from_name("samples", name, id);
      if (text == NULL || !(pins ? bh_enrol_set_pin(load->hub, id, text, error)
                                 : bh_office_set_password(load->hub, id, name, text, error))) {
        g_prefix_error(error, "%s: ", name);
        return -1;
      }
      n++;
    }
  }
  return n;
}

static gboolean use_kind_dirs(Load *load, GError **error)
{
  for (guint i = 0; i < load->kind_dirs->len; i++) {
    g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(load->kind_dirs->pdata[i], error);
    if (kinds == NULL || !bh_hub_set_kinds(load->hub, kinds, error))
      return FALSE;
  }
  for (guint i = 0; i < load->regions->len; i++)
    if (!bh_hub_set_region(load->hub, load->regions->pdata[i], error))
      return FALSE;
  return TRUE;
}

static json_t *load_all(Load *load, const char *const *paths, GError **error)
{
  for (int i = 0; paths[i] != NULL; i++)
    if (!take_path(load, paths[i], error))
      return NULL;
  if (!use_kind_dirs(load, error))
    return NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(load->hub);
  for (guint i = 0; i < load->checklists->len; i++)
    if (!take_checklist(load, kinds, load->checklists->pdata[i], error))
      return NULL;
  if (!bh_hub_write(load->hub, write_records, load, error))
    return NULL;
  int pins = write_secrets(load, load->pins, TRUE, error);
  int passwords = pins >= 0 ? write_secrets(load, load->passwords, FALSE, error) : -1;
  if (passwords < 0)
    return NULL;
  return json_pack("{s:s, s:i, s:i, s:I, s:i, s:i, s:O}", "kinds", bh_kind_set_get_hash(kinds),
                   "checklists", (int)load->checklists->len, "records", (int)load->records->len,
                   "entries", (json_int_t)load->entries, "pins", pins, "passwords", passwords,
                   "skipped", load->skipped);
}

json_t *bh_load_paths(BhHub *hub, const char *const *paths, gboolean demo, GError **error)
{
  Load load = {
      .hub = hub,
      .demo = demo,
      .kind_dirs = g_ptr_array_new_with_free_func(g_free),
      .regions = g_ptr_array_new_with_free_func(g_free),
      .checklists = g_ptr_array_new_with_free_func(g_free),
      .records = g_ptr_array_new_with_free_func(free_json),
      .pins = g_ptr_array_new_with_free_func(free_json),
      .passwords = g_ptr_array_new_with_free_func(free_json),
      .skipped = json_array(),
  };
  json_t *result = load_all(&load, paths, error);
  load_clear(&load);
  return result;
}

/* Loads files: reads all of them, checks all records, and writes them in one transaction. Tables
 * are read in load-table.c, checklists in load-checklist.c, records are checked in load-check.c.
 * Start at load_all. */
#include "sync/hub/records/records.h"
#include "sync/hub/cli/load-internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/page-needs.h"
#include "schema/paths.h"
#include "schema/setting-values.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/office/office.h"

static void free_json(gpointer value)
{
  json_decref(value);
}

static void record_free(gpointer data)
{
  BhLoadRecord *record = data;
  g_free(record->id);
  g_free(record->kind);
  g_free(record->where);
  json_decref(record->set);
  json_decref(record->reported);
  g_free(record);
}

static void load_clear(BhLoad *load)
{
  g_clear_pointer(&load->names, bh_names_free);
  g_clear_pointer(&load->cache, bh_value_cache_free);
  g_clear_pointer(&load->own_region, bh_region_free);
  g_clear_pointer(&load->kinds, bh_kind_set_unref);
  bh_hub_release_reader(load->hub, load->db);
  g_ptr_array_unref(load->kind_dirs);
  g_ptr_array_unref(load->kind_files);
  g_ptr_array_unref(load->regions);
  g_ptr_array_unref(load->checklists);
  g_ptr_array_unref(load->tables);
  g_hash_table_unref(load->by_id);
  g_ptr_array_unref(load->records);
  g_ptr_array_unref(load->pins);
  g_ptr_array_unref(load->passwords);
  g_string_free(load->problems, TRUE);
  json_decref(load->skipped);
  json_decref(load->warnings);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhLoad, load_clear)

/* --- problems --- */

gboolean bh_load_is_zh(const BhLoad *load)
{
  return load->options->lang[0] == 'z';
}

char *bh_load_format_place(const BhLoad *load, const char *path, int line)
{
  g_autofree char *base = g_path_get_basename(path);
  if (line <= 0)
    return g_steal_pointer(&base);
  return g_strdup_printf(bh_load_is_zh(load) ? "%s 第 %d 行" : "%s, line %d", base, line);
}

void bh_load_add_problem(BhLoad *load, const char *where, const char *text)
{
  if (load->n_problems++ < BH_LOAD_PROBLEMS_SHOWN)
    g_string_append_printf(load->problems, bh_load_is_zh(load) ? "\n  %s：%s" : "\n  %s: %s", where,
                           text);
}

void bh_load_add_field_problem(BhLoad *load, BhLoadRecord *record, const BhField *field,
                               const char *typed, const char *text)
{
  g_autofree char *complaint = bh_names_format_problem(load->names, field, typed, text);
  bh_load_add_problem(load, record->where, complaint);
  json_object_set_new(record->reported, bh_field_get_name(field), json_true());
  record->is_bad = TRUE;
}

void bh_load_add_field_warning(BhLoad *load, const BhLoadRecord *record, const BhField *field,
                               const char *typed, const char *text)
{
  g_autofree char *complaint = bh_names_format_problem(load->names, field, typed, text);
  json_array_append_new(load->warnings, json_sprintf(bh_load_is_zh(load) ? "%s：%s" : "%s: %s",
                                                     record->where, complaint));
}

char *bh_load_format_duplicate(const BhLoad *load, const BhLoadRecord *first)
{
  return g_strdup_printf(bh_load_is_zh(load) ? "与 %s 重复" : "the same as %s", first->where);
}

BhLoadRecord *bh_load_add(BhLoad *load, const char *id, const char *kind, const char *where,
                          json_t *set)
{
  const BhLoadRecord *first = g_hash_table_lookup(load->by_id, id);
  if (first != NULL) {
    g_autofree char *text = bh_load_format_duplicate(load, first);
    bh_load_add_problem(load, where, text);
    return NULL;
  }
  BhLoadRecord *record = g_new0(BhLoadRecord, 1);
  record->id = g_strdup(id);
  record->kind = g_strdup(kind);
  record->where = g_strdup(where);
  record->set = json_incref(set);
  record->reported = json_object();
  g_ptr_array_add(load->records, record);
  g_hash_table_insert(load->by_id, record->id, record);
  return record;
}

void bh_load_add_file_problem(BhLoad *load, const char *path, const char *zh, const char *en)
{
  g_autofree char *base = g_path_get_basename(path);
  bh_load_add_problem(load, base, bh_load_is_zh(load) ? zh : en);
}

/* Whether there are no problems. FALSE with one error that lists all problems. */
static gboolean is_clean(BhLoad *load, GError **error)
{
  guint more = load->n_problems - MIN(load->n_problems, BH_LOAD_PROBLEMS_SHOWN);
  if (load->n_problems == 0)
    return TRUE;
  if (more > 0)
    g_string_append_printf(load->problems,
                           bh_load_is_zh(load) ? "\n  另有 %u 处" : "\n  and %u more", more);
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              bh_load_is_zh(load) ? "有 %u 处错误，什么也没有装载：%s"
                                  : "%u faults, nothing was loaded:%s",
              load->n_problems, load->problems->str);
  return FALSE;
}

/* --- files --- */

/* A copy of a value in which each {"$ref": NAME} is replaced by the id for that name. */
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
    json_object_foreach((json_t *)value, key, member) {
      json_object_set_new(copy, key, resolve_refs(space, member));
    }
    return copy;
  }
  if (json_is_array(value)) {
    size_t at;
    json_t *element;
    json_t *copy = json_array();
    json_array_foreach((json_t *)value, at, element) {
      json_array_append_new(copy, resolve_refs(space, element));
    }
    return copy;
  }
  return json_incref((json_t *)value);
}

/* The place of a record in a JSON file for people: "r.json 第 2 条（ent-02）", counted from 1.
 * g_free. */
static char *where_of(const BhLoad *load, const char *path, size_t at, const char *name)
{
  g_autofree char *base = g_path_get_basename(path);
  return g_strdup_printf(bh_load_is_zh(load) ? "%s 第 %zu 条（%s）" : "%s, record %zu (%s)", base,
                         at + 1, name != NULL ? name : "?");
}

static gboolean take_records(BhLoad *load, const char *path, const json_t *file, GError **error)
{
  const char *space = bh_json_get_string(file, "space", path, error);
  json_t *records = space != NULL ? bh_json_get_array(file, "records", path, error) : NULL;
  size_t at;
  json_t *record;
  if (records == NULL)
    return FALSE;
  json_array_foreach(records, at, record) {
    const char *name = bh_json_string_or(record, "name", NULL);
    g_autofree char *where = where_of(load, path, at, name);
    name = bh_json_get_string(record, "name", where, error);
    const char *kind = name != NULL ? bh_json_get_string(record, "kind", where, error) : NULL;
    json_t *set = kind != NULL ? bh_json_get_object(record, "set", where, error) : NULL;
    char id[BH_ID_LEN + 1];
    if (set == NULL)
      return FALSE;
    bh_id_from_name(space, name, id);
    g_autoptr(json_t) resolved = resolve_refs(space, set);
    bh_load_add(load, id, kind, where, resolved);
  }
  return TRUE;
}

/* Each year of a calendar becomes a record, which devices receive as others. Its id follows from
 * the year, so that a later pack changes it. */
static gboolean take_calendar(BhLoad *load, const char *path, GError **error)
{
  g_autoptr(json_t) pack = bh_calendar_read_pack(path, error);
  g_autofree char *base = g_path_get_basename(path);
  const char *year;
  json_t *days;
  json_object_foreach(json_object_get(pack, "years"), year, days) {
    char id[BH_ID_LEN + 1];
    g_autofree char *where = g_strdup_printf("%s, %s", base, year);
    g_autoptr(json_t) set =
        json_pack("{s:I, s:O, s:O, s:O}", "year", (json_int_t)g_ascii_strtoll(year, NULL, 10),
                  "off", json_object_get(days, "off"), "work", json_object_get(days, "work"),
                  "basis", json_object_get(pack, "source"));
    bh_id_from_name(BH_CALENDAR_KIND, year, id);
    bh_load_add(load, id, BH_CALENDAR_KIND, where, set);
  }
  return pack != NULL;
}

static gboolean is_secrets(const char *base)
{
  return strcmp(base, "demo-pins.json") == 0 || strcmp(base, "demo-passwords.json") == 0;
}

/* Classifies a JSON file by its content. `is_named`: the command line named the file itself, not
 * its directory. */
static gboolean take_json(BhLoad *load, const char *path, gboolean is_named, GError **error)
{
  g_autofree char *base = g_path_get_basename(path);
  g_autoptr(json_t) file = bh_json_load_file(path, BH_LOAD_FILE_MAX, error);
  if (file == NULL)
    return FALSE;
  if (json_object_get(file, "bihuan-kind") != NULL && is_named) {
    g_ptr_array_add(load->kind_files, g_strdup(path));
  } else if (json_object_get(file, "bihuan-kind") != NULL) {
    char *dir = g_path_get_dirname(path);
    if (g_ptr_array_find_with_equal_func(load->kind_dirs, dir, g_str_equal, NULL))
      g_free(dir);
    else
      g_ptr_array_add(load->kind_dirs, dir);
  } else if (json_object_get(file, "bihuan-items") != NULL) {
    return TRUE; /* an item file is read together with its CSV */
  } else if (json_object_get(file, "bihuan-records") != NULL) {
    return take_records(load, path, file, error);
  } else if (json_object_get(file, "areas") != NULL) {
    g_ptr_array_add(load->regions, g_strdup(path));
  } else if (json_object_get(file, "calendar") != NULL) {
    return take_calendar(load, path, error);
  } else if (json_object_get(file, "bihuan-codes") != NULL) {
    return bh_load_take_codes(load, path, file, error);
  } else if (load->options->demo && is_secrets(base)) {
    g_ptr_array_add(strcmp(base, "demo-pins.json") == 0 ? load->pins : load->passwords,
                    g_steal_pointer(&file));
  } else if (!is_named) {
    json_array_append_new(load->skipped, json_string(base));
  } else if (is_secrets(base)) {
    bh_load_add_file_problem(load, path, "演示口令要加 --demo 才装载",
                             "demo secrets are loaded with --demo only");
  } else {
    bh_load_add_file_problem(
        load, path, "不认识的 JSON：既不是种类、区划包、日历、代码表，也不是记录",
        "unknown JSON: neither kind, region pack, calendar, codes nor records");
  }
  return TRUE;
}

/* Classifies a CSV file. NAME.csv with NAME.items.json in the same directory is a checklist; any
 * other CSV is a table of records. */
static gboolean take_csv(BhLoad *load, const char *path, GError **error)
{
  g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".csv"));
  g_autofree char *items = g_strconcat(stem, ".items.json", NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  if (g_file_test(items, G_FILE_TEST_EXISTS)) {
    g_ptr_array_add(load->checklists, g_strdup(path));
    return TRUE;
  }
  if (!g_file_get_contents(path, &bytes, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  if (g_strstr_len(bytes, 16, "item_no") != NULL) {
    g_autofree char *base = g_path_get_basename(items);
    g_autofree char *zh = g_strdup_printf("检查清单旁边缺少 %s", base);
    g_autofree char *en = g_strdup_printf("a checklist needs %s beside it", base);
    bh_load_add_file_problem(load, path, zh, en);
  } else if (load->options->kind == NULL) {
    bh_load_add_file_problem(load, path, "请用 --kind 说明每一行是什么，如 --kind enterprise",
                             "give the kind of its rows with --kind, such as --kind enterprise");
  } else {
    g_ptr_array_add(load->tables, g_strdup(path));
  }
  return TRUE;
}

static gboolean has_suffix(const char *path, const char *const *suffixes)
{
  g_autofree char *lower = g_ascii_strdown(path, -1);
  for (int i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix(lower, suffixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean take_file(BhLoad *load, const char *path, gboolean is_named, GError **error)
{
  static const char *const sheets[] = {".xlsx", ".xls", ".xlsm", ".ods", ".et", NULL};
  static const char *const json[] = {".json", NULL};
  static const char *const csv[] = {".csv", NULL};
  static const char *const notes[] = {".md", NULL};
  if (has_suffix(path, json))
    return take_json(load, path, is_named, error);
  if (has_suffix(path, csv))
    return take_csv(load, path, error);
  if (has_suffix(path, sheets)) {
    bh_load_add_file_problem(
        load, path, "不能直接读电子表格，请在表格软件里另存为 CSV（CSV UTF-8）再装载",
        "a spreadsheet cannot be read: save it as CSV (CSV UTF-8) and load that");
  } else if (is_named) {
    bh_load_add_file_problem(load, path, "不支持的文件：只能装载 .json 和 .csv",
                             "unsupported type of file: only .json and .csv can be loaded");
  } else if (!has_suffix(path, notes)) {
    g_autofree char *base = g_path_get_basename(path);
    json_array_append_new(load->skipped, json_string(base));
  }
  return TRUE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean take_path(BhLoad *load, const char *path, GError **error)
{
  g_autoptr(GError) failed = NULL;
  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: no such file", path);
    return FALSE;
  }
  if (!g_file_test(path, G_FILE_TEST_IS_DIR))
    return take_file(load, path, TRUE, error);
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
        !take_file(load, names->pdata[i], FALSE, error))
      return FALSE;
  return TRUE;
}

/* --- writing --- */

/* The members of a record that differ from the stored record; a new reference. */
static json_t *dup_changes(const BhLoadRecord *record, BhRecord *stored)
{
  json_t *set = json_object();
  const char *key;
  json_t *value;
  json_object_foreach(record->set, key, value) {
    json_t *now = stored != NULL ? bh_record_get(stored, key) : NULL;
    if (now == NULL || !json_equal(now, value))
      json_object_set(set, key, value);
  }
  /* A stored state is kept, because it may have changed since the first load. */
  if (stored != NULL && bh_record_get(stored, "state") != NULL)
    json_object_del(set, "state");
  return set;
}

/* Writes a record. If the hub refuses it, a problem is added; if there are problems, all records
 * are rolled back in the end. FALSE only when the store fails. */
static gboolean write_record(BhLoad *load, BhDb *db, const BhLoadRecord *record, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRecord) stored = bh_record_load(db, record->id, &failed);
  if (stored == NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  g_autoptr(json_t) set = dup_changes(record, stored);
  g_autoptr(GError) refused = NULL;
  if (json_object_size(set) == 0)
    return TRUE;
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:O}]", "record", record->id, "kind", record->kind, "set", set);
  g_autofree char *entry = bh_hub_append_in(load->hub, db, NULL, ops, &refused);
  if (entry != NULL) {
    load->entries++;
    return TRUE;
  }
  if (g_error_matches(refused, BH_ERROR, BH_ERROR_STORAGE)) {
    g_propagate_error(error, g_steal_pointer(&refused));
    return FALSE;
  }
  bh_load_add_problem(load, record->where, refused->message);
  return TRUE;
}

/* Writes all records, kinds to which others refer first. */
static gboolean write_records(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  BhLoad *load = data;
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_by_refs(load->kinds);
  for (guint k = 0; k < kinds->len; k++)
    for (guint i = 0; i < load->records->len; i++) {
      const BhLoadRecord *record = load->records->pdata[i];
      if (strcmp(record->kind, bh_kind_get_name(kinds->pdata[k])) == 0 && !record->is_bad &&
          !write_record(load, db, record, error))
        return FALSE;
    }
  return is_clean(load, error);
}

static int write_secrets(BhLoad *load, GPtrArray *files, gboolean pins, GError **error)
{
  int n = 0;
  for (guint i = 0; i < files->len; i++) {
    const char *name;
    json_t *secret;
    json_object_foreach((json_t *)files->pdata[i], name, secret) {
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

/* Refuses kinds with which the pages of the collector could not work. */
static gboolean put_kinds(BhLoad *load, BhKindSet *kinds, GError **error)
{
  g_autofree char *needs = bh_data_path("schema", "page-needs.json", NULL);
  return bh_page_needs_check(kinds, needs, error) && bh_hub_set_kinds(load->hub, kinds, error);
}

/* A folder replaces the kind set; files are added to it. */
static gboolean use_kinds(BhLoad *load, GError **error)
{
  for (guint i = 0; i < load->kind_dirs->len; i++) {
    g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(load->kind_dirs->pdata[i], error);
    if (kinds == NULL || !put_kinds(load, kinds, error))
      return FALSE;
  }
  if (load->kind_files->len == 0)
    return TRUE;
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(load->hub);
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_files(before, load->kind_files, error);
  return kinds != NULL && put_kinds(load, kinds, error);
}

/* Prepares what the checks need: the kinds and areas after the load, and a reader of the store. */
static gboolean begin_check(BhLoad *load, GError **error)
{
  load->kinds = bh_hub_dup_kinds(load->hub);
  load->region = bh_hub_get_region(load->hub);
  for (guint i = 0; i < load->regions->len; i++) {
    g_clear_pointer(&load->own_region, bh_region_free);
    load->own_region = bh_region_load(load->regions->pdata[i], error);
    if (load->own_region == NULL)
      return FALSE;
    load->region = load->own_region;
  }
  load->db = bh_hub_acquire_reader(load->hub, error);
  if (load->db == NULL)
    return FALSE;
  load->names = bh_names_new(load->hub, load->db, load->kinds, load->region, load->options->lang);
  load->cache = bh_value_cache_new(load->db);
  return TRUE;
}

static gboolean read_tables(BhLoad *load, GError **error)
{
  const char *kind = load->options->kind;
  if (load->tables->len > 0 && bh_kind_set_find(load->kinds, kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                bh_load_is_zh(load) ? "没有种类“%s”" : "no such kind: \"%s\"", kind);
    return FALSE;
  }
  for (guint i = 0; i < load->tables->len; i++)
    if (!bh_load_table(load, load->tables->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* Writes everything: the areas first, because records refer to them. */
static gboolean write_all(BhLoad *load, GError **error)
{
  if (load->n_problems == 0)
    for (guint i = 0; i < load->regions->len; i++)
      if (!bh_hub_set_region(load->hub, load->regions->pdata[i], error))
        return FALSE;
  return bh_hub_write(load->hub, write_records, load, error);
}

static json_t *load_all(BhLoad *load, const char *const *paths, GError **error)
{
  for (int i = 0; paths[i] != NULL; i++)
    if (!take_path(load, paths[i], error))
      return NULL;
  if (!use_kinds(load, error) || !begin_check(load, error))
    return NULL;
  for (guint i = 0; i < load->checklists->len; i++)
    bh_load_checklist(load, load->checklists->pdata[i]);
  bh_load_end_older(load);
  if (!read_tables(load, error))
    return NULL;
  bh_load_check(load);
  if (!write_all(load, error))
    return NULL;
  int pins = write_secrets(load, load->pins, TRUE, error);
  int passwords = pins >= 0 ? write_secrets(load, load->passwords, FALSE, error) : -1;
  if (passwords < 0)
    return NULL;
  json_t *out =
      json_pack("{s:s, s:i, s:i, s:I, s:i, s:i, s:O, s:O}", "kinds",
                bh_kind_set_get_hash(load->kinds), "checklists", (int)load->checklists->len,
                "records", (int)load->records->len, "entries", (json_int_t)load->entries, "pins",
                pins, "passwords", passwords, "skipped", load->skipped, "warnings", load->warnings);
  json_object_set_new(out, "kind_files", json_integer(load->kind_files->len));
  return out;
}

json_t *bh_load_paths(BhHub *hub, const char *const *paths, const BhLoadOptions *options,
                      GError **error)
{
  g_auto(BhLoad) load = {
      .hub = hub,
      .options = options,
      .kind_dirs = g_ptr_array_new_with_free_func(g_free),
      .kind_files = g_ptr_array_new_with_free_func(g_free),
      .regions = g_ptr_array_new_with_free_func(g_free),
      .checklists = g_ptr_array_new_with_free_func(g_free),
      .tables = g_ptr_array_new_with_free_func(g_free),
      .records = g_ptr_array_new_with_free_func(record_free),
      .by_id = g_hash_table_new(g_str_hash, g_str_equal),
      .pins = g_ptr_array_new_with_free_func(free_json),
      .passwords = g_ptr_array_new_with_free_func(free_json),
      .problems = g_string_new(NULL),
      .skipped = json_array(),
      .warnings = json_array(),
  };
  return load_all(&load, paths, error);
}

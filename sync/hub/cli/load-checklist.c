/* Loads checklists as records, each version as one. A version ends (valid_to) on the day before the
 * next version of its list begins, so that new visits are offered only one. */
#include <string.h>

#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/csv.h"
#include "sync/hub/cli/load-internal.h"

static BhChecklist *read_checklist(BhLoad *load, const char *csv, GPtrArray *faults, GError **error)
{
  g_autofree char *stem = g_strndup(csv, strlen(csv) - strlen(".csv"));
  g_autofree char *items_path = g_strconcat(stem, ".items.json", NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autoptr(GError) failed = NULL;
  g_autoptr(json_t) items = bh_json_load_file(items_path, BH_CHECKLIST_MAX_BYTES, error);
  if (items == NULL)
    return NULL;
  if (!g_file_get_contents(csv, &bytes, &len, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return NULL;
  }
  g_autoptr(BhChecklist) list = bh_checklist_parse_all(bytes, len, csv, items, faults, error);
  return list != NULL && bh_checklist_check(list, load->kinds, error) ? g_steal_pointer(&list)
                                                                      : NULL;
}

/* Whether the loaded version of a checklist has the same items as the stored version with this id;
 * adds a problem if not. Visits refer to the version with which they were made, so a version must
 * not change. */
static gboolean keeps_words(BhLoad *load, const char *id, const json_t *set, const char *where,
                            const char *name)
{
  const json_t *stored = bh_value_cache_lookup(id, load->cache);
  const char *key;
  json_t *value;
  json_object_foreach(stored != NULL ? (json_t *)set : NULL, key, value) {
    const json_t *now = json_object_get(stored, key);
    if (now != NULL && json_equal((json_t *)now, value))
      continue;
    g_autofree char *text = g_strdup_printf(
        bh_load_is_zh(load)
            ? "版本 %s 已经装载过，内容不同（%s）：请在 .items.json 里改用新的版本号"
            : "version %s was loaded before with another %s: give the list a new version in "
              "its .items.json",
        name, key);
    bh_load_add_problem(load, where, text);
    return FALSE;
  }
  return TRUE;
}

void bh_load_checklist(BhLoad *load, const char *csv)
{
  g_autoptr(GPtrArray) faults = bh_csv_faults_new();
  g_autoptr(GError) why = NULL;
  g_autoptr(BhChecklist) list = read_checklist(load, csv, faults, &why);
  for (guint i = 0; i < faults->len; i++) {
    const BhCsvFault *fault = faults->pdata[i];
    g_autofree char *where = bh_load_format_place(load, csv, fault->line);
    g_autofree char *text =
        g_strdup_printf(bh_load_is_zh(load) ? "第 %d 列：%s" : "column %d: %s",
                        MAX(fault->column, 1), bh_load_is_zh(load) ? fault->zh : fault->en);
    bh_load_add_problem(load, where, text);
  }
  if (list == NULL) {
    if (faults->len == 0)
      bh_load_add_file_problem(load, csv, why->message, why->message);
    return;
  }
  const BhKind *kind = bh_kind_set_find_list_kind(load->kinds);
  if (kind == NULL) {
    bh_load_add_file_problem(load, csv, "中心的记录种类里没有检查清单（带 json 字段 items 的种类）",
                             "the hub has no kind for checklists (with a json field \"items\")");
    return;
  }
  const BhChecklistHead *head = bh_checklist_get_head(list);
  g_autofree char *name = g_strconcat(head->code, "/", head->version, NULL);
  char id[BH_ID_LEN + 1];
  bh_id_from_name(bh_kind_get_name(kind), name, id);
  g_autoptr(json_t) set = bh_checklist_dup_values(list);
  g_autofree char *where = bh_load_format_place(load, csv, 0);
  if (!keeps_words(load, id, set, where, name))
    return;
  bh_load_add(load, id, bh_kind_get_name(kind), where, set);
}

/* --- validity of versions --- */

/* A version that is loaded or stored. */
typedef struct {
  const char *id;
  const char *code;
  const char *from;
  const char *to; /* last day on which the checklist is in force; NULL: no end */
  gboolean is_stored;
} Version;

static Version read_version(const char *id, const json_t *values, gboolean is_stored)
{
  return (Version){.id = id,
                   .code = bh_json_string_or(values, "code", ""),
                   .from = bh_json_string_or(values, "valid_from", ""),
                   .to = bh_json_string_or(values, "valid_to", NULL),
                   .is_stored = is_stored};
}

static GArray *list_versions(BhLoad *load, const char *kind)
{
  GArray *versions = g_array_new(FALSE, FALSE, sizeof(Version));
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)bh_names_list(load->names, kind, NULL), at, row) {
    Version version =
        read_version(bh_json_string_or(row, "id", ""), json_object_get(row, "values"), TRUE);
    g_array_append_val(versions, version);
  }
  for (guint i = 0; i < load->records->len; i++) {
    const BhLoadRecord *record = load->records->pdata[i];
    if (strcmp(record->kind, kind) != 0 || bh_names_find_row(load->names, kind, record->id) != NULL)
      continue;
    Version version = read_version(record->id, record->set, FALSE);
    g_array_append_val(versions, version);
  }
  return versions;
}

/* Whether `first` is the earlier of two versions. If both begin on the same day, the stored version
 * is before the loaded one. */
static gboolean is_before(const Version *first, const Version *second)
{
  int order = strcmp(first->from, second->from);
  return order < 0 || (order == 0 && first->is_stored && !second->is_stored);
}

/* Sets the end of a version to the day before `next_from`. */
static void end_version(BhLoad *load, const char *kind, const Version *version,
                        const char *next_from)
{
  BhDate day;
  if (!bh_date_parse(next_from, &day, NULL))
    return;
  day = bh_date_add_days(day, -1);
  g_autofree char *last = bh_date_format(&day);
  if (version->to != NULL && strcmp(version->to, last) <= 0)
    return;
  BhLoadRecord *record = g_hash_table_lookup(load->by_id, version->id);
  g_autoptr(json_t) set = json_object();
  if (record == NULL)
    record = bh_load_add(load, version->id, kind, version->code, set);
  json_object_set_new(record->set, "valid_to", json_string(last));
}

void bh_load_end_older(BhLoad *load)
{
  const BhKind *lists = bh_kind_set_find_list_kind(load->kinds);
  if (load->checklists->len == 0 || lists == NULL)
    return;
  const char *kind = bh_kind_get_name(lists);
  g_autoptr(GArray) versions = list_versions(load, kind);
  for (guint i = 0; i < versions->len; i++) {
    const Version *version = &g_array_index(versions, Version, i);
    const Version *next = NULL;
    for (guint k = 0; k < versions->len; k++) {
      const Version *other = &g_array_index(versions, Version, k);
      if (strcmp(other->code, version->code) == 0 && is_before(version, other) &&
          (next == NULL || strcmp(other->from, next->from) < 0))
        next = other;
    }
    if (next != NULL)
      end_version(load, kind, version, next->from);
  }
}

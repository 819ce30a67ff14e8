/* Loads checklists from files, and gives their items. checklist-csv.c and checklist-items.c read
 * the two files. */
#include "schema/region.h"
#include "schema/checklist-internal.h"

#include <string.h>
#include "schema/csv.h"
#include "schema/error.h"

static void item_free(gpointer data)
{
  BhChecklistItem *item = data;
  g_free(item->item_no);
  g_free(item->section);
  g_free(item->check);
  g_free(item->standard);
  g_free(item->policy_source);
  g_free(item->rectification);
  g_free(item->method);
  g_free(item->addressee);
  g_free(item->same_as);
  g_free(item->measures);
  g_free(item->area);
  g_clear_pointer(&item->applies_when, json_decref);
  g_clear_pointer(&item->preset, json_decref);
  g_free(item);
}

static void head_free(BhChecklistHead *head)
{
  g_free(head->code);
  g_free(head->name);
  g_free(head->name_en);
  g_free(head->version);
  g_free(head->sector);
  g_free(head->valid_from);
  g_free(head->source);
  g_free(head);
}

BhChecklist *bh_checklist_new(void)
{
  BhChecklist *checklist = g_new0(BhChecklist, 1);
  checklist->items = g_ptr_array_new_with_free_func(item_free);
  checklist->index = g_hash_table_new(g_str_hash, g_str_equal);
  return checklist;
}

void bh_checklist_free(BhChecklist *checklist)
{
  if (checklist == NULL)
    return;
  g_hash_table_unref(checklist->index);
  g_ptr_array_unref(checklist->items);
  g_clear_pointer(&checklist->head, head_free);
  g_free(checklist);
}

BhChecklist *bh_checklist_parse_all(const char *csv, gsize csv_len, const char *csv_name,
                                    const json_t *item_file, GPtrArray *faults, GError **error)
{
  if (csv_len > BH_CHECKLIST_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: %" G_GSIZE_FORMAT " bytes, at most %d are "
                "allowed",
                csv_name, csv_len, BH_CHECKLIST_MAX_BYTES);
    return NULL;
  }
  g_autoptr(BhChecklist) checklist = bh_checklist_new();
  bh_checklist_read_csv(checklist, csv, csv_len, faults);
  if (faults->len > 0) {
    bh_checklist_set_fault(faults, csv_name, error);
    return NULL;
  }
  if (item_file == NULL)
    return g_steal_pointer(&checklist);
  g_autofree char *items_name = g_strdup_printf("%s, item file", csv_name);
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, items_name, error);
  return bh_checklist_read_item_file(&place, checklist, item_file) ? g_steal_pointer(&checklist)
                                                                   : NULL;
}

BhChecklist *bh_checklist_parse(const char *csv, gsize csv_len, const char *csv_name,
                                const json_t *item_file, GError **error)
{
  g_autoptr(GPtrArray) faults = bh_csv_faults_new();
  return bh_checklist_parse_all(csv, csv_len, csv_name, item_file, faults, error);
}

BhChecklist *bh_checklist_load(const char *csv_path, const char *items_path, GError **error)
{
  g_autofree char *csv = NULL;
  gsize len = 0;
  if (!g_file_get_contents(csv_path, &csv, &len, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: cannot be read", csv_path);
    return NULL;
  }
  g_autoptr(json_t) items = NULL;
  if (items_path != NULL &&
      (items = bh_json_load_file(items_path, BH_CHECKLIST_MAX_BYTES, error)) == NULL)
    return NULL;
  return bh_checklist_parse(csv, len, csv_path, items, error);
}

json_t *bh_checklist_to_json(const BhChecklist *checklist)
{
  json_t *array = json_array();
  for (guint i = 0; i < checklist->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(checklist->items, i);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:s}", "item_no", item->item_no, "section",
                  item->section, "check", item->check, "standard", item->standard, "policy_source",
                  item->policy_source, "major_candidate", (int)item->major_candidate,
                  "rectification", item->rectification, "method", item->method);
    if (!g_str_equal(item->addressee, "enterprise"))
      json_object_set_new(object, "addressee", json_string(item->addressee));
    if (item->same_as[0] != '\0')
      json_object_set_new(object, "same_as", json_string(item->same_as));
    if (item->area[0] != '\0')
      json_object_set_new(object, "area", json_string(item->area));
    if (item->applies_when != NULL)
      json_object_set(object, "applies_when", item->applies_when);
    if (*item->measures != '\0')
      json_object_set_new(object, "measures", json_string(item->measures));
    if (item->preset != NULL)
      json_object_set(object, "preset", item->preset);
    json_array_append_new(array, object);
  }
  return array;
}

json_t *bh_checklist_dup_values(const BhChecklist *checklist)
{
  const BhChecklistHead *head = checklist->head;
  json_t *items = bh_checklist_to_json(checklist);
  g_autofree char *text = bh_json_dump_sorted(items);
  g_autofree char *sha256 = bh_hash_hex(text, strlen(text));
  json_t *values =
      json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", head->code, "name", head->name, "version",
                head->version, "valid_from", head->valid_from, "source", head->source);
  json_object_set_new(values, "items", items);
  json_object_set_new(values, "sha256", json_string(sha256));
  if (head->sector != NULL && *head->sector != '\0')
    json_object_set_new(values, "sector", json_string(head->sector));
  return values;
}

json_t *bh_checklist_item_dup_preset(const BhChecklistItem *item, const char *today)
{
  json_t *values = json_object();
  const char *field;
  json_t *source;
  json_object_foreach(item->preset, field, source) {
    json_t *is = json_object_get(source, "is");
    json_object_set_new(values, field, is != NULL ? json_incref(is) : json_string(today));
  }
  return values;
}

/* Whether a form of the kind can have these values. */
static gboolean can_have(const BhKind *kind, const json_t *values)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)values, name, value) {
    const BhField *field = bh_kind_find_field(kind, name);
    if (field == NULL || !bh_field_is_in_form(field) ||
        !bh_kind_check_value(kind, name, value, NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean check_preset(const BhChecklistItem *item, const BhKindSet *set, GError **error)
{
  g_autoptr(json_t) values = bh_checklist_item_dup_preset(item, "2026-01-01");
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len; i++)
    if (can_have(g_ptr_array_index(kinds, i), values))
      return TRUE;
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, item->item_no, error);
  return bh_place_fail_at(&place, "preset", "no kind has all these fields with these values");
}

gboolean bh_checklist_check(const BhChecklist *checklist, const BhKindSet *set, GError **error)
{
  const BhKind *subject = bh_kind_set_find_directory(set);
  for (guint i = 0; i < checklist->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(checklist->items, i);
    if (item->preset != NULL && !check_preset(item, set, error))
      return FALSE;
    if (item->applies_when == NULL)
      continue;
    g_auto(BhPlace) place = {0};
    bh_place_init(&place, item->item_no, error);
    bh_place_enter(&place, "applies_when");
    if (subject == NULL)
      return bh_place_fail(&place, "no kind of the set declares \"directory\"; the condition needs "
                                   "the fields of that kind");
    if (!bh_condition_check_stored(&place, set, subject, item->applies_when))
      return FALSE;
  }
  return TRUE;
}

const BhChecklistHead *bh_checklist_get_head(const BhChecklist *checklist)
{
  return checklist->head;
}

gboolean bh_checklist_is_in_force(const json_t *values, const char *today)
{
  const char *from = bh_json_string_or(values, "valid_from", NULL);
  const char *to = bh_json_string_or(values, "valid_to", NULL);
  return (from == NULL || strcmp(from, today) <= 0) && (to == NULL || strcmp(today, to) <= 0);
}

gsize bh_checklist_count(const BhChecklist *checklist)
{
  return checklist->items->len;
}

const BhChecklistItem *bh_checklist_get(const BhChecklist *checklist, gsize index)
{
  return index < checklist->items->len ? g_ptr_array_index(checklist->items, index) : NULL;
}

const BhChecklistItem *bh_checklist_find(const BhChecklist *checklist, const char *item_no)
{
  return item_no != NULL ? g_hash_table_lookup(checklist->index, item_no) : NULL;
}

GPtrArray *bh_checklist_list_sections(const BhChecklist *checklist)
{
  GPtrArray *sections = g_ptr_array_new();
  for (guint i = 0; i < checklist->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(checklist->items, i);
    if (!g_ptr_array_find_with_equal_func(sections, item->section, g_str_equal, NULL))
      g_ptr_array_add(sections, item->section);
  }
  return sections;
}

static gboolean is_in_areas(const char *areas, const char *area)
{
  if (areas[0] == '\0' || area[0] == '\0')
    return TRUE;
  g_auto(GStrv) codes = g_strsplit(areas, " ", -1);
  for (gsize i = 0; codes[i] != NULL; i++)
    if (bh_area_code_is_within(area, codes[i]))
      return TRUE;
  return FALSE;
}

gboolean bh_checklist_item_is_in_area(const BhChecklistItem *item, const char *area)
{
  return is_in_areas(item->area, area);
}

gboolean bh_checklist_item_applies(const BhChecklistItem *item, const json_t *enterprise_values)
{
  BhContext context = {.values = enterprise_values};
  return is_in_areas(item->area, bh_json_string_or(enterprise_values, "area", "")) &&
         bh_condition_holds(item->applies_when, &context);
}

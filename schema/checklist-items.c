/* Reads the item file of a checklist, and checklists from the JSON of a record. */
#include "schema/checklist-internal.h"

#include <string.h>
#include "schema/civil.h"

#define PRESET_MAX 10

static gboolean read_addressee(BhPlace *place, const json_t *object, char **out)
{
  const char *text = NULL;
  if (!bh_place_string(place, object, "addressee", FALSE, 20, &text))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (!g_str_equal(text, "enterprise") && !g_str_equal(text, "government"))
    return bh_place_fail_at(place, "addressee", "must be enterprise or government");
  g_free(*out);
  *out = g_strdup(text);
  return TRUE;
}

static gboolean read_areas(BhPlace *place, const json_t *object, char **out)
{
  const char *text = NULL;
  if (!bh_place_string(place, object, "area", FALSE, 200, &text))
    return FALSE;
  if (text == NULL)
    return TRUE;
  g_auto(GStrv) codes = g_strsplit(text, " ", -1);
  for (gsize i = 0; codes[i] != NULL; i++) {
    gsize len = strlen(codes[i]);
    if ((len != 6 && len != 9 && len != 12) || strspn(codes[i], "0123456789") != len)
      return bh_place_fail_at(place, "area", "must be area codes separated by one space");
  }
  g_free(*out);
  *out = g_strdup(text);
  return TRUE;
}

static gboolean read_preset(BhPlace *place, const json_t *object, json_t **out)
{
  static const char *const allowed[] = {"is", NULL};
  const json_t *preset = json_object_get(object, "preset");
  if (preset == NULL)
    return TRUE;
  if (!json_is_object(preset) || json_object_size(preset) == 0 ||
      json_object_size(preset) > PRESET_MAX)
    return bh_place_fail_at(place, "preset", "must be an object of 1 to %d fields", PRESET_MAX);
  gsize mark = bh_place_enter(place, "preset");
  const char *field;
  json_t *source;
  json_object_foreach((json_t *)preset, field, source) {
    if (g_strcmp0(json_string_value(source), "today") == 0)
      continue;
    gsize inner = bh_place_enter(place, field);
    if (!json_is_object(source))
      return bh_place_fail(place, "must be \"today\" or {\"is\": VALUE}");
    if (!bh_place_is_object(place, source, allowed))
      return FALSE;
    if (json_object_size(source) == 0)
      return bh_place_fail(place, "\"is\" is missing");
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  *out = json_incref((json_t *)preset);
  return TRUE;
}

static gboolean read_item(BhPlace *place, BhChecklistItem *item, const json_t *object)
{
  static const char *const allowed[] = {"applies_when", "same_as",  "addressee", "area",
                                        "preset",       "measures", NULL};
  const char *same_as = NULL, *measures = NULL;
  if (!bh_place_is_object(place, object, allowed) ||
      !bh_place_string(place, object, "measures", FALSE, BH_CHECKLIST_CELL_MAX, &measures) ||
      !bh_place_string(place, object, "same_as", FALSE, BH_CHECKLIST_ITEM_NO_MAX, &same_as) ||
      !read_addressee(place, object, &item->addressee) || !read_areas(place, object, &item->area) ||
      !read_preset(place, object, &item->preset))
    return FALSE;
  if (same_as != NULL) {
    if (!bh_is_item_no(same_as) || g_str_equal(same_as, item->item_no))
      return bh_place_fail_at(place, "same_as", "must be the item_no of another item");
    g_free(item->same_as);
    item->same_as = g_strdup(same_as);
  }
  if (measures != NULL) {
    g_free(item->measures);
    item->measures = g_strdup(measures);
  }
  const json_t *applies = json_object_get(object, "applies_when");
  if (applies == NULL)
    return TRUE;
  if (!json_is_object(applies))
    return bh_place_fail_at(place, "applies_when", "must be a condition");
  item->applies_when = json_incref((json_t *)applies);
  return TRUE;
}

static gboolean read_head(BhPlace *place, BhChecklist *checklist, const json_t *object)
{
  static const char *const allowed[] = {"code",       "name",   "version", "sector",
                                        "valid_from", "source", NULL};
  const char *code = NULL, *version = NULL, *sector = "", *valid_from = NULL, *source = NULL;
  BhDate date;
  if (!bh_place_is_object(place, object, allowed) ||
      !bh_place_string(place, object, "code", TRUE, 60, &code) ||
      !bh_place_label(place, object, "name", TRUE) ||
      !bh_place_string(place, object, "version", TRUE, 40, &version) ||
      !bh_place_string(place, object, "sector", FALSE, 60, &sector) ||
      !bh_place_string(place, object, "valid_from", TRUE, 10, &valid_from) ||
      !bh_place_string(place, object, "source", TRUE, 400, &source))
    return FALSE;
  if (!bh_date_parse(valid_from, &date, NULL))
    return bh_place_fail_at(place, "valid_from", "must be a date YYYY-MM-DD");
  const json_t *name = json_object_get(object, "name");
  BhChecklistHead *head = g_new0(BhChecklistHead, 1);
  head->code = g_strdup(code);
  head->name = g_strdup(bh_json_string_or(name, "zh", ""));
  head->name_en = g_strdup(bh_json_string_or(name, "en", ""));
  head->version = g_strdup(version);
  head->sector = g_strdup(sector);
  head->valid_from = g_strdup(valid_from);
  head->source = g_strdup(source);
  checklist->head = head;
  return TRUE;
}

gboolean bh_checklist_read_item_file(BhPlace *place, BhChecklist *checklist, const json_t *file)
{
  static const char *const allowed[] = {"bihuan-items", "checklist", "defaults", "items", NULL};
  static const char *const defaults_allowed[] = {"addressee", "area", NULL};
  if (!bh_place_is_object(place, file, allowed))
    return FALSE;
  if (json_integer_value(json_object_get(file, "bihuan-items")) != 1)
    return bh_place_fail(place, "\"bihuan-items\" must be 1");
  gsize mark = bh_place_enter(place, "checklist");
  if (!read_head(place, checklist, json_object_get(file, "checklist")))
    return FALSE;
  bh_place_leave(place, mark);
  const json_t *defaults = json_object_get(file, "defaults");
  mark = bh_place_enter(place, "defaults");
  for (guint i = 0; defaults != NULL && i < checklist->items->len; i++) {
    BhChecklistItem *item = g_ptr_array_index(checklist->items, i);
    if (!bh_place_is_object(place, defaults, defaults_allowed) ||
        !read_addressee(place, defaults, &item->addressee) ||
        !read_areas(place, defaults, &item->area))
      return FALSE;
  }
  bh_place_leave(place, mark);
  const json_t *items = json_object_get(file, "items");
  mark = bh_place_enter(place, "items");
  if (items != NULL && !json_is_object(items))
    return bh_place_fail(place, "must be an object of items by item_no");
  const char *item_no;
  json_t *object;
  json_object_foreach((json_t *)items, item_no, object) {
    BhChecklistItem *item = g_hash_table_lookup(checklist->index, item_no);
    if (item == NULL)
      return bh_place_fail(place, "the list has no item \"%.40s\"", item_no);
    gsize inner = bh_place_enter(place, item_no);
    if (!read_item(place, item, object))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean read_json_item(BhPlace *place, BhChecklist *checklist, const json_t *object)
{
  static const char *const allowed[] = {
      "item_no",       "section",  "check",     "standard", "policy_source", "major_candidate",
      "rectification", "method",   "addressee", "same_as",  "area",          "applies_when",
      "preset",        "measures", NULL};
  static const char *const names[COLUMNS] = {
      "item_no", "section", "check", "standard", "policy_source", NULL, "rectification", "method"};
  if (!bh_place_is_object(place, object, allowed))
    return FALSE;
  char *cells[COLUMNS] = {NULL};
  gboolean is_valid = TRUE;
  for (int i = 0; is_valid && i < COLUMNS; i++) {
    const char *text = NULL;
    if (names[i] != NULL)
      is_valid = bh_place_string(place, object, names[i], TRUE, BH_CHECKLIST_CELL_MAX, &text);
    else
      text = json_is_true(json_object_get(object, "major_candidate")) ? "yes" : "no";
    cells[i] = g_strdup(text);
  }
  int line = (int)checklist->items->len + 1;
  is_valid = is_valid && bh_checklist_add_row(checklist, place->file, line, cells, place->error);
  for (int i = 0; i < COLUMNS; i++)
    g_free(cells[i]);
  if (!is_valid)
    return FALSE;
  g_autoptr(json_t) rest = json_object();
  static const char *const optional[] = {"addressee",    "same_as", "area",
                                         "applies_when", "preset",  "measures"};
  for (gsize i = 0; i < G_N_ELEMENTS(optional); i++) {
    json_t *value = json_object_get(object, optional[i]);
    if (value != NULL)
      json_object_set(rest, optional[i], value);
  }
  return read_item(place, g_ptr_array_index(checklist->items, checklist->items->len - 1), rest);
}

BhChecklist *bh_checklist_from_json(const json_t *items, GError **error)
{
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, "checklist", error);
  if (!json_is_array(items) || json_array_size(items) == 0) {
    bh_place_fail(&place, "must be an array of items");
    return NULL;
  }
  g_autoptr(BhChecklist) checklist = bh_checklist_new();
  gsize index;
  json_t *object;
  json_array_foreach((json_t *)items, index, object) {
    gsize mark = bh_place_enter_index(&place, index);
    if (!read_json_item(&place, checklist, object))
      return NULL;
    bh_place_leave(&place, mark);
  }
  return g_steal_pointer(&checklist);
}

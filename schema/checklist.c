#include "schema/checklist.h"

#include <string.h>
#include "schema/civil.h"
#include "schema/error.h"
#include "schema/kind-internal.h"

#define CELL_MAX 2000 /* bytes */
#define ITEM_NO_MAX 32

struct _BhChecklist {
  GPtrArray *items; /* BhChecklistItem* */
  GHashTable *index;
  BhChecklistHead *head;
};

static const struct {
  BhAnswer answer;
  const char *code, *zh, *en;
} answer_rows[] = {
    {BH_ANSWER_UNCHECKED, "unchecked", "未检查", "not checked"},
    {BH_ANSWER_COMPLIANT, "compliant", "符合", "compliant"},
    {BH_ANSWER_NONCOMPLIANT, "noncompliant", "不符合", "not compliant"},
    {BH_ANSWER_NOT_APPLICABLE, "not_applicable", "不涉及", "not applicable"},
};

static const char *const columns[] = {"item_no",  "section_zh",   "check_zh",         "standard_zh",
                                      "basis_zh", "major_hazard", "rectification_zh", "method_zh"};
enum { ITEM_NO, SECTION, CHECK, STANDARD, BASIS, MAJOR, RECTIFICATION, METHOD, COLUMNS };

const char *bh_answer_code(BhAnswer answer)
{
  return answer_rows[answer].code;
}

gboolean bh_answer_from_code(const char *code, BhAnswer *answer)
{
  for (gsize i = 0; i < G_N_ELEMENTS(answer_rows); i++)
    if (g_strcmp0(answer_rows[i].code, code) == 0) {
      *answer = answer_rows[i].answer;
      return TRUE;
    }
  return FALSE;
}

const char *bh_answer_label(BhAnswer answer, const char *lang)
{
  return g_strcmp0(lang, "zh") == 0 ? answer_rows[answer].zh : answer_rows[answer].en;
}

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
  g_free(item->area);
  g_clear_pointer(&item->applies_when, json_decref);
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

static BhChecklist *checklist_new(void)
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

/* --- CSV (RFC 4180), one cell at a time --- */

typedef struct {
  const char *name;
  const char *at, *end;
  int line;   /* of the row being read, from 1 */
  int column; /* from 1 */
  GError **error;
} Csv;

static gboolean csv_fail(const Csv *csv, const char *reason)
{
  g_set_error(csv->error, BH_ERROR, BH_ERROR_FORMAT, "%s: line %d, column %d: %s", csv->name,
              csv->line, csv->column, reason);
  return FALSE;
}

static gboolean read_quoted(Csv *csv, GString *cell)
{
  for (csv->at++; csv->at < csv->end; csv->at++) {
    if (*csv->at == '"') {
      csv->at++;
      if (csv->at == csv->end || *csv->at != '"')
        return TRUE;
    }
    g_string_append_c(cell, *csv->at);
  }
  return csv_fail(csv, "a quoted cell does not end");
}

/* Reads one cell; *last tells that its row ends with it. */
static gboolean read_cell(Csv *csv, GString *cell, gboolean *last)
{
  g_string_truncate(cell, 0);
  if (csv->at < csv->end && *csv->at == '"') {
    if (!read_quoted(csv, cell))
      return FALSE;
  } else {
    while (csv->at < csv->end && strchr(",\r\n\"", *csv->at) == NULL)
      g_string_append_c(cell, *csv->at++);
  }
  if (csv->at < csv->end && *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n')
    csv->at++;
  *last = csv->at == csv->end || *csv->at == '\n';
  if (!*last && *csv->at != ',')
    return csv_fail(csv, "a quote or line end stands inside a cell");
  if (csv->at < csv->end)
    csv->at++;
  if (cell->len > CELL_MAX)
    return csv_fail(csv, "the cell is longer than 2000 bytes");
  for (gsize i = 0; i < cell->len; i++)
    if ((guchar)cell->str[i] < 0x20)
      return csv_fail(csv, "the cell holds a control character");
  return TRUE;
}

/* Reads one row of exactly COLUMNS cells. */
static gboolean read_row(Csv *csv, char *cells[COLUMNS])
{
  g_autoptr(GString) cell = g_string_new(NULL);
  gboolean last = FALSE;
  for (int i = 0; i < COLUMNS; i++) {
    csv->column = i + 1;
    if (!read_cell(csv, cell, &last))
      return FALSE;
    if (last != (i == COLUMNS - 1))
      return csv_fail(csv, last ? "the row has too few cells" : "the row has too many cells");
    cells[i] = g_strstrip(g_strdup(cell->str));
  }
  return TRUE;
}

static void clear_row(char *cells[COLUMNS])
{
  for (int i = 0; i < COLUMNS; i++)
    g_clear_pointer(&cells[i], g_free);
}

static gboolean is_item_no(const char *text)
{
  gsize len = strlen(text);
  if (len == 0 || len > ITEM_NO_MAX || !g_ascii_isupper(text[0]))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isupper(text[i]) && !g_ascii_isdigit(text[i]) && text[i] != '-')
      return FALSE;
  return TRUE;
}

static gboolean add_item(BhChecklist *checklist, Csv *csv, char *cells[COLUMNS])
{
  static const int needed[] = {SECTION, CHECK, STANDARD, BASIS, RECTIFICATION, METHOD};
  csv->column = ITEM_NO + 1;
  if (!is_item_no(cells[ITEM_NO]))
    return csv_fail(csv, "item_no must be capital letters, digits and hyphens");
  if (g_hash_table_contains(checklist->index, cells[ITEM_NO]))
    return csv_fail(csv, "item_no stands twice");
  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
    csv->column = needed[i] + 1;
    if (cells[needed[i]][0] == '\0')
      return csv_fail(csv, "the cell is empty");
  }
  csv->column = MAJOR + 1;
  gboolean major = g_str_equal(cells[MAJOR], "yes");
  if (!major && !g_str_equal(cells[MAJOR], "no"))
    return csv_fail(csv, "major_hazard must be yes or no");
  if (checklist->items->len >= BH_CHECKLIST_MAX_ITEMS)
    return csv_fail(csv, "the list has too many items");
  BhChecklistItem *item = g_new0(BhChecklistItem, 1);
  item->item_no = g_steal_pointer(&cells[ITEM_NO]);
  item->section = g_steal_pointer(&cells[SECTION]);
  item->check = g_steal_pointer(&cells[CHECK]);
  item->standard = g_steal_pointer(&cells[STANDARD]);
  item->policy_source = g_steal_pointer(&cells[BASIS]);
  item->rectification = g_steal_pointer(&cells[RECTIFICATION]);
  item->method = g_steal_pointer(&cells[METHOD]);
  item->major_candidate = major;
  item->addressee = g_strdup("enterprise");
  item->same_as = g_strdup("");
  item->area = g_strdup("");
  g_ptr_array_add(checklist->items, item);
  g_hash_table_insert(checklist->index, item->item_no, item);
  return TRUE;
}

static gboolean parse_csv(BhChecklist *checklist, Csv *csv)
{
  if (csv->end - csv->at >= 3 && memcmp(csv->at, "\xef\xbb\xbf", 3) == 0)
    csv->at += 3;
  while (csv->at < csv->end) {
    const char *row = csv->at;
    char *cells[COLUMNS] = {NULL};
    gboolean fine = read_row(csv, cells);
    if (fine && csv->line == 1) {
      for (int i = 0; fine && i < COLUMNS; i++) {
        csv->column = i + 1;
        if (!g_str_equal(cells[i], columns[i]))
          fine = csv_fail(csv, "the header must be item_no,section_zh,check_zh,standard_zh,"
                               "basis_zh,major_hazard,rectification_zh,method_zh");
      }
    } else if (fine) {
      fine = add_item(checklist, csv, cells);
    }
    clear_row(cells);
    if (!fine)
      return FALSE;
    for (; row < csv->at; row++)
      csv->line += *row == '\n';
  }
  csv->column = 1;
  return checklist->items->len > 0 || csv_fail(csv, "the list has no items");
}

/* --- item file --- */

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

static gboolean read_item(BhPlace *place, BhChecklistItem *item, const json_t *object)
{
  static const char *const allowed[] = {"applies_when", "same_as", "addressee", "area", NULL};
  const char *same_as = NULL;
  if (!bh_place_is_object(place, object, allowed) ||
      !bh_place_string(place, object, "same_as", FALSE, ITEM_NO_MAX, &same_as) ||
      !read_addressee(place, object, &item->addressee) || !read_areas(place, object, &item->area))
    return FALSE;
  if (same_as != NULL) {
    if (!is_item_no(same_as) || g_str_equal(same_as, item->item_no))
      return bh_place_fail_at(place, "same_as", "must be the item_no of another item");
    g_free(item->same_as);
    item->same_as = g_strdup(same_as);
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

static gboolean read_item_file(BhPlace *place, BhChecklist *checklist, const json_t *file)
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
  json_object_foreach((json_t *)items, item_no, object)
  {
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

BhChecklist *bh_checklist_parse(const char *csv, gsize csv_len, const char *csv_name,
                                const json_t *item_file, GError **error)
{
  Csv reader = {csv_name, csv, csv + csv_len, 1, 1, error};
  if (csv_len > BH_CHECKLIST_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: %" G_GSIZE_FORMAT " bytes, at most %d are "
                "allowed",
                csv_name, csv_len, BH_CHECKLIST_MAX_BYTES);
    return NULL;
  }
  if (!g_utf8_validate_len(csv, csv_len, NULL)) {
    csv_fail(&reader, "the file is not UTF-8 text");
    return NULL;
  }
  g_autoptr(BhChecklist) checklist = checklist_new();
  if (!parse_csv(checklist, &reader))
    return NULL;
  if (item_file == NULL)
    return g_steal_pointer(&checklist);
  g_autofree char *items_name = g_strdup_printf("%s, item file", csv_name);
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, items_name, error);
  return read_item_file(&place, checklist, item_file) ? g_steal_pointer(&checklist) : NULL;
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

/* --- as JSON, the form that travels in a checklist record --- */

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
    json_array_append_new(array, object);
  }
  return array;
}

static gboolean read_json_item(BhPlace *place, BhChecklist *checklist, const json_t *object)
{
  static const char *const allowed[] = {"item_no",
                                        "section",
                                        "check",
                                        "standard",
                                        "policy_source",
                                        "major_candidate",
                                        "rectification",
                                        "method",
                                        "addressee",
                                        "same_as",
                                        "area",
                                        "applies_when",
                                        NULL};
  static const char *const names[COLUMNS] = {
      "item_no", "section", "check", "standard", "policy_source", NULL, "rectification", "method"};
  if (!bh_place_is_object(place, object, allowed))
    return FALSE;
  char *cells[COLUMNS] = {NULL};
  gboolean fine = TRUE;
  for (int i = 0; fine && i < COLUMNS; i++) {
    const char *text = NULL;
    if (names[i] != NULL)
      fine = bh_place_string(place, object, names[i], TRUE, CELL_MAX, &text);
    else
      text = json_is_true(json_object_get(object, "major_candidate")) ? "yes" : "no";
    cells[i] = g_strdup(text);
  }
  Csv as_row = {place->file, NULL, NULL, (int)checklist->items->len + 1, 1, place->error};
  fine = fine && add_item(checklist, &as_row, cells);
  clear_row(cells);
  if (!fine)
    return FALSE;
  g_autoptr(json_t) rest = json_object();
  static const char *const optional[] = {"addressee", "same_as", "area", "applies_when"};
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
  g_autoptr(BhChecklist) checklist = checklist_new();
  gsize index;
  json_t *object;
  json_array_foreach((json_t *)items, index, object)
  {
    gsize mark = bh_place_enter_index(&place, index);
    if (!read_json_item(&place, checklist, object))
      return NULL;
    bh_place_leave(&place, mark);
  }
  return g_steal_pointer(&checklist);
}

gboolean bh_checklist_check(const BhChecklist *checklist, const BhKindSet *set, GError **error)
{
  const BhKind *enterprise = bh_kind_set_find(set, "enterprise");
  for (guint i = 0; i < checklist->items->len; i++) {
    const BhChecklistItem *item = g_ptr_array_index(checklist->items, i);
    if (item->applies_when == NULL)
      continue;
    g_auto(BhPlace) place = {0};
    bh_place_init(&place, item->item_no, error);
    bh_place_enter(&place, "applies_when");
    if (enterprise == NULL)
      return bh_place_fail(&place, "there is no kind enterprise");
    if (!bh_condition_check(&place, set, enterprise, item->applies_when))
      return FALSE;
  }
  return TRUE;
}

const BhChecklistHead *bh_checklist_get_head(const BhChecklist *checklist)
{
  return checklist->head;
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

gboolean bh_checklist_item_applies(const BhChecklistItem *item, const json_t *enterprise_values)
{
  BhContext context = {.values = enterprise_values};
  return is_in_areas(item->area, bh_json_string_or(enterprise_values, "area", "")) &&
         bh_condition_holds(item->applies_when, &context);
}

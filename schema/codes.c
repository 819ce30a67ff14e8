/* Code lists (codes.h): their declarations, their entries, and which codes are offered to a record.
 * Start at bh_code_list_offered. */
#include "schema/codes.h"

#include <string.h>

#include "schema/error.h"
#include "schema/kind-internal.h"
#include "schema/region.h"
#include "schema/setting-values.h"
#include "schema/text.h"

#define LISTS_OF_KIND_MAX 60
#define WITHDRAWN "withdrawn" /* state of an entry that is offered nowhere, but keeps its label */

typedef struct {
  char *id;
  char *area; /* NULL: everywhere */
  char *zh, *en;
  BhDate from, to;
  gint64 order;
  gboolean is_withdrawn;
} Entry;

/* One code: its entries for areas and times, of which `newest` gives label and order. */
typedef struct {
  char *code;
  GPtrArray *entries; /* Entry* */
  const Entry *newest;
} Code;

struct _BhCodes {
  GHashTable *lists; /* name → GHashTable of code → Code* */
};

/* --- entries --- */

static void entry_free(gpointer data)
{
  Entry *entry = data;
  g_free(entry->id);
  g_free(entry->area);
  g_free(entry->zh);
  g_free(entry->en);
  g_free(entry);
}

static void code_free(gpointer data)
{
  Code *code = data;
  g_free(code->code);
  g_ptr_array_unref(code->entries);
  g_free(code);
}

BhCodes *bh_codes_new(void)
{
  BhCodes *codes = g_new0(BhCodes, 1);
  codes->lists =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_hash_table_unref);
  return codes;
}

void bh_codes_free(BhCodes *codes)
{
  if (codes == NULL)
    return;
  g_hash_table_unref(codes->lists);
  g_free(codes);
}

gboolean bh_code_is_valid(const char *code)
{
  gsize len = code != NULL ? strlen(code) : 0;
  if (len == 0 || len > BH_CODE_LEN_MAX)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum(code[i]) && strchr("_-.", code[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* *day: the date in `key`, or unchanged when it is empty. FALSE when it is no date. */
static gboolean read_bound(const json_t *values, const char *key, BhDate *day)
{
  const char *text = bh_json_string_or(values, key, NULL);
  return text == NULL || bh_date_parse(text, day, NULL);
}

static Code *ensure_code(BhCodes *codes, const char *list, const char *code)
{
  GHashTable *known = g_hash_table_lookup(codes->lists, list);
  if (known == NULL) {
    known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, code_free);
    g_hash_table_insert(codes->lists, g_strdup(list), known);
  }
  Code *found = g_hash_table_lookup(known, code);
  if (found == NULL) {
    found = g_new0(Code, 1);
    found->code = g_strdup(code);
    found->entries = g_ptr_array_new_with_free_func(entry_free);
    g_hash_table_insert(known, found->code, found);
  }
  return found;
}

/* Whether `entry` gives the label rather than `other`. */
static gboolean is_newer(const Entry *entry, const Entry *other)
{
  int order = bh_date_compare(&entry->from, &other->from);
  if (entry->is_withdrawn != other->is_withdrawn)
    return !entry->is_withdrawn;
  return order != 0 ? order > 0 : strcmp(entry->id, other->id) > 0;
}

gboolean bh_codes_add(BhCodes *codes, const char *id, const json_t *values)
{
  const char *list = bh_json_string_or(values, "list", NULL);
  const char *code = bh_json_string_or(values, "code", NULL);
  const char *zh = bh_json_string_or(values, "label_zh", NULL);
  const json_t *order = json_object_get(values, "position");
  BhDate from = {1900, 1, 1}, to = {9999, 12, 31};
  if (list == NULL || zh == NULL || !bh_code_is_valid(code) ||
      !read_bound(values, "valid_from", &from) || !read_bound(values, "valid_to", &to))
    return FALSE;
  Code *found = ensure_code(codes, list, code);
  Entry *entry = g_new0(Entry, 1);
  entry->id = g_strdup(id);
  entry->area = g_strdup(bh_json_string_or(values, "area", NULL));
  entry->zh = g_strdup(zh);
  entry->en = g_strdup(bh_json_string_or(values, "label_en", zh));
  entry->from = from;
  entry->to = to;
  entry->order = json_is_integer(order) ? json_integer_value(order) : G_MAXINT32;
  entry->is_withdrawn = strcmp(bh_json_string_or(values, "state", ""), WITHDRAWN) == 0;
  g_ptr_array_add(found->entries, entry);
  if (found->newest == NULL || is_newer(entry, found->newest))
    found->newest = entry;
  return TRUE;
}

/* --- what the lists have --- */

static const Code *find_code(const BhSettingValues *values, const char *list, const char *code)
{
  const BhCodes *codes = bh_setting_values_get_codes(values);
  GHashTable *known =
      codes != NULL && list != NULL ? g_hash_table_lookup(codes->lists, list) : NULL;
  return known != NULL && code != NULL ? g_hash_table_lookup(known, code) : NULL;
}

static const char *get_label(const Code *code, const char *lang)
{
  return g_strcmp0(lang, "zh") == 0 ? code->newest->zh : code->newest->en;
}

const char *bh_code_find_label(const BhSettingValues *values, const char *list, const char *code,
                               const char *lang)
{
  const Code *found = find_code(values, list, code);
  return found != NULL ? get_label(found, lang) : NULL;
}

static gboolean is_entry_valid(const Entry *entry, const char *area, const BhDate *day)
{
  if (entry->is_withdrawn || bh_date_compare(day, &entry->from) < 0 ||
      bh_date_compare(day, &entry->to) > 0)
    return FALSE;
  return entry->area == NULL || (area != NULL && bh_area_code_is_within(area, entry->area));
}

static gboolean is_offered(const Code *code, const char *area, const BhDate *day)
{
  for (guint i = 0; i < code->entries->len; i++)
    if (is_entry_valid(code->entries->pdata[i], area, day))
      return TRUE;
  return FALSE;
}

static int compare_codes(gconstpointer a, gconstpointer b)
{
  const Code *left = *(const Code *const *)a, *right = *(const Code *const *)b;
  if (left->newest->order != right->newest->order)
    return left->newest->order < right->newest->order ? -1 : 1;
  return strcmp(left->code, right->code);
}

static json_t *describe(const char *code, const char *label)
{
  return json_pack("{s:s, s:s}", "code", code, "label", label);
}

/* The codes of the list in its order; those that are offered in the area on the day, or, without a
 * day, all. */
static json_t *list_codes(const BhSettingValues *values, const char *list, const char *area,
                          const BhDate *day, const char *lang)
{
  const BhCodes *codes = bh_setting_values_get_codes(values);
  GHashTable *known = codes != NULL ? g_hash_table_lookup(codes->lists, list) : NULL;
  g_autoptr(GPtrArray) found = g_ptr_array_new();
  GHashTableIter iter;
  gpointer code;
  json_t *out = json_array();
  if (known == NULL)
    return out;
  g_hash_table_iter_init(&iter, known);
  while (g_hash_table_iter_next(&iter, NULL, &code))
    if (day == NULL || is_offered(code, area, day))
      g_ptr_array_add(found, code);
  g_ptr_array_sort(found, compare_codes);
  for (guint i = 0; i < found->len; i++) {
    const Code *one = found->pdata[i];
    json_array_append_new(out, describe(one->code, get_label(one, lang)));
  }
  return out;
}

json_t *bh_code_list_offered(const BhSettingValues *values, const char *list, const char *area,
                             const BhDate *day, const char *lang)
{
  return list_codes(values, list, area, day, lang);
}

json_t *bh_code_list_known(const BhSettingValues *values, const char *list, const char *lang)
{
  return list_codes(values, list, NULL, NULL, lang);
}

gboolean bh_code_exists_any(const BhSettingValues *values)
{
  const BhCodes *codes = bh_setting_values_get_codes(values);
  return codes != NULL && g_hash_table_size(codes->lists) > 0;
}

/* --- records --- */

const char *bh_field_get_codes(const BhField *field)
{
  return field->codes;
}

static const BhSettingValues *get_values(const BhContext *context)
{
  return context->settings != NULL ? context->settings(context->data) : NULL;
}

/* *day: the day for which the codes of the field are taken. FALSE: it cannot be determined. */
static gboolean find_day(const BhField *field, const BhContext *context, BhDate *day)
{
  const json_t *value = field->day != NULL ? bh_context_get(context, field->day) : NULL;
  if (json_is_integer(value)) {
    *day = bh_date_from_ms(json_integer_value(value));
    return TRUE;
  }
  const char *text = json_is_string(value) ? json_string_value(value) : context->today;
  return text != NULL && bh_date_parse(text, day, NULL);
}

static gboolean has_code(const json_t *offered, const char *code)
{
  gsize i;
  json_t *one;
  json_array_foreach((json_t *)offered, i, one) {
    if (strcmp(bh_json_string_or(one, "code", ""), code) == 0)
      return TRUE;
  }
  return FALSE;
}

json_t *bh_field_list_codes(const BhField *field, const BhContext *context, const char *area,
                            const char *lang)
{
  const BhSettingValues *values = get_values(context);
  const char *own = context->kind != NULL ? bh_kind_get_area(context->kind, context) : NULL;
  const char *code = bh_json_string_or(context->values, field->name, NULL);
  BhDate day;
  json_t *out = find_day(field, context, &day)
                    ? list_codes(values, field->codes, own != NULL ? own : area, &day, lang)
                    : json_array();
  if (code != NULL && !has_code(out, code)) {
    const char *label = bh_code_find_label(values, field->codes, code, lang);
    json_array_append_new(out, describe(code, label != NULL ? label : code));
  }
  return out;
}

/* The code with this label in either language, borrowed; NULL when there is none. */
static const char *find_by_label(const BhSettingValues *values, const char *list, const char *label)
{
  const BhCodes *codes = bh_setting_values_get_codes(values);
  GHashTable *known = codes != NULL ? g_hash_table_lookup(codes->lists, list) : NULL;
  GHashTableIter iter;
  gpointer item;
  if (known == NULL)
    return NULL;
  g_hash_table_iter_init(&iter, known);
  while (g_hash_table_iter_next(&iter, NULL, &item)) {
    const Code *code = item;
    if (strcmp(code->newest->zh, label) == 0 || g_ascii_strcasecmp(code->newest->en, label) == 0)
      return code->code;
  }
  return NULL;
}

json_t *bh_field_read_code(const BhField *field, const char *typed, const BhSettingValues *values,
                           GError **error)
{
  g_autofree char *text = g_utf8_validate(typed, -1, NULL) ? bh_text_clean(typed, FALSE) : NULL;
  const char *code = text != NULL ? find_by_label(values, field->codes, text) : NULL;
  return code != NULL ? json_string(code) : bh_field_parse_typed(field, typed, error);
}

static void add_problem(const BhField *field, const Code *code, GPtrArray *problems)
{
  const char *label_zh = bh_field_get_label(field, "zh"),
             *label_en = bh_field_get_label(field, "en");
  g_autofree char *zh =
      code == NULL ? g_strdup_printf("“%s”：代码表里没有这个代码", label_zh)
                   : g_strdup_printf("“%s”：“%s”在本区划或当日不适用", label_zh, code->newest->zh);
  g_autofree char *en =
      code == NULL ? g_strdup_printf("%s: the code list has no such code", label_en)
                   : g_strdup_printf("%s: \"%s\" is not offered in this area or on this day",
                                     label_en, code->newest->en);
  g_ptr_array_add(problems, bh_problem_new(field->name, "invalid", zh, en));
}

void bh_codes_check(const BhKind *kind, const json_t *set, const json_t *before,
                    const BhContext *after, GPtrArray *problems)
{
  const BhContext at = bh_context_for(after, kind);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)set, key, value) {
    const BhField *field = bh_kind_find_field(kind, key);
    const char *code = json_string_value(value);
    BhDate day;
    if (field == NULL || field->codes == NULL || code == NULL || at.settings == NULL ||
        g_strcmp0(bh_json_string_or(before, key, NULL), code) == 0 || !find_day(field, &at, &day))
      continue;
    const Code *found = find_code(get_values(&at), field->codes, code);
    if (found == NULL || !is_offered(found, bh_kind_get_area(kind, &at), &day))
      add_problem(field, found, problems);
  }
}

/* A code has one label, because people compare records of several areas. The entry of another area
 * must therefore have the same one. */
void bh_code_check(const BhKind *kind, const BhContext *context, GPtrArray *problems)
{
  if (strcmp(kind->name, BH_CODE_KIND) != 0)
    return;
  const char *code = bh_json_string_or(context->values, "code", NULL);
  const char *label = bh_json_string_or(context->values, "label_zh", NULL);
  if (code != NULL && !bh_code_is_valid(code))
    g_ptr_array_add(problems,
                    bh_problem_new("code", "invalid", "代码须为 1 到 40 个字母、数字或 _ - .",
                                   "A code has 1 to 40 letters, digits, \"_\", \"-\" or \".\""));
  const Code *known =
      find_code(get_values(context), bh_json_string_or(context->values, "list", NULL), code);
  if (known == NULL || label == NULL || strcmp(known->newest->zh, label) == 0)
    return;
  for (guint i = 0; i < known->entries->len; i++)
    if (g_strcmp0(((const Entry *)known->entries->pdata[i])->id, context->record) == 0)
      return; /* the label of an entry is corrected */
  g_autofree char *zh =
      g_strdup_printf("代码“%s”已用于“%s”，同一代码各地名称应一致", code, known->newest->zh);
  g_autofree char *en =
      g_strdup_printf("The code \"%s\" is that of \"%s\": a code has the same label in all areas",
                      code, known->newest->en);
  g_ptr_array_add(problems, bh_problem_new("label_zh", "invalid", zh, en));
}

/* --- declarations --- */

gboolean bh_kind_parse_codes(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {"name", "label", "source", "retired", NULL};
  gsize index;
  json_t *element;
  if (!bh_place_array(place, kind->declaration, "codes", FALSE, LISTS_OF_KIND_MAX, &kind->codes))
    return FALSE;
  json_array_foreach((json_t *)kind->codes, index, element) {
    const char *name = NULL;
    gboolean retired = FALSE;
    gsize mark = bh_place_enter(place, "codes");
    bh_place_enter_index(place, index);
    if (!bh_place_is_object(place, element, allowed) ||
        !bh_place_name(place, element, "name", TRUE, &name) ||
        !bh_place_label(place, element, "label", TRUE) ||
        !bh_place_flag(place, element, "retired", &retired) ||
        !bh_place_string(place, element, "source", FALSE, 300, NULL))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

void bh_kind_set_link_codes(BhKindSet *set)
{
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = set->kinds->pdata[i];
    gsize index;
    json_t *element;
    json_array_foreach((json_t *)kind->codes, index, element) {
      json_array_append_new(set->list_choices,
                            json_pack("{s:O, s:O, s:b}", "code", json_object_get(element, "name"),
                                      "label", json_object_get(element, "label"), "retired",
                                      json_is_true(json_object_get(element, "retired"))));
    }
  }
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = set->kinds->pdata[i];
    for (guint k = 0; k < kind->fields->len; k++) {
      BhField *field = kind->fields->pdata[k];
      if (field->chooses_lists)
        field->choices = set->list_choices;
    }
  }
}

static guint count_declared(const BhKindSet *set, const char *name)
{
  guint n = 0;
  gsize i;
  json_t *one;
  json_array_foreach(set->list_choices, i, one) {
    n += strcmp(bh_json_string_or(one, "code", ""), name) == 0;
  }
  return n;
}

gboolean bh_kind_resolve_codes(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  static const int moments[] = {BH_FIELD_DATE, BH_FIELD_TIME, -1};
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)kind->codes, index, element) {
    const char *name = bh_json_string_or(element, "name", "");
    gsize mark = bh_place_enter(place, "codes");
    bh_place_enter_index(place, index);
    if (count_declared(set, name) > 1)
      return bh_place_fail_at(place, "name", "duplicate code list \"%s\"", name);
    bh_place_leave(place, mark);
  }
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = kind->fields->pdata[i];
    gsize mark = bh_place_enter(place, "fields");
    bh_place_enter_index(place, i);
    if (field->codes != NULL && count_declared(set, field->codes) == 0)
      return bh_place_fail_at(place, "codes", "no kind declares the code list \"%s\"",
                              field->codes);
    bh_place_enter(place, "day");
    if (field->day != NULL && !bh_path_check(place, set, kind, field->day, moments))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

gboolean bh_field_parse_codes(BhPlace *place, BhField *field)
{
  static const char *const words[] = {"codes", "day"};
  gboolean wanted = field->type == BH_FIELD_ENUM_REF;
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    if (!wanted && json_object_get(field->declaration, words[i]) != NULL)
      return bh_place_fail_at(place, words[i], "only a field of type enum_ref can have it");
  return bh_place_name(place, field->declaration, "codes", wanted, &field->codes) &&
         bh_place_string(place, field->declaration, "day", FALSE, 200, &field->day);
}

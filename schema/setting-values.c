/* Values of settings by area and day, and their declarations (setting-values.h). Start at
 * bh_setting_values_find. */
#include "schema/setting-values.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/kind-internal.h"
#include "schema/region.h"

#define SETTINGS_OF_KIND_MAX 60
#define WITHDRAWN "withdrawn" /* state of a record that no longer counts */

/* One record with a value. */
typedef struct {
  char *id;
  char *area; /* NULL: everywhere */
  BhDate from, to;
  double value;
} Value;

struct _BhSettingValues {
  gatomicrefcount refs;
  GHashTable *values; /* name → GPtrArray of Value */
  json_t *years;      /* {"2026": {"off","work"}} */
  BhCalendar *calendar;
  BhCodes *codes;
};

static void value_free(gpointer data)
{
  Value *value = data;
  g_free(value->id);
  g_free(value->area);
  g_free(value);
}

BhSettingValues *bh_setting_values_new(void)
{
  BhSettingValues *settings = g_new0(BhSettingValues, 1);
  g_atomic_ref_count_init(&settings->refs);
  settings->values =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  settings->years = json_object();
  settings->codes = bh_codes_new();
  return settings;
}

BhSettingValues *bh_setting_values_ref(BhSettingValues *settings)
{
  g_atomic_ref_count_inc(&settings->refs);
  return settings;
}

void bh_setting_values_unref(BhSettingValues *settings)
{
  if (settings == NULL || !g_atomic_ref_count_dec(&settings->refs))
    return;
  g_hash_table_unref(settings->values);
  json_decref(settings->years);
  bh_calendar_free(settings->calendar);
  bh_codes_free(settings->codes);
  g_free(settings);
}

gboolean bh_setting_values_has_kind(const char *kind)
{
  return g_strcmp0(kind, BH_SETTING_KIND) == 0 || g_strcmp0(kind, BH_CALENDAR_KIND) == 0 ||
         g_strcmp0(kind, BH_CODE_KIND) == 0;
}

/* *day: the date in `key`, or unchanged when it is empty. FALSE when it is no date. */
static gboolean read_bound(const json_t *values, const char *key, BhDate *day)
{
  const char *text = bh_json_string_or(values, key, NULL);
  return text == NULL || bh_date_parse(text, day, NULL);
}

static gboolean add_value(BhSettingValues *settings, const char *id, const json_t *values)
{
  const char *name = bh_json_string_or(values, "name", NULL);
  const char *text = bh_json_string_or(values, "value", NULL);
  Value value = {.from = {1900, 1, 1}, .to = {9999, 12, 31}};
  char *end = NULL;
  if (name == NULL || text == NULL || !read_bound(values, "valid_from", &value.from) ||
      !read_bound(values, "valid_to", &value.to))
    return FALSE;
  value.value = g_ascii_strtod(text, &end);
  if (end == text || *end != '\0')
    return FALSE;
  value.id = g_strdup(id);
  value.area = g_strdup(bh_json_string_or(values, "area", NULL));
  GPtrArray *all = g_hash_table_lookup(settings->values, name);
  if (all == NULL) {
    all = g_ptr_array_new_with_free_func(value_free);
    g_hash_table_insert(settings->values, g_strdup(name), all);
  }
  g_ptr_array_add(all, g_memdup2(&value, sizeof value));
  return TRUE;
}

/* Adds a year to the calendar; a year that the calendar cannot have is left out. */
static gboolean add_year(BhSettingValues *settings, const json_t *values)
{
  json_t *off = json_object_get(values, "off"), *work = json_object_get(values, "work");
  json_t *year = json_object_get(values, "year");
  if (!json_is_integer(year))
    return FALSE;
  g_autofree char *name = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(year));
  g_autoptr(json_t) years = json_copy(settings->years);
  json_object_set_new(years, name, json_pack("{s:O*, s:O*}", "off", off, "work", work));
  g_autoptr(GError) error = NULL;
  BhCalendar *calendar = bh_calendar_from_years(years, BH_CALENDAR_KIND, &error);
  if (calendar == NULL) {
    g_warning("%s", error->message);
    return FALSE;
  }
  bh_calendar_free(settings->calendar);
  settings->calendar = calendar;
  json_object_update(settings->years, years);
  return TRUE;
}

void bh_setting_values_add(BhSettingValues *settings, const char *kind, const char *id,
                           const json_t *values)
{
  gboolean is_code = g_strcmp0(kind, BH_CODE_KIND) == 0;
  /* A code that was withdrawn keeps its label. */
  if (!bh_setting_values_has_kind(kind) ||
      (!is_code && strcmp(bh_json_string_or(values, "state", ""), WITHDRAWN) == 0))
    return;
  if (!(is_code                              ? bh_codes_add(settings->codes, id, values)
        : strcmp(kind, BH_SETTING_KIND) == 0 ? add_value(settings, id, values)
                                             : add_year(settings, values)))
    g_warning("%s %s cannot be used, it is left out", kind, id);
}

const BhCalendar *bh_setting_values_get_calendar(const BhSettingValues *settings)
{
  return settings != NULL ? settings->calendar : NULL;
}

const BhCodes *bh_setting_values_get_codes(const BhSettingValues *settings)
{
  return settings != NULL ? settings->codes : NULL;
}

/* Whether `value` is valid for the area and the day. */
static gboolean is_valid(const Value *value, const char *area, const BhDate *day)
{
  if (bh_date_compare(day, &value->from) < 0 || bh_date_compare(day, &value->to) > 0)
    return FALSE;
  return value->area == NULL || (area != NULL && bh_area_code_is_within(area, value->area));
}

/* Whether `value` is taken rather than `other`. The areas of both contain the record's area, so
 * that one of them contains the other. */
static gboolean precedes(const Value *value, const Value *other)
{
  gboolean inside = other->area == NULL ||
                    (value->area != NULL && bh_area_code_is_within(value->area, other->area));
  gboolean around = value->area == NULL ||
                    (other->area != NULL && bh_area_code_is_within(other->area, value->area));
  if (inside != around)
    return inside;
  int order = bh_date_compare(&value->from, &other->from);
  return order != 0 ? order > 0 : strcmp(value->id, other->id) > 0;
}

gboolean bh_setting_values_find(const BhSettingValues *settings, const char *name, const char *area,
                                const BhDate *day, double *value)
{
  const GPtrArray *all = settings != NULL ? g_hash_table_lookup(settings->values, name) : NULL;
  const Value *best = NULL;
  for (guint i = 0; all != NULL && i < all->len; i++) {
    const Value *one = all->pdata[i];
    if (is_valid(one, area, day) && (best == NULL || precedes(one, best)))
      best = one;
  }
  if (best != NULL)
    *value = best->value;
  return best != NULL;
}

/* --- declarations --- */

void bh_setting_rule_free(gpointer data)
{
  BhSettingRule *rule = data;
  bh_field_free(rule->field);
  json_decref(rule->declaration);
  g_free(rule);
}

/* Parses one element of "settings": a field with a default value. */
static gboolean parse_setting(BhPlace *place, BhKind *kind, const json_t *element)
{
  static const char *const allowed[] = {"name", "type",   "label",  "hint",    "min",     "max",
                                        "unit", "digits", "source", "default", "retired", NULL};
  static const int types[] = {BH_FIELD_INTEGER, BH_FIELD_DECIMAL, BH_FIELD_MONEY, BH_FIELD_PERCENT};
  if (!bh_place_is_object(place, element, allowed))
    return FALSE;
  BhSettingRule *rule = g_new0(BhSettingRule, 1);
  g_ptr_array_add(kind->settings, rule);
  rule->declaration = json_copy((json_t *)element);
  json_object_del(rule->declaration, "default");
  rule->field = bh_field_parse(place, rule->declaration);
  if (rule->field == NULL)
    return FALSE;
  gboolean is_number = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
    is_number = is_number || (int)rule->field->type == types[i];
  if (!is_number)
    return bh_place_fail_at(place, "type",
                            "a setting must be of type integer, decimal, money or percent");
  rule->initial = json_object_get(element, "default");
  g_autofree char *reason = NULL;
  if (rule->initial != NULL && !bh_field_check_value(rule->field, rule->initial, &reason))
    return bh_place_fail_at(place, "default", "%s", reason);
  return TRUE;
}

gboolean bh_kind_parse_settings(BhPlace *place, BhKind *kind)
{
  const json_t *settings = NULL;
  gsize index;
  json_t *element;
  if (!bh_place_array(place, kind->declaration, "settings", FALSE, SETTINGS_OF_KIND_MAX, &settings))
    return FALSE;
  json_array_foreach((json_t *)settings, index, element) {
    gsize mark = bh_place_enter(place, "settings");
    bh_place_enter_index(place, index);
    if (!parse_setting(place, kind, element))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static const BhSettingRule *find_rule(const BhKindSet *set, const char *name)
{
  return set != NULL && name != NULL ? g_hash_table_lookup(set->settings, name) : NULL;
}

static int compare_codes(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void bh_kind_set_link_settings(BhKindSet *set)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new();
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = set->kinds->pdata[i];
    for (guint k = 0; k < kind->settings->len; k++) {
      BhSettingRule *rule = kind->settings->pdata[k];
      if (g_hash_table_insert(set->settings, (gpointer)rule->field->name, rule))
        g_ptr_array_add(names, (gpointer)rule->field->name);
    }
  }
  g_ptr_array_sort(names, compare_codes);
  for (guint i = 0; i < names->len; i++) {
    const BhSettingRule *rule = find_rule(set, names->pdata[i]);
    if (rule == NULL)
      continue;
    json_array_append_new(set->setting_choices,
                          json_pack("{s:s, s:O, s:b}", "code", names->pdata[i], "label",
                                    json_object_get(rule->declaration, "label"), "retired",
                                    rule->field->retired));
  }
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = set->kinds->pdata[i];
    for (guint k = 0; k < kind->fields->len; k++) {
      BhField *field = kind->fields->pdata[k];
      if (field->chooses_settings)
        field->choices = set->setting_choices;
    }
  }
}

gboolean bh_kind_resolve_settings(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  for (guint i = 0; i < kind->settings->len; i++) {
    const BhSettingRule *rule = kind->settings->pdata[i];
    gsize mark = bh_place_enter(place, "settings");
    bh_place_enter_index(place, i);
    if (find_rule(set, rule->field->name) != rule)
      return bh_place_fail_at(place, "name", "duplicate setting \"%s\"", rule->field->name);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

const BhField *bh_kind_set_find_setting(const BhKindSet *set, const char *name)
{
  const BhSettingRule *rule = find_rule(set, name);
  return rule != NULL ? rule->field : NULL;
}

guint bh_kind_set_count_settings(const BhKindSet *set)
{
  return g_hash_table_size(set->settings);
}

/* --- numbers in declarations --- */

const char *bh_number_get_setting(const json_t *number)
{
  return json_is_object(number) ? bh_json_string_or(number, "setting", NULL) : NULL;
}

gboolean bh_number_parse(BhPlace *place, const json_t *object, const char *key, gint64 min,
                         gint64 max, const json_t **out)
{
  static const char *const allowed[] = {"setting", NULL};
  const json_t *number = json_object_get(object, key);
  gint64 value = 0;
  if (!json_is_object(number)) {
    if (!bh_place_int(place, object, key, min, max, &value))
      return FALSE;
    *out = number;
    return TRUE;
  }
  gsize mark = bh_place_enter(place, key);
  const char *name = NULL;
  if (!bh_place_is_object(place, number, allowed) ||
      !bh_place_name(place, number, "setting", TRUE, &name))
    return FALSE;
  bh_place_leave(place, mark);
  *out = number;
  return TRUE;
}

gboolean bh_number_resolve(BhPlace *place, const BhKindSet *set, const char *key,
                           const json_t *number, gboolean whole)
{
  const char *name = bh_number_get_setting(number);
  const BhField *declared = bh_kind_set_find_setting(set, name);
  if (name == NULL)
    return TRUE;
  if (declared == NULL)
    return bh_place_fail_at(place, key, "no kind declares the setting \"%s\"", name);
  if (whole && declared->type != BH_FIELD_INTEGER)
    return bh_place_fail_at(place, key, "the setting \"%s\" must be of type integer", name);
  return TRUE;
}

double bh_number_read(const json_t *value)
{
  return json_is_string(value) ? g_ascii_strtod(json_string_value(value), NULL)
                               : json_number_value(value);
}

gboolean bh_number_find(const json_t *number, const BhContext *context, const BhDate *day,
                        double *value)
{
  const char *name = bh_number_get_setting(number);
  double set = 0;
  if (name == NULL) {
    if (json_is_number(number))
      *value = json_number_value(number);
    return json_is_number(number);
  }
  if (context->settings == NULL)
    return FALSE;
  const BhContext *record = context->outer != NULL ? context->outer : context;
  const BhSettingRule *rule = find_rule(record->kind != NULL ? record->kind->set : NULL, name);
  const BhSettingValues *settings = record->settings(record->data);
  const char *area = record->kind != NULL ? bh_kind_get_area(record->kind, record) : NULL;
  if (rule != NULL && bh_setting_values_find(settings, name, area, day, &set) &&
      set >= (double)rule->field->min && set <= (double)rule->field->max) {
    *value = set;
    return TRUE;
  }
  if (rule == NULL || rule->initial == NULL)
    return FALSE;
  *value = bh_number_read(rule->initial);
  return TRUE;
}

/* --- records of settings --- */

/* The value of a setting, which is stored as a number in a text, as a value of the type that the
 * setting has. New reference. */
static json_t *dup_typed(const BhField *declared, const char *text)
{
  gint64 whole;
  return declared->type == BH_FIELD_INTEGER &&
                 g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &whole, NULL)
             ? json_integer(whole)
             : json_string(text);
}

void bh_setting_check(const BhKind *kind, const json_t *values, GPtrArray *problems)
{
  const char *text = bh_json_string_or(values, "value", NULL);
  const BhField *declared =
      bh_kind_set_find_setting(kind->set, bh_json_string_or(values, "name", NULL));
  g_autofree char *reason = NULL;
  if (strcmp(kind->name, BH_SETTING_KIND) != 0 || declared == NULL || text == NULL)
    return;
  g_autoptr(json_t) value = dup_typed(declared, text);
  if (bh_field_check_value(declared, value, &reason))
    return;
  g_autofree char *zh = g_strdup_printf("“%s”须在 %" G_GINT64_FORMAT " 到 %" G_GINT64_FORMAT
                                        " 之间，小数不超过 %" G_GINT64_FORMAT " 位",
                                        bh_field_get_label(declared, "zh"), declared->min,
                                        declared->max, declared->digits);
  g_autofree char *en = g_strdup_printf(
      "\"%s\" must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
      ", with at most %" G_GINT64_FORMAT " digits after the point",
      bh_field_get_label(declared, "en"), declared->min, declared->max, declared->digits);
  g_ptr_array_add(problems, bh_problem_new("value", "invalid", zh, en));
}

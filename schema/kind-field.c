/* Fields of a kind: parses their declarations and gives their properties. Values are checked in
 * kind-check.c. Start with type_rows and bh_field_parse. */
#include "schema/condition-internal.h"
#include "schema/kind-rules.h"

#include <string.h>

#include "schema/uscc.h"

#define CHOICES_MAX 200
#define MARK_MAX 30 /* bytes of the text that stands for a choice in numbers */

/* Up to this amount, a double holds two digits after the point, so that limits are exact. */
#define MONEY_BOUND G_GINT64_CONSTANT(10000000000000)
#define MONEY_MAX G_GINT64_CONSTANT(1000000000000) /* yuan */
#define PERCENT_BOUND 1000000
#define DURATION_BOUND (100 * 366 * 24 * 60) /* minutes of a hundred years */
#define DURATION_MAX (366 * 24 * 60)

typedef struct {
  const char *name;
  BhFieldType type;
  gint64 min, max;          /* limits of a field whose declaration sets none */
  gint64 min_low, max_high; /* bounds of what a declaration may set */
} TypeRow;

static const TypeRow type_rows[] = {
    {"text", BH_FIELD_TEXT, 0, 200, 0, 2000},
    {"longtext", BH_FIELD_LONGTEXT, 0, 4000, 0, 20000},
    {"integer", BH_FIELD_INTEGER, 0, G_MAXINT32, -G_MAXINT64, G_MAXINT64},
    {"decimal", BH_FIELD_DECIMAL, 0, G_MAXINT32, -G_MAXINT64, G_MAXINT64},
    {"flag", BH_FIELD_FLAG, 0, 1, 0, 1},
    {"choice", BH_FIELD_CHOICE, 0, 1, 0, 1},
    {"choices", BH_FIELD_CHOICES, 0, CHOICES_MAX, 0, CHOICES_MAX},
    {"date", BH_FIELD_DATE, 0, 0, 0, 0},
    {"time", BH_FIELD_TIME, 0, 0, 0, 0},
    {"ref", BH_FIELD_REF, 0, 1, 0, 1},
    {"refs", BH_FIELD_REFS, 0, 200, 0, 1000},
    {"phone", BH_FIELD_PHONE, 0, 0, 0, 0},
    {"uscc", BH_FIELD_USCC, 0, 0, 0, 0},
    {"area", BH_FIELD_AREA, 0, 0, 0, 0},
    {"place", BH_FIELD_PLACE, 0, 0, 0, 0},
    {"hash", BH_FIELD_HASH, 0, 0, 0, 0},
    {"items", BH_FIELD_ITEMS, 0, 500, 0, 2000},
    {"json", BH_FIELD_JSON, 0, 65536, 0, 250000},
    {"paper", BH_FIELD_PAPER, 0, 60000, 0, 60000},
    {"money", BH_FIELD_MONEY, 0, MONEY_MAX, -MONEY_BOUND, MONEY_BOUND},
    {"percent", BH_FIELD_PERCENT, 0, 100, -PERCENT_BOUND, PERCENT_BOUND},
    {"month", BH_FIELD_MONTH, 0, 0, 0, 0},
    {"duration", BH_FIELD_DURATION, 0, DURATION_MAX, 0, DURATION_BOUND},
    {"url", BH_FIELD_URL, 0, 500, 0, 2000},
    {"id_number", BH_FIELD_ID_NUMBER, 0, 0, 0, 0},
    {"enum_ref", BH_FIELD_ENUM_REF, 0, 0, 0, 0},
};

static const TypeRow *find_row(BhFieldType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS(type_rows); i++)
    if (type_rows[i].type == type)
      return &type_rows[i];
  g_assert_not_reached();
}

gboolean bh_field_type_from_name(const char *name, BhFieldType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS(type_rows); i++)
    if (g_strcmp0(type_rows[i].name, name) == 0) {
      *type = type_rows[i].type;
      return TRUE;
    }
  return FALSE;
}

static gboolean has_limits(BhFieldType type)
{
  const TypeRow *row = find_row(type);
  return row->min_low != 0 || row->max_high > 1;
}

/* Parses "excludes" of each choice: codes of other choices of the same field. */
static gboolean parse_excludes(BhPlace *place, const BhField *field)
{
  gsize index;
  json_t *choice;
  json_array_foreach((json_t *)field->choices, index, choice) {
    gsize mark = bh_place_enter(place, "choices");
    bh_place_enter_index(place, index);
    g_autofree const char **excludes = NULL;
    if (json_object_get(choice, "excludes") != NULL && field->type != BH_FIELD_CHOICES)
      return bh_place_fail_at(place, "excludes", "only a field of type choices can have it");
    if (!bh_place_names(place, choice, "excludes", FALSE, TRUE, &excludes))
      return FALSE;
    for (gsize i = 0; excludes != NULL && excludes[i] != NULL; i++) {
      if (bh_field_find_choice(field, excludes[i]) == NULL ||
          g_str_equal(excludes[i], json_string_value(json_object_get(choice, "code"))))
        return bh_place_fail_at(place, "excludes", "\"%s\" is not another choice of the field",
                                excludes[i]);
    }
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_choices(BhPlace *place, BhField *field)
{
  static const char *const allowed[] = {"code",   "label", "retired", "automatic", "excludes",
                                        "source", "paper", "mark",    "office",    NULL};
  gboolean wanted = field->type == BH_FIELD_CHOICE || field->type == BH_FIELD_CHOICES;
  if (!wanted) {
    if (json_object_get(field->declaration, "choices") != NULL)
      return bh_place_fail_at(place, "choices",
                              "only fields of type choice and choices can have them");
    return TRUE;
  }
  const char *word = json_string_value(json_object_get(field->declaration, "choices"));
  field->chooses_settings = field->type == BH_FIELD_CHOICE && g_strcmp0(word, "settings") == 0;
  field->chooses_lists = field->type == BH_FIELD_CHOICE && g_strcmp0(word, "codes") == 0;
  if (field->chooses_settings || field->chooses_lists)
    return TRUE;
  if (!bh_place_array(place, field->declaration, "choices", TRUE, CHOICES_MAX, &field->choices))
    return FALSE;
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  gsize index;
  json_t *choice;
  json_array_foreach((json_t *)field->choices, index, choice) {
    gsize mark = bh_place_enter(place, "choices");
    bh_place_enter_index(place, index);
    const char *code = NULL;
    gboolean retired = FALSE, automatic = FALSE;
    if (!bh_place_is_object(place, choice, allowed) ||
        !bh_place_name(place, choice, "code", TRUE, &code) ||
        !bh_place_label(place, choice, "label", TRUE) ||
        !bh_place_flag(place, choice, "retired", &retired) ||
        !bh_place_string(place, choice, "mark", FALSE, MARK_MAX, NULL) ||
        !bh_place_flag(place, choice, "automatic", &automatic) ||
        !bh_place_string(place, choice, "source", FALSE, 300, NULL))
      return FALSE;
    if (!g_hash_table_add(seen, (gpointer)code))
      return bh_place_fail_at(place, "code", "duplicate \"%s\"", code);
    bh_place_leave(place, mark);
  }
  return parse_excludes(place, field);
}

static gboolean parse_refs(BhPlace *place, BhField *field)
{
  gboolean wanted = field->type == BH_FIELD_REF || field->type == BH_FIELD_REFS;
  if (!wanted && json_object_get(field->declaration, "ref_kinds") != NULL)
    return bh_place_fail_at(place, "ref_kinds", "only fields of type ref and refs can have them");
  const char *word = json_string_value(json_object_get(field->declaration, "ref_kinds"));
  field->any_kind = word != NULL && strcmp(word, "any") == 0;
  if (field->any_kind)
    return TRUE;
  return bh_place_names(place, field->declaration, "ref_kinds", wanted, TRUE, &field->ref_kinds);
}

static gboolean parse_required(BhPlace *place, BhField *field)
{
  const json_t *required = json_object_get(field->declaration, "required");
  if (required == NULL || json_is_false(required))
    return TRUE;
  field->always_required = json_is_true(required);
  if (json_is_object(required))
    field->required = required;
  else if (!field->always_required)
    return bh_place_fail_at(place, "required", "must be true, false or a condition");
  if (field->type == BH_FIELD_ITEMS)
    return bh_place_fail_at(place, "required", "a field of items cannot be required");
  return TRUE;
}

/* Parses "digits" and "unit". */
static gboolean parse_measure(BhPlace *place, BhField *field)
{
  gboolean has_digits = field->type == BH_FIELD_DECIMAL || field->type == BH_FIELD_PERCENT;
  gboolean has_unit = field->type == BH_FIELD_INTEGER || field->type == BH_FIELD_DECIMAL;
  field->digits = has_digits || field->type == BH_FIELD_MONEY ? 2 : 0;
  field->unit = json_object_get(field->declaration, "unit");
  if (!has_digits && json_object_get(field->declaration, "digits") != NULL)
    return bh_place_fail_at(place, "digits",
                            "only a field of type decimal or percent can have them");
  if (!has_unit && field->unit != NULL)
    return bh_place_fail_at(place, "unit", "only a field of type integer or decimal can have it");
  return bh_place_int(place, field->declaration, "digits", 0, 6, &field->digits) &&
         bh_place_label(place, field->declaration, "unit", FALSE);
}

static gboolean is_ref_to_staff(const BhField *field, const json_t *declaration)
{
  const json_t *kinds = json_object_get(declaration, "ref_kinds");
  return field->type == BH_FIELD_REF && json_array_size(kinds) == 1 &&
         g_strcmp0(json_string_value(json_array_get(kinds, 0)), "staff") == 0;
}

/* Parses "distinct". Personal values cannot have it, because the hub compares stored values, and of
 * those it stores only commitments; types that are no numbers or codes cannot be compared. */
static gboolean parse_distinct(BhPlace *place, BhField *field)
{
  const json_t *distinct = json_object_get(field->declaration, "distinct");
  if (distinct == NULL || json_is_false(distinct))
    return TRUE;
  field->always_distinct = json_is_true(distinct);
  if (json_is_object(distinct))
    field->distinct = distinct;
  else if (!field->always_distinct)
    return bh_place_fail_at(place, "distinct", "must be true, false or a condition");
  if (field->type != BH_FIELD_TEXT && field->type != BH_FIELD_USCC &&
      field->type != BH_FIELD_INTEGER)
    return bh_place_fail_at(place, "distinct",
                            "only fields of type text, uscc and integer can have it");
  if (field->personal)
    return bh_place_fail_at(place, "distinct", "a personal field cannot have it");
  return TRUE;
}

/* Parses "doubt". The field that it names is resolved after all fields were parsed. */
static gboolean parse_doubt(BhPlace *place, BhField *field)
{
  if (!bh_place_name(place, field->declaration, "doubt", FALSE, &field->doubt))
    return FALSE;
  return field->doubt == NULL || field->type == BH_FIELD_USCC ||
         bh_place_fail_at(place, "doubt", "only a field of type uscc can have it");
}

/* Parses "min" or "max". With a setting, *limit stays that of the type. */
static gboolean parse_limit(BhPlace *place, const BhField *field, const char *key, gint64 *limit,
                            const json_t **number)
{
  const TypeRow *row = find_row(field->type);
  const json_t *given = NULL;
  if (!bh_number_parse(place, field->declaration, key, row->min_low, row->max_high, &given))
    return FALSE;
  if (json_is_integer(given))
    *limit = json_integer_value(given);
  if (bh_number_get_setting(given) == NULL)
    return TRUE;
  *number = given;
  switch (field->type) {
  case BH_FIELD_INTEGER:
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
  case BH_FIELD_DURATION:
    return TRUE;
  default:
    return bh_place_fail_at(place, key, "a field of type %s cannot be limited by a setting",
                            bh_field_type_get_name(field->type));
  }
}

BhField *bh_field_parse(BhPlace *place, const json_t *declaration)
{
  static const char *const allowed[] = {
      "name",       "type",     "label",    "hint",     "required",    "show_when",
      "choices",    "min",      "max",      "digits",   "ref_kinds",   "personal",
      "indexed",    "retired",  "in_form",  "source",   "locked_when", "on_change_ask",
      "written_by", "unlocked", "own_unit", "distinct", "doubt",       "unit",
      "compute",    "codes",    "day",      "sealed",   "lists",       NULL};
  g_autofree BhField *field = g_new0(BhField, 1);
  field->declaration = declaration;
  field->in_form = TRUE;
  const char *type_name = NULL;
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_name(place, declaration, "name", TRUE, &field->name) ||
      !bh_place_string(place, declaration, "type", TRUE, 40, &type_name))
    return NULL;
  if (g_str_equal(field->name, "state") || g_str_equal(field->name, "actor")) {
    bh_place_fail_at(place, "name", "\"%s\" is reserved", field->name);
    return NULL;
  }
  if (!bh_field_type_from_name(type_name, &field->type)) {
    bh_place_fail_at(place, "type", "unknown type \"%s\"", type_name);
    return NULL;
  }
  const TypeRow *row = find_row(field->type);
  field->min = row->min;
  field->max = row->max;
  if (!has_limits(field->type) && (json_object_get(declaration, "min") != NULL ||
                                   json_object_get(declaration, "max") != NULL)) {
    bh_place_fail(place, "a field of type %s cannot have \"min\" or \"max\"", type_name);
    return NULL;
  }
  if (!bh_place_label(place, declaration, "label", TRUE) ||
      !bh_place_label(place, declaration, "hint", FALSE) ||
      !parse_limit(place, field, "min", &field->min, &field->min_number) ||
      !parse_limit(place, field, "max", &field->max, &field->max_number) ||
      !parse_measure(place, field) ||
      !bh_place_flag(place, declaration, "personal", &field->personal) ||
      !bh_place_flag(place, declaration, "indexed", &field->indexed) ||
      !bh_place_flag(place, declaration, "retired", &field->retired) ||
      !bh_place_flag(place, declaration, "in_form", &field->in_form) ||
      !bh_place_flag(place, declaration, "unlocked", &field->unlocked) ||
      !bh_place_flag(place, declaration, "own_unit", &field->own_unit) ||
      !bh_place_by_hub(place, declaration, &field->by_hub) ||
      !bh_place_string(place, declaration, "source", FALSE, 300, NULL))
    return NULL;
  if (field->min > field->max) {
    bh_place_fail_at(place, "min", "is greater than max");
    return NULL;
  }
  if (field->personal && field->indexed) {
    bh_place_fail_at(place, "indexed", "a personal field cannot be indexed");
    return NULL;
  }
  if (field->personal && field->type == BH_FIELD_ITEMS) {
    bh_place_fail_at(place, "personal", "a field of items cannot be personal");
    return NULL;
  }
  if (field->type == BH_FIELD_ID_NUMBER && !field->personal) {
    bh_place_fail_at(place, "personal", "must be true for a field of type id_number");
    return NULL;
  }
  if (field->own_unit && !is_ref_to_staff(field, declaration)) {
    bh_place_fail_at(place, "own_unit", "only a ref whose only kind is staff can have it");
    return NULL;
  }
  field->show_when = json_object_get(declaration, "show_when");
  field->locked_when = json_object_get(declaration, "locked_when");
  if (parse_choices(place, field) && bh_field_parse_codes(place, field) &&
      parse_refs(place, field) && parse_required(place, field) && parse_distinct(place, field) &&
      parse_doubt(place, field) &&
      bh_place_names(place, declaration, "on_change_ask", FALSE, TRUE, &field->change_asks) &&
      bh_field_parse_compute(place, field) && bh_field_parse_sealed(place, field) &&
      bh_worksheet_parse_lists(place, field))
    return g_steal_pointer(&field);
  g_free(field->ref_kinds);
  g_free(field->change_asks);
  g_free(field->openers);
  return NULL;
}

void bh_field_free(BhField *field)
{
  if (field == NULL)
    return;
  g_free(field->openers);
  g_free(field->ref_kinds);
  g_free(field->change_asks);
  g_free(field);
}

const json_t *bh_field_find_choice(const BhField *field, const char *code)
{
  gsize index;
  json_t *choice;
  json_array_foreach((json_t *)field->choices, index, choice) {
    if (g_strcmp0(json_string_value(json_object_get(choice, "code")), code) == 0)
      return choice;
  }
  return NULL;
}

const char *bh_field_get_name(const BhField *field)
{
  return field->name;
}

BhFieldType bh_field_get_type(const BhField *field)
{
  return field->type;
}

const char *bh_field_get_type_name(const BhField *field)
{
  return bh_field_type_get_name(field->type);
}

const char *bh_field_type_get_name(BhFieldType type)
{
  return find_row(type)->name;
}

const char *bh_field_get_label(const BhField *field, const char *lang)
{
  return bh_label_pick(json_object_get(field->declaration, "label"), lang, field->name);
}

const char *bh_field_get_hint(const BhField *field, const char *lang)
{
  return bh_label_pick(json_object_get(field->declaration, "hint"), lang, "");
}

gboolean bh_field_is_personal(const BhField *field)
{
  return field->personal;
}

gboolean bh_field_is_indexed(const BhField *field)
{
  return field->indexed;
}

gboolean bh_field_is_of_own_unit(const BhField *field)
{
  return field->own_unit;
}

gboolean bh_field_is_retired(const BhField *field)
{
  return field->retired;
}

gboolean bh_field_is_in_form(const BhField *field)
{
  return field->in_form && !field->retired;
}

gint64 bh_field_get_max(const BhField *field)
{
  return field->max;
}

gint64 bh_field_get_min(const BhField *field)
{
  return field->min;
}

gint64 bh_field_get_digits(const BhField *field)
{
  return field->digits;
}

const char *bh_field_get_unit(const BhField *field, const char *lang)
{
  if (field->type == BH_FIELD_PERCENT)
    return "%";
  if (field->type == BH_FIELD_MONEY)
    return g_strcmp0(lang, "zh") == 0 ? "元" : "yuan";
  return field->unit != NULL ? bh_label_pick(field->unit, lang, "") : "";
}

gsize bh_field_count_choices(const BhField *field)
{
  return json_array_size(field->choices);
}

const char *bh_field_get_choice_code(const BhField *field, gsize index)
{
  return json_string_value(json_object_get(json_array_get(field->choices, index), "code"));
}

const char *bh_field_get_choice_label(const BhField *field, gsize index, const char *lang)
{
  const json_t *choice = json_array_get(field->choices, index);
  return bh_label_pick(json_object_get(choice, "label"), lang,
                       bh_json_string_or(choice, "code", ""));
}

gboolean bh_field_is_choice_retired(const BhField *field, gsize index)
{
  return json_is_true(json_object_get(json_array_get(field->choices, index), "retired"));
}

gboolean bh_field_is_choice_automatic(const BhField *field, gsize index)
{
  return json_is_true(json_object_get(json_array_get(field->choices, index), "automatic"));
}

const char *bh_field_find_choice_label(const BhField *field, const char *code, const char *lang)
{
  const json_t *choice = bh_field_find_choice(field, code);
  return bh_label_pick(json_object_get(choice, "label"), lang, code);
}

const char *const *bh_field_get_ref_kinds(const BhField *field)
{
  static const char *const none[] = {NULL};
  return field->ref_kinds != NULL ? field->ref_kinds : none;
}

const char *const *bh_field_get_change_asks(const BhField *field)
{
  static const char *const none[] = {NULL};
  return field->change_asks != NULL ? field->change_asks : none;
}

const BhField *bh_field_get_doubted_field(const BhField *field)
{
  return field->explained;
}

BhProblem *bh_field_find_doubt(const BhField *field, const json_t *value)
{
  const char *code = field->type == BH_FIELD_USCC ? json_string_value(value) : NULL;
  if (code == NULL || !bh_uscc_check(code, NULL) || bh_uscc_is_consistent(code))
    return NULL;
  return bh_problem_new(field->name, "doubt", "校验位不符，请再核对一遍",
                        "The check character does not match: please compare it again");
}

static gboolean does_exclude(const json_t *choice, const char *code)
{
  return bh_json_has_name(json_object_get(choice, "excludes"), code);
}

BhProblem *bh_field_check_excludes(const BhField *field, const json_t *value)
{
  if (field->type != BH_FIELD_CHOICES)
    return NULL;
  gsize count = json_array_size(value);
  for (gsize i = 0; i < count; i++) {
    const char *code = json_string_value(json_array_get(value, i));
    const json_t *choice = bh_field_find_choice(field, code);
    for (gsize k = 0; k < count; k++) {
      const char *other = json_string_value(json_array_get(value, k));
      if (other == NULL || k == i || !does_exclude(choice, other))
        continue;
      g_autofree char *zh =
          g_strdup_printf("“%s”和“%s”不能同时选择", bh_field_find_choice_label(field, code, "zh"),
                          bh_field_find_choice_label(field, other, "zh"));
      g_autofree char *en = g_strdup_printf("\"%s\" and \"%s\" exclude each other",
                                            bh_field_find_choice_label(field, code, "en"),
                                            bh_field_find_choice_label(field, other, "en"));
      return bh_problem_new(field->name, "invalid", zh, en);
    }
  }
  return NULL;
}

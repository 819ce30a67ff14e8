/* Checks single values, and records as a whole. Does not check transitions (workflow.c) or locks
 * (kind-lock.c). Start with find_fault() and bh_kind_check_record. */
#include "schema/kind-internal.h"
#include "schema/kind-rules.h"

#include <string.h>
#include "schema/answer.h"
#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/decimal.h"
#include "schema/error.h"
#include "schema/id-number.h"
#include "schema/phone.h"
#include "schema/setting-values.h"
#include "schema/url.h"
#include "schema/uscc.h"
#include "schema/text.h"

#define ITEM_NAME_MAX 48
#define PLACE_DIGITS_MAX 7
#define ACCURACY_MAX_M 1000 /* a less accurate position cannot identify a mine */

/* Times are from 1970 up to the year 9999, in milliseconds. */
#define TIME_MAX_MS G_GINT64_CONSTANT(253402300799999)

/* Whether a person cannot see the character: control characters, and marks that change the reading
 * direction, which can make one text look like another. */
static gboolean is_hidden_character(gunichar c, gboolean several_lines)
{
  if (c == '\n' || c == '\t')
    return !several_lines;
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0x2028 || c == 0x2029 ||
         (c & 0xfffe) == 0xfffe;
}

/* Whether a character that begins with this byte can be hidden. Letters and Chinese characters
 * cannot, and need not be decoded. */
static gboolean may_be_hidden(guchar first)
{
  return first < 0x20 || first == 0x7f || first == 0xc2 || first == 0xe2 || first >= 0xef;
}

/* Whether a character that begins with this byte is certainly visible. FALSE for the first bytes of
 * blanks (text.h), which some visible characters share. */
static gboolean may_be_seen(guchar first)
{
  return first > 0x20 && first != 0x7f && first != 0xc2 && (first < 0xe1 || first > 0xe3) &&
         first != 0xef;
}

static char *check_text(const json_t *value, gint64 min, gint64 max, gboolean several_lines)
{
  if (!json_is_string(value))
    return g_strdup("must be text");
  const char *text = json_string_value(value);
  gsize bytes = json_string_length(value);
  /* Valid text contains no NUL. */
  if (!g_utf8_validate_len(text, bytes, NULL))
    return g_strdup("is not UTF-8 text");
  gint64 length = 0;
  gunichar hidden = 0;
  gboolean is_seen = FALSE;
  for (gsize i = 0; i < bytes; i++) {
    if (((guchar)text[i] & 0xc0) == 0x80)
      continue;
    length++;
    is_seen = is_seen || may_be_seen((guchar)text[i]);
    if (hidden == 0 && may_be_hidden((guchar)text[i])) {
      gunichar c = g_utf8_get_char(text + i);
      hidden = is_hidden_character(c, several_lines) ? c : 0;
    }
  }
  if (length > max)
    return g_strdup_printf("has %" G_GINT64_FORMAT " characters, at most %" G_GINT64_FORMAT
                           " are allowed",
                           length, max);
  if (length < min)
    return g_strdup_printf("has %" G_GINT64_FORMAT " characters, at least %" G_GINT64_FORMAT
                           " are needed",
                           length, min);
  if (!is_seen && bytes > 0 && bh_text_is_blank(text))
    return g_strdup("must have a visible character");
  if (hidden != 0)
    return g_strdup_printf("holds the control character U+%04X", (unsigned)hidden);
  return NULL;
}

static char *check_decimal(const BhField *field, const json_t *value)
{
  if (!json_is_string(value) || !bh_decimal_is_valid(json_string_value(value), field->digits))
    return g_strdup_printf("must be a decimal number as text with at most %" G_GINT64_FORMAT
                           " digits after the point",
                           field->digits);
  gdouble number = g_ascii_strtod(json_string_value(value), NULL);
  if (number < (gdouble)field->min || number > (gdouble)field->max)
    return g_strdup_printf("must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, field->min,
                           field->max);
  return NULL;
}

static char *check_integer(const BhField *field, const json_t *value)
{
  if (!json_is_integer(value))
    return g_strdup("must be an integer");
  if (json_integer_value(value) < field->min || json_integer_value(value) > field->max)
    return g_strdup_printf("must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, field->min,
                           field->max);
  return NULL;
}

/* Arrays of codes and ids are sets. Codes must be sorted, and no element may be duplicate, so that
 * equal sets are equal bytes. */
static char *check_set(const BhField *field, const json_t *value)
{
  if (!json_is_array(value))
    return g_strdup("must be an array");
  gsize count = json_array_size(value);
  if ((gint64)count > field->max || (gint64)count < field->min)
    return g_strdup_printf("has %" G_GSIZE_FORMAT " elements, from %" G_GINT64_FORMAT
                           " to %" G_GINT64_FORMAT " are allowed",
                           count, field->min, field->max);
  const char *before = NULL;
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)value, index, element) {
    const char *text = json_string_value(element);
    if (field->type == BH_FIELD_REFS ? !bh_id_is_valid(text)
                                     : bh_field_find_choice(field, text) == NULL)
      return g_strdup_printf("element %" G_GSIZE_FORMAT " is not %s", index,
                             field->type == BH_FIELD_REFS ? "a record id" : "one of the choices");
    if (field->type == BH_FIELD_CHOICES && before != NULL && strcmp(before, text) >= 0)
      return g_strdup("must be sorted and without duplicates");
    before = text;
  }
  if (field->type == BH_FIELD_REFS) {
    for (gsize i = 0; i < count; i++)
      for (gsize k = i + 1; k < count; k++)
        if (json_equal(json_array_get(value, i), json_array_get(value, k)))
          return g_strdup("must not name a record twice");
  }
  return NULL;
}

static char *check_phone(const json_t *value)
{
  const char *text = json_string_value(value);
  if (text != NULL && bh_phone_is_valid(text))
    return NULL;
  return g_strdup("must be a phone number, or two: 3 to 24 digits, +, -, brackets and spaces each, "
                  "an extension after 转");
}

static char *check_area(const json_t *value)
{
  const char *text = json_string_value(value);
  gsize len = text != NULL ? strlen(text) : 0;
  if ((len != 6 && len != 9 && len != 12) || strspn(text, "0123456789") != len)
    return g_strdup("must be an area code of 6, 9 or 12 digits");
  return NULL;
}

static char *check_month(const json_t *value)
{
  BhDate first;
  const char *text = json_string_value(value);
  return text != NULL && bh_date_parse_month(text, &first, NULL)
             ? NULL
             : g_strdup("must be a month YYYY-MM");
}

static char *check_url(const BhField *field, const json_t *value)
{
  g_autoptr(GError) error = NULL;
  char *fault = check_text(value, field->min, field->max, FALSE);
  if (fault != NULL || bh_url_check(json_string_value(value), &error))
    return fault;
  return g_strdup(error->message);
}

static char *check_id_number(const json_t *value)
{
  g_autoptr(GError) error = NULL;
  const char *text = json_string_value(value);
  if (text == NULL)
    return g_strdup("must be text");
  return bh_id_number_check(text, &error) ? NULL : g_strdup(error->message);
}

static gboolean is_degree(const json_t *value, int limit)
{
  const char *text = json_string_value(value);
  if (text == NULL || !bh_decimal_is_valid(text, PLACE_DIGITS_MAX))
    return FALSE;
  gdouble number = g_ascii_strtod(text, NULL);
  return number >= -limit && number <= limit;
}

static char *check_place(const json_t *value)
{
  static const char *const allowed[] = {"lat", "lon", "accuracy_m", "at_ms", "source", NULL};
  if (!json_is_object(value) || !bh_json_check_keys(value, allowed, "place", NULL))
    return g_strdup("must be an object of lat, lon, accuracy_m, at_ms and source");
  if (!is_degree(json_object_get(value, "lat"), 90) ||
      !is_degree(json_object_get(value, "lon"), 180))
    return g_strdup("lat and lon must be decimal degrees as text");
  if (strspn(json_string_value(json_object_get(value, "lat")), "-0.") ==
          json_string_length(json_object_get(value, "lat")) &&
      strspn(json_string_value(json_object_get(value, "lon")), "-0.") ==
          json_string_length(json_object_get(value, "lon")))
    return g_strdup("must not be 0, 0, which a receiver reports when it has no position");
  const json_t *accuracy = json_object_get(value, "accuracy_m");
  if (accuracy != NULL && (!json_is_integer(accuracy) || json_integer_value(accuracy) < 0 ||
                           json_integer_value(accuracy) > ACCURACY_MAX_M))
    return g_strdup("accuracy_m must be an integer from 0 to 1000");
  const json_t *at = json_object_get(value, "at_ms");
  if (at != NULL &&
      (!json_is_integer(at) || json_integer_value(at) < 0 || json_integer_value(at) > TIME_MAX_MS))
    return g_strdup("at_ms must be UTC milliseconds");
  const json_t *source = json_object_get(value, "source");
  if (source != NULL && !bh_is_name(json_string_value(source)))
    return g_strdup("source must be a name");
  return NULL;
}

static char *check_item(const json_t *value)
{
  static const char *const allowed[] = {"answer", "note", "bulk", "remote", NULL};
  if (!json_is_object(value) || !bh_json_check_keys(value, allowed, "item", NULL))
    return g_strdup("must be an object of answer, note, bulk and remote");
  BhAnswer answer;
  if (!bh_answer_from_code(json_string_value(json_object_get(value, "answer")), &answer))
    return g_strdup("answer must be unchecked, compliant, noncompliant or not_applicable");
  const json_t *note = json_object_get(value, "note");
  g_autofree char *fault = note != NULL ? check_text(note, 0, BH_ANSWER_NOTE_MAX, TRUE) : NULL;
  if (fault != NULL)
    return g_strdup_printf("note %s", fault);
  const char *const flags[] = {"bulk", "remote"};
  for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
    const json_t *flag = json_object_get(value, flags[i]);
    if (flag != NULL && !json_is_boolean(flag))
      return g_strdup_printf("%s must be true or false", flags[i]);
  }
  return NULL;
}

static char *check_json(const BhField *field, const json_t *value)
{
  g_autofree char *text = bh_json_dump(value);
  if (text == NULL)
    return g_strdup("cannot be written as JSON");
  if ((gint64)strlen(text) > field->max)
    return g_strdup_printf("has %" G_GSIZE_FORMAT " bytes, at most %" G_GINT64_FORMAT
                           " are allowed",
                           strlen(text), field->max);
  return NULL;
}

static char *find_fault(const BhField *field, const json_t *value)
{
  const char *text = json_string_value(value);
  g_autoptr(GError) error = NULL;
  BhDate date;
  switch (field->type) {
  case BH_FIELD_TEXT:
  case BH_FIELD_LONGTEXT:
    return check_text(value, field->min, field->max, field->type == BH_FIELD_LONGTEXT);
  case BH_FIELD_INTEGER:
  case BH_FIELD_DURATION:
    return check_integer(field, value);
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
    return check_decimal(field, value);
  case BH_FIELD_FLAG:
    return json_is_boolean(value) ? NULL : g_strdup("must be true or false");
  case BH_FIELD_CHOICE:
    return bh_field_find_choice(field, text) != NULL ? NULL : g_strdup("is not one of the choices");
  case BH_FIELD_CHOICES:
  case BH_FIELD_REFS:
    return check_set(field, value);
  case BH_FIELD_DATE:
    return text != NULL && bh_date_parse(text, &date, NULL) ? NULL
                                                            : g_strdup("must be a date YYYY-MM-DD");
  case BH_FIELD_MONTH:
    return check_month(value);
  case BH_FIELD_TIME:
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
                   json_integer_value(value) <= TIME_MAX_MS
               ? NULL
               : g_strdup("must be UTC milliseconds");
  case BH_FIELD_REF:
    return bh_id_is_valid(text) ? NULL : g_strdup("must be a record id");
  case BH_FIELD_PHONE:
    return check_phone(value);
  case BH_FIELD_USCC: /* a wrong check character is a doubt, no fault (bh_field_find_doubt) */
    if (text != NULL && bh_uscc_check(text, &error))
      return NULL;
    return error != NULL ? g_strdup(error->message) : g_strdup("must be text");
  case BH_FIELD_AREA:
    return check_area(value);
  case BH_FIELD_ENUM_REF:
    return bh_code_is_valid(text)
               ? NULL
               : g_strdup("must be a code: 1 to 40 letters, digits, \"_\", \"-\" or \".\"");
  case BH_FIELD_URL:
    return check_url(field, value);
  case BH_FIELD_ID_NUMBER:
    return check_id_number(value);
  case BH_FIELD_PLACE:
    return check_place(value);
  case BH_FIELD_HASH:
    return bh_hash_is_valid(text) ? NULL : g_strdup("must be 64 lower-case hex digits");
  case BH_FIELD_ITEMS:
    return check_item(value);
  case BH_FIELD_PAPER:
    return json_is_object(value) ? check_json(field, value) : g_strdup("must be an object");
  case BH_FIELD_JSON:
    return check_json(field, value);
  }
  return g_strdup("has an unknown type");
}

gboolean bh_field_check_value(const BhField *field, const json_t *value, char **reason)
{
  if (value == NULL || json_is_null(value))
    return TRUE;
  g_autofree char *fault = find_fault(field, value);
  if (fault == NULL)
    return TRUE;
  if (reason != NULL)
    *reason = g_steal_pointer(&fault);
  return FALSE;
}

static gboolean is_item_name(const char *name)
{
  gsize len = strlen(name);
  if (len == 0 || len > ITEM_NAME_MAX)
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum(name[i]) && strchr("-_.", name[i]) == NULL)
      return FALSE;
  return TRUE;
}

/* Field of a key. A field of items needs "field/item"; no other field may have an item. NULL when
 * there is none. */
static const BhField *find_addressed(const BhKind *kind, const char *key)
{
  const BhField *field = bh_kind_find_field(kind, key);
  const char *slash = strchr(key, '/');
  if (field == NULL || (slash != NULL) != (field->type == BH_FIELD_ITEMS))
    return NULL;
  return slash == NULL || is_item_name(slash + 1) ? field : NULL;
}

static gboolean check_key(const BhKind *kind, const char *key, const json_t *value, GError **error)
{
  if (g_strcmp0(key, "state") == 0 && kind->states->len > 0) {
    if (json_is_string(value) && bh_kind_find_state(kind, json_string_value(value)) != NULL)
      return TRUE;
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s.state: is not a declared state", kind->name);
    return FALSE;
  }
  const BhField *field = key != NULL ? find_addressed(kind, key) : NULL;
  if (field == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "%s: there is no field \"%.96s\"", kind->name,
                key != NULL ? key : "");
    return FALSE;
  }
  g_autofree char *reason = NULL;
  if (field->compute != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s.%s: is computed, so that nobody can set it",
                kind->name, key);
    return FALSE;
  }
  if (bh_field_check_value(field, value, &reason))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s.%s: %s", kind->name, key, reason);
  return FALSE;
}

gboolean bh_kind_check_value(const BhKind *kind, const char *key, const json_t *value,
                             GError **error)
{
  if (!check_key(kind, key, value, error))
    return FALSE;
  const BhField *field = bh_kind_find_field(kind, key);
  g_autoptr(BhProblem) exclusion = field != NULL ? bh_field_check_excludes(field, value) : NULL;
  if (exclusion == NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s.%s: %s", kind->name, key, exclusion->text_en);
  return FALSE;
}

static void check_rule(const json_t *rule, const BhContext *context, GPtrArray *problems)
{
  /* A rule is not applied when its "when" cannot be decided. */
  const json_t *when = json_object_get(rule, "when");
  if (when != NULL && !bh_condition_is_certain(when, context))
    return;
  if (bh_condition_holds(json_object_get(rule, "must"), context))
    return;
  const json_t *text = json_object_get(rule, "text");
  gboolean quarantine = json_is_true(json_object_get(rule, "quarantine"));
  g_ptr_array_add(problems,
                  bh_problem_new(bh_json_string_or(rule, "field", ""),
                                 quarantine ? BH_PROBLEM_QUARANTINE : "condition",
                                 bh_label_pick(text, "zh", ""), bh_label_pick(text, "en", "")));
}

void bh_rules_check(const json_t *rules, const BhContext *context, GPtrArray *problems)
{
  gsize index;
  json_t *rule;
  json_array_foreach((json_t *)rules, index, rule) {
    check_rule(rule, context, problems);
  }
}

static BhProblem *make_missing_reason_problem(const BhField *reason)
{
  g_autofree char *zh = g_strdup_printf("“%s”校验位不符，请再核对；确实如此，请填写“%s”",
                                        bh_field_get_label(reason->explained, "zh"),
                                        bh_field_get_label(reason, "zh"));
  g_autofree char *en = g_strdup_printf(
      "The check character of %s does not match: compare it again, or fill in %s",
      bh_field_get_label(reason->explained, "en"), bh_field_get_label(reason, "en"));
  return bh_problem_new(reason->name, "required", zh, en);
}

gboolean bh_kind_is_reason_missing(const BhKind *kind, const BhProblem *problem)
{
  const BhField *field = bh_kind_find_field(kind, problem->field);
  return field != NULL && field->explained != NULL && strcmp(problem->code, "required") == 0;
}

void bh_kind_check_doubts(const BhKind *kind, const char *const *keys, const BhContext *context,
                          GPtrArray *problems)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->explained != NULL &&
        (g_strv_contains(keys, field->name) || g_strv_contains(keys, field->explained->name)) &&
        bh_value_is_blank(json_object_get(context->values, field->name)) &&
        bh_field_is_required(field, context))
      g_ptr_array_add(problems, make_missing_reason_problem(field));
  }
}

/* The problem of a value below (`sign` < 0) or above the limit `number`, if that is a setting. */
static BhProblem *find_excess(const BhField *field, const json_t *number, int sign,
                              const BhContext *context)
{
  const json_t *value = json_object_get(context->values, field->name);
  BhDate today;
  double limit = 0;
  if (number == NULL || bh_value_is_blank(value) || context->today == NULL ||
      !bh_field_check_value(field, value, NULL) || !bh_date_parse(context->today, &today, NULL) ||
      !bh_number_find(number, context, &today, &limit) ||
      (sign < 0 ? bh_number_read(value) >= limit : bh_number_read(value) <= limit))
    return NULL;
  g_autofree char *zh = g_strdup_printf(sign < 0 ? "“%s”不能小于 %.10g" : "“%s”不能大于 %.10g",
                                        bh_field_get_label(field, "zh"), limit);
  g_autofree char *en =
      g_strdup_printf(sign < 0 ? "%s must be at least %.10g" : "%s must be at most %.10g",
                      bh_field_get_label(field, "en"), limit);
  return bh_problem_new(field->name, "invalid", zh, en);
}

BhProblem *bh_field_find_excess(const BhField *field, const BhContext *context)
{
  BhProblem *problem = find_excess(field, field->min_number, -1, context);
  return problem != NULL ? problem : find_excess(field, field->max_number, 1, context);
}

static void check_limits(const BhField *field, const BhContext *context, GPtrArray *problems)
{
  BhProblem *problem = bh_field_find_excess(field, context);
  if (problem != NULL)
    g_ptr_array_add(problems, problem);
}

GPtrArray *bh_kind_check_keys(const BhKind *kind, const char *const *keys, const BhContext *context)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhContext at = bh_context_for(context, kind);
  gsize index;
  json_t *rule;
  json_array_foreach((json_t *)kind->checks, index, rule) {
    const char *field = bh_json_string_or(rule, "field", NULL);
    if (field != NULL && g_strv_contains(keys, field))
      check_rule(rule, &at, problems);
  }
  for (gsize i = 0; keys[i] != NULL; i++)
    if (bh_kind_find_field(kind, keys[i]) != NULL)
      check_limits(bh_kind_find_field(kind, keys[i]), &at, problems);
  bh_kind_check_doubts(kind, keys, context, problems);
  return problems;
}

gboolean bh_kind_has_check_of(const BhKind *kind, const char *key)
{
  gsize index;
  json_t *rule;
  json_array_foreach((json_t *)kind->checks, index, rule) {
    if (g_strcmp0(bh_json_string_or(rule, "field", NULL), key) == 0)
      return TRUE;
  }
  const BhField *field = bh_kind_find_field(kind, key);
  return field != NULL &&
         (field->doubt != NULL || field->explained != NULL || field->min_number != NULL ||
          field->max_number != NULL || field->codes != NULL);
}

static void check_values(const BhKind *kind, const json_t *values, GPtrArray *problems)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    g_autoptr(GError) error = NULL;
    if (check_key(kind, key, value, &error))
      continue;
    gboolean unknown = g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN);
    const BhField *field = bh_kind_find_field(kind, key);
    g_autofree char *zh =
        g_strdup_printf(unknown ? "“%.96s”不是已声明的字段" : "“%.96s”的值不符合要求",
                        field != NULL ? bh_field_get_label(field, "zh") : key);
    g_ptr_array_add(problems,
                    bh_problem_new(key, unknown ? "unknown_field" : "invalid", zh, error->message));
  }
}

static void check_required(const BhKind *kind, const BhContext *context, GPtrArray *problems)
{
  if (kind->states->len > 0 && bh_value_is_blank(json_object_get(context->values, "state")))
    g_ptr_array_add(problems, bh_problem_new("state", "required", "缺少状态", "state is missing"));
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->retired ||
        (!field->always_required && field->required == NULL && field->explained == NULL) ||
        !bh_value_is_blank(json_object_get(context->values, field->name)) ||
        !bh_field_is_required(field, context) || !bh_field_is_shown(field, context))
      continue;
    if (field->explained != NULL) {
      g_ptr_array_add(problems, make_missing_reason_problem(field));
      continue;
    }
    g_autofree char *zh = g_strdup_printf("请填写“%s”", bh_field_get_label(field, "zh"));
    g_autofree char *en = g_strdup_printf("%s is missing", bh_field_get_label(field, "en"));
    g_ptr_array_add(problems, bh_problem_new(field->name, "required", zh, en));
  }
}

GPtrArray *bh_kind_check_record(const BhKind *kind, const BhContext *context)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const BhContext at = bh_context_for(context, kind);
  check_values(kind, context->values, problems);
  check_required(kind, context, problems);
  for (guint i = 0; i < kind->fields->len; i++)
    check_limits(g_ptr_array_index(kind->fields, i), &at, problems);
  bh_rules_check(kind->checks, &at, problems);
  bh_setting_check(kind, context->values, problems);
  return problems;
}

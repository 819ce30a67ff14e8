/* Formats values for people, and parses what people type. Start with bh_field_format_value and
 * bh_field_parse_typed. */
#include "schema/kind-internal.h"

#include <string.h>
#include "schema/answer.h"
#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/decimal.h"
#include "schema/duration.h"
#include "schema/error.h"
#include "schema/id-number.h"
#include "schema/phone.h"
#include "schema/signed-text.h"
#include "schema/url.h"
#include "schema/uscc.h"
#include "schema/text.h"

#define TYPED_MAX (256 * 1024) /* bytes */

static gboolean is_zh(const char *lang)
{
  return g_strcmp0(lang, "zh") == 0;
}

static char *format_set(const BhField *field, const json_t *value, const char *lang)
{
  g_autoptr(GString) out = g_string_new(NULL);
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)value, index, element) {
    const char *text = json_string_value(element);
    if (text == NULL)
      continue;
    if (out->len > 0)
      g_string_append(out, is_zh(lang) ? "、" : ", ");
    g_string_append(out, field->type == BH_FIELD_CHOICES
                             ? bh_field_find_choice_label(field, text, lang)
                             : text);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *format_place(const json_t *value, const char *lang)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_string_printf(out, "%s, %s", bh_json_string_or(value, "lat", "?"),
                  bh_json_string_or(value, "lon", "?"));
  const json_t *accuracy = json_object_get(value, "accuracy_m");
  if (json_is_integer(accuracy))
    g_string_append_printf(
        out, is_zh(lang) ? "（±%" JSON_INTEGER_FORMAT " 米）" : " (±%" JSON_INTEGER_FORMAT " m)",
        json_integer_value(accuracy));
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *format_item(const json_t *value, const char *lang)
{
  BhAnswer answer;
  if (!bh_answer_from_code(bh_json_string_or(value, "answer", ""), &answer))
    return g_strdup("");
  const char *note = bh_json_string_or(value, "note", "");
  if (note[0] == '\0')
    return g_strdup(bh_answer_label(answer, lang));
  return g_strdup_printf(is_zh(lang) ? "%s：%s" : "%s: %s", bh_answer_label(answer, lang), note);
}

/* A number with its unit: "12 吨", "1,234.50 元", "12.5%". `number` is stolen. */
static char *format_measure(const BhField *field, char *number, const char *lang)
{
  g_autofree char *text = number;
  const char *unit = bh_field_get_unit(field, lang);
  if (*unit == '\0')
    return g_steal_pointer(&text);
  return g_strconcat(text, field->type == BH_FIELD_PERCENT ? "" : " ", unit, NULL);
}

/* A decimal number with its unit; a text that is no number is shown as it is. */
static char *format_decimal(const BhField *field, const char *text, const char *lang)
{
  if (!bh_decimal_is_valid(text, BH_DECIMAL_LEN_MAX))
    return g_strdup(text);
  char *number = field->type == BH_FIELD_MONEY ? bh_decimal_format(text, (guint)field->digits)
                                               : g_strdup(text);
  return format_measure(field, number, lang);
}

char *bh_field_format_input(const BhField *field, const json_t *value)
{
  if (json_is_string(value))
    return g_strdup(json_string_value(value));
  if (!json_is_integer(value))
    return g_strdup("");
  return field->type == BH_FIELD_DURATION
             ? bh_duration_format_clock(json_integer_value(value))
             : g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

char *bh_field_format_with(const BhField *field, const json_t *value,
                           const BhSettingValues *settings, const char *lang)
{
  const char *code = field->codes != NULL ? json_string_value(value) : NULL;
  const char *label = code != NULL ? bh_code_find_label(settings, field->codes, code, lang) : NULL;
  return label != NULL ? g_strdup(label) : bh_field_format_value(field, value, lang);
}

char *bh_field_format_value(const BhField *field, const json_t *value, const char *lang)
{
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  switch (field->type) {
  case BH_FIELD_INTEGER:
    if (json_is_integer(value))
      return format_measure(
          field, g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)), lang);
    break;
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
    if (json_is_string(value))
      return format_decimal(field, json_string_value(value), lang);
    break;
  case BH_FIELD_DURATION:
    if (json_is_integer(value))
      return bh_duration_format(json_integer_value(value), is_zh(lang));
    break;
  case BH_FIELD_FLAG:
    if (json_is_boolean(value))
      return g_strdup(json_is_true(value) ? (is_zh(lang) ? "是" : "yes")
                                          : (is_zh(lang) ? "否" : "no"));
    break;
  case BH_FIELD_CHOICE:
    if (json_is_string(value))
      return g_strdup(bh_field_find_choice_label(field, json_string_value(value), lang));
    break;
  case BH_FIELD_CHOICES:
  case BH_FIELD_REFS:
    if (json_is_array(value))
      return format_set(field, value, lang);
    break;
  case BH_FIELD_TIME:
    if (json_is_integer(value))
      return bh_time_format(json_integer_value(value));
    break;
  case BH_FIELD_PLACE:
    if (json_is_object(value))
      return format_place(value, lang);
    break;
  case BH_FIELD_ITEMS:
    if (json_is_object(value))
      return format_item(value, lang);
    break;
  case BH_FIELD_PAPER:
    if (json_is_object(value))
      return bh_signed_text_make(value);
    break;
  default:
    if (json_is_string(value))
      return g_strdup(json_string_value(value));
    break;
  }
  /* A value of another type than declared is shown as JSON, so that nothing is hidden. */
  char *text = bh_json_dump(value);
  return text != NULL ? text : g_strdup("");
}

/* Removes a unit at the end of a typed number, and the space before the unit. TRUE when the text
 * ended with the unit. */
static gboolean strip_unit(char *text, const char *unit)
{
  g_autofree char *folded = bh_text_fold_width(unit);
  gsize len = strlen(text), unit_len = strlen(folded);
  if (unit_len == 0 || len <= unit_len || g_ascii_strcasecmp(text + len - unit_len, folded) != 0)
    return FALSE;
  text[len - unit_len] = '\0';
  g_strchomp(text);
  return TRUE;
}

/* The typed number without the field's unit and, for an amount of money, without the sign of the
 * currency; g_free. */
static char *dup_number(const BhField *field, const char *folded)
{
  static const char *const signs[] = {"¥", "￥", NULL};
  char *text = g_strdup(folded);
  if (!strip_unit(text, bh_field_get_unit(field, "zh")))
    strip_unit(text, bh_field_get_unit(field, "en"));
  for (gsize i = 0; field->type == BH_FIELD_MONEY && signs[i] != NULL; i++)
    if (g_str_has_prefix(text, signs[i])) {
      memmove(text, text + strlen(signs[i]), strlen(text) - strlen(signs[i]) + 1);
      g_strchug(text);
    }
  return text;
}

static json_t *parse_decimal(const BhField *field, const char *folded)
{
  g_autofree char *text = dup_number(field, folded);
  g_autofree char *number = bh_decimal_clean(text);
  return json_string(number);
}

static json_t *parse_duration(const char *folded)
{
  gint64 minutes;
  return bh_duration_parse(folded, &minutes) ? json_integer(minutes) : NULL;
}

static json_t *parse_integer(const BhField *field, const char *folded)
{
  g_autofree char *text = dup_number(field, folded);
  char *end = NULL;
  gint64 value = g_ascii_strtoll(text, &end, 10);
  if (end == text || *end != '\0' || strlen(text) > 19)
    return NULL;
  return json_integer(value);
}

/* Accepts 2026-11-21, 2026/11/21, 2026.11.21, 20261121 and 2026年11月21日; day and month with or
 * without a leading zero. */
static gboolean parse_date(const char *text, BhDate *date)
{
  int year = 0, month = 0, day = 0, used = 0;
  gsize len = strlen(text);
  if (len == 8 && strspn(text, "0123456789") == 8) {
    if (sscanf(text, "%4d%2d%2d%n", &year, &month, &day, &used) != 3)
      return FALSE;
  } else if ((sscanf(text, "%4d年%2d月%2d日%n", &year, &month, &day, &used) != 3 || used == 0) &&
             (sscanf(text, "%4d%*1[-/.]%2d%*1[-/.]%2d%n", &year, &month, &day, &used) != 3 ||
              used == 0)) {
    return FALSE;
  }
  *date = (BhDate){year, month, day};
  return (gsize)used == len && bh_date_is_valid(date);
}

static json_t *parse_date_value(const char *text)
{
  BhDate date;
  if (!parse_date(text, &date))
    return NULL;
  g_autofree char *iso = bh_date_format(&date);
  return json_string(iso);
}

/* Accepts 2026-11, 2026/11, 2026.11, 202611 and 2026年11月; the month with or without a leading
 * zero. */
static json_t *parse_month(const char *text)
{
  int year = 0, month = 0, used = 0;
  gsize len = strlen(text);
  if (len == 6 && strspn(text, "0123456789") == 6) {
    if (sscanf(text, "%4d%2d%n", &year, &month, &used) != 2)
      return NULL;
  } else if ((sscanf(text, "%4d年%2d月%n", &year, &month, &used) != 2 || used == 0) &&
             (sscanf(text, "%4d%*1[-/.]%2d%n", &year, &month, &used) != 2 || used == 0)) {
    return NULL;
  }
  BhDate first = {year, month, 1};
  if ((gsize)used != len || !bh_date_is_valid(&first))
    return NULL;
  g_autofree char *iso = bh_date_format_month(&first);
  return json_string(iso);
}

/* "2026-11-21 18:59" in UTC+8. */
static json_t *parse_time(const char *text)
{
  const char *space = strchr(text, ' ');
  if (space == NULL)
    return NULL;
  g_autofree char *day = g_strndup(text, (gsize)(space - text));
  BhDate date;
  int hour = -1, minute = -1, used = 0;
  if (!parse_date(day, &date) || sscanf(space, " %2d:%2d%n", &hour, &minute, &used) != 2 ||
      space[used] != '\0' || hour < 0 || hour > 23 || minute < 0 || minute > 59)
    return NULL;
  return json_integer(bh_date_to_ms(&date) + (hour * 60 + minute) * G_GINT64_CONSTANT(60000));
}

static json_t *parse_flag(const char *text)
{
  static const char *const yes[] = {"true", "yes", "1", "是", "有", NULL};
  static const char *const no[] = {"false", "no", "0", "否", "无", NULL};
  g_autofree char *lower = g_ascii_strdown(text, -1);
  if (g_strv_contains(yes, lower))
    return json_true();
  return g_strv_contains(no, lower) ? json_false() : NULL;
}

static const char *find_code(const BhField *field, const char *typed)
{
  for (gsize i = 0; i < bh_field_count_choices(field); i++) {
    const char *code = bh_field_get_choice_code(field, i);
    if (g_str_equal(code, typed) || g_str_equal(bh_field_get_choice_label(field, i, "zh"), typed) ||
        g_ascii_strcasecmp(bh_field_get_choice_label(field, i, "en"), typed) == 0)
      return code;
  }
  return NULL;
}

static gint compare_codes(gconstpointer a, gconstpointer b)
{
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

static json_t *parse_set(const BhField *field, const char *text)
{
  g_autofree char *plain = g_strdelimit(g_strdup(text), ";\n\t", ',');
  g_auto(GStrv) rough = g_strsplit(plain, "、", -1);
  g_autofree char *joined = g_strjoinv(",", rough);
  g_auto(GStrv) parts = g_strsplit(joined, ",", -1);
  g_autoptr(GPtrArray) codes = g_ptr_array_new();
  for (gsize i = 0; parts[i] != NULL; i++) {
    const char *part = g_strstrip(parts[i]);
    if (part[0] == '\0')
      continue;
    const char *code = field->type == BH_FIELD_CHOICES ? find_code(field, part)
                       : bh_id_is_valid(part)          ? part
                                                       : NULL;
    if (code == NULL)
      return NULL;
    if (!g_ptr_array_find_with_equal_func(codes, code, g_str_equal, NULL))
      g_ptr_array_add(codes, (gpointer)code);
  }
  if (field->type == BH_FIELD_CHOICES)
    g_ptr_array_sort(codes, compare_codes);
  json_t *array = json_array();
  for (guint i = 0; i < codes->len; i++)
    json_array_append_new(array, json_string(g_ptr_array_index(codes, i)));
  return array;
}

static json_t *parse_place(const char *text)
{
  g_auto(GStrv) parts = g_strsplit_set(text, ", ", -1);
  const char *found[2] = {NULL, NULL};
  gsize count = 0;
  for (gsize i = 0; parts[i] != NULL; i++) {
    if (parts[i][0] == '\0')
      continue;
    if (count == 2)
      return NULL;
    found[count++] = parts[i];
  }
  if (count != 2)
    return NULL;
  return json_pack("{s:s, s:s, s:s}", "lat", found[0], "lon", found[1], "source", "typed");
}

static json_t *parse_uscc(const char *text)
{
  g_autofree char *code = bh_uscc_normalize(text);
  return json_string(code);
}

static json_t *parse_url(const char *text)
{
  g_autofree char *url = bh_url_normalize(text);
  return json_string(url);
}

static json_t *parse_id_number(const char *text)
{
  g_autofree char *number = bh_id_number_normalize(text);
  return json_string(number);
}

static json_t *parse_phone(const char *text)
{
  g_autofree char *clean = bh_phone_clean(text);
  return json_string(clean != NULL ? clean : text);
}

static json_t *parse_by_type(const BhField *field, const char *typed, const char *folded)
{
  switch (field->type) {
  case BH_FIELD_INTEGER:
    return parse_integer(field, folded);
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
    return parse_decimal(field, folded);
  case BH_FIELD_DURATION:
    return parse_duration(folded);
  case BH_FIELD_FLAG:
    return parse_flag(folded);
  case BH_FIELD_CHOICE: {
    const char *code = find_code(field, folded);
    return json_string(code != NULL ? code : find_code(field, typed));
  }
  case BH_FIELD_CHOICES:
  case BH_FIELD_REFS:
    return parse_set(field, folded);
  case BH_FIELD_DATE:
    return parse_date_value(folded);
  case BH_FIELD_MONTH:
    return parse_month(folded);
  case BH_FIELD_TIME:
    return parse_time(folded);
  case BH_FIELD_USCC:
    return parse_uscc(folded);
  case BH_FIELD_URL:
    return parse_url(typed);
  case BH_FIELD_ID_NUMBER:
    return parse_id_number(folded);
  case BH_FIELD_PHONE:
    return parse_phone(folded);
  case BH_FIELD_PLACE:
    return parse_place(folded);
  case BH_FIELD_JSON:
  case BH_FIELD_PAPER:
  case BH_FIELD_ITEMS:
    return bh_json_parse(typed, strlen(typed), TYPED_MAX, field->name, NULL);
  case BH_FIELD_TEXT:
  case BH_FIELD_LONGTEXT:
    return json_string(typed);
  default:
    return json_string(folded);
  }
}

json_t *bh_field_parse_typed(const BhField *field, const char *typed, GError **error)
{
  if (typed == NULL || strlen(typed) > TYPED_MAX || !g_utf8_validate(typed, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: must be UTF-8 text of at most %d bytes",
                field->name, TYPED_MAX);
    return NULL;
  }
  gboolean several = field->type == BH_FIELD_LONGTEXT || field->type == BH_FIELD_JSON ||
                     field->type == BH_FIELD_PAPER || field->type == BH_FIELD_ITEMS;
  g_autofree char *stripped = bh_text_clean(typed, several);
  if (stripped[0] == '\0')
    return json_null();
  g_autofree char *folded = g_strstrip(bh_text_fold_width(stripped));
  g_autoptr(json_t) value = parse_by_type(field, stripped, folded);
  g_autofree char *reason = NULL;
  if (value == NULL)
    reason = g_strdup_printf("cannot be read as %s", bh_field_get_type_name(field));
  else if (bh_field_check_value(field, value, &reason))
    return g_steal_pointer(&value);
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: %s", field->name, reason);
  return NULL;
}

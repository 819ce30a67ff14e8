/* Parses the text that a person wrote for a field: choices by label, records and areas by name. An
 * error contains the field's label, the text, and what is allowed. Start at bh_names_parse. */
#include <string.h>

#include "schema/codes.h"
#include "schema/duration.h"
#include "schema/error.h"
#include "schema/text.h"
#include "sync/hub/cli/names-internal.h"

#define SHOWN_MAX 60   /* characters of the text that an error contains */
#define CHOICES_MAX 40 /* choices or areas that an error lists */

/* --- areas --- */

const char *bh_names_find_area(const BhRegion *region, const char *text, const char *lang,
                               GError **error)
{
  gboolean zh = g_strcmp0(lang, "en") != 0;
  g_autofree char *stripped = g_strstrip(g_strdup(text));
  g_autoptr(GPtrArray) codes = bh_region_list_matches(region, stripped);
  if (codes->len == 1)
    return codes->pdata[0];
  if (codes->len == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                zh ? "区划包里没有区划“%s”，请先装载含有它的区划包"
                   : "the region pack has no area \"%s\", load a pack that has it first",
                stripped);
    return NULL;
  }
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; i < codes->len && i < CHOICES_MAX; i++) {
    g_autofree char *full = bh_region_dup_full_name(region, codes->pdata[i]);
    g_string_append_printf(out, "\n  %s  %s", (const char *)codes->pdata[i], full);
  }
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              zh ? "叫“%s”的区划有 %u 个，请改用代码：%s"
                 : "\"%s\" is the name of %u areas; give the code of one:%s",
              stripped, codes->len, out->str);
  return NULL;
}

/* --- allowed texts --- */

/* Adds one allowed value, of which `before` stand there already. */
static void append_allowed(GString *out, gsize before, gboolean zh, const char *label,
                           const char *code)
{
  g_string_append_printf(out, zh ? "%s%s（%s）" : "%s%s (%s)",
                         before == 0 ? ""
                         : zh        ? "、"
                                     : ", ",
                         label, code);
}

static char *list_choices(const BhNames *names, const BhField *field)
{
  gboolean zh = bh_names_is_zh(names);
  g_autoptr(GString) out = g_string_new(zh ? "可选：" : "one of: ");
  gsize n_listed = 0;
  for (gsize i = 0; i < bh_field_count_choices(field); i++) {
    if (bh_field_is_choice_retired(field, i))
      continue;
    if (n_listed == CHOICES_MAX) {
      g_string_append(out, zh ? "等" : ", …");
      break;
    }
    append_allowed(out, n_listed, zh, bh_field_get_choice_label(field, i, names->lang),
                   bh_field_get_choice_code(field, i));
    n_listed++;
  }
  if (bh_field_get_type(field) == BH_FIELD_CHOICES)
    g_string_append(out, zh ? "；多个用逗号或顿号隔开" : "; separate several with commas");
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/* The codes of a list: which of them are offered depends on the record. */
static char *list_codes(const BhNames *names, const BhField *field)
{
  gboolean zh = bh_names_is_zh(names);
  g_autoptr(json_t) codes =
      bh_code_list_known(bh_names_settings(names), bh_field_get_codes(field), names->lang);
  g_autoptr(GString) out =
      g_string_new(zh ? "代码表中适用的代码或名称：" : "a code that is offered: ");
  gsize i;
  json_t *one;
  json_array_foreach(codes, i, one) {
    if (i == CHOICES_MAX) {
      g_string_append(out, zh ? "等" : ", …");
      break;
    }
    append_allowed(out, i, zh, bh_json_string_or(one, "label", ""),
                   bh_json_string_or(one, "code", ""));
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *list_ref_kinds(const BhNames *names, const BhField *field)
{
  const char *const *kinds = bh_field_get_ref_kinds(field);
  g_autoptr(GString) out = g_string_new(NULL);
  for (int i = 0; kinds[i] != NULL; i++) {
    const BhKind *kind = bh_kind_set_find(names->kinds, kinds[i]);
    g_string_append_printf(out, "%s%s", i > 0 ? "/" : "",
                           kind != NULL ? bh_kind_get_label(kind, names->lang) : kinds[i]);
  }
  return g_strdup_printf(bh_names_is_zh(names) ? "应为已有的%s的名称或编号"
                                               : "the name or id of an existing record (%s)",
                         out->str);
}

static char *format_duration_limits(const BhNames *names, gint64 min, gint64 max)
{
  gboolean zh = bh_names_is_zh(names);
  g_autofree char *from = bh_duration_format(min, zh);
  g_autofree char *to = bh_duration_format(max, zh);
  return g_strdup_printf(zh ? "应为 %s到 %s的时长，如 3 小时 20 分或 3:20"
                            : "a duration from %s to %s, such as 3 h 20 min or 3:20",
                         from, to);
}

char *bh_names_format_expected(const BhNames *names, const BhField *field)
{
  gboolean zh = bh_names_is_zh(names);
  gint64 min = bh_field_get_min(field), max = bh_field_get_max(field);
  switch (bh_field_get_type(field)) {
  case BH_FIELD_TEXT:
  case BH_FIELD_LONGTEXT:
    return g_strdup_printf(zh ? "应为不超过 %" G_GINT64_FORMAT " 个字的文字，不含控制字符"
                              : "text of at most %" G_GINT64_FORMAT
                                " characters without control characters",
                           max);
  case BH_FIELD_INTEGER:
    return g_strdup_printf(zh ? "应为 %" G_GINT64_FORMAT " 到 %" G_GINT64_FORMAT " 的整数"
                              : "a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                           min, max);
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
    return g_strdup_printf(zh ? "应为 %" G_GINT64_FORMAT " 到 %" G_GINT64_FORMAT
                                " 的数，小数最多 %" G_GINT64_FORMAT " 位"
                              : "a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                                " with at most %" G_GINT64_FORMAT " digits after the point",
                           min, max, bh_field_get_digits(field));
  case BH_FIELD_FLAG:
    return g_strdup(zh ? "应为 是 或 否" : "yes or no");
  case BH_FIELD_CHOICE:
  case BH_FIELD_CHOICES:
    return list_choices(names, field);
  case BH_FIELD_ENUM_REF:
    return list_codes(names, field);
  case BH_FIELD_DATE:
    return g_strdup(zh ? "应为日期，如 2026-11-21" : "a date such as 2026-11-21");
  case BH_FIELD_MONTH:
    return g_strdup(zh ? "应为年月，如 2026-11" : "a month such as 2026-11");
  case BH_FIELD_DURATION:
    return format_duration_limits(names, min, max);
  case BH_FIELD_TIME:
    return g_strdup(zh ? "应为时间，如 2026-11-21 18:59" : "a time such as 2026-11-21 18:59");
  case BH_FIELD_REF:
  case BH_FIELD_REFS:
    return list_ref_kinds(names, field);
  case BH_FIELD_PHONE:
    return g_strdup(zh ? "应为一个或两个电话号码，每个 3 到 24 位，可带分机，如 "
                         "0553-1234567转801、13800000000"
                       : "one or two phone numbers of 3 to 24 digits each, such as "
                         "0553-1234567转801、13800000000");
  case BH_FIELD_USCC:
    return g_strdup(
        zh ? "应为 18 位统一社会信用代码，只含数字和除 I、O、S、V、Z 外的大写字母"
           : "a credit code of 18 characters: digits, and letters except I, O, S, V, Z");
  case BH_FIELD_AREA:
    return g_strdup(zh ? "应为区划代码或名称" : "code or name of an area");
  case BH_FIELD_URL:
    return g_strdup_printf(
        zh ? "应为网址，以 http:// 或 https:// 开头，不超过 %" G_GINT64_FORMAT " 个字符"
           : "a web address that begins with http:// or https://, at most %" G_GINT64_FORMAT
             " characters",
        max);
  case BH_FIELD_ID_NUMBER:
    return g_strdup(zh ? "应为 18 位居民身份证号码，出生日期存在、校验码正确"
                       : "an identity card number of 18 characters with an existing day of birth "
                         "and a correct check character");
  case BH_FIELD_PLACE:
    return g_strdup(zh ? "应为纬度和经度，如 39.512, 112.288"
                       : "latitude and longitude, such as 39.512, 112.288");
  case BH_FIELD_HASH:
  case BH_FIELD_ITEMS:
  case BH_FIELD_JSON:
  case BH_FIELD_PAPER:
    break;
  }
  return g_strdup_printf(zh ? "应为 %s" : "a value of type %s", bh_field_get_type_name(field));
}

char *bh_names_format_problem(const BhNames *names, const BhField *field, const char *typed,
                              const char *why)
{
  const char *label = bh_field_get_label(field, names->lang);
  const char *name = bh_field_get_name(field);
  glong length = typed != NULL && g_utf8_validate(typed, -1, NULL) ? g_utf8_strlen(typed, -1) : 0;
  g_autofree char *start =
      length > SHOWN_MAX ? g_utf8_substring(typed, 0, SHOWN_MAX) : g_strdup(typed);
  g_autofree char *shown =
      length > SHOWN_MAX ? g_strconcat(start, "…", NULL) : g_strdup(start != NULL ? start : "");
  /* Personal values are left out, because the error may be logged. */
  if (typed == NULL || bh_field_is_personal(field))
    return g_strdup_printf(bh_names_is_zh(names) ? "%s（%s）：%s" : "%s (%s): %s", label, name,
                           why);
  return g_strdup_printf(bh_names_is_zh(names) ? "%s（%s）“%s”：%s" : "%s (%s) \"%s\": %s", label,
                         name, shown, why);
}

/* --- values --- */

/* Sets an error about a typed text. The error contains the message of `why`; if `why` is NULL, it
 * says what is allowed. */
static void set_refused(const BhNames *names, const BhField *field, const char *typed,
                        const GError *why, GError **error)
{
  g_autofree char *expected = why == NULL ? bh_names_format_expected(names, field) : NULL;
  g_autofree char *text =
      bh_names_format_problem(names, field, typed, why != NULL ? why->message : expected);
  g_set_error_literal(error, BH_ERROR, why != NULL ? why->code : BH_ERROR_INVALID, text);
}

static json_t *parse_refs(BhNames *names, const BhField *field, const char *typed, GError **error)
{
  g_autofree char *plain = g_strdelimit(g_strdup(typed), ";\n\t", ',');
  g_auto(GStrv) rough = g_strsplit(plain, "、", -1);
  g_autofree char *joined = g_strjoinv(",", rough);
  g_auto(GStrv) parts = g_strsplit(joined, ",", -1);
  g_autoptr(json_t) ids = json_array();
  for (int i = 0; parts[i] != NULL; i++) {
    g_autofree char *part = bh_text_clean(parts[i], FALSE);
    if (*part == '\0')
      continue;
    const char *id = bh_names_find(names, bh_field_get_ref_kinds(field), part, error);
    if (id == NULL)
      return NULL;
    json_array_append_new(ids, json_string(id));
  }
  return g_steal_pointer(&ids);
}

json_t *bh_names_parse(BhNames *names, const BhField *field, const char *typed, GError **error)
{
  g_autofree char *text = g_utf8_validate(typed, -1, NULL) ? bh_text_clean(typed, TRUE) : NULL;
  g_autoptr(GError) why = NULL;
  if (text != NULL && *text == '\0')
    return json_null();
  g_autoptr(json_t) value = NULL;
  const char *found = NULL;
  switch (text != NULL ? bh_field_get_type(field) : BH_FIELD_TEXT) {
  case BH_FIELD_REF:
    found = bh_names_find(names, bh_field_get_ref_kinds(field), text, &why);
    value = json_string(found);
    break;
  case BH_FIELD_REFS:
    value = parse_refs(names, field, text, &why);
    break;
  case BH_FIELD_AREA:
    found = bh_names_find_area(names->region, text, names->lang, &why);
    value = json_string(found);
    break;
  case BH_FIELD_ENUM_REF:
    value = bh_field_read_code(field, text, bh_names_settings(names), NULL);
    break;
  default:
    value = text != NULL ? bh_field_parse_typed(field, text, NULL) : NULL;
  }
  if (value == NULL)
    set_refused(names, field, typed, why, error);
  return g_steal_pointer(&value);
}

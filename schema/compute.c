/* Evaluates the expressions of computed fields. Does not check them (compute-check.c), except that
 * it counts its steps. Start with evaluate(). */
#include "schema/compute.h"

#include <string.h>

#include "schema/amount.h"
#include "schema/civil.h"
#include "schema/condition-internal.h"
#include "schema/setting-values.h"
#include "schema/text.h"

#define MS_PER_HOUR 3600000

typedef enum { VALUE_EMPTY, VALUE_UNKNOWN, VALUE_NUMBER, VALUE_DATE, VALUE_FLAG } ValueType;

typedef struct {
  ValueType type;
  gint64 number; /* BhAmount: millionths */
  BhDate date;
  gboolean flag;
  gboolean is_partial; /* there may be records that were not taken into account */
} Value;

static const Value value_empty = {.type = VALUE_EMPTY};
static const Value value_unknown = {.type = VALUE_UNKNOWN};

static Value evaluate(const json_t *expression, const BhContext *context);

gboolean bh_computing_step(const BhContext *context)
{
  return context->computing->steps++ < BH_COMPUTE_STEPS_MAX;
}

/* --- values --- */

static Value make_number(gboolean is_in_range, gint64 amount)
{
  return is_in_range ? (Value){.type = VALUE_NUMBER, .number = amount} : value_unknown;
}

static Value make_int(gint64 number)
{
  gint64 amount = 0;
  gboolean is_in_range = bh_amount_from_int(number, &amount);
  return make_number(is_in_range, amount);
}

static Value make_date(BhDate date)
{
  return bh_date_is_valid(&date) ? (Value){.type = VALUE_DATE, .date = date} : value_unknown;
}

/* The day of birth in the number of an identity card. */
static Value read_birth(const char *number)
{
  BhDate date;
  if (strlen(number) != 18)
    return value_empty;
  g_autofree char *day = g_strdup_printf("%.4s-%.2s-%.2s", number + 6, number + 10, number + 12);
  return bh_date_parse(day, &date, NULL) ? make_date(date) : value_empty;
}

static Value read_text(const char *text, const BhField *field)
{
  BhDate date;
  gint64 amount = 0;
  if (field != NULL && field->type == BH_FIELD_ID_NUMBER)
    return read_birth(text);
  if (bh_date_parse(text, &date, NULL) || bh_date_parse_month(text, &date, NULL))
    return make_date(date);
  return bh_amount_from_text(text, &amount) ? make_number(TRUE, amount) : value_empty;
}

static Value read_field(const char *path, const BhContext *context)
{
  const BhField *field = NULL;
  gboolean unknown = FALSE;
  const json_t *value = bh_context_read(context, path, &field, &unknown);
  if (unknown)
    return value_unknown;
  if (json_is_boolean(value) || (field != NULL && field->type == BH_FIELD_FLAG))
    return (Value){.type = VALUE_FLAG, .flag = json_is_true(value)};
  if (json_is_integer(value))
    return field != NULL && field->type == BH_FIELD_TIME
               ? make_date(bh_date_from_ms(json_integer_value(value)))
               : make_int(json_integer_value(value));
  return json_is_string(value) ? read_text(json_string_value(value), field) : value_empty;
}

static Value read_literal(const char *text, const BhContext *context)
{
  if (!g_str_equal(text, "today"))
    return read_text(text, NULL);
  return context->today != NULL ? read_text(context->today, NULL) : value_unknown;
}

/* The setting as it is valid today for the area of the record. */
static Value read_setting(const json_t *expression, const BhContext *context)
{
  BhDate today;
  double number = 0;
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  if (context->today == NULL || !bh_date_parse(context->today, &today, NULL) ||
      !bh_number_find(expression, context, &today, &number))
    return value_unknown;
  g_ascii_formatd(text, sizeof text, "%.6f", number);
  return read_text(text, NULL);
}

/* --- arithmetic --- */

/* A date plus or minus whole days. */
static Value move_date(BhDate date, gint64 days)
{
  gint64 whole = bh_amount_round(days);
  if (whole > 400000 || whole < -400000)
    return value_unknown;
  BhDate first = {1900, 1, 1}, last = {9999, 12, 31};
  if (whole > bh_date_days_between(&date, &last) || whole < bh_date_days_between(&date, &first))
    return value_unknown;
  return make_date(bh_date_add_days(date, (int)whole));
}

static Value combine(const char *word, const Value *a, const Value *b)
{
  gint64 out = 0;
  if (a->type == VALUE_DATE && b->type == VALUE_NUMBER)
    return move_date(a->date, word[0] == 'a' ? b->number : -b->number);
  if (a->type != VALUE_NUMBER || b->type != VALUE_NUMBER)
    return value_empty;
  if (word[0] == 'd' && b->number == 0)
    return value_empty;
  if (word[0] == 'l')
    return make_number(TRUE, MAX(a->number, b->number));
  gboolean fits = word[0] == 'a'   ? bh_amount_add(a->number, b->number, &out)
                  : word[0] == 's' ? bh_amount_add(a->number, -b->number, &out)
                  : word[0] == 'm' ? bh_amount_multiply(a->number, b->number, &out)
                                   : bh_amount_divide(a->number, b->number, &out);
  return make_number(fits, out);
}

/* Whether a result cannot be computed because of a part. *result: what it then is. */
static gboolean is_lacking(const Value *part, Value *result)
{
  *result = part->type == VALUE_UNKNOWN ? value_unknown : value_empty;
  return part->type == VALUE_UNKNOWN || part->type == VALUE_EMPTY;
}

static Value calculate(const char *word, const json_t *parts, const BhContext *context)
{
  Value result = evaluate(json_array_get(parts, 0), context), lacking;
  if (is_lacking(&result, &lacking))
    return lacking;
  for (gsize i = 1; i < json_array_size(parts); i++) {
    Value part = evaluate(json_array_get(parts, i), context);
    if (is_lacking(&part, &lacking))
      return lacking;
    gboolean is_partial = result.is_partial || part.is_partial;
    result = combine(word, &result, &part);
    if (is_lacking(&result, &lacking))
      return lacking;
    result.is_partial = is_partial;
  }
  return result;
}

/* A time in milliseconds. FALSE with *lacking when there is none. */
static gboolean read_time(const json_t *operand, const BhContext *context, gint64 *ms,
                          Value *lacking)
{
  gboolean unknown = FALSE;
  const json_t *value =
      bh_context_read(context, bh_json_string_or(operand, "field", ""), NULL, &unknown);
  *lacking = unknown ? value_unknown : value_empty;
  *ms = json_integer_value(value);
  return json_is_integer(value);
}

/* "hours": what lies between two times. */
static Value measure_hours(const json_t *parts, const BhContext *context)
{
  gint64 from, to;
  Value lacking;
  if (!read_time(json_array_get(parts, 0), context, &from, &lacking) ||
      !read_time(json_array_get(parts, 1), context, &to, &lacking))
    return lacking;
  gint64 hours = 0, ms = 0, hour = 0;
  gboolean fits = bh_amount_from_int(to - from, &ms) && bh_amount_from_int(MS_PER_HOUR, &hour) &&
                  bh_amount_divide(ms, hour, &hours);
  return make_number(fits, hours);
}

/* "days" and "age": what lies between two dates. */
static Value measure(gboolean in_years, const json_t *parts, const BhContext *context)
{
  Value from = evaluate(json_array_get(parts, 0), context), lacking;
  if (is_lacking(&from, &lacking))
    return lacking;
  Value to = evaluate(json_array_get(parts, 1), context);
  if (is_lacking(&to, &lacking))
    return lacking;
  Value result;
  if (in_years) {
    int years = to.date.year - from.date.year;
    years -= to.date.month < from.date.month ||
             (to.date.month == from.date.month && to.date.day < from.date.day);
    result = years >= 0 ? make_int(years) : value_empty;
  } else {
    result = make_int(bh_date_days_between(&from.date, &to.date));
  }
  result.is_partial = from.is_partial || to.is_partial;
  return result;
}

static Value find_first(const json_t *parts, const BhContext *context)
{
  gboolean is_partial = FALSE;
  for (gsize i = 0; i < json_array_size(parts); i++) {
    Value part = evaluate(json_array_get(parts, i), context);
    is_partial |= part.is_partial;
    part.is_partial = is_partial;
    if (part.type != VALUE_EMPTY)
      return part;
  }
  return value_empty;
}

static Value choose(const json_t *expression, const BhContext *context)
{
  BhTruth holds = bh_condition_judge(json_object_get(expression, "if"), context);
  const json_t *branch = json_object_get(expression, holds == BH_YES ? "then" : "else");
  if (holds == BH_UNKNOWN)
    return value_unknown;
  return branch != NULL ? evaluate(branch, context) : value_empty;
}

static Value judge(const json_t *condition, const BhContext *context)
{
  BhTruth holds = bh_condition_judge(condition, context);
  return holds == BH_UNKNOWN ? value_unknown : (Value){.type = VALUE_FLAG, .flag = holds == BH_YES};
}

/* --- records --- */

/* The result over the records so far. */
typedef struct {
  const char *word;
  const json_t *expression;
  gint64 counted, chosen; /* records; of a share, those of the whole and of the part */
  Value result;
  gboolean is_partial, is_broken;
  GHashTable *seen; /* values of "distinct" */
} Tally;

static int compare(const Value *a, const Value *b)
{
  if (a->type == VALUE_DATE && b->type == VALUE_DATE)
    return bh_date_compare(&a->date, &b->date);
  return (a->number > b->number) - (a->number < b->number);
}

static void add_value(Tally *tally, const BhContext *inner)
{
  Value value = evaluate(json_object_get(tally->expression, "of"), inner);
  tally->is_partial |= value.is_partial || value.type == VALUE_UNKNOWN;
  if (value.type == VALUE_EMPTY || value.type == VALUE_UNKNOWN)
    return;
  if (g_str_equal(tally->word, "sum")) {
    tally->is_broken |= !bh_amount_add(tally->result.number, value.number, &tally->result.number);
    return;
  }
  int order = tally->result.type == VALUE_EMPTY ? 0 : compare(&value, &tally->result);
  if (tally->result.type == VALUE_EMPTY || (tally->word[1] == 'i' ? order < 0 : order > 0))
    tally->result = value;
}

static BhTruth judge_member(const Tally *tally, const char *member, const BhContext *inner)
{
  const json_t *condition = json_object_get(tally->expression, member);
  return condition != NULL ? bh_condition_judge(condition, inner) : BH_YES;
}

static void count_distinct(Tally *tally, const BhContext *inner)
{
  const char *path = bh_json_string_or(tally->expression, "distinct", NULL);
  gboolean unknown = FALSE;
  const json_t *value = path != NULL ? bh_context_read(inner, path, NULL, &unknown) : NULL;
  tally->is_partial |= unknown;
  if (path == NULL || (!unknown && !bh_value_is_blank(value) &&
                       g_hash_table_add(tally->seen, bh_json_dump_sorted(value))))
    tally->counted++;
}

static void add_record(Tally *tally, const BhContext *inner)
{
  gboolean shares = g_str_equal(tally->word, "share");
  BhTruth counts = judge_member(tally, shares ? "among" : "where", inner);
  tally->is_partial |= counts == BH_UNKNOWN;
  if (counts != BH_YES)
    return;
  if (g_str_equal(tally->word, "count")) {
    count_distinct(tally, inner);
  } else if (shares) {
    BhTruth chosen = judge_member(tally, "where", inner);
    tally->is_partial |= chosen == BH_UNKNOWN;
    tally->counted += chosen != BH_UNKNOWN;
    tally->chosen += chosen == BH_YES;
  } else {
    add_value(tally, inner);
  }
}

static Value finish(Tally *tally)
{
  gint64 share = 0;
  Value result = tally->result;
  if (g_str_equal(tally->word, "count"))
    result = make_int(tally->counted);
  else if (g_str_equal(tally->word, "share") && tally->counted > 0 &&
           bh_amount_divide(tally->chosen * 100, tally->counted, &share))
    result = make_number(TRUE, share);
  if (tally->is_broken)
    return value_unknown;
  result.is_partial = tally->is_partial;
  return result;
}

static Value go_over(const char *word, const json_t *expression, const BhContext *context)
{
  g_auto(BhElements) elements = {0};
  if (!bh_source_list(json_object_get(expression, word), context, &elements))
    return value_unknown;
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  Tally tally = {.word = word,
                 .expression = expression,
                 .result = {.type = g_str_equal(word, "sum") ? VALUE_NUMBER : VALUE_EMPTY},
                 .is_partial = !elements.is_whole,
                 .seen = seen};
  for (gsize i = 0; i < json_array_size(elements.values); i++) {
    BhContext inner;
    if (!bh_computing_step(context))
      return value_unknown;
    if (bh_elements_enter(&elements, i, context, &inner))
      add_record(&tally, &inner);
    else
      tally.is_partial = TRUE;
  }
  return finish(&tally);
}

/* --- expressions --- */

static Value evaluate(const json_t *expression, const BhContext *context)
{
  static const char *const over[] = {"sum", "count", "min", "max", "share"};
  static const char *const arithmetic[] = {"add", "subtract", "multiply", "divide", "largest"};
  const json_t *operand;
  if (!bh_computing_step(context))
    return value_unknown;
  if (json_is_integer(expression))
    return make_int(json_integer_value(expression));
  if (json_is_string(expression))
    return read_literal(json_string_value(expression), context);
  if ((operand = json_object_get(expression, "field")) != NULL)
    return read_field(json_string_value(operand), context);
  if (json_object_get(expression, "setting") != NULL)
    return read_setting(expression, context);
  for (gsize i = 0; i < G_N_ELEMENTS(arithmetic); i++)
    if ((operand = json_object_get(expression, arithmetic[i])) != NULL)
      return calculate(arithmetic[i], operand, context);
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++)
    if (json_object_get(expression, over[i]) != NULL)
      return go_over(over[i], expression, context);
  if ((operand = json_object_get(expression, "days")) != NULL)
    return measure(FALSE, operand, context);
  if ((operand = json_object_get(expression, "age")) != NULL)
    return measure(TRUE, operand, context);
  if ((operand = json_object_get(expression, "hours")) != NULL)
    return measure_hours(operand, context);
  if ((operand = json_object_get(expression, "first")) != NULL)
    return find_first(operand, context);
  if ((operand = json_object_get(expression, "holds")) != NULL)
    return judge(operand, context);
  return choose(expression, context);
}

/* --- fields --- */

/* The value in the form in which a field of this type stores it; NULL when it does not fit. */
static json_t *convert(const BhField *field, const Value *value)
{
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
  g_autoptr(json_t) out = NULL;
  if (value->type == VALUE_FLAG) {
    out = json_boolean(value->flag);
  } else if (value->type == VALUE_DATE) {
    text = field->type == BH_FIELD_MONTH ? bh_date_format_month(&value->date)
                                         : bh_date_format(&value->date);
    out = json_string(text);
  } else if (field->type == BH_FIELD_INTEGER || field->type == BH_FIELD_DURATION) {
    out = json_integer(bh_amount_round(value->number));
  } else {
    text = bh_amount_format(value->number, (guint)field->digits);
    out = json_string(text);
  }
  return bh_field_check_value(field, out, &fault) ? g_steal_pointer(&out) : NULL;
}

static BhComputed compute(const BhField *field, const BhContext *context, json_t **out,
                          gboolean *is_partial)
{
  BhComputing *computing = context->computing;
  if (computing->depth >= BH_COMPUTE_CHAIN_MAX)
    return BH_COMPUTED_UNKNOWN;
  computing->depth++;
  Value value = evaluate(field->compute, context);
  computing->depth--;
  if (value.type == VALUE_EMPTY && !value.is_partial)
    return BH_COMPUTED_EMPTY;
  if (value.type == VALUE_EMPTY || value.type == VALUE_UNKNOWN)
    return BH_COMPUTED_UNKNOWN;
  *out = convert(field, &value);
  *is_partial = value.is_partial;
  return *out != NULL ? BH_COMPUTED_VALUE : BH_COMPUTED_UNKNOWN;
}

const json_t *bh_computing_read(const BhField *field, const BhContext *context, gboolean *unknown)
{
  json_t *value = NULL;
  gboolean is_partial = FALSE;
  BhComputed computed = compute(field, context, &value, &is_partial);
  if (computed == BH_COMPUTED_VALUE) {
    if (context->computing->kept == NULL)
      context->computing->kept = json_array();
    json_array_append_new(context->computing->kept, value);
  }
  if (computed == BH_COMPUTED_UNKNOWN || is_partial)
    *unknown = TRUE;
  return computed == BH_COMPUTED_VALUE && !is_partial ? value : NULL;
}

gboolean bh_field_is_computed(const BhField *field)
{
  return field->compute != NULL;
}

BhComputed bh_kind_compute(const BhKind *kind, const BhField *field, const BhContext *context,
                           json_t **value, gboolean *is_partial)
{
  BhComputing computing = {0};
  BhContext at = *context;
  at.kind = kind;
  at.computing = &computing;
  *is_partial = FALSE;
  BhComputed computed = compute(field, &at, value, is_partial);
  json_decref(computing.kept);
  return computed;
}

/* Adds the field to `out` unless it is empty. */
static void add_computed(const BhField *field, const BhContext *context, json_t *out)
{
  json_t *value = NULL;
  gboolean is_partial;
  BhComputed computed = bh_kind_compute(field->kind, field, context, &value, &is_partial);
  if (computed == BH_COMPUTED_EMPTY)
    return;
  json_t *item = json_object();
  if (computed == BH_COMPUTED_UNKNOWN)
    json_object_set_new(item, "unknown", json_true());
  else
    json_object_set_new(item, "value", value);
  if (is_partial)
    json_object_set_new(item, "partial", json_true());
  json_object_set_new(out, field->name, item);
}

json_t *bh_kind_compute_shown(const BhKind *kind, const BhContext *context)
{
  json_t *out = json_object();
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->compute != NULL && !field->retired && bh_field_is_shown(field, context))
      add_computed(field, context, out);
  }
  return out;
}

json_t *bh_kind_compute_listed(const BhKind *kind, const BhContext *context)
{
  json_t *out = NULL;
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->compute == NULL || field->reads_records || field->retired)
      continue;
    if (out == NULL)
      out = json_object();
    if (bh_field_is_shown(field, context))
      add_computed(field, context, out);
  }
  return out;
}

char *bh_computed_format(const BhField *field, const json_t *computed, const char *lang)
{
  gboolean zh = strcmp(lang, "en") != 0;
  const json_t *value = json_object_get(computed, "value");
  if (value == NULL)
    return g_strdup(json_object_get(computed, "unknown") == NULL ? ""
                    : zh ? "无法计算（缺少所需的记录）"
                         : "cannot be computed (records are missing here)");
  g_autofree char *text = bh_field_format_value(field, value, lang);
  if (json_object_get(computed, "partial") == NULL)
    return g_steal_pointer(&text);
  return g_strdup_printf(zh ? "%s（仅按可见记录计算）" : "%s (of the records seen here)", text);
}

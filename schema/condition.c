/* Evaluates conditions, with three truth values. A condition that needs unavailable data (a record
 * that was never received, no clock, no actor) is UNKNOWN, and so is its negation. Guards treat
 * UNKNOWN as true, visibility treats it as false. Does not check conditions (condition-check.c).
 * Start with evaluate(). */
#include "schema/staff.h"
#include "schema/region.h"
#include "schema/condition-internal.h"
#include "schema/setting-values.h"
#include "schema/kind-rules.h"

#include <string.h>
#include "schema/civil.h"
#include "schema/entry.h"
#include "schema/signed-text.h"
#include "schema/text.h"
#include "schema/workflow.h"

#define NO BH_NO
#define YES BH_YES
#define UNKNOWN BH_UNKNOWN

typedef BhTruth Truth;

static Truth truth(gboolean value)
{
  return value ? YES : NO;
}

/* Values of the record that a ref points to; sets *unknown when the record is not available. */
static const json_t *follow(const json_t *ref, const BhContext *context, gboolean *unknown)
{
  if (bh_value_is_blank(ref) || !json_is_string(ref))
    return NULL;
  const json_t *values = NULL;
  if (context->lookup != NULL)
    values = context->lookup(json_string_value(ref), context->data);
  if (values == NULL)
    *unknown = TRUE;
  return values;
}

/* Any value of a field of items, which has one key per item ("field/item") and none of its own. */
static const json_t *find_any_item(const json_t *values, const char *field)
{
  gsize len = strlen(field);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    if (strncmp(key, field, len) == 0 && key[len] == '/' && !bh_value_is_blank(value))
      return value;
  }
  return NULL;
}

/* "has" on a field of items: whether any item has one of these answers. */
static Truth holds_item(const json_t *values, const char *field, const json_t *operand)
{
  gsize len = strlen(field);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)values, key, value) {
    if (strncmp(key, field, len) != 0 || key[len] != '/')
      continue;
    const json_t *answer = json_object_get(value, "answer");
    if (json_equal((json_t *)operand, (json_t *)answer))
      return YES;
    for (gsize i = 0; answer != NULL && i < json_array_size(operand); i++)
      if (json_equal(json_array_get(operand, i), (json_t *)answer))
        return YES;
  }
  return NO;
}

/* The kind of the record that the ref field `step` of a record of `kind` points to; NULL: not
 * known. */
static const BhKind *find_kind(const BhKind *kind, const char *step, const json_t *ref,
                               const BhContext *context)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, step) : NULL;
  const char *name = NULL;
  if (field == NULL || kind->set == NULL || kind->set->computed == NULL)
    return NULL;
  if (field->ref_kinds != NULL && field->ref_kinds[0] != NULL && field->ref_kinds[1] == NULL)
    name = field->ref_kinds[0];
  else if (context->kind_of != NULL && json_is_string(ref))
    name = context->kind_of(json_string_value(ref), context->data);
  return name != NULL ? bh_kind_set_find(kind->set, name) : NULL;
}

/* Moves `at`, a copy of the context, to the record in which the path ends: sets its values, record
 * and kind. The values are NULL when there is no such record. *last: the last step of the path. */
static void move_to_holder(BhContext *at, const char *path, const char **last, gboolean *unknown)
{
  const char *step = path;
  if (strcmp(path, "actor") == 0 || g_str_has_prefix(path, "actor.")) {
    const BhKindSet *set = at->kind != NULL ? at->kind->set : NULL;
    at->values = at->actor_values;
    at->record = at->actor;
    at->kind = set != NULL ? bh_kind_set_find(set, "staff") : NULL;
    if (at->values == NULL)
      *unknown = TRUE;
    *last = step;
    if (path[strlen("actor")] == '\0') {
      at->values = NULL;
      return;
    }
    step += strlen("actor.");
  }
  for (const char *dot; at->values != NULL && (dot = strchr(step, '.')) != NULL; step = dot + 1) {
    char name[BH_KEY_MAX + 1];
    g_strlcpy(name, step, MIN((gsize)(dot - step) + 1, sizeof name));
    const json_t *ref = json_object_get(at->values, name);
    at->kind = find_kind(at->kind, name, ref, at);
    at->record = json_string_value(ref);
    at->values = follow(ref, at, unknown);
  }
  *last = step;
}

/* Whether a field with this name is computed in the kind at hand, or may be, since the kind is not
 * known. */
static gboolean may_be_computed(const BhContext *context, const BhKind *kind, const char *name)
{
  const BhKindSet *set = context->kind != NULL ? context->kind->set : NULL;
  if (set == NULL || set->computed == NULL || !g_hash_table_contains(set->computed, name))
    return FALSE;
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, name) : NULL;
  return kind == NULL || (field != NULL && field->compute != NULL);
}

/* `path` may be NULL, because the conditions of a checklist record were not checked against the
 * kinds. */
const json_t *bh_context_read(const BhContext *context, const char *path, const BhField **field,
                              gboolean *unknown)
{
  if (path == NULL) {
    *unknown = TRUE;
    return NULL;
  }
  BhContext at = *context;
  const char *step = path;
  move_to_holder(&at, path, &step, unknown);
  if (field != NULL)
    *field = at.kind != NULL ? bh_kind_find_field(at.kind, step) : NULL;
  if (at.values == NULL)
    return NULL;
  if (may_be_computed(context, at.kind, step)) {
    if (at.kind != NULL && at.computing != NULL)
      return bh_computing_read(bh_kind_find_field(at.kind, step), &at, unknown);
    *unknown = TRUE;
    return NULL;
  }
  const json_t *value = json_object_get(at.values, step);
  return value != NULL ? value : find_any_item(at.values, step);
}

static const json_t *get(const BhContext *context, const char *path, gboolean *unknown)
{
  return bh_context_read(context, path, NULL, unknown);
}

const json_t *bh_context_find(const BhContext *context, const char *path, gboolean *unknown)
{
  const json_t *value = get(context, path, unknown);
  return bh_value_is_blank(value) ? NULL : value;
}

const json_t *bh_context_get(const BhContext *context, const char *path)
{
  gboolean unknown = FALSE;
  const json_t *value = path != NULL ? get(context, path, &unknown) : NULL;
  return bh_value_is_blank(value) ? NULL : value;
}

/* The right side of a comparison: a plain value or {"field": path}. */
static const json_t *get_operand(const json_t *operand, const BhContext *context, gboolean *unknown)
{
  if (!json_is_object(operand))
    return operand;
  return get(context, json_string_value(json_object_get(operand, "field")), unknown);
}

/* Whether two values are equal. A flag that was never set equals false; other blank values equal
 * nothing. */
static gboolean is_equal(const json_t *value, const json_t *other)
{
  if (json_is_false(other) && bh_value_is_blank(value))
    return TRUE;
  return !bh_value_is_blank(value) && !bh_value_is_blank(other) && json_equal(value, other);
}

static Truth holds_is(const json_t *value, const json_t *operand, const BhContext *context)
{
  gboolean unknown = FALSE;
  const json_t *other = get_operand(operand, context, &unknown);
  return unknown ? UNKNOWN : truth(is_equal(value, other));
}

static Truth holds_in(const json_t *value, const json_t *operand, const BhContext *context)
{
  Truth result = NO;
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)operand, index, element) {
    Truth element_truth = holds_is(value, element, context);
    if (element_truth == YES)
      return YES;
    if (element_truth == UNKNOWN)
      result = UNKNOWN;
  }
  return result;
}

static Truth holds_has(const json_t *value, const json_t *operand, const BhContext *context)
{
  Truth result = NO;
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)value, index, element) {
    Truth element_truth = json_is_array(operand) ? holds_in(element, operand, context)
                                                 : holds_is(element, operand, context);
    if (element_truth == YES)
      return YES;
    if (element_truth == UNKNOWN)
      result = UNKNOWN;
  }
  return result;
}

gboolean bh_value_to_date(const json_t *value, BhDate *date, gboolean *is_month)
{
  const char *text = json_string_value(value);
  *is_month = FALSE;
  if (json_is_integer(value)) {
    *date = bh_date_from_ms(json_integer_value(value));
    return TRUE;
  }
  if (bh_date_parse(text, date, NULL))
    return TRUE;
  *is_month = bh_date_parse_month(text, date, NULL);
  return *is_month;
}

/* "before" and "after": NO for an empty date. Two times are compared to the millisecond, a month
 * and any other value by their months, all other pairs by civil date. */
static Truth holds_order(const json_t *value, const json_t *operand, int sign,
                         const BhContext *context)
{
  gboolean unknown = FALSE;
  g_autoptr(json_t) today = NULL;
  const json_t *other;
  if (json_is_string(operand) && g_str_equal(json_string_value(operand), "today")) {
    if (context->today == NULL)
      return UNKNOWN;
    today = json_string(context->today);
    other = today;
  } else {
    other = get_operand(operand, context, &unknown);
  }
  if (unknown)
    return UNKNOWN;
  if (json_is_integer(value) && json_is_integer(other)) {
    json_int_t left = json_integer_value(value), right = json_integer_value(other);
    return truth(sign < 0 ? left < right : left > right);
  }
  BhDate left, right;
  gboolean left_is_month, right_is_month;
  if (!bh_value_to_date(value, &left, &left_is_month) ||
      !bh_value_to_date(other, &right, &right_is_month))
    return NO;
  if (left_is_month || right_is_month)
    left.day = right.day = 1;
  return truth(bh_date_compare(&left, &right) * sign > 0);
}

/* *bound: the number in "at_least" or "at_most", by the settings of today. FALSE when it is not
 * known. */
static gboolean find_bound(const json_t *operand, const BhContext *context, double *bound)
{
  BhDate today = {1900, 1, 1};
  if (bh_number_get_setting(operand) != NULL && !bh_date_parse(context->today, &today, NULL))
    return FALSE;
  return bh_number_find(operand, context, &today, bound);
}

static Truth holds_bound(const json_t *value, const json_t *operand, int sign,
                         const BhContext *context)
{
  double bound = 0;
  if (!find_bound(operand, context, &bound))
    return UNKNOWN;
  if (!json_is_array(value) && !json_is_integer(value) && !json_is_string(value))
    return truth(sign < 0);
  double number = json_is_array(value) ? (double)json_array_size(value) : bh_number_read(value);
  return truth(sign > 0 ? number >= bound : number <= bound);
}

static Truth holds_within(const json_t *value, const json_t *operand, const BhContext *context)
{
  gboolean unknown = FALSE;
  const json_t *other = get_operand(operand, context, &unknown);
  if (unknown)
    return UNKNOWN;
  if (bh_value_is_blank(value) || bh_value_is_blank(other) || !json_is_string(value) ||
      !json_is_string(other))
    return NO;
  return truth(bh_area_code_is_within(json_string_value(value), json_string_value(other)));
}

/* "digest_of": NO when the value or the text is empty. */
static Truth holds_digest(const json_t *value, const json_t *operand, const BhContext *context)
{
  gboolean unknown = FALSE;
  const json_t *text = get(context, json_string_value(operand), &unknown);
  if (unknown)
    return UNKNOWN;
  g_autofree char *digest = !bh_value_is_blank(text) ? bh_signed_text_dup_digest(text) : NULL;
  return truth(digest != NULL && g_strcmp0(json_string_value(value), digest) == 0);
}

static Truth holds_field(const json_t *condition, const BhContext *context)
{
  gboolean unknown = FALSE;
  const json_t *value =
      get(context, json_string_value(json_object_get(condition, "field")), &unknown);
  if (unknown)
    return UNKNOWN;
  const json_t *operand;
  if ((operand = json_object_get(condition, "is")) != NULL)
    return holds_is(value, operand, context);
  if ((operand = json_object_get(condition, "in")) != NULL)
    return holds_in(value, operand, context);
  if ((operand = json_object_get(condition, "has")) != NULL) {
    const char *path = json_string_value(json_object_get(condition, "field"));
    const char *step = path;
    BhContext at = *context;
    if (!json_is_object(value) || path == NULL)
      return holds_has(value, operand, context);
    move_to_holder(&at, path, &step, &unknown);
    return holds_item(at.values, step, operand);
  }
  if ((operand = json_object_get(condition, "empty")) != NULL)
    return truth(bh_value_is_blank(value) == json_is_true(operand));
  if ((operand = json_object_get(condition, "before")) != NULL)
    return holds_order(value, operand, -1, context);
  if ((operand = json_object_get(condition, "after")) != NULL)
    return holds_order(value, operand, 1, context);
  if ((operand = json_object_get(condition, "within")) != NULL)
    return holds_within(value, operand, context);
  if ((operand = json_object_get(condition, "digest_of")) != NULL)
    return holds_digest(value, operand, context);
  if ((operand = json_object_get(condition, "at_least")) != NULL)
    return holds_bound(value, operand, 1, context);
  if ((operand = json_object_get(condition, "at_most")) != NULL)
    return holds_bound(value, operand, -1, context);
  return NO;
}

static Truth holds_for(const json_t *condition, const BhContext *inner, GHashTable *seen)
{
  const json_t *where = json_object_get(condition, "where");
  const char *distinct = json_string_value(json_object_get(condition, "distinct"));
  Truth result = where != NULL ? bh_condition_judge(where, inner) : YES;
  if (result != YES || distinct == NULL)
    return result;
  gboolean unknown = FALSE;
  const json_t *value = get(inner, distinct, &unknown);
  if (unknown)
    return UNKNOWN;
  return truth(!bh_value_is_blank(value) && g_hash_table_add(seen, bh_json_dump_sorted(value)));
}

/* Whether `yes` records, and perhaps `unsure` more (any number if `is_open`), are within the bounds
 * of "count". */
static Truth holds_count(const json_t *condition, json_int_t yes, json_int_t unsure,
                         gboolean is_open, const BhContext *context)
{
  const json_t *least = json_object_get(condition, "at_least");
  const json_t *most = json_object_get(condition, "at_most");
  double from = 0, to = 0;
  if ((least != NULL && !find_bound(least, context, &from)) ||
      (most != NULL && !find_bound(most, context, &to)))
    return UNKNOWN;
  if ((least != NULL && !is_open && (double)(yes + unsure) < from) ||
      (most != NULL && (double)yes > to))
    return NO;
  if ((least != NULL && (double)yes < from) ||
      (most != NULL && (is_open || (double)(yes + unsure) > to)))
    return UNKNOWN;
  return YES;
}

static Truth holds_over(const json_t *condition, const char *word, const BhContext *context)
{
  g_auto(BhElements) elements = {0};
  if (!bh_source_list(json_object_get(condition, word), context, &elements))
    return UNKNOWN;
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  json_int_t yes = 0, unsure = 0, no = 0;
  for (gsize i = 0; i < json_array_size(elements.values); i++) {
    BhContext inner;
    Truth element_truth = bh_elements_enter(&elements, i, context, &inner)
                              ? holds_for(condition, &inner, seen)
                              : UNKNOWN;
    yes += element_truth == YES;
    no += element_truth == NO;
    unsure += element_truth == UNKNOWN;
  }
  /* There may be records that are not here, of which nothing is known. */
  gboolean is_sure = unsure == 0 && elements.is_whole;
  if (g_str_equal(word, "any"))
    return yes > 0 ? YES : is_sure ? NO : UNKNOWN;
  if (g_str_equal(word, "every"))
    return no > 0 ? NO : is_sure ? YES : UNKNOWN;
  return holds_count(condition, yes, unsure, !elements.is_whole, context);
}

static Truth holds_actor(const json_t *condition, const BhContext *context)
{
  const json_t *operand;
  gboolean unknown = FALSE;
  if ((operand = json_object_get(condition, "actor_role")) != NULL) {
    if (context->actor_values == NULL)
      return UNKNOWN;
    return holds_has(json_object_get(context->actor_values, "roles"), operand, context);
  }
  if ((operand = json_object_get(condition, "actor_unit")) != NULL) {
    const json_t *unit = get(context, json_string_value(operand), &unknown);
    if (unknown || context->actor_values == NULL)
      return UNKNOWN;
    return truth(is_equal(json_object_get(context->actor_values, "unit"), unit));
  }
  gboolean negated = FALSE;
  if ((operand = json_object_get(condition, "actor_is")) == NULL) {
    operand = json_object_get(condition, "actor_not");
    negated = TRUE;
  }
  const json_t *person = get(context, json_string_value(operand), &unknown);
  if (unknown || context->actor == NULL)
    return UNKNOWN;
  gboolean same =
      !bh_value_is_blank(person) && g_strcmp0(json_string_value(person), context->actor) == 0;
  return truth(same != negated);
}

static Truth holds_join(const json_t *parts, gboolean all, const BhContext *context)
{
  Truth result = all ? YES : NO;
  gsize index;
  json_t *part;
  json_array_foreach((json_t *)parts, index, part) {
    Truth element_truth = bh_condition_judge(part, context);
    if (element_truth == (all ? NO : YES))
      return element_truth;
    if (element_truth == UNKNOWN)
      result = UNKNOWN;
  }
  return result;
}

BhTruth bh_condition_judge(const json_t *condition, const BhContext *context)
{
  static const char *const over[] = {"any", "every", "count"};
  const json_t *operand;
  if (json_object_get(condition, "field") != NULL)
    return holds_field(condition, context);
  if ((operand = json_object_get(condition, "all")) != NULL)
    return holds_join(operand, TRUE, context);
  if ((operand = json_object_get(condition, "any_of")) != NULL)
    return holds_join(operand, FALSE, context);
  if ((operand = json_object_get(condition, "not")) != NULL) {
    Truth inner = bh_condition_judge(operand, context);
    return inner == UNKNOWN ? UNKNOWN : truth(inner == NO);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(over); i++)
    if (json_object_get(condition, over[i]) != NULL)
      return holds_over(condition, over[i], context);
  return holds_actor(condition, context);
}

/* Judges a whole condition. The values of computed fields that it reads are freed at the end. */
static Truth evaluate(const json_t *condition, const BhContext *context)
{
  const BhKindSet *set = context->kind != NULL ? context->kind->set : NULL;
  if (context->computing != NULL || set == NULL || set->computed == NULL)
    return bh_condition_judge(condition, context);
  BhComputing computing = {0};
  BhContext at = *context;
  at.computing = &computing;
  Truth result = bh_condition_judge(condition, &at);
  json_decref(computing.kept);
  return result;
}

gboolean bh_condition_holds(const json_t *condition, const BhContext *context)
{
  return condition == NULL || evaluate(condition, context) != NO;
}

gboolean bh_condition_is_certain(const json_t *condition, const BhContext *context)
{
  return evaluate(condition, context) == YES;
}

/* Whether the field that this one explains has a doubtful value. */
static gboolean has_doubt_to_explain(const BhField *field, const BhContext *context)
{
  g_autoptr(BhProblem) doubt = bh_field_find_doubt(
      field->explained, json_object_get(context->values, field->explained->name));
  return doubt != NULL;
}

gboolean bh_field_is_shown(const BhField *field, const BhContext *context)
{
  if (field->explained != NULL)
    return has_doubt_to_explain(field, context) && bh_field_is_shown(field->explained, context);
  const BhContext at = bh_context_for(context, field->kind);
  return bh_condition_holds(field->show_when, &at);
}

gboolean bh_field_is_required(const BhField *field, const BhContext *context)
{
  if (field->always_required)
    return TRUE;
  if (field->explained != NULL)
    return has_doubt_to_explain(field, context);
  const BhContext at = bh_context_for(context, field->kind);
  return field->required != NULL && evaluate(field->required, &at) == YES;
}

gboolean bh_field_may_be_distinct(const BhField *field)
{
  return field->always_distinct || field->distinct != NULL;
}

gboolean bh_field_is_distinct(const BhField *field, const BhContext *context)
{
  return field->always_distinct ||
         (field->distinct != NULL && evaluate(field->distinct, context) == YES);
}

/* Whether "visible" holds for the record, and for all records from which it inherits. UNKNOWN when
 * one of them is not available. */
static Truth holds_visible(const BhKind *kind, const BhContext *context)
{
  BhContext at = *context;
  Truth result = YES;
  for (int depth = 0; kind != NULL; depth++) {
    Truth own = kind->visible != NULL ? evaluate(kind->visible, &at) : YES;
    if (own == NO)
      return NO;
    if (own == UNKNOWN)
      result = UNKNOWN;
    if (!kind->inherits || !kind->may_hide)
      return result;
    kind = depth < BH_INHERIT_DEPTH_MAX ? bh_kind_find_above(kind, &at) : NULL;
  }
  return UNKNOWN;
}

gboolean bh_kind_is_visible(const BhKind *kind, const BhContext *context)
{
  if (!kind->may_hide)
    return TRUE;
  /* A viewer out of service sees only what everybody may see. */
  if (context->actor_values != NULL &&
      !bh_staff_is_in_service(context->actor_values, context->today))
    return bh_kind_is_open(kind, context);
  return holds_visible(kind, context) == YES;
}

gboolean bh_kind_is_open(const BhKind *kind, const BhContext *context)
{
  BhContext anybody = *context;
  anybody.actor = NULL;
  anybody.actor_values = NULL;
  return bh_kind_is_visible(kind, &anybody);
}

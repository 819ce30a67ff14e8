/* The records over which a condition or a computed value goes: children, records of a refs field,
 * and records that refer to this one; of a period, if the source has one. Start at
 * bh_source_list. */
#include "schema/condition-internal.h"

#include <string.h>

#define TODAY_MAX 3660 /* days before or after today */

static const char *const named_periods[] = {"month", "quarter", "year", NULL};

void bh_elements_clear(BhElements *elements)
{
  json_decref(elements->values);
  memset(elements, 0, sizeof *elements);
}

/* --- periods --- */

typedef enum { DAY_GIVEN, DAY_EMPTY, DAY_UNKNOWN } DayResult;

static DayResult read_today(const BhContext *context, BhDate *day)
{
  return context->today != NULL && bh_date_parse(context->today, day, NULL) ? DAY_GIVEN
                                                                            : DAY_UNKNOWN;
}

/* One end of a period: "today", a date, {"field": path} or {"today": days}. */
static DayResult read_day(const json_t *end, const BhContext *context, BhDate *day)
{
  const json_t *days = json_object_get(end, "today");
  const char *text = json_string_value(end);
  if (days != NULL || g_strcmp0(text, "today") == 0) {
    DayResult result = read_today(context, day);
    if (result == DAY_GIVEN)
      *day = bh_date_add_days(*day, (int)json_integer_value(days));
    return result;
  }
  if (text != NULL)
    return bh_date_parse(text, day, NULL) ? DAY_GIVEN : DAY_EMPTY;
  gboolean unknown = FALSE, is_month;
  const json_t *value =
      bh_context_read(context, json_string_value(json_object_get(end, "field")), NULL, &unknown);
  if (unknown)
    return DAY_UNKNOWN;
  return bh_value_to_date(value, day, &is_month) ? DAY_GIVEN : DAY_EMPTY;
}

/* A day after the last day that can be represented is that day. */
static BhDate get_last(BhDate first, int months)
{
  BhDate next = bh_date_add_months(first, months);
  return bh_date_add_days(next, -1);
}

/* The first and the last day of the calendar period that contains today. */
static DayResult read_named(const char *name, const BhContext *context, BhDate *from, BhDate *to)
{
  if (read_today(context, from) != DAY_GIVEN)
    return DAY_UNKNOWN;
  int months = g_str_equal(name, "month") ? 1 : g_str_equal(name, "quarter") ? 3 : 12;
  from->day = 1;
  from->month -= (from->month - 1) % months;
  *to = get_last(*from, months);
  return DAY_GIVEN;
}

static DayResult read_period(const json_t *period, const BhContext *context, BhDate *from,
                             BhDate *to)
{
  *from = (BhDate){1900, 1, 1};
  *to = (BhDate){9999, 12, 31};
  if (json_is_string(period))
    return read_named(json_string_value(period), context, from, to);
  const json_t *begin = json_object_get(period, "from"), *end = json_object_get(period, "to");
  DayResult result = begin != NULL ? read_day(begin, context, from) : DAY_GIVEN;
  return result != DAY_GIVEN || end == NULL ? result : read_day(end, context, to);
}

/* Leaves the records whose day is in the period. FALSE when the period is not known. A record
 * whose day is not known stays, as one that is not available. */
static gboolean keep_period(const json_t *source, const BhContext *context, BhElements *elements)
{
  const json_t *period = json_object_get(source, "during");
  const char *path = json_string_value(json_object_get(source, "date"));
  BhDate from, to, day;
  if (period == NULL)
    return TRUE;
  DayResult result = read_period(period, context, &from, &to);
  if (result == DAY_UNKNOWN)
    return FALSE;
  json_t *kept = json_array();
  for (gsize i = 0; result == DAY_GIVEN && i < json_array_size(elements->values); i++) {
    BhContext inner;
    gboolean unknown = FALSE, is_month;
    if (!bh_elements_enter(elements, i, context, &inner)) {
      json_array_append_new(kept, json_null());
      continue;
    }
    const json_t *value = bh_context_read(&inner, path, NULL, &unknown);
    if (unknown)
      json_array_append_new(kept, json_null());
    else if (bh_value_to_date(value, &day, &is_month) && bh_date_compare(&day, &from) >= 0 &&
             bh_date_compare(&day, &to) <= 0)
      json_array_append(kept, (json_t *)inner.values);
  }
  json_decref(elements->values);
  elements->values = kept;
  elements->ids = NULL;
  return TRUE;
}

/* --- records --- */

static const BhKind *find_kind(const BhContext *context, const char *name)
{
  return context->kind != NULL && context->kind->set != NULL && name != NULL
             ? bh_kind_set_find(context->kind->set, name)
             : NULL;
}

static gboolean list_refs(const char *path, const BhContext *context, BhElements *elements)
{
  gboolean unknown = FALSE;
  const BhField *field = NULL;
  const json_t *ids = bh_context_read(context, path, &field, &unknown);
  if (unknown)
    return FALSE;
  elements->values = json_array();
  elements->ids = ids;
  if (field != NULL && field->ref_kinds != NULL && field->ref_kinds[0] != NULL &&
      field->ref_kinds[1] == NULL)
    elements->kind = find_kind(context, field->ref_kinds[0]);
  gsize index;
  json_t *id;
  json_array_foreach((json_t *)ids, index, id) {
    const json_t *values = json_is_string(id) && context->lookup != NULL
                               ? context->lookup(json_string_value(id), context->data)
                               : NULL;
    if (values != NULL)
      json_array_append(elements->values, (json_t *)values);
    else
      json_array_append_new(elements->values, json_null());
  }
  return TRUE;
}

static gboolean list_of_record(const json_t *source, const BhContext *context, BhElements *elements)
{
  const char *referring = json_string_value(json_object_get(source, "referring"));
  const char *kind = referring != NULL        ? referring
                     : json_is_string(source) ? json_string_value(source)
                                              : bh_json_string_or(source, "children", NULL);
  const char *of = json_string_value(json_object_get(source, "of"));
  const char *record = context->record;
  gboolean unknown = FALSE;
  if (of != NULL)
    record = json_string_value(bh_context_read(context, of, NULL, &unknown));
  if (kind == NULL || record == NULL || unknown)
    return FALSE;
  elements->kind = find_kind(context, kind);
  if (referring == NULL)
    elements->values =
        context->children != NULL ? context->children(record, kind, context->data) : NULL;
  else if (context->referring != NULL)
    elements->values = context->referring(record, kind, bh_json_string_or(source, "by", ""),
                                          &elements->is_whole, context->data);
  return elements->values != NULL;
}

/* Whether records of the source are as visible as the record itself, or visible to everybody. */
static gboolean is_as_visible(const json_t *source, const BhKind *kind)
{
  gboolean below = json_object_get(source, "refs") == NULL && json_object_get(source, "of") == NULL;
  return kind != NULL && (!kind->may_hide || (below && kind->inherits && kind->visible == NULL));
}

/* Removes records that the acting person may not see. If records of the kind can be hidden, the
 * list then counts as incomplete in any case, because the difference would reveal hidden
 * records. */
static void keep_visible(const json_t *source, const BhContext *context, BhElements *elements)
{
  if (!context->for_person || is_as_visible(source, elements->kind))
    return;
  for (gsize i = json_array_size(elements->values); i-- > 0;) {
    BhContext inner;
    if (bh_elements_enter(elements, i, context, &inner) && inner.kind != NULL &&
        !bh_kind_is_visible(inner.kind, &inner))
      json_array_set_new(elements->values, i, json_null());
  }
  elements->is_whole = FALSE;
}

gboolean bh_source_list(const json_t *source, const BhContext *context, BhElements *elements)
{
  const char *refs = json_string_value(json_object_get(source, "refs"));
  elements->is_whole = TRUE;
  if (refs != NULL ? !list_refs(refs, context, elements)
                   : !list_of_record(source, context, elements))
    return FALSE;
  /* Conditions about children are judged by all children, also by those that the acting person
   * may not see; referring records were filtered by the store. */
  if (context->computing != NULL && context->computing->depth > 0 &&
      json_object_get(source, "referring") == NULL)
    keep_visible(source, context, elements);
  return keep_period(source, context, elements);
}

gboolean bh_elements_enter(const BhElements *elements, gsize index, const BhContext *context,
                           BhContext *inner)
{
  const json_t *values = json_array_get(elements->values, index);
  *inner = *context;
  inner->values = values;
  inner->record = json_string_value(json_array_get(elements->ids, index));
  inner->kind = elements->kind;
  inner->outer = context->outer != NULL ? context->outer : context;
  if (!json_is_object(values))
    return FALSE;
  if (inner->kind == NULL && inner->record != NULL && context->kind_of != NULL)
    inner->kind = find_kind(context, context->kind_of(inner->record, context->data));
  return TRUE;
}

/* --- checking --- */

static gboolean check_day(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                          const json_t *period, const char *key)
{
  static const int moments[] = {BH_FIELD_DATE, BH_FIELD_TIME, BH_FIELD_MONTH, -1};
  static const char *const field[] = {"field", NULL}, *const today[] = {"today", NULL};
  const json_t *end = json_object_get(period, key);
  gint64 days = 0;
  BhDate day;
  if (end == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, key);
  if (json_is_string(end)) {
    if (!g_str_equal(json_string_value(end), "today") &&
        !bh_date_parse(json_string_value(end), &day, NULL))
      return bh_place_fail(place, "must be \"today\" or a date YYYY-MM-DD");
  } else if (json_object_get(end, "today") != NULL) {
    if (!bh_place_is_object(place, end, today) ||
        !bh_place_int(place, end, "today", -TODAY_MAX, TODAY_MAX, &days))
      return FALSE;
  } else {
    const char *path = NULL;
    if (!bh_place_is_object(place, end, field) ||
        !bh_place_string(place, end, "field", TRUE, 200, &path) ||
        !bh_path_check_readable(place, set, kind, path, moments))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check_period(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const json_t *source, const GPtrArray *kinds)
{
  static const int moments[] = {BH_FIELD_DATE, BH_FIELD_TIME, BH_FIELD_MONTH, -1};
  static const char *const allowed[] = {"from", "to", NULL};
  const json_t *period = json_object_get(source, "during");
  const char *path = NULL;
  if (!bh_place_string(place, source, "date", FALSE, 200, &path))
    return FALSE;
  if ((path == NULL) != (period == NULL))
    return bh_place_fail(place, "\"date\" and \"during\" must be given together");
  if (period == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "date");
  for (guint i = 0; i < kinds->len; i++)
    if (!bh_path_check(place, set, kinds->pdata[i], path, moments))
      return FALSE;
  bh_place_leave(place, mark);
  mark = bh_place_enter(place, "during");
  if (json_is_string(period)) {
    if (!g_strv_contains(named_periods, json_string_value(period)))
      return bh_place_fail(place, "must be month, quarter, year or an object of from and to");
  } else if (!bh_place_is_object(place, period, allowed) ||
             !check_day(place, set, kind, period, "from") ||
             !check_day(place, set, kind, period, "to")) {
    return FALSE;
  } else if (json_object_size(period) == 0) {
    return bh_place_fail(place, "needs \"from\" or \"to\"");
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* Checks "referring" and "by": an indexed ref field that leads to the record. */
static gboolean check_referring(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const json_t *source, const char *name, const char *of)
{
  const char *by = NULL;
  const BhKind *found = bh_kind_set_find(set, name);
  if (found == NULL)
    return bh_place_fail_at(place, "referring", "no such kind \"%.60s\"", name);
  if (!bh_place_name(place, source, "by", TRUE, &by))
    return FALSE;
  const BhField *field = g_hash_table_lookup(found->field_index, by);
  if (field == NULL || (field->type != BH_FIELD_REF && field->type != BH_FIELD_REFS))
    return bh_place_fail_at(place, "by", "kind %s has no ref field \"%s\"", name, by);
  if (!field->indexed)
    return bh_place_fail_at(place, "by",
                            "field \"%s\" of %s is not indexed: finding the records would take "
                            "longer the more there are",
                            by, name);
  if (of == NULL && !field->any_kind &&
      !g_strv_contains((const char *const *)field->ref_kinds, kind->name))
    return bh_place_fail_at(place, "by", "field \"%s\" of %s does not refer to %s", by, name,
                            kind->name);
  return TRUE;
}

static void add_kind(const BhKindSet *set, const char *name, GPtrArray *kinds)
{
  const BhKind *kind = name != NULL ? bh_kind_set_find(set, name) : NULL;
  if (kind != NULL && !g_ptr_array_find(kinds, kind, NULL))
    g_ptr_array_add(kinds, (gpointer)kind);
}

void bh_source_list_kinds(const BhKindSet *set, const BhKind *kind, const json_t *source,
                          GPtrArray *kinds)
{
  const char *refs = bh_json_string_or(source, "refs", NULL);
  g_autoptr(GError) failed = NULL;
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, "", &failed);
  add_kind(set, json_string_value(source), kinds);
  add_kind(set, bh_json_string_or(source, "children", NULL), kinds);
  add_kind(set, bh_json_string_or(source, "referring", NULL), kinds);
  g_autoptr(GArray) ends = refs != NULL ? bh_path_find_ends(&place, set, kind, refs) : NULL;
  for (guint i = 0; ends != NULL && i < ends->len; i++) {
    const BhField *field = g_array_index(ends, BhPathEnd, i).field;
    for (gsize k = 0; field != NULL && field->ref_kinds != NULL && field->ref_kinds[k] != NULL; k++)
      add_kind(set, field->ref_kinds[k], kinds);
  }
}

gboolean bh_source_check(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                         const json_t *source, GPtrArray *kinds)
{
  static const char *const allowed[] = {"children", "of",   "refs",   "referring",
                                        "by",       "date", "during", NULL};
  static const int refs[] = {BH_FIELD_REF, -1};
  static const int many[] = {BH_FIELD_REFS, -1};
  const char *child = json_string_value(source), *path = NULL, *of = NULL, *referring = NULL;
  if (child == NULL) {
    if (!bh_place_is_object(place, source, allowed) ||
        !bh_place_string(place, source, "children", FALSE, 60, &child) ||
        !bh_place_string(place, source, "of", FALSE, 200, &of) ||
        !bh_place_string(place, source, "referring", FALSE, 60, &referring) ||
        !bh_place_string(place, source, "refs", FALSE, 200, &path))
      return FALSE;
    if ((child != NULL) + (path != NULL) + (referring != NULL) != 1 ||
        (of != NULL && path != NULL) ||
        (json_object_get(source, "by") != NULL && referring == NULL))
      return bh_place_fail(place, "needs \"children\" (with or without \"of\"), \"refs\", or "
                                  "\"referring\" and \"by\"");
    if (of != NULL && !bh_path_check(place, set, kind, of, refs))
      return FALSE;
    if (path != NULL && !bh_path_check(place, set, kind, path, many))
      return FALSE;
    if (referring != NULL && !check_referring(place, set, kind, source, referring, of))
      return FALSE;
  }
  const BhKind *found = child != NULL ? bh_kind_set_find(set, child) : NULL;
  if (child != NULL && found == NULL)
    return bh_place_fail(place, "no such kind \"%.60s\"", child);
  if (found != NULL && found->parent == NULL)
    return bh_place_fail(place, "kind %s has no \"parent\", so no record has children of it",
                         child);
  bh_source_list_kinds(set, kind, source, kinds);
  for (guint i = 0; i < kinds->len; i++)
    if (!bh_kind_check_on_devices(place, kind, g_ptr_array_index(kinds, i)))
      return FALSE;
  return json_is_string(source) || check_period(place, set, kind, source, kinds);
}

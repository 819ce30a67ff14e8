/* Computes when a record is due (due.h). Start at bh_due_find. */
#include "schema/due.h"

#include <string.h>

#include "schema/kind-internal.h"
#include "schema/setting-values.h"

#define MINUTE_MS 60000
#define INPUTS_MAX 64 /* bytes; of longer inputs the hash is kept */

/* --- what a result depends on --- */

/* A context that passes all questions on, and notes which records were asked for. */
typedef struct {
  const BhContext *from;
  json_t *uses; /* NULL: nothing is noted */
} Noting;

static void note(Noting *noting, const char *prefix, const char *name)
{
  g_autofree char *text = g_strconcat(prefix, name, NULL);
  if (noting->uses != NULL && !bh_json_has_name(noting->uses, text))
    json_array_append_new(noting->uses, json_string(text));
}

static void note_years(Noting *noting, const BhDate *from, const BhDate *to)
{
  for (int year = from->year; year <= to->year; year++) {
    char name[16];
    g_snprintf(name, sizeof name, "%d", year);
    note(noting, "c:", name);
  }
}

static const json_t *lookup(const char *record, gpointer data)
{
  Noting *noting = data;
  note(noting, "r:", record);
  return noting->from->lookup != NULL ? noting->from->lookup(record, noting->from->data) : NULL;
}

static const char *get_kind(const char *record, gpointer data)
{
  const Noting *noting = data;
  return noting->from->kind_of != NULL ? noting->from->kind_of(record, noting->from->data) : NULL;
}

static const BhSettingValues *get_settings(gpointer data)
{
  const Noting *noting = data;
  return noting->from->settings != NULL ? noting->from->settings(noting->from->data) : NULL;
}

static BhContext make_noting(const BhKind *kind, const BhContext *from, Noting *noting)
{
  BhContext context = *from;
  context.lookup = lookup;
  context.kind_of = get_kind;
  context.children = NULL;
  context.settings = from->settings != NULL ? get_settings : NULL;
  context.data = noting;
  context.kind = kind;
  context.outer = NULL;
  return context;
}

/* --- one deadline --- */

/* *day, *minute: the moment in a date, a month (its first day) or a time. */
static gboolean read_start(const json_t *value, gboolean is_time, BhDate *day, int *minute)
{
  *minute = -1;
  if (json_is_integer(value)) {
    if (!is_time)
      return FALSE;
    *day = bh_date_from_ms(json_integer_value(value));
    *minute = (int)((json_integer_value(value) - bh_date_to_ms(day)) / MINUTE_MS);
    return TRUE;
  }
  const char *text = json_string_value(value);
  return text != NULL && (bh_date_parse(text, day, NULL) || bh_date_parse_month(text, day, NULL));
}

/* Whether integers in the field at which the path ends are times. The fields of other records were
 * checked when the set was loaded. */
static gboolean ends_at_time(const BhKind *kind, const char *path)
{
  const BhField *field = g_hash_table_lookup(kind->field_index, path);
  return strchr(path, '.') != NULL || (field != NULL && field->type == BH_FIELD_TIME);
}

static gboolean find_amount(const BhDeadline *deadline, const BhContext *context,
                            const BhDate *start, int *amount)
{
  double value = 0;
  const char *setting = bh_number_get_setting(deadline->amount);
  if (setting != NULL)
    note(context->data, "s:", setting);
  if (!bh_number_find(deadline->amount, context, start, &value))
    return FALSE;
  *amount = (int)CLAMP(value, 0, 100000);
  return TRUE;
}

static void add_hours(BhDue *due, int start_minute, int hours)
{
  gint64 minutes = (gint64)start_minute + (gint64)hours * 60;
  due->day = bh_date_add_days(due->day, (int)(minutes / (24 * 60)));
  due->minute = (int)(minutes % (24 * 60));
}

static BhDate set_day(BhDate month, int day)
{
  BhDate first = {month.year, month.month, 1};
  BhDate next = bh_date_add_months(first, 1);
  int last = bh_date_compare(&next, &first) > 0 ? bh_date_days_between(&first, &next) : 31;
  first.day = MIN(day, last);
  return first;
}

static void count_from(const BhDeadline *deadline, const BhContext *context, int minute, int amount,
                       BhDue *due)
{
  BhDate start = due->day;
  switch (deadline->unit) {
  case BH_UNIT_HOURS:
    add_hours(due, MAX(minute, 0), amount);
    break;
  case BH_UNIT_DAYS:
    due->day = bh_date_add_days(start, amount);
    break;
  case BH_UNIT_WORKDAYS: {
    const BhSettingValues *settings = get_settings(context->data);
    due->day = bh_calendar_add_workdays(bh_setting_values_get_calendar(settings), start, amount);
    note_years(context->data, &start, &due->day);
    break;
  }
  case BH_UNIT_MONTHS:
    due->day = bh_date_add_months(start, amount);
    if (deadline->day_of_month > 0)
      due->day = set_day(due->day, (int)deadline->day_of_month);
    break;
  case BH_UNIT_NONE:
    break;
  }
}

/* *day, *minute: where the deadline begins, by the first path with a value. */
static gboolean find_start(const BhDeadline *deadline, const BhContext *context, BhDate *day,
                           int *minute)
{
  const char *path;
  for (gsize i = 0; (path = bh_deadline_get_path(deadline, i)) != NULL; i++) {
    const json_t *value = bh_context_get(context, path);
    if (value != NULL)
      return read_start(value, ends_at_time(context->kind, path), day, minute);
  }
  return FALSE;
}

/* `context` is one of make_noting. */
static gboolean find_deadline(const BhDeadline *deadline, const BhContext *context, BhDue *due)
{
  int minute = 0, amount = 0;
  double warn = BH_DUE_WARN_DAYS;
  *due = (BhDue){.minute = -1};
  if (!find_start(deadline, context, &due->day, &minute) ||
      (deadline->amount != NULL && !find_amount(deadline, context, &due->day, &amount)))
    return FALSE;
  BhDate start = due->day;
  count_from(deadline, context, minute, amount, due);
  if (deadline->warn != NULL)
    bh_number_find(deadline->warn, context, &start, &warn);
  due->warn_days = (int)CLAMP(warn, 0, 3660);
  return TRUE;
}

static int compare(const BhDue *a, const BhDue *b)
{
  int order = bh_date_compare(&a->day, &b->day);
  /* The end of the day comes after its last minute. */
  return order != 0 ? order
                    : (int)((guint)a->minute > (guint)b->minute) -
                          (int)((guint)a->minute < (guint)b->minute);
}

gboolean bh_due_collect(const BhKind *kind, const BhContext *context, BhDue *due, json_t *uses)
{
  const char *state = bh_json_string_or(context->values, "state", NULL);
  Noting noting = {context, uses};
  BhContext asked = make_noting(kind, context, &noting);
  gboolean found = FALSE;
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    BhDue one;
    if (transition->deadline == NULL || !bh_transition_leads_from(transition, state) ||
        !find_deadline(transition->deadline, &asked, &one))
      continue;
    if (!found || compare(&one, due) < 0)
      *due = one;
    found = TRUE;
  }
  return found;
}

gboolean bh_due_find(const BhKind *kind, const BhContext *context, BhDue *due)
{
  return bh_due_collect(kind, context, due, NULL);
}

/* Whether a path of the deadline begins with the field; `field` NULL: whether one leads to another
 * record. */
static gboolean has_path(const BhDeadline *deadline, const char *field)
{
  const char *path;
  for (gsize i = 0; (path = bh_deadline_get_path(deadline, i)) != NULL; i++) {
    gsize len = strcspn(path, ".");
    if (field == NULL ? path[len] == '.' : strlen(field) == len && strncmp(path, field, len) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean bh_due_is_possible(const BhKind *kind)
{
  for (guint i = 0; i < kind->transitions->len; i++)
    if (((const BhTransition *)g_ptr_array_index(kind->transitions, i))->deadline != NULL)
      return TRUE;
  return FALSE;
}

gboolean bh_due_depends_on_others(const BhKind *kind)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhDeadline *deadline =
        ((const BhTransition *)g_ptr_array_index(kind->transitions, i))->deadline;
    if (deadline != NULL && (has_path(deadline, NULL) || deadline->unit == BH_UNIT_WORKDAYS ||
                             bh_number_get_setting(deadline->amount) != NULL))
      return TRUE;
  }
  return FALSE;
}

gboolean bh_due_depends_on(const BhKind *kind, const char *field)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhDeadline *deadline =
        ((const BhTransition *)g_ptr_array_index(kind->transitions, i))->deadline;
    if (deadline != NULL && has_path(deadline, field))
      return TRUE;
  }
  return FALSE;
}

gboolean bh_due_is_input(const BhKind *kind, const char *field)
{
  return kind->due_fields != NULL && g_hash_table_contains(kind->due_fields, field);
}

/* --- windows --- */

void bh_deadline_check(const BhTransition *transition, const BhContext *context,
                       GPtrArray *problems)
{
  const BhDeadline *deadline = transition->deadline;
  Noting noting = {context, NULL};
  BhDue due;
  BhDate today;
  double days = 0;
  if (deadline == NULL || deadline->not_before == NULL || context->kind == NULL ||
      context->today == NULL || !bh_date_parse(context->today, &today, NULL))
    return;
  BhContext asked = make_noting(context->kind, context, &noting);
  if (!find_deadline(deadline, &asked, &due) ||
      !bh_number_find(deadline->not_before, &asked, &today, &days))
    return;
  BhDate first = bh_date_add_days(due.day, -(int)CLAMP(days, 0, 100000));
  if (bh_date_compare(&today, &first) >= 0)
    return;
  g_autofree char *day_zh = bh_date_format_zh(&first);
  g_autofree char *day_en = bh_date_format(&first);
  g_autofree char *zh = g_strdup_printf("%s起才能办理", day_zh);
  g_autofree char *en = g_strdup_printf("Not before %s", day_en);
  g_ptr_array_add(problems, bh_problem_new("state", "condition", zh, en));
}

/* --- names of what others depend on --- */

char *bh_due_dup_name(const BhKind *kind, const char *id, const json_t *values)
{
  if (strcmp(kind->name, BH_SETTING_KIND) == 0)
    return g_strconcat("s:", bh_json_string_or(values, "name", ""), NULL);
  if (strcmp(kind->name, BH_CALENDAR_KIND) == 0)
    return g_strdup_printf("c:%" JSON_INTEGER_FORMAT,
                           json_integer_value(json_object_get(values, "year")));
  return kind->due_fields != NULL ? g_strconcat("r:", id, NULL) : NULL;
}

char *bh_due_dup_inputs(const BhKind *kind, const json_t *values)
{
  g_autoptr(json_t) read = NULL;
  if (bh_setting_values_has_kind(kind->name)) {
    read = json_copy((json_t *)values);
  } else if (kind->due_fields != NULL) {
    GHashTableIter iter;
    gpointer field;
    read = json_object();
    g_hash_table_iter_init(&iter, kind->due_fields);
    while (g_hash_table_iter_next(&iter, &field, NULL))
      if (json_object_get(values, field) != NULL)
        json_object_set(read, field, json_object_get(values, field));
  } else {
    return NULL;
  }
  g_autofree char *text = bh_json_dump_sorted(read);
  return strlen(text) > INPUTS_MAX ? bh_hash_hex(text, strlen(text)) : g_steal_pointer(&text);
}

/* --- texts --- */

char *bh_due_format_key(const BhDue *due)
{
  g_autofree char *day = bh_date_format(&due->day);
  int minute = due->minute < 0 ? 24 * 60 : due->minute;
  return g_strdup_printf("%sT%02d:%02d", day, minute / 60, minute % 60);
}

char *bh_due_format_bound(gint64 now_ms)
{
  BhDue now = {.day = bh_date_from_ms(now_ms)};
  now.minute = (int)((now_ms - bh_date_to_ms(&now.day)) / MINUTE_MS);
  return bh_due_format_key(&now);
}

gboolean bh_due_is_over(const BhDue *due, gint64 now_ms)
{
  g_autofree char *key = bh_due_format_key(due);
  g_autofree char *bound = bh_due_format_bound(now_ms);
  return strcmp(key, bound) < 0;
}

json_t *bh_due_to_json(const BhDue *due, gint64 now_ms)
{
  BhDate today = bh_date_from_ms(now_ms);
  int days = bh_date_days_between(&today, &due->day);
  g_autofree char *day = bh_date_format(&due->day);
  json_t *out = json_pack("{s:s, s:i}", "day", day, "days", days);
  if (due->minute >= 0)
    json_object_set_new(out, "time", json_sprintf("%02d:%02d", due->minute / 60, due->minute % 60));
  if (bh_due_is_over(due, now_ms))
    json_object_set_new(out, "overdue", json_true());
  else if (days <= due->warn_days)
    json_object_set_new(out, "soon", json_true());
  return out;
}

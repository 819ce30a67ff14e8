/* Workdays, from a calendar pack with holidays and shifted workdays. */
#include "schema/civil.h"

#include "schema/error.h"
#include "schema/json.h"

#define PACK_MAX_BYTES (256 * 1024)
/* A pack that declares a longer run of days without a workday is refused as wrong. */
#define MAX_RUN_DAYS 60

struct _BhCalendar {
  GHashTable *years; /* set of int: the years that the pack contains */
  GHashTable *days;  /* "YYYY-MM-DD" → TRUE for a shifted workday, FALSE for a day off */
};

void bh_calendar_free(BhCalendar *calendar)
{
  if (calendar == NULL)
    return;
  g_hash_table_unref(calendar->years);
  g_hash_table_unref(calendar->days);
  g_free(calendar);
}

static gboolean read_days(BhCalendar *calendar, int year, const json_t *member, const char *key,
                          const char *where, GError **error)
{
  const json_t *days = bh_json_get_array(member, key, where, error);
  if (days == NULL)
    return FALSE;
  gsize i;
  json_t *item;
  json_array_foreach(days, i, item) {
    const char *text = json_string_value(item);
    BhDate date;
    if (!bh_date_parse(text, &date, NULL) || date.year != year) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "%s: \"%s\" %" G_GSIZE_FORMAT " is not a date of %d", where, key, i, year);
      return FALSE;
    }
    if (!g_hash_table_insert(calendar->days, g_strdup(text),
                             GINT_TO_POINTER(g_str_equal(key, "work")))) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: duplicate date %s", where, text);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean read_year(BhCalendar *calendar, const char *name, const json_t *member,
                          const char *path, GError **error)
{
  static const char *const members[] = {"off", "work", NULL};
  g_autofree char *where = g_strdup_printf("%s: year %.8s", path, name);
  guint64 year = 0;
  if (!g_ascii_string_to_unsigned(name, 10, 1900, 9999, &year, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not a year", where);
    return FALSE;
  }
  if (!json_is_object(member)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not an object", where);
    return FALSE;
  }
  g_hash_table_add(calendar->years, GINT_TO_POINTER((int)year));
  return bh_json_check_keys(member, members, where, error) &&
         read_days(calendar, (int)year, member, "off", where, error) &&
         read_days(calendar, (int)year, member, "work", where, error);
}

/* Refuses long runs without a workday, so that the search for a workday always ends soon. */
static gboolean check_runs(const BhCalendar *calendar, const char *path, GError **error)
{
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init(&iter, calendar->years);
  while (g_hash_table_iter_next(&iter, &key, NULL)) {
    int run = 0;
    BhDate day = {.year = GPOINTER_TO_INT(key), .month = 1, .day = 1};
    for (int i = 0; i < 366; i++, day = bh_date_add_days(day, 1)) {
      run = bh_calendar_is_workday(calendar, &day) ? 0 : run + 1;
      if (run > MAX_RUN_DAYS) {
        g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: year %d: %d days without a workday",
                    path, GPOINTER_TO_INT(key), run);
        return FALSE;
      }
    }
  }
  return TRUE;
}

BhCalendar *bh_calendar_from_years(const json_t *years, const char *path, GError **error)
{
  g_autoptr(BhCalendar) calendar = g_new0(BhCalendar, 1);
  calendar->years = g_hash_table_new(NULL, NULL);
  calendar->days = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  const char *name;
  json_t *member;
  json_object_foreach((json_t *)years, name, member) {
    if (!read_year(calendar, name, member, path, error))
      return NULL;
  }
  return check_runs(calendar, path, error) ? g_steal_pointer(&calendar) : NULL;
}

json_t *bh_calendar_read_pack(const char *path, GError **error)
{
  static const char *const members[] = {"calendar", "source", "years", NULL};
  g_autoptr(json_t) pack = bh_json_load_file(path, PACK_MAX_BYTES, error);
  if (pack == NULL || bh_json_get_object(pack, "years", path, error) == NULL ||
      !bh_json_check_keys(pack, members, path, error) ||
      bh_json_get_string(pack, "calendar", path, error) == NULL ||
      bh_json_get_string(pack, "source", path, error) == NULL)
    return NULL;
  g_autoptr(BhCalendar) calendar =
      bh_calendar_from_years(json_object_get(pack, "years"), path, error);
  return calendar != NULL ? g_steal_pointer(&pack) : NULL;
}

BhCalendar *bh_calendar_load(const char *path, GError **error)
{
  g_autoptr(json_t) pack = bh_calendar_read_pack(path, error);
  return pack != NULL ? bh_calendar_from_years(json_object_get(pack, "years"), path, error) : NULL;
}

gboolean bh_calendar_knows_year(const BhCalendar *calendar, int year)
{
  return calendar != NULL && g_hash_table_contains(calendar->years, GINT_TO_POINTER(year));
}

gboolean bh_calendar_is_workday(const BhCalendar *calendar, const BhDate *date)
{
  if (calendar != NULL) {
    g_autofree char *text = bh_date_format(date);
    gpointer works = NULL;
    if (g_hash_table_lookup_extended(calendar->days, text, NULL, &works))
      return GPOINTER_TO_INT(works);
  }
  return bh_date_weekday(date) <= 5;
}

/* The day after `date` for the direction 1, the day before for -1; `date` itself at the first and
 * the last representable day. */
static BhDate step(BhDate date, int direction)
{
  return bh_date_add_days(date, direction);
}

BhDate bh_calendar_workday_on_or_before(const BhCalendar *calendar, BhDate date)
{
  BhDate found = date;
  for (int i = 0; i <= 2 * MAX_RUN_DAYS; i++, found = step(found, -1))
    if (bh_calendar_is_workday(calendar, &found))
      return found;
  return date;
}

BhDate bh_calendar_add_workdays(const BhCalendar *calendar, BhDate date, int days)
{
  int direction = days < 0 ? -1 : 1;
  for (gint64 left = days < 0 ? -(gint64)days : days; left > 0;) {
    BhDate next = step(date, direction);
    if (bh_date_compare(&next, &date) == 0)
      return date;
    date = next;
    if (bh_calendar_is_workday(calendar, &date))
      left--;
  }
  return date;
}

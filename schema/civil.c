/* Calendar arithmetic in UTC+8, without the C library's time zones. Workdays are in calendar.c. */
#include "schema/civil.h"

#include <string.h>
#include "schema/error.h"

#define FIRST_YEAR 1900
#define LAST_YEAR 9999
#define FIRST_DAY (-25567) /* 1900-01-01, in days since 1970-01-01 */
#define LAST_DAY 2932896   /* 9999-12-31 */
#define JULIAN_1970 719163 /* 1970-01-01 as GDate counts days */

gboolean bh_date_is_valid(const BhDate *date)
{
  return date->year >= FIRST_YEAR && date->year <= LAST_YEAR && date->month >= 1 &&
         date->month <= 12 && date->day >= 1 &&
         date->day <= g_date_get_days_in_month((GDateMonth)date->month, (GDateYear)date->year);
}

/* Whether `text` has exactly the form of `pattern`, in which "d" is a digit. */
static gboolean has_form(const char *text, const char *pattern)
{
  if (text == NULL || strlen(text) != strlen(pattern))
    return FALSE;
  for (gsize i = 0; pattern[i] != '\0'; i++)
    if (pattern[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != pattern[i])
      return FALSE;
  return TRUE;
}

gboolean bh_date_parse(const char *text, BhDate *date, GError **error)
{
  BhDate read = {0};
  gboolean good = has_form(text, "dddd-dd-dd");
  if (good) {
    read.year = (int)g_ascii_strtoll(text, NULL, 10);
    read.month = (int)g_ascii_strtoll(text + 5, NULL, 10);
    read.day = (int)g_ascii_strtoll(text + 8, NULL, 10);
    good = bh_date_is_valid(&read);
  }
  if (!good) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "must be a date of the form YYYY-MM-DD, from 1900 to 9999");
    return FALSE;
  }
  *date = read;
  return TRUE;
}

gboolean bh_date_parse_month(const char *text, BhDate *first, GError **error)
{
  BhDate read = {.day = 1};
  gboolean good = has_form(text, "dddd-dd");
  if (good) {
    read.year = (int)g_ascii_strtoll(text, NULL, 10);
    read.month = (int)g_ascii_strtoll(text + 5, NULL, 10);
    good = bh_date_is_valid(&read);
  }
  if (!good) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "must be a month of the form YYYY-MM, from 1900 to 9999");
    return FALSE;
  }
  *first = read;
  return TRUE;
}

char *bh_date_format_month(const BhDate *date)
{
  return g_strdup_printf("%04d-%02d", date->year, date->month);
}

static void put_digits(char *end, int number, int count)
{
  for (; count > 0; count--, number /= 10)
    *--end = (char)('0' + number % 10);
}

/* Formats without printf, which is slower: every save and every condition formats today's date. */
char *bh_date_format(const BhDate *date)
{
  if (!bh_date_is_valid(date))
    return g_strdup_printf("%04d-%02d-%02d", date->year, date->month, date->day);
  char *text = g_strdup("0000-00-00");
  put_digits(text + 4, date->year, 4);
  put_digits(text + 7, date->month, 2);
  put_digits(text + 10, date->day, 2);
  return text;
}

char *bh_date_format_zh(const BhDate *date)
{
  return g_strdup_printf("%d年%d月%d日", date->year, date->month, date->day);
}

static GDate to_gdate(const BhDate *date)
{
  GDate day;
  g_date_clear(&day, 1);
  g_date_set_dmy(&day, (GDateDay)date->day, (GDateMonth)date->month, (GDateYear)date->year);
  return day;
}

/* The number of days from 1970-01-01 to `date`. */
static gint64 to_days(const BhDate *date)
{
  GDate day = to_gdate(date);
  return (gint64)g_date_get_julian(&day) - JULIAN_1970;
}

static BhDate from_days(gint64 days)
{
  GDate day;
  g_date_clear(&day, 1);
  g_date_set_julian(&day, (guint32)(CLAMP(days, FIRST_DAY, LAST_DAY) + JULIAN_1970));
  return (BhDate){.year = g_date_get_year(&day),
                  .month = (int)g_date_get_month(&day),
                  .day = g_date_get_day(&day)};
}

static gint64 floor_divide(gint64 a, gint64 b)
{
  return a / b - (a % b < 0 ? 1 : 0);
}

BhDate bh_date_from_ms(gint64 utc_ms)
{
  /* The time is clamped before the addition, so that no clock value overflows. */
  gint64 ms = CLAMP(utc_ms, FIRST_DAY * BH_DAY_MS, (LAST_DAY + 1) * BH_DAY_MS);
  return from_days(floor_divide(ms + BH_CIVIL_OFFSET_MS, BH_DAY_MS));
}

gint64 bh_date_to_ms(const BhDate *date)
{
  return to_days(date) * BH_DAY_MS - BH_CIVIL_OFFSET_MS;
}

int bh_date_compare(const BhDate *a, const BhDate *b)
{
  if (a->year != b->year)
    return a->year < b->year ? -1 : 1;
  if (a->month != b->month)
    return a->month < b->month ? -1 : 1;
  return a->day == b->day ? 0 : a->day < b->day ? -1 : 1;
}

BhDate bh_date_add_days(BhDate date, int days)
{
  return from_days(to_days(&date) + days);
}

BhDate bh_date_add_months(BhDate date, int months)
{
  gint64 month = (gint64)date.year * 12 + date.month - 1 + months;
  month = CLAMP(month, FIRST_YEAR * 12, LAST_YEAR * 12 + 11);
  BhDate moved = {.year = (int)(month / 12), .month = (int)(month % 12) + 1, .day = date.day};
  moved.day =
      MIN(moved.day, g_date_get_days_in_month((GDateMonth)moved.month, (GDateYear)moved.year));
  return moved;
}

int bh_date_days_between(const BhDate *from, const BhDate *to)
{
  return (int)(to_days(to) - to_days(from));
}

int bh_date_weekday(const BhDate *date)
{
  GDate day = to_gdate(date);
  return (int)g_date_get_weekday(&day);
}

char *bh_time_format(gint64 utc_ms)
{
  BhDate date = bh_date_from_ms(utc_ms);
  gint64 ms = CLAMP(utc_ms, FIRST_DAY * BH_DAY_MS, (LAST_DAY + 1) * BH_DAY_MS) + BH_CIVIL_OFFSET_MS;
  gint64 minute = (ms - floor_divide(ms, BH_DAY_MS) * BH_DAY_MS) / 60000;
  return g_strdup_printf("%04d-%02d-%02d %02d:%02d", date.year, date.month, date.day,
                         (int)(minute / 60), (int)(minute % 60));
}

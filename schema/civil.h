/* Dates, months, workdays, and the one format in which times are shown. Civil time is UTC+8 all
 * year; localtime() is never called. Deadlines: R-261; adding months clamps at the end of a month.
 * Pure; any thread. */
#pragma once

#include <glib.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_CIVIL_OFFSET_MS (8LL * 3600 * 1000)
#define BH_DAY_MS G_GINT64_CONSTANT(86400000)

typedef struct {
  int year;  /* 1900 … 9999 */
  int month; /* 1 … 12 */
  int day;   /* 1 … 31 */
} BhDate;

/* Whether the day exists in the Gregorian calendar and is within the limits above. */
gboolean bh_date_is_valid(const BhDate *date);
/* Parses exactly "YYYY-MM-DD". FALSE with BH_ERROR_FORMAT, output untouched. */
gboolean bh_date_parse(const char *text, BhDate *date, GError **error);
/* Parses exactly "YYYY-MM". *first: the first day of the month. FALSE with BH_ERROR_FORMAT, output
 * untouched. */
gboolean bh_date_parse_month(const char *text, BhDate *first, GError **error);
/* "2026-11", the month of the day; g_free. */
char *bh_date_format_month(const BhDate *date);
char *bh_date_format(const BhDate *date);    /* "2026-11-21", g_free */
char *bh_date_format_zh(const BhDate *date); /* "2026年11月21日", g_free */
/* The day in UTC+8 that contains the moment `utc_ms`. */
BhDate bh_date_from_ms(gint64 utc_ms);
/* The moment (UTC, ms) at which `date` begins in UTC+8. */
gint64 bh_date_to_ms(const BhDate *date);
/* Compares two days: below 0, 0 or above 0, as strcmp. */
int bh_date_compare(const BhDate *a, const BhDate *b);
/* The day that is `days` days after `date`, or before it if `days` is negative. */
BhDate bh_date_add_days(BhDate date, int days);
/* Adds calendar months, clamped: 31 Jan + 1 month = 28 or 29 Feb. `months` may be negative. */
BhDate bh_date_add_months(BhDate date, int months);
/* Days from `from` to `to`; negative when `to` is earlier. */
int bh_date_days_between(const BhDate *from, const BhDate *to);
int bh_date_weekday(const BhDate *date); /* 1 = Monday … 7 = Sunday */

/* "2026-11-21 18:59" in UTC+8; g_free. Every moment that people see is formatted by
 * this function. */
char *bh_time_format(gint64 utc_ms);

/* Holidays and shifted workdays from a calendar pack (JSON: {"calendar","source","years":
 * {"2026":{"off":[dates],"work":[dates]}}}). Immutable once loaded. */
typedef struct _BhCalendar BhCalendar;
/* Loads a calendar pack. NULL with an error that names file and place. Free with
 * bh_calendar_free. */
BhCalendar *bh_calendar_load(const char *path, GError **error);
/* The text of a calendar pack, checked as by bh_calendar_load; a new reference. NULL with an error
 * that names file and place. */
json_t *bh_calendar_read_pack(const char *path, GError **error);
/* Makes a calendar from the member "years" of a pack. `where` names it in errors.
 * bh_calendar_free. */
BhCalendar *bh_calendar_from_years(const json_t *years, const char *where, GError **error);
/* Frees a calendar; NULL is allowed. */
void bh_calendar_free(BhCalendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCalendar, bh_calendar_free)
/* Whether the day is a workday. With a NULL calendar, or for a year that the pack does not contain,
 * Monday to Friday are workdays. */
gboolean bh_calendar_is_workday(const BhCalendar *calendar, const BhDate *date);
/* Whether the pack contains the year. FALSE for a NULL calendar. */
gboolean bh_calendar_knows_year(const BhCalendar *calendar, int year);
/* `date` itself if that is a workday, else the last workday before `date`. */
BhDate bh_calendar_workday_on_or_before(const BhCalendar *calendar, BhDate date);
/* The workday that lies `days` workdays after `date`, or before it for a negative number. Stops at
 * the first or last representable day. */
BhDate bh_calendar_add_workdays(const BhCalendar *calendar, BhDate date, int days);

G_END_DECLS

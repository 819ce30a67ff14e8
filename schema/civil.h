/* Dates, months, holidays and the one rule for showing times. Civil time is the hub's zone, UTC+8
 * all year; localtime() is never asked. Deadlines: R-261; months clamp at month end. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_CIVIL_OFFSET_MS (8LL * 3600 * 1000)
#define BH_DAY_MS G_GINT64_CONSTANT(86400000)

typedef struct {
  int year;  /* 1900 … 9999 */
  int month; /* 1 … 12 */
  int day;   /* 1 … 31 */
} BhDate;

gboolean bh_date_is_valid(const BhDate *date);
/* Exactly "YYYY-MM-DD". FALSE with BH_ERROR_FORMAT, output untouched. */
gboolean bh_date_parse(const char *text, BhDate *date, GError **error);
char *bh_date_format(const BhDate *date);    /* "2026-11-21", g_free */
char *bh_date_format_zh(const BhDate *date); /* "2026年11月21日", g_free */
BhDate bh_date_from_ms(gint64 utc_ms);
/* UTC milliseconds of 00:00 of that day in UTC+8. */
gint64 bh_date_to_ms(const BhDate *date);
int bh_date_compare(const BhDate *a, const BhDate *b);
BhDate bh_date_add_days(BhDate date, int days);
/* Calendar months, clamped: 31 Jan + 1 = 28 or 29 Feb. */
BhDate bh_date_add_months(BhDate date, int months);
int bh_date_days_between(const BhDate *from, const BhDate *to);
int bh_date_weekday(const BhDate *date); /* 1 = Monday … 7 = Sunday */

/* "2026-11-21 18:59" in UTC+8; g_free. The one form in which a moment is shown. */
char *bh_time_format(gint64 utc_ms);

/* Holidays and shifted workdays from a calendar pack (JSON: {"calendar","source","years":
 * {"2026":{"off":[dates],"work":[dates]}}}). */
typedef struct _BhCalendar BhCalendar;
BhCalendar *bh_calendar_load(const char *path, GError **error);
void bh_calendar_free(BhCalendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCalendar, bh_calendar_free)
/* With NULL calendar, or a year the pack does not know, Monday to Friday are workdays. */
gboolean bh_calendar_is_workday(const BhCalendar *calendar, const BhDate *date);
gboolean bh_calendar_knows_year(const BhCalendar *calendar, int year);
/* The same day if it is a workday, else the last workday before it. */
BhDate bh_calendar_workday_on_or_before(const BhCalendar *calendar, BhDate date);
BhDate bh_calendar_add_workdays(const BhCalendar *calendar, BhDate date, int days);

G_END_DECLS

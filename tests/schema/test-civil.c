#include "tests/schema/support.h"

#include <glib/gstdio.h>
#include <string.h>
#include "schema/civil.h"
#include "schema/paths.h"

static BhDate date(const char *text)
{
  BhDate read = {0};
  g_autoptr(GError) error = NULL;
  bh_date_parse(text, &read, &error);
  assert_no_error(error);
  return read;
}

static void assert_date(BhDate got, const char *wanted)
{
  g_autofree char *text = bh_date_format(&got);
  assert_string_equal(text, wanted);
}

/* The expected dates are counted up day by day by the rules of the calendar, so that the formulas
 * under test are not used to check themselves. */
static void test_every_day_from_1900_to_2200(void **state G_GNUC_UNUSED)
{
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  BhDate day = {1900, 1, 1};
  int weekday = 1; /* 1900-01-01 was a Monday */
  gint64 ms = bh_date_to_ms(&day);
  const BhDate first = day;
  for (int n = 0; day.year < 2200; n++) {
    assert_true(bh_date_is_valid(&day));
    assert_int_equal(bh_date_weekday(&day), weekday);
    assert_int_equal(bh_date_to_ms(&day), ms);
    BhDate again = bh_date_from_ms(ms);
    assert_int_equal(bh_date_compare(&again, &day), 0);
    again = bh_date_from_ms(ms + 86399999);
    assert_int_equal(bh_date_compare(&again, &day), 0);
    again = bh_date_add_days(first, n);
    assert_int_equal(bh_date_compare(&again, &day), 0);
    assert_int_equal(bh_date_days_between(&first, &day), n);
    g_autofree char *text = bh_date_format(&day);
    again = date(text);
    assert_int_equal(bh_date_compare(&again, &day), 0);

    gboolean leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;
    int length = day.month == 2 && leap ? 29 : lengths[day.month - 1];
    if (++day.day > length) {
      day.day = 1;
      if (++day.month > 12) {
        day.month = 1;
        day.year++;
      }
    }
    weekday = weekday % 7 + 1;
    ms += 86400000;
  }
}

static void test_civil_day_begins_at_midnight_of_utc_8(void **state G_GNUC_UNUSED)
{
  assert_date(bh_date_from_ms(0), "1970-01-01");
  assert_date(bh_date_from_ms(-28800001), "1969-12-31");
  assert_date(bh_date_from_ms(-28800000), "1970-01-01");
  g_autofree char *shown = bh_time_format(G_GINT64_CONSTANT(1795258740000));
  assert_string_equal(shown, "2026-11-21 18:59");
  g_autofree char *before_1970 = bh_time_format(-28800001);
  assert_string_equal(before_1970, "1969-12-31 23:59");
}

static void test_any_clock_value_gives_a_valid_date(void **state G_GNUC_UNUSED)
{
  static const gint64 values[] = {G_MININT64, G_MAXINT64, G_MININT64 / 2, G_MAXINT64 / 2, 0};
  for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
    BhDate day = bh_date_from_ms(values[i]);
    assert_true(bh_date_is_valid(&day));
    g_autofree char *text = bh_time_format(values[i]);
    assert_int_equal(strlen(text), 16);
  }
  assert_date(bh_date_add_days(date("9999-12-31"), G_MAXINT), "9999-12-31");
  assert_date(bh_date_add_days(date("1900-01-01"), G_MININT), "1900-01-01");
  assert_date(bh_date_add_months(date("1900-01-31"), G_MININT), "1900-01-31");
  assert_date(bh_date_add_months(date("9999-12-31"), G_MAXINT), "9999-12-31");
}

static void test_R261_months_clamp_at_month_end(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *from;
    int months;
    const char *to;
  } cases[] = {
      {"2026-01-31", 1, "2026-02-28"},     {"2024-01-31", 1, "2024-02-29"},
      {"2026-01-31", 3, "2026-04-30"},     {"2026-12-31", 2, "2027-02-28"},
      {"2024-02-29", 12, "2025-02-28"},    {"2024-02-29", 48, "2028-02-29"},
      {"2026-03-31", -1, "2026-02-28"},    {"2026-01-15", -1, "2025-12-15"},
      {"2026-05-15", 0, "2026-05-15"},     {"2000-01-31", 1, "2000-02-29"},
      {"2100-01-31", 1, "2100-02-28"},     {"2026-11-30", 3, "2027-02-28"},
      {"2026-01-01", -1512, "1900-01-01"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_date(bh_date_add_months(date(cases[i].from), cases[i].months), cases[i].to);
}

static void test_only_whole_dates_are_read(void **state G_GNUC_UNUSED)
{
  static const char *const wrong[] = {
      NULL,
      "",
      "2026-1-1",
      "2026-02-29",
      "2100-02-29",
      "2026-00-10",
      "2026-13-01",
      "2026-04-31",
      "2026-01-00",
      "1899-12-31",
      "02026-01-01",
      "2026/01/01",
      "2026-01-01 ",
      " 2026-01-01",
      "2026-01-0x",
      "+026-01-01",
      "２０２６-01-01",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
    BhDate day = {.year = 7};
    g_autoptr(GError) error = NULL;
    assert_false(bh_date_parse(wrong[i], &day, &error));
    assert_error(error, BH_ERROR_FORMAT);
    assert_int_equal(day.year, 7);
  }
  BhDate day = date("2026-11-01");
  g_autofree char *zh = bh_date_format_zh(&day);
  assert_string_equal(zh, "2026年11月1日");
}

static BhCalendar *load_shipped(void)
{
  g_autofree char *path = bh_data_path("assets", "packs", "calendar.json", NULL);
  g_autoptr(GError) error = NULL;
  BhCalendar *calendar = bh_calendar_load(path, &error);
  assert_no_error(error);
  return calendar;
}

static void test_workdays_around_1_may_and_1_october(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhCalendar) calendar = load_shipped();
  assert_true(bh_calendar_knows_year(calendar, 2026));
  assert_false(bh_calendar_knows_year(calendar, 2031));
  static const struct {
    const char *day;
    gboolean works;
  } cases[] = {
      {"2026-04-30", TRUE}, {"2026-05-01", FALSE}, {"2026-05-05", FALSE}, {"2026-05-06", TRUE},
      {"2026-05-09", TRUE}, {"2026-05-10", FALSE}, {"2026-09-20", TRUE},  {"2026-09-25", FALSE},
      {"2026-09-30", TRUE}, {"2026-10-02", FALSE}, {"2026-10-07", FALSE}, {"2026-10-08", TRUE},
      {"2026-10-10", TRUE}, {"2026-10-11", FALSE}, {"2025-10-08", FALSE}, {"2025-10-11", TRUE},
      {"2031-05-01", TRUE}, {"2031-05-03", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    BhDate day = date(cases[i].day);
    assert_int_equal(bh_calendar_is_workday(calendar, &day), cases[i].works);
  }
  assert_date(bh_calendar_workday_on_or_before(calendar, date("2026-05-05")), "2026-04-30");
  assert_date(bh_calendar_workday_on_or_before(calendar, date("2026-10-02")), "2026-09-30");
  assert_date(bh_calendar_workday_on_or_before(calendar, date("2026-10-10")), "2026-10-10");
  assert_date(bh_calendar_add_workdays(calendar, date("2026-04-30"), 1), "2026-05-06");
  assert_date(bh_calendar_add_workdays(calendar, date("2026-04-30"), 4), "2026-05-09");
  assert_date(bh_calendar_add_workdays(calendar, date("2026-04-30"), 5), "2026-05-11");
  assert_date(bh_calendar_add_workdays(calendar, date("2026-10-08"), -1), "2026-09-30");
  assert_date(bh_calendar_add_workdays(calendar, date("2026-05-02"), 0), "2026-05-02");
}

static void test_without_a_pack_monday_to_friday_work(void **state G_GNUC_UNUSED)
{
  BhDate holiday = date("2026-05-01");
  BhDate saturday = date("2026-05-09");
  assert_true(bh_calendar_is_workday(NULL, &holiday));
  assert_false(bh_calendar_is_workday(NULL, &saturday));
  assert_false(bh_calendar_knows_year(NULL, 2026));
  assert_date(bh_calendar_workday_on_or_before(NULL, saturday), "2026-05-08");
  assert_date(bh_calendar_add_workdays(NULL, date("2026-05-08"), 1), "2026-05-11");
  assert_date(bh_calendar_add_workdays(NULL, date("9999-12-31"), 5), "9999-12-31");
}

static void test_broken_packs_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      "[]",
      "{\"calendar\":\"a\",\"source\":\"b\"}",
      "{\"calendar\":\"a\",\"years\":{}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{},\"more\":1}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"x\":{\"off\":[],\"work\":[]}}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":1}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":{\"off\":[]}}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":{\"off\":[\"2025-01-01\"],"
      "\"work\":[]}}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":{\"off\":[\"2026-01-01\"],"
      "\"work\":[\"2026-01-01\"]}}}",
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":{\"off\":[1],\"work\":[]}}}",
  };
  g_autofree char *dir = g_dir_make_tmp("bihuan-calendar-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "calendar.json", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_file_set_contents(path, broken[i], -1, NULL);
    g_autoptr(GError) error = NULL;
    assert_null(bh_calendar_load(path, &error));
    assert_true(g_str_has_prefix(error->message, path));
    assert_error(error, BH_ERROR_FORMAT);
  }
  /* A calendar in which every day of a year is off is refused: a deadline counted in workdays
   * would never end. */
  g_autoptr(GString) idle = g_string_new(
      "{\"calendar\":\"a\",\"source\":\"b\",\"years\":{\"2026\":{\"work\":[],\"off\":[");
  BhDate day = date("2026-01-01");
  for (int i = 0; i < 365; i++, day = bh_date_add_days(day, 1)) {
    g_autofree char *text = bh_date_format(&day);
    g_string_append_printf(idle, "%s\"%s\"", i > 0 ? "," : "", text);
  }
  g_string_append(idle, "]}}}");
  g_file_set_contents(path, idle->str, -1, NULL);
  g_autoptr(GError) error = NULL;
  assert_null(bh_calendar_load(path, &error));
  assert_error(error, BH_ERROR_INVALID);
  g_unlink(path);
  g_rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_day_from_1900_to_2200),
      cmocka_unit_test(test_civil_day_begins_at_midnight_of_utc_8),
      cmocka_unit_test(test_any_clock_value_gives_a_valid_date),
      cmocka_unit_test(test_R261_months_clamp_at_month_end),
      cmocka_unit_test(test_only_whole_dates_are_read),
      cmocka_unit_test(test_workdays_around_1_may_and_1_october),
      cmocka_unit_test(test_without_a_pack_monday_to_friday_work),
      cmocka_unit_test(test_broken_packs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

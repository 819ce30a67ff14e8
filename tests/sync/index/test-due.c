/* Due days that depend on settings, on the calendar and on other records: after a change exactly
 * the records that depend on it are written again, many of them in steps. */
#include "tests/sync/index/fixture.h"

#define SETTING 9000
#define CALENDAR 9001
#define VISIT 9002
#define ENTERPRISE 9003
#define STEP 50

static void put_hazard(TestIndex *index, gint64 nr, const char *state)
{
  test_index_put(index, nr, "hazard",
                 json_pack("{s:s, s:s, s:s, s:s}", "state", state, "reported_on", "2026-11-20",
                           "deadline", "2026-11-15", "enterprise", test_id(ENTERPRISE)));
}

static void put_recheck_days(TestIndex *index, const char *days, const char *area)
{
  test_index_put(index, SETTING, "setting",
                 json_pack("{s:s, s:s, s:s, s:s, s:s*}", "state", "set", "name", "recheck_days",
                           "value", days, "valid_from", "2026-01-01", "area", area));
}

/* Records of the kind whose deadline has this key. */
static gint64 count_due(TestIndex *index, const char *key)
{
  g_autofree char *sql = g_strdup_printf(
      "SELECT count(*) FROM field_value WHERE field = '@due' AND value = '%s'", key);
  return test_index_get_int(index, sql);
}

/* One step in the background, as a store does it. Returns whether records are left. */
static gboolean expand(TestIndex *index)
{
  g_autoptr(GError) error = NULL;
  gboolean more = FALSE;
  assert_true(bh_db_begin(index->db, NULL));
  assert_true(bh_index_expand(index->db, STEP, &more, &error));
  assert_no_error(error);
  assert_true(bh_db_commit(index->db, NULL));
  return more;
}

static void test_a_setting_moves_the_days_of_what_depends_on_it_only(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  for (gint64 nr = 1; nr <= 30; nr++)
    put_hazard(index, nr, nr <= 10 ? "reported_fixed" : "ordered");
  test_index_update(index);
  assert_int_equal(count_due(index, "2026-11-15T24:00"), 20);
  /* Nobody has set it yet, and the kind declares no default. */
  assert_int_equal(test_index_get_int(index, "SELECT count(*) FROM field_value"
                                             " WHERE field = '@due'"),
                   20);
  index->n_read = 0;
  put_recheck_days(index, "7", NULL);
  test_index_update(index);
  /* the setting and ten hazards */
  assert_int_equal(index->n_read, 11);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 10);
  assert_false(expand(index));
  /* What changes nothing for others costs one record. */
  index->n_read = 0;
  put_recheck_days(index, "7", NULL);
  test_index_update(index);
  assert_int_equal(index->n_read, 1);
  /* The value counts for another area from now on. */
  put_recheck_days(index, "7", "140602");
  test_index_update(index);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 0);
}

static void test_many_records_are_written_in_steps(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  assert_true(bh_db_begin(index->db, NULL));
  for (gint64 nr = 1; nr <= 130; nr++)
    put_hazard(index, nr, "reported_fixed");
  assert_true(bh_db_commit(index->db, NULL));
  test_index_update(index);
  index->n_read = 0;
  put_recheck_days(index, "7", NULL);
  test_index_update(index);
  /* A list waits for the setting itself, not for 130 records. */
  assert_int_equal(index->n_read, 1);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 0);
  assert_true(expand(index));
  test_index_update(index);
  assert_int_equal(index->n_read, 1 + STEP);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), STEP);
  /* Another change while the first is not done: it starts again from the first record. */
  put_recheck_days(index, "8", NULL);
  test_index_update(index);
  index->n_read = 0;
  while (expand(index))
    test_index_update(index);
  test_index_update(index);
  assert_int_equal(index->n_read, 130);
  assert_int_equal(count_due(index, "2026-11-28T24:00"), 130);
  assert_false(expand(index));
}

static void test_a_calendar_moves_workdays(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  test_index_put(index, SETTING, "setting",
                 json_pack("{s:s, s:s, s:s, s:s}", "state", "set", "name", "disclosure_days",
                           "value", "2", "valid_from", "2026-01-01"));
  /* issued on Wednesday 2026-12-30 in UTC+8 */
  test_index_put(
      index, 1, "document",
      json_pack("{s:s, s:I}", "state", "performed", "issued_at", (json_int_t)1798560000000));
  put_hazard(index, 2, "ordered");
  test_index_update(index);
  assert_int_equal(count_due(index, "2027-01-01T24:00"), 1);
  index->n_read = 0;
  test_index_put(index, CALENDAR, "calendar",
                 json_pack("{s:i, s:[s], s:[]}", "year", 2027, "off", "2027-01-01", "work"));
  test_index_update(index);
  assert_int_equal(count_due(index, "2027-01-04T24:00"), 1);
  assert_int_equal(index->n_read, 2);
  /* A calendar of another year concerns no record. */
  index->n_read = 0;
  test_index_put(index, CALENDAR + 1, "calendar",
                 json_pack("{s:i, s:[], s:[]}", "year", 2031, "off", "work"));
  test_index_update(index);
  assert_int_equal(index->n_read, 1);
}

static void test_the_area_of_another_record_moves_a_day(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestIndex) index = test_index_new();
  put_recheck_days(index, "7", "140603");
  put_hazard(index, 1, "reported_fixed");
  put_hazard(index, 2, "ordered");
  test_index_update(index);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 0);
  /* The enterprise arrives later. */
  index->n_read = 0;
  test_index_put(index, ENTERPRISE, "enterprise",
                 json_pack("{s:s, s:s}", "name", "煤矿", "area", "140603"));
  test_index_update(index);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 1);
  assert_int_equal(index->n_read, 2);
  /* A new name moves nothing. */
  index->n_read = 0;
  test_index_put(index, ENTERPRISE, "enterprise",
                 json_pack("{s:s, s:s}", "name", "新煤矿", "area", "140603"));
  test_index_update(index);
  assert_int_equal(index->n_read, 1);
  test_index_put(index, ENTERPRISE, "enterprise",
                 json_pack("{s:s, s:s}", "name", "新煤矿", "area", "140602"));
  test_index_update(index);
  assert_int_equal(count_due(index, "2026-11-27T24:00"), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_setting_moves_the_days_of_what_depends_on_it_only),
      cmocka_unit_test(test_many_records_are_written_in_steps),
      cmocka_unit_test(test_a_calendar_moves_workdays),
      cmocka_unit_test(test_the_area_of_another_record_moves_a_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

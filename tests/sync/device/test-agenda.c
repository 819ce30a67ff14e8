/* The agenda: records of several kinds by their day, page by page, and what a page costs. */
#include "schema/codes.h"
#include "schema/setting-values.h"
#include "sync/db/params.h"
#include "sync/device/store/core.h"
#include "tests/sync/device/fixture.h"

#include <string.h>

static json_t *read_agenda(Fixture *fixture, int limit, const json_t *after)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{ss si}", "viewer", fixture->li, "limit", limit);
  if (after != NULL)
    json_object_set(query, "after", (json_t *)after);
  json_t *page = bh_device_agenda(fixture->device, query, &error);
  assert_no_error(error);
  return page;
}

/* Pages of the agenda as "LEDGER:DAY-OF-MONTH …", with " |" after each page. */
static char *dup_agenda(Fixture *fixture, int limit)
{
  g_autoptr(GString) out = g_string_new(NULL);
  g_autoptr(json_t) after = NULL;
  do {
    g_autoptr(json_t) page = read_agenda(fixture, limit, after);
    gsize i;
    json_t *row;
    json_array_foreach(json_object_get(page, "rows"), i, row) {
      const char *day = bh_json_string_or(row, "day", "");
      assert_null(json_object_get(row, "place"));
      g_string_append_printf(out, "%s:%s ", bh_json_string_or(row, "ledger", ""),
                             *day != '\0' ? day + strlen("2026-12-") : "-");
    }
    json_decref(after);
    after = json_incref(json_object_get(page, "after"));
    g_string_append(out, "| ");
  } while (after != NULL);
  return g_strdup(g_strchomp(out->str));
}

static void pull(Fixture *fixture, guint n, const char *kind, json_t *set)
{
  json_t *records = json_array();
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0x8000 + n), kind, set));
  fixture_pull(fixture, records, NULL);
}

static void pull_hazard(Fixture *fixture, guint n, const char *state, const char *deadline)
{
  pull(fixture, n, "hazard",
       json_pack("{ss ss ss ss ss*}", "summary", "风门损坏", "level", "general", "enterprise",
                 fixture->enterprise, "state", state, "deadline", deadline));
}

static void pull_assigned(Fixture *fixture, guint n, const char *day)
{
  pull(fixture, n, "inspection",
       json_pack("{ss s[s] ss ss ss ss*}", "enterprise", fixture->enterprise, "modes", "routine",
                 "unit", fixture->unit, "lead", fixture->li, "state", "assigned", "planned_month",
                 day));
}

static void test_the_agenda_joins_kinds_in_the_order_of_their_days(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull_hazard(fixture, 1, "ordered", "2026-12-05");
  pull_hazard(fixture, 2, "ordered", "2026-12-01");
  pull_hazard(fixture, 3, "found", NULL);
  pull_hazard(fixture, 4, "closed", "2026-12-02");
  pull_assigned(fixture, 5, "2026-12-03");
  pull_assigned(fixture, 6, NULL);
  pull(fixture, 7, "review",
       json_pack("{ss ss ss ss}", "parent", test_id(0x8001), "decision", "return", "comment",
                 "补充", "state", "open"));
  g_autofree char *whole = dup_agenda(fixture, 50);
  assert_string_equal(whole, "rectification:01 assigned:03 rectification:05 "
                             "rectification:- assigned:- returned:- |");
  /* In pages, the same rows come in the same order, each of them once. */
  g_autofree char *pages = dup_agenda(fixture, 2);
  assert_string_equal(pages, "rectification:01 assigned:03 | rectification:05 rectification:- | "
                             "assigned:- returned:- |");
  g_autofree char *ones = dup_agenda(fixture, 1);
  assert_string_equal(ones, "rectification:01 | assigned:03 | rectification:05 | "
                            "rectification:- | assigned:- | returned:- |");
}

static void test_what_is_done_leaves_the_agenda(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull_hazard(fixture, 1, "ordered", "2026-12-05");
  g_autofree char *before = dup_agenda(fixture, 50);
  assert_string_equal(before, "rectification:05 |");
  pull_hazard(fixture, 1, "closed", "2026-12-05");
  g_autofree char *after = dup_agenda(fixture, 50);
  assert_string_equal(after, "|");
}

/* The whole way of a setting on the device: it arrives, moves the day of a hazard that waits for
 * its re-check, ends, and comes back. */
static void test_R064_a_setting_of_the_office_gives_a_day(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull(fixture, 1, "hazard",
       json_pack("{ss ss ss ss ss}", "summary", "风门损坏", "level", "general", "enterprise",
                 fixture->enterprise, "state", "reported_fixed", "reported_on", "2026-12-01"));
  g_autofree char *before = dup_agenda(fixture, 50);
  assert_string_equal(before, "rectification:- |");
  pull(fixture, 2, "setting",
       json_pack("{ss ss ss ss}", "name", "recheck_days", "value", "7", "valid_from", "2026-01-01",
                 "state", "set"));
  g_autofree char *set = dup_agenda(fixture, 50);
  assert_string_equal(set, "rectification:08 |");
  /* A later value does not count for a report of before. */
  pull(fixture, 3, "setting",
       json_pack("{ss ss ss ss}", "name", "recheck_days", "value", "3", "valid_from", "2026-12-02",
                 "state", "set"));
  g_autofree char *later = dup_agenda(fixture, 50);
  assert_string_equal(later, "rectification:08 |");
  /* The page of the record and the list say the same. */
  g_autoptr(json_t) record = bh_device_get(fixture->device, test_id(0x8001), NULL);
  assert_string_equal(bh_json_string_or(json_object_get(record, "due"), "day", ""), "2026-12-08");
  fixture_reopen(fixture);
  g_autofree char *again = dup_agenda(fixture, 50);
  assert_string_equal(again, "rectification:08 |");
  pull(fixture, 2, "setting",
       json_pack("{ss ss ss ss}", "name", "recheck_days", "value", "7", "valid_from", "2026-01-01",
                 "state", "withdrawn"));
  g_autofree char *withdrawn = dup_agenda(fixture, 50);
  assert_string_equal(withdrawn, "rectification:- |");
}

/* Whether the check names the code, and saving refuses it. */
static gboolean is_refused(Fixture *fixture, const char *code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) set =
      json_pack("{ss ss}", "emerging_business", code, "duty_state", "unsettled");
  g_autoptr(json_t) problems =
      bh_device_check(fixture->device, fixture->li, fixture->enterprise, "enterprise", set, &error);
  assert_no_error(error);
  gboolean found = FALSE;
  for (gsize i = 0; i < json_array_size(problems); i++)
    found |= strcmp(bh_json_string_or(json_array_get(problems, i), "field", ""),
                    "emerging_business") == 0;
  g_autoptr(json_t) ops = fixture_ops(fixture->enterprise, "enterprise", json_incref(set));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_int_equal(entry == NULL, found);
  return found;
}

static gint64 settings_version(Fixture *fixture)
{
  g_autoptr(json_t) status = bh_device_status(fixture->device, NULL);
  return json_integer_value(json_object_get(status, "settings"));
}

static void pull_code(Fixture *fixture, guint n, const char *code, const char *area,
                      const char *valid_to)
{
  pull(fixture, n, "code",
       json_pack("{ss ss ss ss ss ss ss*}", "list", "emerging_business", "code", code, "label_zh",
                 code, "area", area, "valid_from", "2020-01-01", "state", "set", "valid_to",
                 valid_to));
}

/* The whole way of a code on the device: it arrives, is offered, ends, and stays readable. */
static void test_R013_codes_of_the_hub_are_offered_and_checked(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  assert_true(is_refused(fixture, "cableway"));
  gint64 version = settings_version(fixture);
  pull_code(fixture, 1, "cableway", "140600", NULL);
  pull_code(fixture, 2, "homestay", "140500", NULL);
  assert_int_not_equal(settings_version(fixture), version);
  assert_true(is_refused(fixture, "homestay"));
  assert_false(is_refused(fixture, "cableway"));
  pull_code(fixture, 1, "cableway", "140600", "2020-12-31");
  pull_code(fixture, 3, "ice_snow", "140600", NULL);
  fixture_reopen(fixture);
  assert_false(is_refused(fixture, "cableway")); /* the record has it already */
  assert_false(is_refused(fixture, "ice_snow"));
  assert_true(is_refused(fixture, "cableway"));
  g_autoptr(json_t) codes = bh_device_list_codes(fixture->device, NULL);
  assert_int_equal(json_array_size(codes), 3);
  g_autoptr(BhSettingValues) settings = bh_device_dup_settings(fixture->device);
  assert_string_equal(bh_code_find_label(settings, "emerging_business", "cableway", "zh"),
                      "cableway");
}

static void test_a_wrong_question_is_refused_and_named(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *json, *named;
  } cases[] = {
      {"[]", "agenda: "},
      {"{}", "agenda: "},
      {"{\"viewer\":\"x\",\"kind\":\"hazard\"}", "agenda: "},
      {"{\"viewer\":\"x\",\"after\":7}", "agenda.after: "},
      {"{\"viewer\":\"x\",\"after\":{\"places\":[]}}", "agenda.after: "},
      {"{\"viewer\":\"x\",\"after\":{\"places\":{\"a/b\":1}}}", "agenda.after.places.a/b: "},
      {"{\"viewer\":\"x\",\"after\":{\"places\":{},\"more\":1}}", "agenda.after: "},
      {"{\"viewer\":\"x\",\"after\":{\"places\":{\"hazard/rectification\":\"x\"}}}", "after: "},
  };
  g_autoptr(Fixture) fixture = fixture_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) query = json_loads(cases[i].json, 0, NULL);
    assert_null(bh_device_agenda(fixture->device, query, &error));
    if (error == NULL || !g_str_has_prefix(error->message, cases[i].named))
      fail_msg("%s: %s", cases[i].json, error != NULL ? error->message : "accepted");
  }
}

static guint64 count_statements(guint n)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();
  for (guint i = 0; i < n; i++) {
    g_autofree char *day = g_strdup_printf("2026-12-%02u", 1 + i % 28);
    json_array_append_new(
        records, fixture_snapshot(fixture, test_id(0x8000 + i), "hazard",
                                  json_pack("{ss ss ss ss ss}", "summary", "风门损坏", "level",
                                            "general", "enterprise", fixture->enterprise, "state",
                                            "ordered", "deadline", day)));
  }
  fixture_pull(fixture, records, NULL);
  /* so that the index is up to date, and the records are in memory */
  json_decref(read_agenda(fixture, 10, NULL));
  guint64 before = bh_db_count_prepared(fixture->device->db);
  g_autoptr(json_t) page = read_agenda(fixture, 10, NULL);
  assert_int_equal(json_array_size(json_object_get(page, "rows")), 10);
  return bh_db_count_prepared(fixture->device->db) - before;
}

static void test_a_page_of_the_agenda_costs_the_same_in_a_large_store(void **state G_GNUC_UNUSED)
{
  guint64 small = count_statements(40), large = count_statements(2000);
  if (small != large)
    fail_msg("%" G_GUINT64_FORMAT " statements, %" G_GUINT64_FORMAT " in a large store", small,
             large);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_agenda_joins_kinds_in_the_order_of_their_days),
      cmocka_unit_test(test_what_is_done_leaves_the_agenda),
      cmocka_unit_test(test_R064_a_setting_of_the_office_gives_a_day),
      cmocka_unit_test(test_R013_codes_of_the_hub_are_offered_and_checked),
      cmocka_unit_test(test_a_wrong_question_is_refused_and_named),
      cmocka_unit_test(test_a_page_of_the_agenda_costs_the_same_in_a_large_store),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Computed fields and reverse queries on a device: what is counted, unsaved values included, and
 * when the device knows that it has all records. */
#include "schema/compute.h"
#include "schema/kind-internal.h"
#include "sync/device/store/scope.h"
#include "tests/sync/device/fixture.h"

#include <string.h>

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

static json_t *site_of(const char *enterprise)
{
  return json_pack("{ss ss ss ss}", "enterprise", enterprise, "name", "主井", "site_type", "shaft",
                   "in_use", "yes");
}

/* The computed field of a record as Li sees it; a new reference, NULL when it is not shown. */
static json_t *show(Fixture *fixture, const char *record, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) shown = bh_device_show(fixture->device, fixture->li, record, &error);
  assert_no_error(error);
  return json_incref(json_object_get(json_object_get(shown, "computed"), name));
}

static void assert_shown(Fixture *fixture, const char *record, const char *name, const char *text)
{
  g_autoptr(json_t) shown = show(fixture, record, name);
  g_autofree char *found = shown != NULL ? json_dumps(shown, JSON_SORT_KEYS) : g_strdup("");
  assert_string_equal(found, text);
}

/* 'y', 'n' or '?' for a condition on a record, in a scope that may have unsaved values. */
static char ask(BhScope *scope, const char *record, const char *condition)
{
  BhContext context;
  g_autoptr(json_t) read = json_loads(condition, 0, NULL);
  assert_non_null(read);
  bh_scope_fill(scope, record, &context);
  assert_non_null(context.kind);
  if (bh_condition_is_certain(read, &context))
    return 'y';
  return bh_condition_holds(read, &context) ? '?' : 'n';
}

static char ask_stored(Fixture *fixture, const char *condition)
{
  g_autoptr(BhScope) scope = bh_scope_new(fixture->device, fixture->li);
  return ask(scope, fixture->enterprise, condition);
}

#define SITES "{\"referring\":\"site\",\"by\":\"enterprise\"}"
#define HAZARDS "{\"referring\":\"hazard\",\"by\":\"enterprise\"}"

static void test_R080_hazards_of_an_enterprise_are_counted(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  assert_shown(fixture, fixture->enterprise, "open_hazards", "{\"partial\": true, \"value\": 0}");
  pull_hazard(fixture, 1, "ordered", "2030-12-05");
  pull_hazard(fixture, 2, "closed", "2020-12-01");
  pull_hazard(fixture, 3, "withdrawn", NULL);
  assert_shown(fixture, fixture->enterprise, "open_hazards", "{\"partial\": true, \"value\": 1}");
  assert_shown(fixture, fixture->enterprise, "fixed_share",
               "{\"partial\": true, \"value\": \"50\"}");
  pull_hazard(fixture, 1, "closed", "2030-12-05");
  assert_shown(fixture, fixture->enterprise, "open_hazards", "{\"partial\": true, \"value\": 0}");
  assert_shown(fixture, fixture->enterprise, "fixed_share",
               "{\"partial\": true, \"value\": \"100\"}");
}

static void test_days_of_a_hazard_are_computed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  BhDate today = bh_date_from_ms(fixture->time.wall_ms);
  BhDate before = bh_date_add_days(today, -5), after = bh_date_add_days(today, 5);
  g_autofree char *past = bh_date_format(&before), *coming = bh_date_format(&after);
  pull_hazard(fixture, 1, "ordered", past);
  assert_shown(fixture, test_id(0x8001), "overdue_days", "{\"value\": 5}");
  assert_shown(fixture, test_id(0x8001), "handed_over_days", "");
  pull_hazard(fixture, 2, "ordered", coming);
  assert_shown(fixture, test_id(0x8002), "overdue_days", "");
  pull_hazard(fixture, 3, "closed", past);
  assert_shown(fixture, test_id(0x8003), "overdue_days", "");
  /* The deadline of the supervision takes the place of that of the demand. */
  pull(fixture, 5, "hazard",
       json_pack("{ss ss ss ss ss}", "summary", "风门损坏", "level", "major", "state", "listed",
                 "listing_deadline", past, "deadline", coming));
  assert_shown(fixture, test_id(0x8005), "overdue_days", "{\"value\": 5}");
  pull(fixture, 6, "hazard",
       json_pack("{ss ss ss ss ss}", "summary", "风门损坏", "level", "major", "state", "acceptance",
                 "listing_deadline", coming, "deadline", past));
  assert_shown(fixture, test_id(0x8006), "overdue_days", "");
  pull(fixture, 4, "hazard",
       json_pack("{ss ss ss ss}", "summary", "风门损坏", "level", "general", "state", "handed_over",
                 "handed_over_on", past));
  assert_shown(fixture, test_id(0x8004), "handed_over_days", "{\"value\": 5}");
  pull(fixture, 4, "hazard",
       json_pack("{ss ss ss ss ss}", "summary", "风门损坏", "level", "general", "state", "closed",
                 "handed_over_on", past, "result_returned_on", past));
  assert_shown(fixture, test_id(0x8004), "handed_over_days", "{\"value\": 0}");
}

static void pull_swap(Fixture *fixture, guint n, const char *unit, const char *organiser,
                      const char *state)
{
  pull(fixture, n, "inspection",
       json_pack("{ss s[s] ss ss* ss sI}", "enterprise", fixture->enterprise, "modes", "cross_area",
                 "unit", unit, "organised_by", organiser, "state", state, "started_at",
                 (json_int_t)fixture->time.wall_ms));
}

/* A city organises the swap, units of its counties carry it out. */
static void test_R030_a_swap_counts_for_the_unit_that_organised_it(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  const char *other = "00000000-0000-4000-8000-0000000000c1";
  pull(fixture, 1, "inspection_plan",
       json_pack("{ss si ss ss ss ss}", "name", "计划", "plan_year", 2026, "unit", fixture->unit,
                 "starts_on", "2000-01-01", "ends_on", "2099-12-31", "state", "approved"));
  assert_shown(fixture, test_id(0x8001), "cross_area_visits", "{\"partial\": true, \"value\": 0}");
  pull_swap(fixture, 2, other, fixture->unit, "accepted");
  pull_swap(fixture, 3, fixture->unit, NULL, "signed"); /* on its own */
  pull_swap(fixture, 4, fixture->unit, other, "signed");
  pull_swap(fixture, 5, other, fixture->unit, "on_site");
  assert_shown(fixture, test_id(0x8001), "cross_area_visits", "{\"partial\": true, \"value\": 2}");
}

/* Rows have what is computed from the record itself, and nothing that needs other records. */
static void test_rows_of_a_list_have_computed_values(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  BhDate today = bh_date_from_ms(fixture->time.wall_ms), before = bh_date_add_days(today, -3);
  g_autofree char *past = bh_date_format(&before);
  pull_hazard(fixture, 1, "ordered", past);
  g_autoptr(json_t) query = json_pack("{ss ss}", "kind", "hazard", "viewer", fixture->li);
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
  const json_t *days = json_object_get(json_object_get(row, "computed"), "overdue_days");
  assert_int_equal(json_integer_value(json_object_get(days, "value")), 3);
  g_autoptr(json_t) others = json_pack("{ss}", "kind", "enterprise");
  g_autoptr(json_t) rows = bh_device_list(fixture->device, others, &error);
  assert_no_error(error);
  const json_t *own = json_object_get(json_array_get(json_object_get(rows, "rows"), 0), "computed");
  assert_non_null(json_object_get(own, "retrofit_missing"));
  assert_null(json_object_get(own, "inspections_this_year"));
}

static void test_a_device_decides_what_it_has_all_of(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  /* Sites of the own area are never hidden: that none is here means that there is none. */
  assert_int_equal(ask_stored(fixture, "{\"count\":" SITES ",\"at_most\":0}"), 'y');
  assert_int_equal(ask_stored(fixture, "{\"count\":" SITES ",\"at_least\":1}"), 'n');
  pull(fixture, 1, "site", site_of(fixture->enterprise));
  assert_int_equal(ask_stored(fixture, "{\"count\":" SITES ",\"at_least\":1}"), 'y');
  assert_int_equal(ask_stored(fixture, "{\"count\":" SITES ",\"at_least\":2}"), 'n');
  /* Hazards can be hidden from the unit. */
  pull_hazard(fixture, 2, "ordered", NULL);
  assert_int_equal(ask_stored(fixture, "{\"count\":" HAZARDS ",\"at_least\":1}"), 'y');
  assert_int_equal(ask_stored(fixture, "{\"count\":" HAZARDS ",\"at_least\":2}"), '?');
  assert_int_equal(ask_stored(fixture, "{\"field\":\"open_hazards\",\"at_least\":1}"), '?');
}

/* The enterprise of a visit elsewhere came along, but not all that belongs to it. */
static void test_a_device_does_not_decide_about_other_areas(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull(fixture, 1, "enterprise",
       json_pack("{ss ss ss ss}", "name", "外地矿", "sector", "coal_mine", "area", "140581",
                 "state", "confirmed"));
  g_autofree char *elsewhere = g_strdup(test_id(0x8001));
  g_autoptr(BhScope) scope = bh_scope_new(fixture->device, fixture->li);
  assert_int_equal(ask(scope, elsewhere, "{\"count\":" SITES ",\"at_most\":0}"), '?');
  pull(fixture, 2, "site", site_of(elsewhere));
  assert_int_equal(ask(scope, elsewhere, "{\"count\":" SITES ",\"at_least\":1}"), 'y');
}

static void test_unsaved_values_count(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull(fixture, 1, "site", site_of(fixture->enterprise));
  g_autofree char *saved = g_strdup(test_id(0x8001)), *made = g_strdup(test_id(0x8002));
  g_autoptr(BhScope) scope = bh_scope_new(fixture->device, fixture->li);
  g_autoptr(json_t) set = site_of(fixture->enterprise);
  bh_scope_set(scope, made, "site", set);
  assert_int_equal(ask(scope, fixture->enterprise, "{\"count\":" SITES ",\"at_least\":2}"), 'y');
  /* The stored one is moved to another enterprise. */
  g_autoptr(json_t) moved = json_pack("{ss}", "enterprise", made);
  bh_scope_set(scope, saved, "site", moved);
  assert_int_equal(ask(scope, fixture->enterprise, "{\"count\":" SITES ",\"at_least\":2}"), 'n');
}

static void test_too_many_records_decide_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  for (guint page = 0; page < 5; page++) {
    json_t *records = json_array();
    for (guint i = 0; i < BH_REFERRING_MAX / 4; i++)
      json_array_append_new(records, fixture_snapshot(fixture, test_id(0x9000 + page * 1000 + i),
                                                      "site", site_of(fixture->enterprise)));
    fixture_pull(fixture, records, NULL);
    char expected = page < 4 ? 'y' : '?';
    assert_int_equal(ask_stored(fixture, "{\"count\":" SITES ",\"at_least\":1}"), expected);
  }
}

static void test_nobody_saves_a_computed_value(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops =
      fixture_ops(fixture->enterprise, "enterprise", json_pack("{si}", "open_hazards", 7));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_null(entry);
  assert_non_null(strstr(error->message, "enterprise.open_hazards: is computed"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_R080_hazards_of_an_enterprise_are_counted),
      cmocka_unit_test(test_days_of_a_hazard_are_computed),
      cmocka_unit_test(test_R030_a_swap_counts_for_the_unit_that_organised_it),
      cmocka_unit_test(test_rows_of_a_list_have_computed_values),
      cmocka_unit_test(test_a_device_decides_what_it_has_all_of),
      cmocka_unit_test(test_a_device_does_not_decide_about_other_areas),
      cmocka_unit_test(test_unsaved_values_count),
      cmocka_unit_test(test_too_many_records_decide_nothing),
      cmocka_unit_test(test_nobody_saves_a_computed_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

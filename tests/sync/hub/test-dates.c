/* Guards about today use the day on which the entry was made, as far as the hub can tell, not the
 * day on which it arrived. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/civil.h"
#include "sync/hub/log/log.h"

#define DAY_MS (24 * G_GINT64_CONSTANT(3600000))
#define GUARD "The deadline cannot lie in the past"

typedef struct {
  HubFixture *fixture;
  TestDevice *device; /* device of the county */
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
} Scene;

static gsize push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

static Scene begin(HubFixture *fixture)
{
  Scene scene = {.fixture = fixture, .device = test_device_new(fixture, fixture->county)};
  TestDevice *device = scene.device;
  test_device_make_id(device, scene.enterprise);
  test_device_make_id(device, scene.visit);
  assert_int_equal(
      push(device, test_device_enterprise(device, scene.enterprise, "一号矿", "140603100")), 0);
  assert_int_equal(
      push(device, test_device_entry(device, scene.visit, "inspection",
                                     json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s}", "enterprise",
                                               scene.enterprise, "modes", "routine", "unit",
                                               device->unit, "lead", device->actor,
                                               "subject_found_by", "code", "state", "on_site"),
                                     NULL)),
      0);
  return scene;
}

/* The date `days` after the machine's present date. */
static char *dup_day(int days)
{
  const BhClock *clock = bh_clock_system();
  BhDate day = bh_date_from_ms(clock->wall_ms(clock->data) + days * DAY_MS);
  return bh_date_format(&day);
}

static gboolean is_reported(Scene *scene, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(scene->fixture->hub, &error);
  g_autoptr(json_t) reports = bh_log_list_reports(db, record, 100, &error);
  bh_hub_release_reader(scene->fixture->hub, db);
  size_t at;
  json_t *report;
  json_array_foreach(reports, at, report) {
    if (strcmp(bh_json_string_or(report, "en", ""), GUARD) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Orders a new hazard to be rectified by a day. TRUE when the guard reported a problem. */
static gboolean order(Scene *scene, int days, gsize *quarantined)
{
  TestDevice *device = scene->device;
  char hazard[BH_ID_LEN + 1];
  g_autofree char *day = dup_day(days);
  test_device_make_id(device, hazard);
  assert_int_equal(
      push(device, test_device_entry(device, hazard, "hazard",
                                     json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                                               "inspection", scene->visit, "enterprise",
                                               scene->enterprise, "summary", "护栏缺失", "level",
                                               "general", "found_by", "inspection", "place", "井口",
                                               "recorded_by", device->actor, "state", "found"),
                                     NULL)),
      0);
  g_autofree char *found = g_strdup(device->last_entry);
  *quarantined =
      push(device,
           test_device_entry(device, hazard, "hazard",
                             json_pack("{s:s, s:s}", "state", "ordered", "deadline", day), found));
  return is_reported(scene, hazard);
}

/* Days by which the hub's clock is ahead when the entry arrives, the deadline, the expected
 * verdict. */
static const struct {
  int late, deadline;
  gboolean wrong;
} cases[] = {{0, -1, TRUE}, {0, 0, FALSE}, {0, 1, FALSE}, {3, 1, FALSE}, {3, -1, TRUE}};

static void test_a_guard_about_today_is_reported_by_the_day_the_entry_was_made(void **state)
{
  Scene scene = begin(*state);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gsize quarantined;
    scene.fixture->skew_ms = cases[i].late * DAY_MS;
    gboolean reported = order(&scene, cases[i].deadline, &quarantined);
    assert_int_equal(quarantined, 0);
    if (reported != cases[i].wrong)
      fail_msg("case %d: %s", (int)i, reported ? "reported" : "not reported");
  }
  test_device_free(scene.device);
}

/* The kind set in use, with "quarantine": true at the guard. */
static void mark_guard(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  size_t i, j, k;
  json_t *kind, *step, *guard;
  int marked = 0;
  json_array_foreach(json_object_get(root, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), "hazard") != 0)
      continue;
    json_array_foreach(json_object_get(kind, "transitions"), j, step) {
      json_array_foreach(json_object_get(step, "needs"), k, guard) {
        const char *text = bh_json_string_or(json_object_get(guard, "text"), "en", "");
        if (strcmp(text, GUARD) != 0)
          continue;
        json_object_set_new(guard, "quarantine", json_true());
        marked++;
      }
    }
  }
  assert_true(marked > 0);
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &error);
  if (set == NULL || !bh_hub_set_kinds(fixture->hub, set, &error))
    fail_msg("the kind set cannot be used: %s", error->message);
}

static void test_a_guard_about_today_that_quarantines_knows_the_day(void **state)
{
  HubFixture *fixture = *state;
  mark_guard(fixture);
  Scene scene = begin(fixture);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gsize quarantined;
    scene.fixture->skew_ms = cases[i].late * DAY_MS;
    order(&scene, cases[i].deadline, &quarantined);
    if ((quarantined > 0) != cases[i].wrong)
      fail_msg("case %d: %s", (int)i, quarantined > 0 ? "quarantined" : "accepted");
  }
  test_device_free(scene.device);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_a_guard_about_today_is_reported_by_the_day_the_entry_was_made),
      TEST(test_a_guard_about_today_that_quarantines_knows_the_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* How much work the hub does for what arrives: rows moved, read and looked at, never seconds. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/sql.h"

typedef struct {
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char hazard[BH_ID_LEN + 1];
  char photo[BH_ID_LEN + 1];
} Visit;

/* The last feed position given out; entries take one each, written records too. */
static gint64 get_position(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gint64 position = 0;
  BhDb *db = bh_hub_take_reader(fixture->hub, &error);
  assert_true(bh_log_get_counter(db, "position", &position, &error));
  bh_hub_give_reader(fixture->hub, db);
  return position;
}

static void push_one(TestDevice *device, const char *record, const char *kind, json_t *set,
                     const char *was)
{
  g_autoptr(Answer) answer =
      test_push(device, test_device_entry(device, record, kind, set, was), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void push_visit(TestDevice *device, Visit *visit, const char *mode)
{
  HubFixture *fixture = device->fixture;
  test_device_make_id(device, visit->enterprise);
  test_device_make_id(device, visit->visit);
  test_device_make_id(device, visit->hazard);
  test_device_make_id(device, visit->photo);
  g_autoptr(Answer) made = test_push(
      device, test_device_enterprise(device, visit->enterprise, "一号矿", "140603100"), NULL);
  assert_status(made, 200);
  push_one(device, visit->visit, "inspection",
           json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:I}", "enterprise", visit->enterprise,
                     "modes", mode, "unit", device->unit, "lead", fixture->inspector,
                     "subject_found_by", "plaque", "state", "on_site", "started_at",
                     (json_int_t)1764230400000),
           NULL);
  push_one(device, visit->hazard, "hazard",
           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", visit->visit,
                     "enterprise", visit->enterprise, "summary", "护栏缺失", "level", "general",
                     "found_by", "inspection", "place", "井口", "state", "found"),
           NULL);
  push_one(device, visit->photo, "file",
           json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", visit->hazard, "role", "photo",
                     "sha256", "000000000000000000000000000000000000000000000000000000000000beef",
                     "size", 100, "media_type", "image/jpeg"),
           NULL);
}

/* Positions one change moves: its entry, and every record that is written again. */
static gint64 count_moved(TestDevice *device, const char *record, const char *kind, json_t *set)
{
  gint64 before = get_position(device->fixture);
  push_one(device, record, kind, set, NULL);
  return get_position(device->fixture) - before;
}

static void test_a_change_moves_its_own_record_and_none_below(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  push_visit(device, &visit, "routine");
  assert_int_equal(
      count_moved(device, visit.enterprise, "enterprise", json_pack("{s:s}", "notes", "南门进")),
      2);
  assert_int_equal(
      count_moved(device, visit.visit, "inspection", json_pack("{s:s}", "opinion", "整改")), 2);
  assert_int_equal(
      count_moved(device, visit.hazard, "hazard", json_pack("{s:s}", "demand", "补装")), 2);
  test_device_free(device);
}

static void test_a_change_of_visibility_moves_all_below_at_any_depth(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  push_visit(device, &visit, "covert");
  /* The entry, the visit, its hazard, and the photo of that. */
  assert_int_equal(
      count_moved(device, visit.visit, "inspection", json_pack("{s:b}", "released", 1)), 4);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_change_moves_its_own_record_and_none_below, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_change_of_visibility_moves_all_below_at_any_depth,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

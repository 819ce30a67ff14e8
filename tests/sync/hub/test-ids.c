/* Entry ids: of concurrent values the one with the greatest id is shown, so no id may be from the
 * future, and ids increase along a device's chain. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/ingest/anomaly-store.h"
#include "sync/wire/limits.h"

#define DAY_MS (G_GINT64_CONSTANT(24) * 3600 * 1000)

static void make_id(gint64 at_ms, guint number, char id[BH_ID_LEN + 1])
{
  g_snprintf(id, BH_ID_LEN + 1, "%08x-%04x-7000-8000-%012x", (guint)(at_ms >> 16),
             (guint)(at_ms & 0xffff), number);
}

/* Sets the address with an entry of this id. Returns whether it was applied. */
static gboolean set_address(TestDevice *device, const char *id, const char *enterprise,
                            const char *address)
{
  g_autofree char *openings = NULL;
  g_autoptr(json_t) set = json_pack("{s:s}", "address", address);
  g_autofree char *body =
      test_device_body(device, id, enterprise, "enterprise", set, NULL, &openings);
  g_autoptr(Answer) answer = test_push(device, test_device_seal(device, body, openings), NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined")) == 0;
}

static TestDevice *begin(HubFixture *fixture, char enterprise[BH_ID_LEN + 1])
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, enterprise);
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, enterprise, "一号矿", "140603100"), NULL);
  assert_status(answer, 200);
  return device;
}

static void assert_address(TestDevice *device, const char *enterprise, const char *address)
{
  g_autoptr(json_t) changes = test_pull(device, NULL);
  const json_t *snapshot = test_find_record(changes, enterprise);
  assert_string_equal(json_string_value(test_head_value(snapshot, "address")), address);
}

static void test_I11_an_id_of_the_far_future_is_not_shown_over_later_ones(void **state)
{
  HubFixture *fixture = *state;
  char enterprise[BH_ID_LEN + 1], near[BH_ID_LEN + 1], far[BH_ID_LEN + 1], now[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, enterprise);
  gint64 now_ms = fixture->clock.wall_ms(fixture->clock.data);
  g_autoptr(GError) error = NULL;
  test_device_make_id(device, now);
  make_id(now_ms + BH_ID_AHEAD_MAX_MS - DAY_MS, 1, near);
  make_id(now_ms + BH_ID_AHEAD_MAX_MS + DAY_MS, 2, far);
  assert_false(set_address(device, far, enterprise, "将来"));
  assert_false(set_address(device, "ffffffff-ffff-7fff-bfff-ffffffffffff", enterprise, "永远"));
  assert_true(set_address(device, now, enterprise, "现在"));
  assert_address(device, enterprise, "现在");
  assert_true(set_address(device, near, enterprise, "不远"));
  assert_address(device, enterprise, "不远");
  /* A release does not make its value the shown one. When its time has come, it can be released
   * like any other. */
  assert_false(bh_hub_release(fixture->hub, NULL, far, FALSE, "查过", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  assert_address(device, enterprise, "不远");
  fixture->skew_ms += 2 * DAY_MS;
  g_clear_error(&error);
  if (!bh_hub_release(fixture->hub, NULL, far, FALSE, "查过", &error))
    fail_msg("%s", error->message);
  test_device_free(device);
}

static void test_an_id_that_does_not_follow_the_one_before_is_listed(void **state)
{
  HubFixture *fixture = *state;
  char enterprise[BH_ID_LEN + 1], first[BH_ID_LEN + 1], second[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, enterprise);
  g_autoptr(GError) error = NULL;
  test_device_make_id(device, first);
  test_device_make_id(device, second);
  assert_true(set_address(device, second, enterprise, "二"));
  assert_true(set_address(device, first, enterprise, "一"));
  assert_address(device, enterprise, "二");
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) rows = bh_anomaly_store_list(db, "report", G_MAXINT64, 10, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(json_array_size(rows), 1);
  assert_string_equal(bh_json_string_or(json_array_get(rows, 0), "code", ""), "order");
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_I11_an_id_of_the_far_future_is_not_shown_over_later_ones,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_id_that_does_not_follow_the_one_before_is_listed,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

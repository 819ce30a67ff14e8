/* The acting person signs with a key that only their PIN opens; the device key of a colleague is
 * not enough. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/person.h"
#include "sync/hub/records/read.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/log/person-store.h"

#define PIN "246810"
#define OTHER_PIN "135790"
#define DAY_MS (24LL * 3600 * 1000)

/* Whether a change of an enterprise, signed as the device signs now, is quarantined. */
static gboolean is_held(TestDevice *device)
{
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined")) == 1;
}

/* A device of the township with an acting inspector who has a PIN. */
static TestDevice *begin(HubFixture *fixture)
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_add_inspector(fixture, fixture->township, device->actor);
  device->with_key = TRUE;
  test_set_pin(fixture, device->actor, PIN);
  return device;
}

static void test_nobody_acts_as_another_person(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  char colleague[BH_ID_LEN + 1];
  assert_true(is_held(device));
  test_open_key(fixture, device->actor, PIN, device->person_key);
  assert_false(is_held(device));
  test_add_inspector(fixture, fixture->township, colleague);
  test_set_pin(fixture, colleague, OTHER_PIN);
  test_open_key(fixture, colleague, OTHER_PIN, device->person_key);
  assert_true(is_held(device));
  g_strlcpy(device->actor, colleague, sizeof device->actor);
  assert_false(is_held(device));
  test_device_free(device);
}

static void test_people_without_a_pin_act_on_no_device(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_add_inspector(fixture, fixture->township, device->actor);
  device->with_key = TRUE;
  assert_true(is_held(device));
  test_device_free(device);
}

static void test_nobody_releases_an_entry_that_its_person_did_not_sign(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  char admin[BH_ID_LEN + 1];
  test_sample_id("staff-wu", admin);
  assert_true(is_held(device));
  g_autoptr(GError) error = NULL;
  assert_false(bh_hub_release(fixture->hub, admin, device->last_entry, FALSE, "因", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_DENIED));
  g_clear_error(&error);
  assert_false(bh_hub_release(fixture->hub, NULL, device->last_entry, FALSE, "因", &error));
  test_device_free(device);
}

/* The person's public key with a signature by another key. */
static void test_a_wrong_signature_is_not_accepted_by_any_route(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  char id[BH_ID_LEN + 1];
  char *openings;
  test_open_key(fixture, device->actor, PIN, device->person_key);
  bh_id_next(&device->ids, device->last_entry);
  test_device_make_id(device, id);
  g_autoptr(json_t) set =
      json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "二号矿", "sector", "coal_mine", "area",
                "140603100", "state", "provisional", "unit", device->unit);
  g_autofree char *body =
      test_device_body(device, device->last_entry, id, "enterprise", set, NULL, &openings);
  char *name = strstr(body, "二号矿");
  assert_non_null(name);
  memcpy(name, "三号矿", strlen("三号矿"));
  g_autoptr(Answer) answer = test_push(device, test_device_seal(device, body, openings), NULL);
  g_free(openings);
  assert_status(answer, 200);
  json_t *held = json_object_get(answer->json, "quarantined");
  assert_int_equal(json_array_size(held), 1);
  g_autoptr(GError) error = NULL;
  assert_false(bh_hub_release(fixture->hub, NULL, json_string_value(json_array_get(held, 0)), FALSE,
                              "因", &error));
  test_device_free(device);
}

static void test_entries_signed_with_the_previous_key_are_accepted_for_a_month(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  test_open_key(fixture, device->actor, PIN, device->person_key);
  test_set_pin(fixture, device->actor, OTHER_PIN);
  assert_false(is_held(device));
  fixture->skew_ms = 29 * DAY_MS;
  assert_false(is_held(device));
  fixture->skew_ms = 31 * DAY_MS;
  assert_true(is_held(device));
  test_open_key(fixture, device->actor, OTHER_PIN, device->person_key);
  assert_false(is_held(device));
  test_device_free(device);
}

static gboolean is_step_held(TestDevice *device, const char *record, const char *state,
                             const char *was)
{
  g_autoptr(Answer) answer = test_push(
      device,
      test_device_entry(device, record, "hazard",
                        json_pack("{s:s, s:s}", "state", state, "reported_by", device->actor), was),
      NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined")) == 1;
}

/* A step from a state that is in quarantine because of a revoked key is quarantined too. */
static void test_a_quarantined_step_with_a_revoked_key_allows_no_next_step(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  char enterprise[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  char found[BH_ID_LEN + 1], ordered[BH_ID_LEN + 1];
  test_open_key(fixture, device->actor, PIN, device->person_key);
  test_device_make_id(device, enterprise);
  test_device_make_id(device, hazard);
  g_autoptr(Answer) first =
      test_push(device, test_device_enterprise(device, enterprise, "一号矿", "140603100"), NULL);
  assert_status(first, 200);
  g_autoptr(Answer) second =
      test_push(device,
                test_device_entry(device, hazard, "hazard",
                                  json_pack("{s:s, s:s, s:s, s:s, s:s}", "enterprise", enterprise,
                                            "summary", "顶板离层", "level", "general", "found_by",
                                            "inspection", "state", "found"),
                                  NULL),
                NULL);
  assert_status(second, 200);
  assert_int_equal(json_array_size(json_object_get(second->json, "quarantined")), 0);
  g_strlcpy(found, device->last_entry, sizeof found);
  test_set_pin(fixture, device->actor, OTHER_PIN);
  fixture->skew_ms = 31 * DAY_MS;
  assert_true(is_step_held(device, hazard, "ordered", found));
  g_strlcpy(ordered, device->last_entry, sizeof ordered);
  test_open_key(fixture, device->actor, OTHER_PIN, device->person_key);
  assert_true(is_step_held(device, hazard, "reported_fixed", ordered));
  /* The same two steps with the key in use. */
  assert_false(is_step_held(device, hazard, "ordered", found));
  g_strlcpy(ordered, device->last_entry, sizeof ordered);
  assert_false(is_step_held(device, hazard, "reported_fixed", ordered));
  test_device_free(device);
}

static void test_the_public_key_is_in_the_record_of_the_person(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = begin(fixture);
  g_autoptr(GError) error = NULL;
  test_open_key(fixture, device->actor, PIN, device->person_key);
  g_autofree char *key = g_base64_encode(device->person_key + 32, BH_PUBLIC_KEY_SIZE);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) staff = bh_record_load(db, device->actor, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_string_equal(bh_record_get_string(staff, "sign_key"), key);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_nobody_acts_as_another_person, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_people_without_a_pin_act_on_no_device, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_nobody_releases_an_entry_that_its_person_did_not_sign,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_wrong_signature_is_not_accepted_by_any_route, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_entries_signed_with_the_previous_key_are_accepted_for_a_month, set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_quarantined_step_with_a_revoked_key_allows_no_next_step, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_public_key_is_in_the_record_of_the_person, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

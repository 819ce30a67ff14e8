/* The clock of the hub may be wrong, and no device is reported for that. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/world.h"
#include "sync/hub/access/read.h"
#include "sync/hub/ingest/anomaly-store.h"
#include "sync/hub/log/clock.h"
#include "sync/hub/ingest/judge.h"

#define MINUTE_MS (60 * 1000)
#define DAY_MS (24 * G_GINT64_CONSTANT(3600000))
#define YEARS_MS (26 * 365 * DAY_MS)
#define NOON_MS (BH_CLOCK_FLOOR_MS + 100 * DAY_MS)

/* --- the rule, tested with a machine whose clock is two numbers --- */

typedef struct {
  gint64 wall_ms;
  gint64 boot_ms;
} Machine;

static gint64 get_wall(gpointer data)
{
  return ((Machine *)data)->wall_ms;
}

static gint64 get_boot(gpointer data)
{
  return ((Machine *)data)->boot_ms;
}

static const char *get_boot_id(gpointer data G_GNUC_UNUSED)
{
  return "boot";
}

static BhClock clock_of(Machine *machine)
{
  return (BhClock){
      .wall_ms = get_wall, .boot_ms = get_boot, .boot_id = get_boot_id, .data = machine};
}

static void assert_time(BhHubTime *time, gint64 ms, gboolean doubted)
{
  gboolean is_doubted;
  assert_int_equal(bh_hub_time_read(time, &is_doubted), ms);
  assert_int_equal(is_doubted, doubted);
}

static void test_time_never_goes_back(void **state G_GNUC_UNUSED)
{
  Machine machine = {.wall_ms = NOON_MS, .boot_ms = 1000};
  BhClock clock = clock_of(&machine);
  BhHubTime *time = bh_hub_time_new(&clock, NOON_MS - DAY_MS);
  assert_time(time, NOON_MS, FALSE);
  machine.wall_ms -= BH_HUB_TIME_SLACK_MS; /* a time server may cause this; the hub waits */
  assert_time(time, NOON_MS, FALSE);
  machine.wall_ms -= 1;
  assert_time(time, NOON_MS, TRUE);
  machine.boot_ms += DAY_MS; /* continues by the boot clock */
  machine.wall_ms += DAY_MS;
  assert_time(time, NOON_MS + DAY_MS, TRUE);
  gint64 machine_ms, known_ms;
  assert_true(bh_hub_time_is_doubted(time, &machine_ms, &known_ms));
  assert_int_equal(machine_ms, machine.wall_ms);
  assert_int_equal(known_ms, NOON_MS);
  machine.wall_ms = NOON_MS + DAY_MS + 5; /* the clock is corrected */
  assert_time(time, NOON_MS + DAY_MS + 5, FALSE);
  bh_hub_time_free(time);
}

static void test_the_clock_starts_from_the_latest_time_that_is_certain(void **state G_GNUC_UNUSED)
{
  Machine machine = {.wall_ms = 946684800000, .boot_ms = 1000}; /* 2000-01-01 */
  BhClock clock = clock_of(&machine);
  BhHubTime *time = bh_hub_time_new(&clock, 0);
  assert_time(time, BH_CLOCK_FLOOR_MS, TRUE);
  bh_hub_time_free(time);
  time = bh_hub_time_new(&clock, NOON_MS);
  machine.boot_ms += 7;
  assert_time(time, NOON_MS + 7, TRUE);
  bh_hub_time_free(time);
}

static void test_a_person_can_confirm_the_clock(void **state G_GNUC_UNUSED)
{
  Machine machine = {.wall_ms = NOON_MS + YEARS_MS, .boot_ms = 1000};
  BhClock clock = clock_of(&machine);
  BhHubTime *time = bh_hub_time_new(&clock, NOON_MS);
  assert_time(time, NOON_MS + YEARS_MS, FALSE); /* ahead: cannot be detected */
  machine.wall_ms = NOON_MS;
  assert_time(time, NOON_MS + YEARS_MS, TRUE);
  bh_hub_time_trust(time);
  assert_time(time, NOON_MS, FALSE);
  bh_hub_time_free(time);
}

/* --- a hub that starts again in the past --- */

static void push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void restart_at(HubFixture *fixture, gint64 skew_ms)
{
  hub_fixture_stop(fixture);
  fixture->skew_ms = skew_ms;
  hub_fixture_start(fixture);
}

static json_t *list_anomalies(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  json_t *rows = bh_anomaly_store_list(db, NULL, G_MAXINT64, 50, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_non_null(rows);
  return rows;
}

static json_t *load_newest(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) history = bh_hub_history(fixture->hub, db, record, G_MAXINT64, 1, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_non_null(history);
  return json_incref(json_array_get(history, 0));
}

static gint64 number(const json_t *object, const char *name)
{
  return json_integer_value(json_object_get(object, name));
}

/* Nothing is quarantined although its ids are years ahead of the machine's clock, no device is
 * listed, no receipt counts as proof, and devices do not get the hub's time. */
static void test_a_hub_whose_clock_says_2000_reports_no_device(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"));
  g_autoptr(json_t) before = load_newest(fixture, id);
  restart_at(fixture, -YEARS_MS);
  gint64 machine_ms, known_ms;
  assert_true(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  assert_int_equal(known_ms, number(before, "received_ms"));
  /* The hub was off for this long: the device is ahead of everything that the hub knows, and is
   * right. */
  Machine ahead = {.wall_ms = known_ms + 20 * DAY_MS, .boot_ms = 1};
  BhClock clock = clock_of(&ahead);
  device->skew_ms = 20 * DAY_MS;
  bh_id_source_init(&device->ids, &clock, bh_random_system());
  push(device,
       test_device_entry(device, id, "enterprise", json_pack("{s:s}", "address", "东坡"), NULL));
  g_autoptr(json_t) anomalies = list_anomalies(fixture);
  assert_int_equal(json_array_size(anomalies), 0);
  g_autoptr(json_t) newest = load_newest(fixture, id);
  const json_t *evidence = json_object_get(newest, "evidence");
  assert_in_range(number(newest, "received_ms"), known_ms, known_ms + MINUTE_MS);
  assert_int_equal(number(evidence, "to_ms"), 0);
  assert_string_equal(bh_json_string_or(evidence, "basis", ""), "enrolment");
  assert_null(json_object_get(evidence, "odd"));
  g_autoptr(Answer) head =
      test_send(fixture, device, "GET", "/v1/head?incarnation=00000000000000000000000000000000",
                NULL, NULL, -1);
  assert_status(head, 200);
  assert_null(json_object_get(head->json, "time"));
  g_autoptr(json_t) pulled = test_pull(device, NULL);
  assert_null(json_object_get(pulled, "time"));
  /* An entry of the hub reports its clock as doubtful, and sorts after the entries before it. */
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", id, "kind", "enterprise",
                                    "set", "address", "西坡");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  assert_non_null(entry);
  assert_true(strcmp(entry, bh_json_string_or(before, "entry", "")) > 0);
  g_autoptr(json_t) own = load_newest(fixture, id);
  assert_int_equal(number(json_object_get(own, "clock"), "quality"), BH_CLOCK_QUALITY_BAD);
  assert_int_equal(number(json_object_get(own, "evidence"), "to_ms"), 0);
  /* The clock is corrected. Receipts from the doubtful time stay doubtful, new ones are proof
   * again. */
  fixture->skew_ms = 21 * DAY_MS;
  push(device,
       test_device_entry(device, id, "enterprise", json_pack("{s:s}", "address", "南坡"), NULL));
  g_autoptr(json_t) after = load_newest(fixture, id);
  assert_int_equal(number(json_object_get(after, "evidence"), "to_ms"),
                   number(after, "received_ms"));
  assert_false(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  g_autoptr(Answer) again =
      test_send(fixture, device, "GET", "/v1/head?incarnation=00000000000000000000000000000000",
                NULL, NULL, -1);
  assert_non_null(json_object_get(again->json, "time"));
  test_device_free(device);
}

/* The time of the entry is the device's claim; the receipt is no upper bound. */
static void
test_without_proof_an_entry_counts_as_made_at_its_claimed_time(void **state G_GNUC_UNUSED)
{
  BhBody body = {.clock = {.wall_ms = NOON_MS + 20 * DAY_MS}};
  BhActor actor = bh_judge_device_actor(&body, "unit", NOON_MS - DAY_MS, NOON_MS, FALSE);
  assert_int_equal(actor.at_ms, NOON_MS);
  actor = bh_judge_device_actor(&body, "unit", NOON_MS - DAY_MS, NOON_MS, TRUE);
  assert_int_equal(actor.at_ms, NOON_MS + 20 * DAY_MS);
  assert_true(actor.is_doubted);
}

static void test_a_confirmed_clock_counts_after_a_restart_too(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  gint64 machine_ms, known_ms;
  g_autoptr(GError) error = NULL;
  restart_at(fixture, YEARS_MS); /* ahead: cannot be detected */
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"));
  restart_at(fixture, 0);
  assert_true(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  assert_true(bh_hub_trust_clock(fixture->hub, &error));
  assert_false(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  restart_at(fixture, 0);
  assert_false(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  test_device_free(device);
}

static void test_a_confirmation_of_the_clock_that_was_not_stored_does_not_count(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  gint64 machine_ms, known_ms;
  g_autoptr(GError) error = NULL;
  restart_at(fixture, YEARS_MS);
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"));
  restart_at(fixture, 0);
  test_fill_disk(TRUE);
  gboolean trusted = bh_hub_trust_clock(fixture->hub, &error);
  test_fill_disk(FALSE);
  assert_false(trusted);
  g_clear_error(&error);
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "二号矿", "140603100"));
  assert_true(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  assert_true(bh_hub_trust_clock(fixture->hub, &error));
  assert_false(bh_hub_is_time_doubted(fixture->hub, &machine_ms, &known_ms));
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_time_never_goes_back),
      cmocka_unit_test(test_the_clock_starts_from_the_latest_time_that_is_certain),
      cmocka_unit_test(test_a_person_can_confirm_the_clock),
      cmocka_unit_test_setup_teardown(test_a_hub_whose_clock_says_2000_reports_no_device, set_up,
                                      tear_down),
      cmocka_unit_test(test_without_proof_an_entry_counts_as_made_at_its_claimed_time),
      cmocka_unit_test_setup_teardown(test_a_confirmed_clock_counts_after_a_restart_too, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_confirmation_of_the_clock_that_was_not_stored_does_not_count, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

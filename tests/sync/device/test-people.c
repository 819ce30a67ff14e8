#include <string.h>

#include "schema/person.h"
#include "sync/device/store/core.h"
#include "sync/device/store/outbox.h"
#include "sync/device/store/people.h"
#include "tests/sync/device/fixture.h"

#define MINUTE_MS (60 * 1000)
#define DAY_MS (24LL * 3600 * 1000)

static Fixture *with_pins(void)
{
  Fixture *fixture = fixture_new();
  fixture_give_pins(fixture);
  return fixture;
}

static void expect(Fixture *fixture, const char *staff, const char *pin, int code, gint64 locked_ms)
{
  g_autoptr(GError) error = NULL;
  BhSignInRefusal refusal;

  gboolean ok = bh_device_sign_in(fixture->device, staff, pin, &refusal, &error);
  if (code < 0) {
    assert_no_error(error);
    assert_true(ok);
  } else {
    assert_false(ok);
    if (!g_error_matches(error, BH_ERROR, code))
      fail_msg("%s", error->message);
  }
  if (locked_ms >= 0)
    assert_int_equal(refusal.locked_ms, locked_ms);
}

static void test_L12_everybody_signs_in_with_their_own_pin(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();

  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  expect(fixture, fixture->wang, PIN_OF_WANG, -1, 0);
  expect(fixture, fixture->li, PIN_OF_WANG, BH_ERROR_DENIED, 0);
  expect(fixture, fixture->unit, PIN_OF_LI, BH_ERROR_NOT_FOUND, 0);
}

static void lock(Fixture *fixture)
{
  for (int i = 0; i < 4; i++)
    expect(fixture, fixture->li, "0000", BH_ERROR_DENIED, 0);
  expect(fixture, fixture->li, "0000", BH_ERROR_LOCKED, MINUTE_MS);
}

static void test_a_lock_out_grows_and_ends_by_the_boot_clock_only(void **state G_GNUC_UNUSED)
{
  static const int minutes[] = {5, 15, 60, 60};
  g_autoptr(Fixture) fixture = with_pins();
  gint64 wait_ms = MINUTE_MS;

  lock(fixture);
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_LOCKED, MINUTE_MS);
  expect(fixture, fixture->wang, PIN_OF_WANG, -1, 0);
  fixture->time.wall_ms += 365 * DAY_MS / 100;
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_LOCKED, MINUTE_MS);
  for (gsize i = 0; i < G_N_ELEMENTS(minutes); i++) {
    fixture->time.boot_ms += wait_ms;
    wait_ms = minutes[i] * MINUTE_MS;
    expect(fixture, fixture->li, "0000", BH_ERROR_LOCKED, wait_ms);
  }
  fixture->time.boot_ms += wait_ms;
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  lock(fixture);
}

static void test_lock_out_survives_restart_and_reboot(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();
  g_autoptr(GError) error = NULL;

  lock(fixture);
  fixture->time.boot_ms += MINUTE_MS / 2;
  fixture_reopen(fixture);
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_LOCKED, MINUTE_MS / 2);
  fixture->time.wall_ms += 100 * MINUTE_MS;
  fixture_reboot(fixture);
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_LOCKED, MINUTE_MS);
  fixture_give_pins(fixture);
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_LOCKED, MINUTE_MS);
  g_autoptr(json_t) people = bh_device_list_staff(fixture->device, &error);
  assert_int_equal(
      json_integer_value(json_object_get(json_array_get(people, 0), "locked_until_ms")),
      fixture->time.wall_ms + MINUTE_MS);
  fixture->time.boot_ms += MINUTE_MS;
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
}

static void test_wrong_pins_are_counted_across_a_restart(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();

  for (int i = 0; i < 4; i++) {
    expect(fixture, fixture->li, "0000", BH_ERROR_DENIED, 0);
    fixture_reopen(fixture);
  }
  expect(fixture, fixture->li, "0000", BH_ERROR_LOCKED, MINUTE_MS);
}

/* Returns a boot time two minutes later with each call, as if the machine had slept before each
 * reading. */
static gint64 sleepy_boot_ms(gpointer data)
{
  StoreClock *time = data;
  time->boot_ms += 2 * MINUTE_MS;
  return time->boot_ms;
}

static void
test_a_wrong_pin_is_never_right_however_long_the_machine_sleeps(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();

  fixture->clock.boot_ms = sleepy_boot_ms;
  for (int i = 0; i < 12; i++) {
    g_autoptr(GError) error = NULL;
    BhSignInRefusal refusal;
    fixture->time.boot_ms += 60 * MINUTE_MS;
    assert_false(bh_device_sign_in(fixture->device, fixture->li, "0000", &refusal, &error));
    if (g_error_matches(error, BH_ERROR, BH_ERROR_DENIED))
      assert_int_equal(refusal.tries_left, MAX(1, 4 - i));
    else
      assert_error(error, BH_ERROR_LOCKED);
  }
}

static void change_store(Fixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  if (!bh_db_exec(fixture->device->db, sql, &error))
    fail_msg("%s", error->message);
}

static void test_a_lock_out_does_not_end_when_its_row_is_deleted(void **state G_GNUC_UNUSED)
{
  static const char *const changes[] = {
      "DELETE FROM lockout", "UPDATE lockout SET wrong = 0, wait_ms = 0, until_boot_ms = 0",
      "DELETE FROM lockout; DELETE FROM setting WHERE name = 'people_seal'",
      "UPDATE staff SET seal = (SELECT seal FROM staff ORDER BY name LIMIT 1)"};
  for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(Fixture) fixture = with_pins();
    lock(fixture);
    change_store(fixture, changes[i]);
    for (int j = 0; j < 2; j++) {
      expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_SIGNATURE, 0);
      expect(fixture, fixture->wang, PIN_OF_LI, BH_ERROR_SIGNATURE, 0);
      fixture_reboot(fixture);
    }
    /* the hub's new list gets a new seal, so PINs are checked again */
    fixture_give_pins(fixture);
    fixture->time.boot_ms += 60 * MINUTE_MS;
    expect(fixture, fixture->wang, "0000", BH_ERROR_LOCKED, 15 * MINUTE_MS);
    expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
    expect(fixture, fixture->li, "0000", BH_ERROR_DENIED, 0);
  }
}

static const char *lease(Fixture *fixture)
{
  g_autoptr(json_t) status = bh_device_status(fixture->device, NULL);
  return g_intern_string(bh_json_string_or(status, "lease", ""));
}

static void test_offline_sign_in_is_a_lease(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();
  g_autoptr(GError) error = NULL;

  assert_string_equal(lease(fixture), "good");
  fixture->time.wall_ms += 25 * DAY_MS;
  assert_string_equal(lease(fixture), "ends_soon");
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  fixture->time.wall_ms += 6 * DAY_MS;
  assert_string_equal(lease(fixture), "ended");
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_EXPIRED, 0);
  assert_true(bh_device_set_setting(fixture->device, BH_SETTING_LEASE_DAYS, "90", &error));
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  assert_true(bh_device_set_setting(fixture->device, BH_SETTING_LEASE_DAYS, NULL, &error));
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_EXPIRED, 0);
  fixture_give_pins(fixture);
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  assert_false(bh_device_set_setting(fixture->device, BH_SETTING_LEASE_DAYS, "soon", &error));
  assert_error(error, BH_ERROR_INVALID);
  assert_false(bh_device_set_setting(fixture->device, "secret", "1", &error));
  assert_error(error, BH_ERROR_UNKNOWN);
}

static void test_people_who_left_cannot_sign_in(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();
  json_t *records = json_array();

  json_array_append_new(
      records, fixture_snapshot(fixture, fixture->li, "staff",
                                json_pack("{ss ss s[s] ss}", "name", "李明", "unit", fixture->unit,
                                          "roles", "inspector", "state", "left")));
  fixture_pull(fixture, records, NULL);
  expect(fixture, fixture->li, PIN_OF_LI, BH_ERROR_EXPIRED, 0);
  expect(fixture, fixture->wang, PIN_OF_WANG, -1, 0);
}

static void test_a_box_for_another_device_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();
  g_autoptr(GError) error = NULL;
  guint8 junk[200] = {1, 2, 3};
  g_autofree char *base64 = g_base64_encode(junk, sizeof junk);

  assert_false(bh_outbox_store_staff(fixture->device, base64, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
}

/* Saves a change of the enterprise in the name of `staff`. Returns the error code, or -1. */
static int save_as(Fixture *fixture, const char *staff)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", fixture->enterprise, "kind",
                                    "enterprise", "set", "address", "改");
  g_autofree char *entry = bh_device_save(fixture->device, staff, ops, 0, &error);
  return entry != NULL ? -1 : error->code;
}

static void test_nothing_is_saved_for_people_who_are_not_signed_in(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();

  assert_int_equal(save_as(fixture, fixture->li), BH_ERROR_DENIED);
  expect(fixture, fixture->li, PIN_OF_WANG, BH_ERROR_DENIED, 0);
  assert_int_equal(save_as(fixture, fixture->li), BH_ERROR_DENIED);
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  assert_int_equal(save_as(fixture, fixture->li), -1);
  assert_int_equal(save_as(fixture, fixture->wang), BH_ERROR_DENIED);
  /* Li is signed in twice, for example in the shell and in a window: only the last sign-out wipes
   * the key. */
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  bh_device_sign_out(fixture->device, fixture->li);
  assert_int_equal(save_as(fixture, fixture->li), -1);
  bh_device_sign_out(fixture->device, fixture->wang);
  bh_device_sign_out(fixture->device, fixture->li);
  bh_device_sign_out(fixture->device, fixture->li);
  assert_int_equal(save_as(fixture, fixture->li), BH_ERROR_DENIED);
  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  fixture_reopen(fixture);
  assert_int_equal(save_as(fixture, fixture->li), BH_ERROR_DENIED);
}

static void test_saved_entries_are_signed_by_the_person(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = with_pins();
  g_autoptr(GError) error = NULL;
  g_auto(BhStaffRow) row = {0};
  guint8 secret_key[BH_SECRET_KEY_SIZE];

  expect(fixture, fixture->li, PIN_OF_LI, -1, 0);
  assert_int_equal(save_as(fixture, fixture->li), -1);
  assert_true(bh_people_store_find(fixture->device, fixture->li, &row, &error));
  assert_true(bh_person_open_key(row.seal, PIN_OF_LI, secret_key, &error));
  g_autoptr(BhEntryText) text = fixture_read_entry(fixture, 1);
  g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, &error);
  assert_no_error(error);
  assert_true(body->is_signed);
  assert_memory_equal(body->person_key, secret_key + 32, BH_PUBLIC_KEY_SIZE);
  assert_true(bh_body_verify_person(body, text->body, fixture->hub, &error));
  assert_string_equal(body->by, fixture->li);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L12_everybody_signs_in_with_their_own_pin),
      cmocka_unit_test(test_a_lock_out_grows_and_ends_by_the_boot_clock_only),
      cmocka_unit_test(test_lock_out_survives_restart_and_reboot),
      cmocka_unit_test(test_wrong_pins_are_counted_across_a_restart),
      cmocka_unit_test(test_a_wrong_pin_is_never_right_however_long_the_machine_sleeps),
      cmocka_unit_test(test_a_lock_out_does_not_end_when_its_row_is_deleted),
      cmocka_unit_test(test_offline_sign_in_is_a_lease),
      cmocka_unit_test(test_people_who_left_cannot_sign_in),
      cmocka_unit_test(test_a_box_for_another_device_is_refused),
      cmocka_unit_test(test_nothing_is_saved_for_people_who_are_not_signed_in),
      cmocka_unit_test(test_saved_entries_are_signed_by_the_person),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

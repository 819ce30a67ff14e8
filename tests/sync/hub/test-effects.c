/* The records of devices and people decide who is let in; no other table contradicts them. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/error.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/office/office-store.h"
#include "sync/db/params.h"

#define PIN "482913"

typedef struct {
  HubFixture *fixture;
  char leader[BH_ID_LEN + 1];
  char admin[BH_ID_LEN + 1];
} Office;

static void make_office(HubFixture *fixture, Office *office)
{
  office->fixture = fixture;
  bh_id_from_name("samples", "staff-zhou", office->leader);
  bh_id_from_name("samples", "staff-wu", office->admin);
}

/* Appends an entry of the hub, as an office step or a loaded file does. */
static gboolean say(HubFixture *fixture, const char *by, const char *record, const char *kind,
                    const char *state, GError **error)
{
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{s:s}}]", "record", record, "kind", kind, "set", "state", state);
  g_autofree char *entry = bh_hub_append(fixture->hub, by, ops, error);
  return entry != NULL;
}

static void assert_out(HubFixture *fixture, TestDevice *device, gboolean out)
{
  g_autoptr(Answer) answer = test_send(fixture, device, "GET", "/v1/changes", NULL, NULL, -1);
  assert_status(answer, out ? 403 : 200);
  if (out)
    assert_string_equal(test_error_code(answer), "revoked");
}

static void test_any_entry_that_revokes_a_device_shuts_it_out_at_once(void **state)
{
  HubFixture *fixture = *state;
  Office office;
  g_autoptr(GError) error = NULL;
  make_office(fixture, &office);
  const char *actors[] = {office.leader, office.admin, NULL};
  for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
    TestDevice *device = test_device_new(fixture, fixture->township);
    assert_out(fixture, device, FALSE);
    assert_true(say(fixture, actors[i], device->signer->device, "device", "revoked", &error));
    assert_out(fixture, device, TRUE);
    /* Revoking a device that is already revoked is not an error. */
    assert_true(
        bh_enrol_revoke(fixture->hub, office.admin, device->signer->device, "丢失", &error));
    assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
    assert_out(fixture, device, TRUE);
    test_device_free(device);
  }
}

static gboolean exec(BhHub *hub, BhDb *db, gpointer sql, GError **error)
{
  (void)hub;
  return bh_db_exec(db, sql, error);
}

/* In a store of an older program the record of a device can be revoked while its row in the table
 * of devices is not. */
static void test_revocation_works_whatever_the_record_says(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  TestDevice *device = test_device_new(fixture, fixture->township);
  assert_true(say(fixture, NULL, device->signer->device, "device", "revoked", &error));
  static const char undo[] = "UPDATE device SET revoked_ms = NULL";
  assert_true(bh_hub_write(fixture->hub, exec, (gpointer)undo, &error));
  assert_out(fixture, device, FALSE);
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
  assert_out(fixture, device, TRUE);
  test_device_free(device);
}

static void test_people_that_the_kind_does_not_name_cannot_revoke(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  char reviewer[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  const char *id = device->signer->device;
  bh_id_from_name("samples", "staff-sun", reviewer);
  const char *actors[] = {reviewer, fixture->inspector};
  for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
    assert_false(bh_enrol_revoke(fixture->hub, actors[i], id, "丢失", &error));
    g_clear_error(&error);
    assert_false(say(fixture, actors[i], id, "device", "revoked", &error));
    g_clear_error(&error);
  }
  assert_out(fixture, device, FALSE);
  test_device_free(device);
}

/* --- people --- */

static gint64 count_sessions(HubFixture *fixture, const char *staff)
{
  gint64 count = 0;
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_get_int(db, "SELECT count(*) FROM office_session WHERE staff = :staff",
                            BH_PARAMS(bh_param_text("staff", staff)), &count, &error));
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

static gboolean add_session(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  BhSessionRow row = {.staff = data, .csrf = (char *)"x", .created_ms = 1, .seen_ms = 1};
  (void)hub;
  return bh_office_store_add_session(db, data, &row, 0, 0, error);
}

/* The people that GET /v1/staff seals for the device. */
static char *dup_staff_version(HubFixture *fixture, TestDevice *device)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhHubDevice) row = bh_log_load_device(db, device->signer->device, &error);
  char *version = row != NULL ? bh_enrol_staff_version(db, row, &error) : NULL;
  bh_hub_release_reader(fixture->hub, db);
  assert_non_null(version);
  return version;
}

static void test_people_who_left_are_signed_out_and_need_a_new_session_later(void **state)
{
  HubFixture *fixture = *state;
  Office office;
  g_autoptr(GError) error = NULL;
  make_office(fixture, &office);
  TestDevice *device = test_device_new(fixture, fixture->township);
  assert_true(bh_enrol_set_pin(fixture->hub, fixture->inspector, PIN, &error));
  assert_true(bh_hub_write(fixture->hub, add_session, fixture->inspector, &error));
  assert_int_equal(count_sessions(fixture, fixture->inspector), 1);
  g_autofree char *here = dup_staff_version(fixture, device);
  assert_true(say(fixture, office.leader, fixture->inspector, "staff", "left", &error));
  assert_int_equal(count_sessions(fixture, fixture->inspector), 0);
  g_autofree char *gone = dup_staff_version(fixture, device);
  assert_string_not_equal(here, gone);
  assert_true(say(fixture, office.leader, fixture->inspector, "staff", "active", &error));
  assert_int_equal(count_sessions(fixture, fixture->inspector), 0);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_any_entry_that_revokes_a_device_shuts_it_out_at_once,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_revocation_works_whatever_the_record_says, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_people_that_the_kind_does_not_name_cannot_revoke, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_people_who_left_are_signed_out_and_need_a_new_session_later, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

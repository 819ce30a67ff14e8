/* The hub records refused requests: who, why and when, with limits, and without secrets. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/base64.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/db/params.h"

#define REST_MS (10 * 60 * 1000)
#define KEPT 1000

static gboolean do_nothing(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub, (void)db, (void)data, (void)error;
  return TRUE;
}

/* The number of recorded refusals of a device for a reason. `message` (may be NULL): the newest
 * one; g_free. */
static gint64 count_refusals(HubFixture *fixture, const char *device, const char *code,
                             char **message)
{
  g_autoptr(GError) error = NULL;
  BhStmt *row = NULL;
  /* Requests do not wait for these records; a later job in the writer's queue does. */
  assert_true(bh_hub_write(fixture->hub, do_nothing, NULL, &error));
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_query_row(
      db,
      "SELECT count(*), (SELECT message FROM refusal WHERE device = :device"
      " AND code = :code ORDER BY nr DESC LIMIT 1) FROM refusal"
      " WHERE device = :device AND code = :code",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("code", code)), &row, &error));
  gint64 count = bh_stmt_get_int(row, 0);
  if (message != NULL)
    *message = g_strdup(bh_stmt_get_text(row, 1));
  bh_stmt_reset(row);
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

static void ask(HubFixture *fixture, TestDevice *device, long status)
{
  g_autoptr(Answer) answer = test_send(fixture, device, "GET", "/v1/changes", NULL, NULL, -1);
  assert_status(answer, status);
}

static BhEntryText *make_forged(TestDevice *device, const char *record)
{
  guint8 signature[BH_SIGNATURE_SIZE] = {0};
  BhEntryText *forged = test_device_enterprise(device, record, "一号矿", "140603100");
  g_free(forged->signature);
  forged->signature = bh_base64_encode(signature, sizeof signature);
  return forged;
}

static void test_a_forged_signature_is_recorded_with_its_place(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[2][BH_ID_LEN + 1];
  g_autofree char *message = NULL;
  test_device_make_id(device, ids[0]);
  test_device_make_id(device, ids[1]);
  BhEntryText *good = test_device_enterprise(device, ids[0], "一号矿", "140603100");
  g_autoptr(Answer) answer = test_push(device, good, make_forged(device, ids[1]), NULL);
  assert_status(answer, 400);
  assert_int_equal(count_refusals(fixture, device->signer->device, "signature", &message), 1);
  assert_non_null(strstr(message, "entry 1 of the batch"));
  test_device_free(device);
}

static void test_a_wrong_token_is_recorded_at_intervals_without_its_value(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  const char *id = device->signer->device;
  g_autofree char *token = g_steal_pointer(&device->token);
  g_autofree char *message = NULL;
  device->token = g_strdup(other->token);
  for (int i = 0; i < 5; i++)
    ask(fixture, device, 401);
  assert_int_equal(count_refusals(fixture, id, "denied", &message), 1);
  assert_null(strstr(message, other->token));
  assert_int_equal(count_refusals(fixture, other->signer->device, "denied", NULL), 0);
  fixture->skew_ms += REST_MS + 60 * 1000;
  ask(fixture, device, 401);
  assert_int_equal(count_refusals(fixture, id, "denied", NULL), 2);
  /* Now the clock goes back: the refusal that was recorded ahead of time does not count as a
   * recent one. */
  fixture->skew_ms -= 300 * G_GINT64_CONSTANT(86400000);
  assert_true(bh_hub_trust_clock(fixture->hub, NULL));
  ask(fixture, device, 401);
  ask(fixture, device, 401);
  assert_int_equal(count_refusals(fixture, id, "denied", NULL), 3);
  g_free(device->token);
  device->token = g_steal_pointer(&token);
  ask(fixture, device, 200);
  assert_int_equal(count_refusals(fixture, id, "denied", NULL), 3);
  test_device_free(device);
  test_device_free(other);
}

static void test_unknown_device_ids_are_recorded_as_one_device(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autofree char *id = g_strdup(device->signer->device);
  for (int i = 0; i < 5; i++) {
    test_device_make_id(device, device->signer->device);
    ask(fixture, device, 401);
    assert_int_equal(count_refusals(fixture, device->signer->device, "denied", NULL), 0);
  }
  ask(fixture, NULL, 401);
  assert_int_equal(count_refusals(fixture, "", "denied", NULL), 1);
  g_strlcpy(device->signer->device, id, sizeof device->signer->device);
  ask(fixture, device, 200);
  test_device_free(device);
}

static gboolean apply(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  BhIngestResult result = {0};
  gboolean ok = bh_ingest_apply(bh_hub_get_ingest(hub), db, data, &result, error);
  bh_ingest_result_clear(&result);
  return ok;
}

static void test_I13_a_revoked_device_is_refused_and_recorded_at_any_point(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  const char *id = device->signer->device;
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1];
  BhBatch *batch = bh_batch_new(id, fixture->township);
  test_device_make_id(device, record);
  assert_true(bh_batch_add(batch, bh_hub_get_id(fixture->hub), device->signer->public_key,
                           test_device_enterprise(device, record, "一号矿", "140603100")));
  assert_true(bh_enrol_revoke(fixture->hub, NULL, id, "丢失", &error));
  assert_int_equal(count_refusals(fixture, id, "revoked", NULL), 0);
  ask(fixture, device, 403);
  ask(fixture, device, 403);
  assert_int_equal(count_refusals(fixture, id, "revoked", NULL), 1);
  /* The batch was accepted before the revocation. */
  assert_true(bh_hub_write(fixture->hub, apply, batch, &error));
  assert_int_equal(count_refusals(fixture, id, "revoked", NULL), 2);
  bh_batch_free(batch);
  test_device_free(device);
}

typedef struct {
  const char *device;
  int first;
  int count;
} Many;

static gboolean add_many(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  const Many *many = data;
  for (int i = many->first; i < many->first + many->count; i++) {
    g_autoptr(GError) reason = g_error_new(BH_ERROR, BH_ERROR_SIGNATURE, "entry %d", i);
    if (!bh_log_add_refusal(db, many->device, reason, i, error))
      return FALSE;
  }
  return TRUE;
}

static void test_the_newest_refusals_are_kept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(GError) error = NULL;
  g_autofree char *newest = NULL;
  Many old = {"old", 0, 7};
  Many many = {device->signer->device, 7, KEPT};
  assert_true(bh_hub_write(fixture->hub, add_many, &old, &error));
  assert_int_equal(count_refusals(fixture, old.device, "signature", NULL), old.count);
  assert_true(bh_hub_write(fixture->hub, add_many, &many, &error));
  assert_int_equal(count_refusals(fixture, old.device, "signature", NULL), 0);
  assert_int_equal(count_refusals(fixture, many.device, "signature", &newest), KEPT);
  assert_string_equal(newest, "entry 1006");
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  assert_int_equal(count_refusals(fixture, many.device, "signature", NULL), KEPT);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_forged_signature_is_recorded_with_its_place, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_wrong_token_is_recorded_at_intervals_without_its_value,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_unknown_device_ids_are_recorded_as_one_device, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_I13_a_revoked_device_is_refused_and_recorded_at_any_point, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_newest_refusals_are_kept, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

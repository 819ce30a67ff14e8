/* What devices report of their disks, and a hub that demands encrypted ones. */
#include <string.h>

#include "schema/base64.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/records/records.h"
#include "sync/wire/enrol-text.h"
#include "tests/sync/hub/hub-fixture.h"

#define LATER_MS (BH_DEVICE_SEEN_MS + 1000)

static char *invite(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char *text =
      bh_enrol_invite(fixture->hub, fixture->township, NULL, "https://127.0.0.1:1", NULL, &error);
  assert_non_null(text);
  return text;
}

/* Enrols with a report of the disk; `told` is stolen, NULL: none. */
static Answer *enrol(HubFixture *fixture, const char *text, json_t *told)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhSigner) signer = bh_signer_new();
  bh_signer_make_keys(signer, bh_random_system());
  g_autoptr(BhEnrolText) invitation = bh_enrol_text_decode(text, &error);
  g_autofree char *token = bh_base64_encode(invitation->token, BH_ENROL_TOKEN_SIZE);
  g_autofree char *key = bh_base64_encode(signer->public_key, BH_PUBLIC_KEY_SIZE);
  g_autofree char *proof =
      bh_enrol_prove(invitation->token, signer->public_key, signer->secret_key);
  g_autoptr(json_t) request = json_pack("{s:s, s:s, s:s, s:s, s:o*}", "token", token, "name",
                                        "手持机", "key", key, "proof", proof, "encryption", told);
  g_autofree char *body = bh_json_dump(request);
  static const char *const headers[] = {"Content-Type: application/json", NULL};
  return test_send(fixture, NULL, "POST", "/v1/enrol", headers, body, -1);
}

static gboolean write_nothing(BhHub *hub G_GNUC_UNUSED, BhDb *db G_GNUC_UNUSED,
                              gpointer data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return TRUE;
}

/* What the record of a device says, after all that waits for the writer; g_free. */
static char *read_report(HubFixture *fixture, const char *device)
{
  g_autoptr(GError) error = NULL;
  assert_true(bh_hub_write(fixture->hub, write_nothing, NULL, &error));
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) record = bh_record_load(db, device, &error);
  assert_non_null(record);
  char *told = g_strdup(bh_record_get_string(record, "encryption"));
  bh_hub_release_reader(fixture->hub, db);
  return told;
}

#define assert_report(fixture, device, wanted)                                                     \
  do {                                                                                             \
    g_autofree char *found = read_report(fixture, device);                                         \
    assert_string_equal(found != NULL ? found : "none", wanted);                                   \
  } while (0)

static void test_a_report_at_enrolment_is_in_the_record(void **state)
{
  HubFixture *fixture = *state;
  static const char *const words[] = {"encrypted", "plain", "unknown"};
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
    g_autofree char *text = invite(fixture);
    g_autoptr(Answer) answer = enrol(fixture, text, json_string(words[i]));
    assert_status(answer, 201);
    assert_report(fixture, bh_json_string_or(answer->json, "device", ""), words[i]);
  }
  g_autofree char *text = invite(fixture);
  g_autoptr(Answer) answer = enrol(fixture, text, NULL);
  assert_status(answer, 201);
  assert_report(fixture, bh_json_string_or(answer->json, "device", ""), "unknown");
}

static void test_another_word_is_refused(void **state)
{
  HubFixture *fixture = *state;
  g_autofree char *text = invite(fixture);
  g_autoptr(Answer) word = enrol(fixture, text, json_string("yes"));
  assert_status(word, 400);
  assert_string_equal(test_error_code(word), "format");
  g_autoptr(Answer) number = enrol(fixture, text, json_integer(1));
  assert_status(number, 400);
  g_autoptr(Answer) good = enrol(fixture, text, json_string("plain"));
  assert_status(good, 201);
}

/* Asks for the head with a report. */
static long report(HubFixture *fixture, TestDevice *device, const char *told)
{
  g_autofree char *header = g_strconcat("Bihuan-Encryption: ", told, NULL);
  g_autofree char *path = g_strconcat("/v1/head?incarnation=", device->signer->incarnation, NULL);
  const char *const headers[] = {header, NULL};
  g_autoptr(Answer) answer = test_send(fixture, device, "GET", path, headers, NULL, 0);
  return answer->status;
}

static gint64 count_entries(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gint64 n = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  BhStmt *stmt = bh_db_prepare(db, "SELECT count(*) FROM entry", &error);
  gboolean row = FALSE;
  assert_true(bh_stmt_step(stmt, &row, &error) && row);
  n = bh_stmt_get_int(stmt, 0);
  bh_stmt_reset(stmt);
  bh_hub_release_reader(fixture->hub, db);
  return n;
}

static void test_a_change_is_noted_once_and_an_older_device_reports_nothing(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  const char *id = device->signer->device;
  assert_report(fixture, id, "unknown");
  /* Soon after the last request nothing is written. */
  assert_int_equal(report(fixture, device, "plain"), 200);
  assert_report(fixture, id, "unknown");
  fixture->skew_ms += LATER_MS;
  assert_int_equal(report(fixture, device, "plain"), 200);
  assert_report(fixture, id, "plain");
  gint64 entries = count_entries(fixture);
  for (int i = 0; i < 5; i++) {
    fixture->skew_ms += LATER_MS;
    assert_int_equal(report(fixture, device, "plain"), 200);
    assert_report(fixture, id, "plain");
  }
  assert_int_equal(count_entries(fixture), entries);
  fixture->skew_ms += LATER_MS;
  assert_int_equal(report(fixture, device, "encrypted"), 200);
  assert_report(fixture, id, "encrypted");
  assert_int_equal(count_entries(fixture), entries + 1);
  fixture->skew_ms += LATER_MS;
  assert_int_equal(report(fixture, device, "no"), 400);
  assert_report(fixture, id, "encrypted");
  test_device_free(device);
}

static void test_a_hub_that_demands_encryption_enrols_no_other_device(void **state)
{
  HubFixture *fixture = *state;
  bh_hub_set_needs_encryption(fixture->hub, TRUE);
  g_autofree char *text = invite(fixture);
  g_autoptr(Answer) plain = enrol(fixture, text, json_string("plain"));
  assert_status(plain, 400);
  assert_string_equal(test_error_code(plain), "invalid");
  assert_non_null(strstr(bh_json_string_or(plain->json, "message", ""), "not encrypted"));
  g_autoptr(Answer) unknown = enrol(fixture, text, json_string("unknown"));
  assert_status(unknown, 400);
  g_autoptr(Answer) older = enrol(fixture, text, NULL);
  assert_status(older, 400);
  assert_non_null(strstr(bh_json_string_or(older->json, "message", ""), "not known"));
  /* The refusals did not use the text up. */
  g_autoptr(Answer) good = enrol(fixture, text, json_string("encrypted"));
  assert_status(good, 201);
  bh_hub_set_needs_encryption(fixture->hub, FALSE);
}

#define IT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IT(test_a_report_at_enrolment_is_in_the_record),
      IT(test_another_word_is_refused),
      IT(test_a_change_is_noted_once_and_an_older_device_reports_nothing),
      IT(test_a_hub_that_demands_encryption_enrols_no_other_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

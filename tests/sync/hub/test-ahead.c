/* Copies of urgent entries ahead of their chain: they are kept until the entry arrives, and change
 * no record. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/devices/devices.h"
#include "sync/hub/records/read.h"
#include "sync/wire/limits.h"

static BhEntryText *make_message(TestDevice *device, const char *record)
{
  return test_device_entry(device, record, "urgent_message",
                           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "message_type", "accident",
                                     "headline", "3201 工作面冒顶", "unit", device->unit, "area",
                                     "140603", "reported_by", device->actor, "state", "reported"),
                           NULL);
}

static Answer *send_ahead(TestDevice *device, const BhEntryText *entry, int times)
{
  static const char *const headers[] = {"Content-Type: application/x-bihuan-entries", NULL};
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < times; i++)
    bh_entry_text_append(entry, text);
  return test_send(device->fixture, device, "POST", "/v1/ahead", headers, text->str,
                   (gssize)text->len);
}

static guint count_copies(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(GPtrArray) copies = bh_ahead_store_list(db, 1000, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  return copies->len;
}

static gboolean has_record(HubFixture *fixture, const char *id)
{
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  g_autoptr(BhRecord) record = bh_record_load(db, id, NULL);
  bh_hub_release_reader(fixture->hub, db);
  return record != NULL;
}

static void test_a_copy_stays_until_its_entry_arrives(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  char enterprise[BH_ID_LEN + 1], message[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, message);
  BhEntryText *first = test_device_enterprise(device, enterprise, "一号矿", "140603100");
  BhEntryText *urgent = make_message(device, message);
  g_autoptr(Answer) ahead = send_ahead(device, urgent, 1);
  assert_status(ahead, 200);
  g_autoptr(Answer) again = send_ahead(device, urgent, 3);
  assert_status(again, 200);
  assert_int_equal(count_copies(fixture), 1);
  assert_false(has_record(fixture, message));
  g_autoptr(Answer) pushed = test_push(device, first, urgent, NULL);
  assert_status(pushed, 200);
  assert_int_equal(json_array_size(json_object_get(pushed->json, "quarantined")), 0);
  assert_int_equal(count_copies(fixture), 0);
  assert_true(has_record(fixture, message));
  test_device_free(device);
}

static void test_a_late_copy_is_not_kept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  char message[BH_ID_LEN + 1];
  test_device_make_id(device, message);
  BhEntryText *urgent = make_message(device, message);
  g_autoptr(BhEntryText) copy =
      bh_entry_text_new(urgent->envelope, urgent->signature, urgent->body, urgent->openings);
  g_autoptr(Answer) pushed = test_push(device, urgent, NULL);
  assert_status(pushed, 200);
  g_autoptr(Answer) ahead = send_ahead(device, copy, 1);
  assert_status(ahead, 200);
  assert_int_equal(count_copies(fixture), 0);
  test_device_free(device);
}

static void test_what_is_not_urgent_is_not_kept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  char enterprise[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  g_autoptr(BhEntryText) plain = test_device_enterprise(device, enterprise, "一号矿", "140603100");
  g_autoptr(Answer) ahead = send_ahead(device, plain, 1);
  assert_status(ahead, 200);
  assert_int_equal(count_copies(fixture), 0);
  test_device_free(device);
}

static void test_bad_copies_are_refused(void **state)
{
  HubFixture *fixture = *state;
  static const char *const other_type[] = {"Content-Type: text/plain", NULL};
  TestDevice *device = test_device_new(fixture, fixture->county);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char message[BH_ID_LEN + 1];
  test_device_make_id(device, message);
  g_autoptr(BhEntryText) urgent = make_message(device, message);
  g_autoptr(Answer) foreign = send_ahead(other, urgent, 1);
  assert_status(foreign, 400);
  g_autoptr(Answer) many = send_ahead(device, urgent, BH_AHEAD_MAX_ENTRIES + 1);
  assert_status(many, 413);
  g_autoptr(Answer) type = test_send(fixture, device, "POST", "/v1/ahead", other_type, "x", 1);
  assert_status(type, 415);
  urgent->signature[0] = urgent->signature[0] == 'A' ? 'B' : 'A';
  g_autoptr(Answer) forged = send_ahead(device, urgent, 1);
  assert_status(forged, 400);
  assert_string_equal(test_error_code(forged), "signature");
  assert_int_equal(count_copies(fixture), 0);
  test_device_free(other);
  test_device_free(device);
}

static void test_the_copies_of_a_device_are_limited(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  for (int i = 0; i < BH_AHEAD_KEPT_MAX + 5; i++) {
    char message[BH_ID_LEN + 1];
    test_device_make_id(device, message);
    g_autoptr(BhEntryText) urgent = make_message(device, message);
    g_autoptr(Answer) ahead = send_ahead(device, urgent, 1);
    assert_status(ahead, 200);
  }
  assert_int_equal(count_copies(fixture), BH_AHEAD_KEPT_MAX);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_copy_stays_until_its_entry_arrives, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_late_copy_is_not_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_what_is_not_urgent_is_not_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_bad_copies_are_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_copies_of_a_device_are_limited, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Unsent work of a device that comes in a file (sync/hub/devices/carry.h). */
#include "hub-fixture.h"

#include <gio/gio.h>
#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/hub/records/records.h"
#include "sync/wire/bundle.h"

/* Writes a bundle of `device` with these entries (NULL: none) and, unless NULL, a file. The path;
 * g_free. */
static char *write_bundle(HubFixture *fixture, const char *device, const GPtrArray *entries,
                          const char *file)
{
  g_autoptr(GError) error = NULL;
  char *path = g_build_filename(fixture->dir, "work.bundle", NULL);
  g_autoptr(GFile) target = g_file_new_for_path(path);
  g_autoptr(GFileOutputStream) out =
      g_file_replace(target, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, &error);
  BhBundleHead head = {0};
  g_strlcpy(head.hub, bh_hub_get_id(fixture->hub), sizeof head.hub);
  g_strlcpy(head.device, device, sizeof head.device);
  g_autoptr(BhBundleWriter) writer = bh_bundle_writer_new(
      G_OUTPUT_STREAM(out), &head, bh_hub_get_public_key(fixture->hub), &error);
  assert_non_null(writer);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    assert_true(bh_bundle_writer_add_entry(writer, entries->pdata[i], &error));
  if (file != NULL) {
    g_autofree char *hash = bh_hash_hex(file, strlen(file));
    g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(file, -1, NULL);
    assert_true(bh_bundle_writer_add_file(writer, hash, (gint64)strlen(file), in, &error));
  }
  assert_true(bh_bundle_writer_finish(writer, &error));
  assert_true(g_output_stream_close(G_OUTPUT_STREAM(out), NULL, &error));
  return path;
}

/* Entries that make `n` enterprises; their ids are those of `ids`. */
static GPtrArray *make_entries(TestDevice *device, guint n, char ids[][BH_ID_LEN + 1])
{
  GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_text_free);
  for (guint i = 0; i < n; i++) {
    test_device_make_id(device, ids[i]);
    g_ptr_array_add(entries, test_device_enterprise(device, ids[i], "一号矿", "140603100"));
  }
  return entries;
}

static gboolean has_record(HubFixture *fixture, const char *id)
{
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  g_autoptr(BhRecord) record = bh_record_load(db, id, NULL);
  bh_hub_release_reader(fixture->hub, db);
  return record != NULL;
}

static void revoke_device(HubFixture *fixture, TestDevice *device)
{
  g_autoptr(GError) error = NULL;
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
}

static gint64 count(const json_t *result, const char *name)
{
  return json_integer_value(json_object_get(result, name));
}

static void assert_counts(const json_t *result, gint64 applied, gint64 quarantined, gint64 repeated,
                          gint64 waiting)
{
  assert_int_equal(count(result, "applied"), applied);
  assert_int_equal(count(result, "quarantined"), quarantined);
  assert_int_equal(count(result, "repeated"), repeated);
  assert_int_equal(count(result, "waiting"), waiting);
}

static json_t *carry(HubFixture *fixture, const char *path, const char *release)
{
  g_autoptr(GError) error = NULL;
  json_t *result = bh_carry_read(fixture->hub, path, release, &error);
  if (error != NULL)
    fail_msg("%s", error->message);
  return result;
}

static void assert_refused(HubFixture *fixture, const char *path, BhErrorCode code,
                           const char *words)
{
  g_autoptr(GError) error = NULL;
  assert_null(bh_carry_read(fixture->hub, path, NULL, &error));
  assert_non_null(error);
  assert_int_equal(error->code, code);
  assert_true(g_str_has_prefix(error->message, path));
  if (strstr(error->message, words) == NULL)
    fail_msg("\"%s\" is not in: %s", words, error->message);
}

static void test_I13_entries_of_a_revoked_device_wait_in_quarantine(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[3][BH_ID_LEN + 1];
  g_autoptr(GPtrArray) entries = make_entries(device, 3, ids);
  g_autofree char *path = write_bundle(fixture, device->signer->device, entries, NULL);
  revoke_device(fixture, device);
  g_autoptr(json_t) first = carry(fixture, path, NULL);
  assert_counts(first, 0, 3, 0, 3);
  assert_false(has_record(fixture, ids[0]));
  g_autoptr(json_t) second = carry(fixture, path, NULL);
  assert_counts(second, 0, 0, 3, 3);
  g_autoptr(json_t) released = carry(fixture, path, "已核实");
  assert_int_equal(count(released, "released"), 3);
  assert_int_equal(json_array_size(json_object_get(released, "not_released")), 0);
  for (int i = 0; i < 3; i++)
    assert_true(has_record(fixture, ids[i]));
  g_autoptr(json_t) last = carry(fixture, path, "已核实");
  assert_counts(last, 0, 0, 3, 0);
  test_device_free(device);
}

static void test_a_release_waives_no_fault_of_authority(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_text_free);
  test_device_make_id(device, id);
  g_ptr_array_add(entries,
                  test_device_entry(
                      device, id, "staff",
                      json_pack("{s:s, s:s}", "name", "新领导", "unit", fixture->township), NULL));
  g_autofree char *path = write_bundle(fixture, device->signer->device, entries, NULL);
  revoke_device(fixture, device);
  g_autoptr(json_t) result = carry(fixture, path, "放行");
  assert_int_equal(count(result, "released"), 0);
  assert_int_equal(json_array_size(json_object_get(result, "not_released")), 1);
  assert_int_equal(count(result, "waiting"), 1);
  assert_false(has_record(fixture, id));
  test_device_free(device);
}

static void test_I13_a_push_of_a_revoked_device_is_refused_as_before(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[1][BH_ID_LEN + 1], next[BH_ID_LEN + 1];
  g_autoptr(GPtrArray) entries = make_entries(device, 1, ids);
  g_autofree char *path = write_bundle(fixture, device->signer->device, entries, NULL);
  revoke_device(fixture, device);
  g_autoptr(json_t) carried = carry(fixture, path, "已核实");
  assert_int_equal(count(carried, "released"), 1);
  test_device_make_id(device, next);
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, next, "二号矿", "140603100"), NULL);
  assert_status(answer, 403);
  assert_string_equal(test_error_code(answer), "revoked");
  assert_false(has_record(fixture, next));
  test_device_free(device);
}

static void test_a_device_in_service_is_judged_as_if_it_had_sent_it(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[120][BH_ID_LEN + 1]; /* more than one transaction takes */
  g_autoptr(GPtrArray) entries = make_entries(device, 120, ids);
  g_autofree char *path = write_bundle(fixture, device->signer->device, entries, "stray");
  g_autoptr(json_t) result = carry(fixture, path, NULL);
  assert_counts(result, 120, 0, 0, 0);
  assert_true(has_record(fixture, ids[119]));
  /* A file that no entry declares is named and not kept. */
  assert_int_equal(json_array_size(json_object_get(result, "not_declared")), 1);
  assert_int_equal(count(result, "new_files"), 0);
  test_device_free(device);
}

static void test_foreign_and_broken_chains_are_refused(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char ids[3][BH_ID_LEN + 1], unknown[BH_ID_LEN + 1];
  g_autoptr(GPtrArray) entries = make_entries(device, 3, ids);
  test_device_make_id(device, unknown);
  g_autofree char *nobodys = write_bundle(fixture, unknown, entries, NULL);
  assert_refused(fixture, nobodys, BH_ERROR_INVALID, "was never enrolled at this hub");
  g_autofree char *own = write_bundle(fixture, bh_hub_get_id(fixture->hub), entries, NULL);
  assert_refused(fixture, own, BH_ERROR_INVALID, "was never enrolled at this hub");
  g_autofree char *others = write_bundle(fixture, other->signer->device, entries, NULL);
  assert_refused(fixture, others, BH_ERROR_DENIED, "entry 1 of the file");
  g_autofree char *same = g_strdup(others);
  /* The second entry is missing within the file, then the first one before it. */
  g_ptr_array_remove_index(entries, 1);
  g_free(write_bundle(fixture, device->signer->device, entries, NULL));
  assert_refused(fixture, same, BH_ERROR_CHAIN, "entry 2 of the file");
  g_ptr_array_remove_index(entries, 0);
  g_free(write_bundle(fixture, device->signer->device, entries, NULL));
  assert_refused(fixture, same, BH_ERROR_CHAIN, "the hub has entries up to seq 0 only");
  for (int i = 0; i < 3; i++)
    assert_false(has_record(fixture, ids[i]));
  test_device_free(other);
  test_device_free(device);
}

/* The first reading finds a gap wherever it is, so that nothing of the file is stored. */
static void test_a_gap_behind_many_entries_stores_nothing(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[130][BH_ID_LEN + 1];
  g_autoptr(GPtrArray) entries = make_entries(device, 130, ids);
  g_ptr_array_remove_index(entries, 100);
  g_autofree char *path = write_bundle(fixture, device->signer->device, entries, NULL);
  assert_refused(fixture, path, BH_ERROR_CHAIN, "entry 101 of the file");
  assert_false(has_record(fixture, ids[0]));
  assert_false(has_record(fixture, ids[99]));
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_I13_entries_of_a_revoked_device_wait_in_quarantine,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_release_waives_no_fault_of_authority, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I13_a_push_of_a_revoked_device_is_refused_as_before,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_device_in_service_is_judged_as_if_it_had_sent_it,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_foreign_and_broken_chains_are_refused, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_gap_behind_many_entries_stores_nothing, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

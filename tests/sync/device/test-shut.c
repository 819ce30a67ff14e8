/* A device that its hub revoked. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sync/db/db.h"
#include "sync/disk/encryption.h"
#include "sync/wire/bundle.h"
#include "tests/sync/device/fixture.h"

static void rest(Fixture *fixture)
{
  for (int i = 0; bh_device_rest(fixture->device); i++)
    assert_true(i < 1000);
}

static gboolean is_here(Fixture *fixture, const char *id)
{
  g_autoptr(json_t) record = bh_device_get(fixture->device, id, NULL);
  return record != NULL;
}

static gint64 count_people(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) people = bh_device_list_staff(fixture->device, &error);
  assert_no_error(error);
  return (gint64)json_array_size(people);
}

static void shut(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  assert_true(bh_outbox_note_round(fixture->device, "revoked", "revoked", 0, &error));
  assert_true(bh_outbox_shut(fixture->device, &error));
  assert_no_error(error);
}

static void assert_refused(gboolean done, GError **error)
{
  assert_false(done);
  assert_non_null(*error);
  assert_non_null(strstr((*error)->message, "revoked by the office of"));
  assert_error(*error, BH_ERROR_REVOKED);
}

static void test_nobody_signs_in_and_who_was_signed_in_saves_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  fixture_give_pins(fixture);
  assert_true(bh_device_sign_in(fixture->device, fixture->li, PIN_OF_LI, NULL, &error));
  shut(fixture);
  g_autoptr(json_t) ops =
      fixture_ops(fixture->enterprise, "enterprise", json_pack("{ss}", "address", "北路"));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_refused(entry != NULL, &error);
  assert_refused(bh_device_sign_in(fixture->device, fixture->li, PIN_OF_LI, NULL, &error), &error);
  fixture_reopen(fixture);
  assert_refused(bh_device_sign_in(fixture->device, fixture->wang, PIN_OF_WANG, NULL, &error),
                 &error);
  /* Another error of a later round does not open it. */
  assert_true(bh_outbox_note_round(fixture->device, "waiting", "network", 0, &error));
  fixture_reopen(fixture);
  assert_refused(bh_device_sign_in(fixture->device, fixture->li, PIN_OF_LI, NULL, &error), &error);
  g_autoptr(json_t) status = bh_device_status(fixture->device, &error);
  assert_true(json_is_true(json_object_get(status, "shut")));
}

static void test_what_the_hub_sent_goes_and_unsent_work_stays(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) typed = json_string("大门紧锁");
  char visit[BH_ID_LEN + 1];
  g_autofree char *copy = g_build_filename(fixture->dir, "store.db.before-3", NULL);
  assert_true(g_file_set_contents(copy, "old", -1, NULL));
  assert_true(is_here(fixture, fixture->enterprise));
  assert_true(count_people(fixture) > 0);
  fixture_inspect(fixture, visit);
  char draft[BH_ID_LEN + 1];
  bh_device_make_id(fixture->device, draft);
  assert_true(bh_device_draft_set(fixture->device, fixture->li, draft, "enterprise", "address",
                                  typed, &error));
  gint64 pending = fixture_status(fixture, "pending");
  assert_true(pending > 0);
  g_autoptr(BhEntryText) before = fixture_read_entry(fixture, pending);

  shut(fixture);
  rest(fixture);
  assert_false(is_here(fixture, fixture->enterprise));
  assert_false(is_here(fixture, fixture->unit));
  assert_int_equal(count_people(fixture), 0);
  assert_false(g_file_test(copy, G_FILE_TEST_EXISTS));

  assert_true(is_here(fixture, visit));
  assert_int_equal(fixture_status(fixture, "pending"), pending);
  assert_int_equal(fixture_status(fixture, "drafts"), 1);
  g_autoptr(BhEntryText) after = fixture_read_entry(fixture, pending);
  assert_string_equal(after->body, before->body);
  g_autoptr(json_t) draft_now = bh_device_draft_get(fixture->device, fixture->li, draft, &error);
  assert_non_null(draft_now);
  g_autoptr(json_t) queue = bh_device_queue(fixture->device, 0, 50, &error);
  assert_true(json_array_size(queue) >= (gsize)pending);
}

static void test_the_removal_goes_on_after_a_restart(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  shut(fixture);
  fixture_reopen(fixture);
  rest(fixture);
  assert_false(is_here(fixture, fixture->enterprise));
  /* Shutting it again changes nothing. */
  shut(fixture);
  rest(fixture);
  assert_int_equal(count_people(fixture), 0);
}

static void test_delivered_content_goes_at_once(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  fixture_save_addresses(fixture, 3);
  fixture_acknowledge(fixture, 2);
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);
  fixture_pull(fixture, json_array(), json_pack("{s{si}}", "included", uplink->incarnation, 2));
  shut(fixture);
  rest(fixture);
  g_autoptr(BhEntryText) unsent = fixture_read_entry(fixture, 3);
  assert_true(*unsent->body != '\0');
}

static void test_nothing_of_the_hub_is_taken_any_more(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  shut(fixture);
  rest(fixture);
  g_autoptr(json_t) page =
      json_pack("{ss ss sb sb s[] s[] s{} s[]}", "epoch", "e", "cursor", "c", "more", FALSE,
                "reset", TRUE, "records", "gone", "included", "quarantined");
  assert_refused(bh_outbox_apply_changes(fixture->device, page, &error), &error);
  assert_refused(bh_outbox_store_staff(fixture->device, "AAAA", &error), &error);
}

/* Reads a bundle with the key of the hub, and compares the first entry with that of the store. */
static gint64 count_entries(Fixture *fixture, const char *path, gint64 seq)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GFileInputStream) in = g_file_read(file, NULL, &error);
  g_autoptr(BhBundleReader) reader =
      bh_bundle_reader_new(G_INPUT_STREAM(in), path, fixture->hub_key, fixture->hub_secret, &error);
  assert_no_error(error);
  gint64 entries = 0;
  while (bh_bundle_reader_next(reader, &error) == BH_BUNDLE_ENTRY) {
    g_autoptr(BhEntryText) text = bh_bundle_reader_take_entry(reader);
    g_autoptr(BhEntryText) own = fixture_read_entry(fixture, seq + entries++);
    assert_string_equal(text->envelope, own->envelope);
    assert_string_equal(text->body, own->body);
  }
  assert_no_error(error);
  return entries;
}

/* Exports into a new file; its counts, a new reference. */
static json_t *export(Fixture *fixture, const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, name, NULL);
  json_t *wrote = bh_device_export(fixture->device, path, &error);
  assert_no_error(error);
  assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
  return wrote;
}

static void test_unsent_work_can_be_exported(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  fixture_save_addresses(fixture, 5);
  fixture_acknowledge(fixture, 2);
  shut(fixture);
  rest(fixture);
  g_autoptr(json_t) wrote = export(fixture, "work.bundle");
  assert_int_equal(json_integer_value(json_object_get(wrote, "entries")), 3);
  g_autofree char *bundle = g_build_filename(fixture->dir, "work.bundle", NULL);
  assert_int_equal(count_entries(fixture, bundle, 3), 3);
  /* The store is as it was, and no file is written over. */
  assert_int_equal(fixture_status(fixture, "pending"), 3);
  assert_null(bh_device_export(fixture->device, bundle, &error));
  assert_error(error, BH_ERROR_STORAGE);
  g_clear_error(&error);
  g_autofree char *nowhere = g_build_filename(fixture->dir, "none", "work.bundle", NULL);
  assert_null(bh_device_export(fixture->device, nowhere, &error));
  assert_error(error, BH_ERROR_STORAGE);
}

static void test_a_damaged_entry_does_not_keep_the_others_back(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  fixture_save_addresses(fixture, 5);
  fixture_acknowledge(fixture, 2);
  shut(fixture);
  rest(fixture);
  g_autoptr(GError) error = NULL;
  g_autofree char *store = g_build_filename(fixture->dir, "store.db", NULL);
  g_clear_pointer(&fixture->device, bh_device_close);
  g_autoptr(BhDb) db = bh_db_open(store, BH_DB_EXPORT, &error);
  assert_no_error(error);
  assert_true(
      bh_db_exec(db, "UPDATE entry SET body = '{' WHERE (pos & 1099511627775) = 4", &error));
  g_clear_pointer(&db, bh_db_close);
  fixture_reopen(fixture);
  g_autoptr(json_t) wrote = export(fixture, "work.bundle");
  assert_int_equal(json_integer_value(json_object_get(wrote, "entries")), 2);
}

static void save_picture(Fixture *fixture, guint n)
{
  json_t *values = fixture_picture_of(fixture->device, 5000, n);
  json_object_set_new(values, "parent", json_string(fixture->enterprise));
  json_object_set_new(values, "role", json_string("photo"));
  g_free(fixture_save(fixture, test_id(0x7000 + n), "file", values));
}

/* Changes a byte of the picture in the store. */
static void damage_picture(Fixture *fixture, guint n)
{
  g_autoptr(json_t) hash = fixture_value(fixture, test_id(0x7000 + n), "sha256");
  const char *sha256 = json_string_value(hash);
  g_autofree char *path =
      g_build_filename(fixture->dir, "files", (char[]){sha256[0], sha256[1], '\0'}, sha256, NULL);
  g_autofree char *bytes = NULL;
  gsize len;
  assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  bytes[len / 2] ^= 1;
  assert_int_equal(g_chmod(path, 0600), 0);
  assert_true(g_file_set_contents(path, bytes, (gssize)len, NULL));
}

static void test_a_damaged_photo_does_not_keep_the_others_back(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  for (guint n = 1; n <= 3; n++)
    save_picture(fixture, n);
  damage_picture(fixture, 2);
  shut(fixture);
  rest(fixture);
  g_autoptr(json_t) wrote = export(fixture, "work.bundle");
  assert_int_equal(json_integer_value(json_object_get(wrote, "entries")), 3);
  assert_int_equal(json_integer_value(json_object_get(wrote, "files")), 2);
  assert_int_equal(json_array_size(json_object_get(wrote, "missing_files")), 1);
}

static gboolean no_policy(const char *folder G_GNUC_UNUSED)
{
  return FALSE;
}

static const json_t *find_check(const json_t *found, const char *name)
{
  gsize i;
  json_t *check;
  json_array_foreach(json_object_get(found, "checks"), i, check) {
    if (strcmp(bh_json_string_or(check, "name", ""), name) == 0)
      return check;
  }
  return NULL;
}

/* A disk of a made machine is told in status, description and self-check, and to the hub. */
static void test_the_disk_is_told(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *proc = g_build_filename(fixture->dir, "proc", "self", NULL);
  g_autofree char *mounts = g_build_filename(proc, "mountinfo", NULL);
  g_autofree char *sys = g_build_filename(fixture->dir, "sys/dev/block/8:1", NULL);
  static const struct {
    const char *mount;
    const char *name;
    gboolean warning;
  } machines[] = {{"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n", "plain", TRUE},
                  {"21 1 0:9 / / rw - ecryptfs /x rw\n", "encrypted", FALSE},
                  {"", "unknown", TRUE}};
  BhEncryptionProbe probe = {fixture->dir, no_policy};
  assert_int_equal(g_mkdir_with_parents(proc, 0700), 0);
  assert_int_equal(g_mkdir_with_parents(sys, 0700), 0);
  for (gsize i = 0; i < G_N_ELEMENTS(machines); i++) {
    assert_true(g_file_set_contents(mounts, machines[i].mount, -1, NULL));
    bh_device_set_encryption_probe(fixture->device, &probe);
    g_autoptr(json_t) status = bh_device_status(fixture->device, &error);
    assert_string_equal(bh_json_string_or(status, "encryption", ""), machines[i].name);
    g_autoptr(json_t) about = bh_device_describe(fixture->device, &error);
    assert_string_equal(bh_json_string_or(about, "encryption", ""), machines[i].name);
    g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);
    assert_string_equal(uplink->encryption, machines[i].name);
    g_autoptr(json_t) found = bh_device_doctor(fixture->device, &error);
    const json_t *check = find_check(found, "encryption");
    assert_true(json_is_true(json_object_get(check, "ok")));
    assert_int_equal(json_is_true(json_object_get(check, "warning")), machines[i].warning);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nobody_signs_in_and_who_was_signed_in_saves_nothing),
      cmocka_unit_test(test_what_the_hub_sent_goes_and_unsent_work_stays),
      cmocka_unit_test(test_the_removal_goes_on_after_a_restart),
      cmocka_unit_test(test_delivered_content_goes_at_once),
      cmocka_unit_test(test_nothing_of_the_hub_is_taken_any_more),
      cmocka_unit_test(test_unsent_work_can_be_exported),
      cmocka_unit_test(test_a_damaged_photo_does_not_keep_the_others_back),
      cmocka_unit_test(test_a_damaged_entry_does_not_keep_the_others_back),
      cmocka_unit_test(test_the_disk_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

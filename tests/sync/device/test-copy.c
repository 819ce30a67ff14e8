/* Copies a whole store while it is in use (L6). */
#include "tests/sync/device/fixture.h"

#include <glib/gstdio.h>

#include "sync/device/store/copy.h"
#include "tests/support/fake-disk.h"
#include "tests/sync/device/remove-tree.h"

static void test_L6_a_copy_of_the_store_has_everything_recorded(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp("bihuan-copy-XXXXXX", NULL);
  g_autofree char *to = g_build_filename(top, "card", NULL);
  char record[BH_ID_LEN + 1];
  fixture_inspect(fixture, record);
  g_autofree char *sha256 = fixture_add_picture(fixture, 500, 1);
  g_autoptr(json_t) opinion = json_string("草稿");
  assert_true(bh_device_draft_set(fixture->device, fixture->li, record, "inspection", "opinion",
                                  opinion, &error));

  assert_true(bh_copy_store(fixture->device, to, bh_disk_system(), &error));
  assert_true(bh_copy_files(fixture->dir, to, bh_disk_system(), &error));
  /* The store from which the copy was made can still save, and opening it a second time still
   * fails. */
  g_autofree char *entry = fixture_save(fixture, fixture->enterprise, "enterprise",
                                        json_pack("{ss}", "address", "南路"));
  g_autoptr(BhDevice) intruder =
      bh_device_open(fixture->dir, &fixture->clock, &fixture->random, NULL);
  assert_null(intruder);

  g_autoptr(BhDevice) copy = bh_device_open(to, &fixture->clock, &fixture->random, &error);
  assert_non_null(copy);
  g_autoptr(json_t) got = bh_device_get(copy, record, &error);
  assert_non_null(got);
  g_autoptr(json_t) draft = bh_device_draft_get(copy, fixture->li, record, &error);
  assert_non_null(draft);
  g_autofree char *path = bh_device_dup_file_path(copy, sha256);
  assert_non_null(path);
  assert_true(g_file_test(path, G_FILE_TEST_EXISTS));

  assert_false(bh_copy_store(fixture->device, to, bh_disk_system(), &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  g_clear_error(&error);
  assert_false(bh_copy_store(fixture->device, "/proc/none", bh_disk_system(), &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  test_remove_tree(top);
}

static gboolean copy_all(Fixture *fixture, const char *to, FakeDisk *fake, GError **error)
{
  g_autofree char *store = g_build_filename(to, "store.db", NULL);
  return (g_file_test(store, G_FILE_TEST_EXISTS) ||
          bh_copy_store(fixture->device, to, &fake->disk, error)) &&
         bh_copy_files(fixture->dir, to, &fake->disk, error);
}

static void assert_synced(FakeDisk *fake, const char *to)
{
  g_autofree char *unsynced = fake_disk_find_unsynced(fake, to, "store.db");
  if (unsynced != NULL)
    fail_msg("%s was not synced to the disk", unsynced);
}

static void add_pictures(Fixture *fixture)
{
  for (guint i = 1; i <= 3; i++) {
    g_autofree char *hash = fixture_add_picture(fixture, 5000, i);
    assert_non_null(hash);
  }
}

static void test_a_copy_is_synced_before_its_success_is_reported(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp("bihuan-copy-XXXXXX", NULL);
  g_autofree char *to = g_build_filename(top, "card", "copy", NULL);
  g_autoptr(FakeDisk) fake = fake_disk_new(top);
  add_pictures(fixture);
  assert_true(copy_all(fixture, to, fake, &error));
  assert_synced(fake, top);
  test_remove_tree(top);
}

static void
test_a_disk_that_does_not_sync_is_an_error_and_a_second_try_is_whole(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gboolean reached = TRUE;
  int n;
  add_pictures(fixture);
  for (n = 1; reached; n++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *top = g_dir_make_tmp("bihuan-copy-XXXXXX", NULL);
    g_autofree char *to = g_build_filename(top, "card", NULL);
    g_autoptr(FakeDisk) fake = fake_disk_new(top);
    fake->fail_at = n;
    gboolean done = copy_all(fixture, to, fake, &error);
    reached = fake->calls >= n;
    assert_int_equal(done, !reached);
    if (!done)
      assert_int_equal(error->code, BH_ERROR_STORAGE);
    g_clear_error(&error);
    fake->fail_at = 0;
    assert_true(copy_all(fixture, to, fake, &error));
    assert_synced(fake, top);
    test_remove_tree(top);
  }
  assert_true(n > 6);
}

static void test_half_a_file_of_an_earlier_copy_is_written_anew(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp("bihuan-copy-XXXXXX", NULL);
  g_autoptr(FakeDisk) fake = fake_disk_new(top);
  g_autofree char *hash = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *shelf = g_strndup(hash, 2);
  g_autofree char *path = g_build_filename(top, "files", shelf, hash, NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  assert_true(copy_all(fixture, top, fake, &error));
  assert_true(g_file_set_contents(path, "half", 4, NULL));
  assert_true(copy_all(fixture, top, fake, &error));
  assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  g_autofree char *found = bh_hash_hex(bytes, len);
  assert_string_equal(found, hash);
  test_remove_tree(top);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L6_a_copy_of_the_store_has_everything_recorded),
      cmocka_unit_test(test_a_copy_is_synced_before_its_success_is_reported),
      cmocka_unit_test(test_a_disk_that_does_not_sync_is_an_error_and_a_second_try_is_whole),
      cmocka_unit_test(test_half_a_file_of_an_earlier_copy_is_written_anew),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

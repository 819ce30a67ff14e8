/* The whole second copy of a store (L6). */
#include "tests/sync/device/fixture.h"

#include <glib/gstdio.h>

#include "sync/device/copy.h"

static void remove_tree(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    remove_tree(child);
  }
  g_remove(path);
}

static void test_L6_a_copy_holds_all_that_was_recorded(void **state G_GNUC_UNUSED)
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

  assert_true(bh_copy_store(fixture->device, to, &error));
  assert_true(bh_copy_files(fixture->dir, to, &error));
  /* The original goes on as before, its lock included. */
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

  assert_false(bh_copy_store(fixture->device, to, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  g_clear_error(&error);
  assert_false(bh_copy_store(fixture->device, "/proc/none", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  remove_tree(top);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L6_a_copy_holds_all_that_was_recorded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

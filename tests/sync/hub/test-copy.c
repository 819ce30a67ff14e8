/* Backups and exports are synced to disk before their success is reported. */
#include "hub-fixture.h"

#include <glib/gstdio.h>

#include "sync/hub/cli/cli.h"
#include "sync/hub/cli/copy.h"
#include "sync/hub/devices/uploads.h"
#include "tests/support/fake-disk.h"

static const guint8 photo[] = {0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 0xff, 0xd9};

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

static void add_file(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char sha256[BH_HASH_HEX_LEN + 1];
  if (!bh_uploads_import(fixture->hub, NULL, photo, sizeof photo, "image/jpeg", sha256, &error))
    fail_msg("the file cannot be imported: %s", error->message);
}

static gboolean back_up(HubFixture *fixture, const char *out, FakeDisk *fake, GError **error)
{
  BhCopyReport report;
  g_autofree char *store = g_build_filename(out, BH_COPY_STORE_NEW, NULL);
  g_autoptr(json_t) params = json_pack("{s:s}", "out", store);
  if (!bh_copy_prepare(fixture->dir, out, bh_hub_get_id(fixture->hub), &fake->disk, error))
    return FALSE;
  g_autoptr(json_t) made = bh_cli_dispatch(fixture->hub, "backup", params, error);
  return made != NULL && bh_copy_finish(fixture->dir, out, &fake->disk, &report, error);
}

static gboolean export(HubFixture *fixture, const char *out, FakeDisk *fake, GError **error)
{
  g_autofree char *path = g_build_filename(out, "all.bihuan", NULL);
  g_autoptr(json_t) params = json_pack("{s:s}", "out", path);
  bh_hub_set_disk(fixture->hub, &fake->disk);
  g_autoptr(json_t) written = bh_cli_dispatch(fixture->hub, "export", params, error);
  return written != NULL;
}

typedef gboolean (*Write)(HubFixture *fixture, const char *out, FakeDisk *fake, GError **error);

/* Lets each sync fail once. Returns the number of syncs. */
static int fail_each(HubFixture *fixture, Write write)
{
  for (int n = 1;; n++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *out = g_dir_make_tmp("bihuan-copy-XXXXXX", NULL);
    g_autoptr(FakeDisk) fake = fake_disk_new(out);
    fake->fail_at = n;
    gboolean done = write(fixture, out, fake, &error);
    gboolean reached = fake->calls >= n;
    assert_int_equal(done, !reached);
    if (!done)
      assert_int_equal(error->code, BH_ERROR_STORAGE);
    g_clear_error(&error);
    fake->fail_at = 0;
    if (!write(fixture, out, fake, &error))
      fail_msg("the second copy fails: %s", error->message);
    g_autofree char *unsynced = fake_disk_find_unsynced(fake, out, BH_COPY_NOTE);
    if (unsynced != NULL)
      fail_msg("%s was not synced to the disk", unsynced);
    remove_tree(out);
    if (!reached)
      return n - 1;
  }
}

static void test_a_backup_is_synced_before_its_success_is_reported(void **state)
{
  HubFixture *fixture = *state;
  add_file(fixture);
  assert_true(fail_each(fixture, back_up) > 3);
}

static void test_an_export_is_synced_before_its_success_is_reported(void **state)
{
  HubFixture *fixture = *state;
  assert_int_equal(fail_each(fixture, export), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_backup_is_synced_before_its_success_is_reported,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_export_is_synced_before_its_success_is_reported,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

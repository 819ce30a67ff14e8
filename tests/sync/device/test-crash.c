#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sync/device/fixture.h"
#include "tests/sync/device/shim-vfs.h"

#define KILLS 25
#define FAULTS_MAX 200

static void assert_well(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) found = bh_device_doctor(fixture->device, &error);
  json_t *checks = json_object_get(found, "checks");

  assert_no_error(error);
  for (gsize i = 0; i < json_array_size(checks); i++) {
    const json_t *check = json_array_get(checks, i);
    const char *name = bh_json_string_or(check, "name", "");
    if ((strcmp(name, "chain") == 0 || strcmp(name, "store") == 0) &&
        !json_is_true(json_object_get(check, "ok")))
      fail_msg("%s: %s", name, bh_json_string_or(check, "text", ""));
  }
}

/* --- kill -9 --- */

/* Saves entries and drafts until this process is killed; writes the id of each entry to `out` after
 * its save returned. */
static void work(Fixture *fixture, int out)
{
  bh_device_close(fixture->device);
  fixture->device = bh_device_open(fixture->dir, &fixture->clock, &fixture->random, NULL);
  for (int i = 0;; i++) {
    g_autofree char *text = g_strdup_printf("地址 %d", i);
    g_autoptr(json_t) value = json_string(text);
    g_autoptr(json_t) ops =
        fixture_ops(fixture->enterprise, "enterprise", json_pack("{ss}", "address", text));
    if (i % 5 == 0 && !bh_device_draft_set(fixture->device, fixture->wang, fixture->enterprise,
                                           "enterprise", "address", value, NULL))
      _exit(1);
    g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, NULL);
    if (entry == NULL || write(out, entry, BH_ID_LEN) != BH_ID_LEN)
      _exit(1);
  }
}

static gboolean take_one(int in, GHashTable *reported)
{
  char id[BH_ID_LEN + 1] = "";

  if (read(in, id, BH_ID_LEN) != BH_ID_LEN)
    return FALSE;
  g_hash_table_add(reported, g_strdup(id));
  return TRUE;
}

/* Runs `work_func` in a child process that owns the store, kills the child, and opens the store
 * again. `after_save`: the child is killed after its first save, else often while it opens the
 * store. `wait_us`: time before the kill. Adds the ids that the child wrote to `reported`. */
static void run_until_killed(Fixture *fixture, void (*work_func)(Fixture *fixture, int out),
                             gboolean after_save, guint wait_us, GHashTable *reported)
{
  int pipes[2], status = 0;
  assert_int_equal(pipe(pipes), 0);
  g_clear_pointer(&fixture->device, bh_device_close);
  fixture->bytes.state += 1000003;
  pid_t child = fork();
  if (child == 0)
    work_func(fixture, pipes[1]);
  close(pipes[1]);
  if (after_save)
    take_one(pipes[0], reported);
  g_usleep(500 + wait_us);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  assert_true(WIFSIGNALED(status));
  while (take_one(pipes[0], reported))
    continue;
  close(pipes[0]);
  fixture_reopen(fixture);
}

static void test_I1_and_I12_kill_9_loses_no_saved_entry_and_doubles_none(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(GHashTable) reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  TestRandom random = {4};

  for (int i = 0; i < KILLS; i++) {
    run_until_killed(fixture, work, i % 5 != 0, test_random_below(&random, 40000), reported);
  }
  assert_well(fixture);
  assert_true(g_hash_table_size(reported) > 0);
  gint64 pending = fixture_status(fixture, "pending");
  assert_true(pending >= (gint64)g_hash_table_size(reported));
  assert_true(pending <= (gint64)g_hash_table_size(reported) + KILLS);
  assert_int_equal(fixture_status(fixture, "drafts"), 1);

  g_autoptr(GString) all = g_string_new(NULL);
  gint64 last = 0;
  assert_true(bh_outbox_read_batch(fixture->device, 0, G_MAXINT, G_MAXSIZE, all, &last, &error));
  const char *cursor = all->str;
  while (cursor < all->str + all->len) {
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, all->str + all->len, &error);
    g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, &error);
    assert_true(g_hash_table_add(found, g_strdup(body->id)));
  }
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init(&iter, reported);
  while (g_hash_table_iter_next(&iter, &id, NULL))
    assert_true(g_hash_table_contains(found, id));
}

/* Drafts and saves hazards with two pictures each until this process is killed; writes the id of
 * each saved hazard to `out`. */
static void work_on_hazards(Fixture *fixture, int out)
{
  bh_device_close(fixture->device);
  fixture->device = bh_device_open(fixture->dir, &fixture->clock, &fixture->random, NULL);
  for (int i = 0;; i++) {
    char ids[3][BH_ID_LEN + 1];
    g_autoptr(json_t) file =
        fixture_picture_of(fixture->device, 200, (guint)getpid() * 1000 + (guint)i);
    g_autoptr(json_t) drafts = json_array();
    for (int k = 0; k < 3; k++)
      bh_device_make_id(fixture->device, ids[k]);
    json_object_set_new(file, "parent", json_string(ids[0]));
    json_object_set_new(file, "role", json_string("photo"));
    json_array_append_new(drafts, json_pack("{ss ss s{ss ss ss ss ss ss ss}}", "record", ids[0],
                                            "kind", "hazard", "set", "enterprise",
                                            fixture->enterprise, "summary", "支护不足", "level",
                                            "general", "place", "井口", "found_by", "inspection",
                                            "responsible_person", "王某", "description", "样例"));
    for (int k = 1; k < 3; k++)
      json_array_append_new(drafts,
                            json_pack("{ss ss sO}", "record", ids[k], "kind", "file", "set", file));
    g_autoptr(json_t) wanted = json_pack("[{ss s{ss}} {ss} {ss}]", "record", ids[0], "also",
                                         "state", "found", "record", ids[1], "record", ids[2]);
    if (!bh_device_draft_put(fixture->device, fixture->li, drafts, NULL))
      _exit(1);
    g_autoptr(json_t) saved =
        bh_device_save_drafts(fixture->device, fixture->li, wanted, NULL, NULL);
    if (saved == NULL || write(out, ids[0], BH_ID_LEN) != BH_ID_LEN)
      _exit(1);
  }
}

static gsize count_rows(Fixture *fixture, const char *kind)
{
  g_autoptr(json_t) query = json_pack("{ss si}", "kind", kind, "limit", 200);
  gsize rows = 0;

  do {
    g_autoptr(json_t) page = bh_device_list(fixture->device, query, NULL);
    rows += json_array_size(json_object_get(page, "rows"));
    json_object_set(query, "after", json_object_get(page, "after"));
  } while (json_is_string(json_object_get(query, "after")));
  return rows;
}

static void test_kill_9_leaves_a_hazard_with_its_pictures_or_neither(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GHashTable) reported = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  TestRandom random = {7};

  for (int i = 0; i < KILLS; i++) {
    run_until_killed(fixture, work_on_hazards, i % 5 != 0, test_random_below(&random, 20000),
                     reported);
    gint64 drafts = fixture_status(fixture, "drafts");
    if (drafts % 3 != 0)
      fail_msg("%d drafts: some of a hazard were saved without the others", (int)drafts);
  }
  gsize saved = count_rows(fixture, "hazard");
  assert_true(g_hash_table_size(reported) > 0);
  assert_true(saved >= g_hash_table_size(reported));
  assert_int_equal(count_rows(fixture, "file"), 2 * saved);
  assert_well(fixture);
}

/* --- a disk that fails --- */

static gboolean try_save(Fixture *fixture, int i)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = g_strdup_printf("地址 %d", i);
  g_autoptr(json_t) ops =
      fixture_ops(fixture->enterprise, "enterprise", json_pack("{ss}", "address", text));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);

  if (entry == NULL && !g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE))
    fail_msg("%s", error->message);
  return entry != NULL;
}

static void fail_everywhere(int code, gboolean persistent)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gint64 saved = 0;
  gboolean reached = TRUE;
  int n;

  for (n = 1; n < FAULTS_MAX && reached; n++) {
    shim_vfs_fail_at(n, code, persistent);
    gboolean ok = try_save(fixture, n);
    reached = shim_vfs_has_failed();
    shim_vfs_fail_at(0, 0, FALSE);
    if (ok) {
      saved++;
      g_autofree char *text = g_strdup_printf("地址 %d", n);
      assert_value(fixture, fixture->enterprise, "address", text);
    } else {
      /* A save whose commit failed may still be on the disk, like a request whose answer was lost.
       * Then all of it must be there, and only once. */
      g_autofree char *text = g_strdup_printf("地址 %d", n);
      g_autoptr(json_t) shown = fixture_value(fixture, fixture->enterprise, "address");
      gboolean there = g_strcmp0(json_string_value(shown), text) == 0;
      saved += there;
    }
    assert_int_equal(fixture_status(fixture, "pending"), saved);
    /* After the failure, saves work again in the same process. */
    assert_true(try_save(fixture, 1000 + n));
    saved++;
  }
  assert_true(n > 3 && n < FAULTS_MAX);
  assert_well(fixture);
  fixture_reopen(fixture);
  assert_well(fixture);
  assert_int_equal(fixture_status(fixture, "pending"), saved);
}

static void test_L5_a_full_disk_loses_nothing_that_was_saved(void **state G_GNUC_UNUSED)
{
  fail_everywhere(SQLITE_FULL, FALSE);
  fail_everywhere(SQLITE_FULL, TRUE);
}

static void test_an_io_error_loses_nothing_that_was_saved(void **state G_GNUC_UNUSED)
{
  fail_everywhere(SQLITE_IOERR_WRITE, FALSE);
  fail_everywhere(SQLITE_IOERR_FSYNC, FALSE);
  fail_everywhere(SQLITE_IOERR_FSYNC, TRUE);
}

static void test_I5_cursor_and_records_move_together_or_not_at_all(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gboolean reached = TRUE;
  int n, failures = 0;

  for (n = 1; n < FAULTS_MAX && reached; n++) {
    g_autofree char *cursor = g_strdup_printf("at-%d", n);
    g_autofree char *name = g_strdup_printf("名字 %d", n);
    g_autoptr(json_t) page =
        json_pack("{ss sb sb s[o] s[] s{} s[]}", "cursor", cursor, "more", 0, "reset", 0, "records",
                  fixture_snapshot(fixture, fixture->enterprise, "enterprise",
                                   json_pack("{ss ss}", "name", name, "area", "140603")),
                  "gone", "included", "quarantined");
    shim_vfs_fail_at(n, SQLITE_IOERR_WRITE, FALSE);
    failures += !bh_outbox_apply_changes(fixture->device, page, NULL);
    reached = shim_vfs_has_failed();
    shim_vfs_fail_at(0, 0, FALSE);
    fixture_reopen(fixture);
    g_autofree char *kept = bh_outbox_dup_cursor(fixture->device);
    g_autoptr(json_t) shown = fixture_value(fixture, fixture->enterprise, "name");
    assert_int_equal(g_strcmp0(kept, cursor) == 0, g_strcmp0(json_string_value(shown), name) == 0);
  }
  assert_true(failures > 2 && n < FAULTS_MAX);
}

/* --- power cuts --- */

/* Opens the copy of the store that a disk held at the power cut, after a restart of the machine.
 * Asserts that it has at least `least` and at most `most` of the saved entries. */
static void expect_after_cut(Fixture *fixture, const char *dir, gint64 least, gint64 most)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *own = g_steal_pointer(&fixture->dir);
  BhDevice *device = g_steal_pointer(&fixture->device);
  g_autofree char *wanted = NULL;

  fixture->dir = g_strdup(dir);
  fixture->device = bh_device_open(dir, &fixture->clock, &fixture->random, &error);
  assert_no_error(error);
  gint64 pending = fixture_status(fixture, "pending");
  if (pending < least || pending > most)
    fail_msg("%d entries after the cut, of %d to %d", (int)pending, (int)least, (int)most);
  wanted = g_strdup_printf("地址 %d", (int)pending);
  assert_value(fixture, fixture->enterprise, "address", wanted);
  assert_well(fixture);
  bh_device_close(fixture->device);
  g_free(fixture->dir);
  fixture->dir = g_steal_pointer(&own);
  fixture->device = device;
}

static void empty_dir(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    empty_dir(child);
    remove(child);
  }
}

/* Cuts the power at every write and sync of a save, of its checkpoint, and of opening the store
 * again. */
static void test_L18_a_power_cut_loses_nothing_that_was_saved(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *disk = g_dir_make_tmp("bihuan-cut-XXXXXX", NULL);
  gint64 saved = 0;
  int cuts = 0;

  assert_true(try_save(fixture, (int)++saved));
  for (guint32 seed = 1; seed <= 4; seed++) {
    gboolean reached = TRUE;
    for (int n = 0; reached; n++) {
      empty_dir(disk);
      shim_vfs_cut_at(n, disk, seed * 1000 + (guint32)n);
      gint64 before = saved;
      if (n % 3 == 2)
        fixture_reopen(fixture);
      assert_true(try_save(fixture, (int)++saved));
      reached = shim_vfs_was_cut();
      if (!reached) {
        shim_vfs_cut_at(0, disk, seed);
        before = saved;
      }
      expect_after_cut(fixture, disk, before, saved);
      cuts++;
    }
  }
  assert_true(cuts > 40);
  empty_dir(disk);
  remove(disk);
}

static void test_P1_one_fsync_per_entry_and_per_tap(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(json_t) value = json_string("草稿");

  assert_true(try_save(fixture, 0));
  shim_vfs_take_syncs();
  for (int i = 1; i <= 20; i++)
    assert_true(try_save(fixture, i));
  assert_int_equal(shim_vfs_take_syncs(), 20);
  assert_true(bh_device_draft_set(fixture->device, fixture->li, fixture->enterprise, "enterprise",
                                  "address", value, NULL));
  assert_int_equal(shim_vfs_take_syncs(), 1);
  g_autoptr(json_t) status = bh_device_status(fixture->device, NULL);
  g_autoptr(json_t) found = bh_device_get(fixture->device, fixture->enterprise, NULL);
  assert_int_equal(shim_vfs_take_syncs(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_I1_and_I12_kill_9_loses_no_saved_entry_and_doubles_none),
      cmocka_unit_test(test_kill_9_leaves_a_hazard_with_its_pictures_or_neither),
      cmocka_unit_test(test_L5_a_full_disk_loses_nothing_that_was_saved),
      cmocka_unit_test(test_an_io_error_loses_nothing_that_was_saved),
      cmocka_unit_test(test_I5_cursor_and_records_move_together_or_not_at_all),
      cmocka_unit_test(test_L18_a_power_cut_loses_nothing_that_was_saved),
      cmocka_unit_test(test_P1_one_fsync_per_entry_and_per_tap),
  };
  shim_vfs_install();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

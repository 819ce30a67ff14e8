/* The state of the store in memory agrees with the disk, also after a commit that failed. */
#include <sqlite3.h>
#include <string.h>

#include "sync/device/store/outbox-kinds.h"
#include "tests/sync/device/fixture.h"
#include "tests/sync/device/shim-vfs.h"

#define FAULTS_MAX 60

/* Returns all that the store holds in memory, as text. */
static char *dump(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const BhDevice *device = fixture->device;
  gint64 made, acked;

  /* Reads the state in memory again after a failed transaction, as every public function does
   * first. */
  assert_true(bh_outbox_get_heads(fixture->device, &made, &acked, &error));
  g_autoptr(json_t) address = fixture_value(fixture, fixture->enterprise, "address");
  const BhCounters *c = &device->counters;
  g_autoptr(GString) text = g_string_new(NULL);
  const struct {
    const char *name;
    gint64 value;
  } numbers[] = {
      {"place", BH_POS(device->incarnation, device->made)},
      {"acked", device->acked},
      {"last", device->last_ms},
      {"hub", device->hub_ms},
      {"hub boot", device->hub_boot_ms},
      {"changed", c->changed},
      {"drafts", c->drafts},
      {"files", c->files},
      {"bytes", c->bytes},
      {"delivered", c->delivered},
      {"conflicts", c->conflicts},
      {"quarantined", c->quarantined},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
    g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", numbers[i].name, numbers[i].value);
  g_string_append_printf(text, "head %s\nincarnation %s\nkinds %s\nsig %s\naddress %s\n",
                         device->head, device->signer->incarnation,
                         bh_kind_set_get_hash(device->kinds), device->hub_sig,
                         json_string_value(address));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* --- the operations that are tried --- */

typedef gboolean (*Try)(Fixture *fixture, int i, GError **error);

static gboolean try_save(Fixture *fixture, int i, GError **error)
{
  g_autofree char *text = g_strdup_printf("地址 %d", i);
  g_autoptr(json_t) ops =
      fixture_ops(fixture->enterprise, "enterprise", json_pack("{ss}", "address", text));
  fixture->time.wall_ms += 60000;
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, error);
  return entry != NULL;
}

/* hashes of the two kind sets that each store holds */
static char sets[2][BH_HASH_HEX_LEN + 1];

static void store_sets(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(fixture->device->kinds), 0, NULL);
  json_t *kind = json_array_get(json_object_get(root, "kinds"), 0);

  g_strlcpy(sets[0], bh_kind_set_get_hash(fixture->device->kinds), sizeof sets[0]);
  json_object_set_new(json_object_get(kind, "label"), "zh", json_string("第二版"));
  g_autofree char *text = bh_json_dump_sorted(root);
  assert_true(bh_outbox_store_kinds(fixture->device, text, strlen(text), &error));
  g_strlcpy(sets[1], bh_kind_set_get_hash(fixture->device->kinds), sizeof sets[1]);
}

/* Puts the other of the two kind sets into use, as the hub may. */
static gboolean try_kinds(Fixture *fixture, int i G_GNUC_UNUSED, GError **error)
{
  gboolean first = strcmp(bh_kind_set_get_hash(fixture->device->kinds), sets[0]) == 0;
  return bh_outbox_adopt_kinds(fixture->device, sets[first ? 1 : 0], error);
}

static gboolean try_hub_time(Fixture *fixture, int i, GError **error)
{
  g_autofree char *signature = g_strdup_printf("%d", i);
  return bh_outbox_note_hub_time(fixture->device, fixture->time.wall_ms + i, signature, error);
}

static gboolean try_acknowledge(Fixture *fixture, int i G_GNUC_UNUSED, GError **error)
{
  gint64 made, acked;
  assert_true(bh_outbox_get_heads(fixture->device, &made, &acked, NULL));
  g_autofree char *hash = fixture_hash(fixture, made);
  return bh_outbox_acknowledge(fixture->device, fixture->device->signer->incarnation, made, hash,
                               error);
}

static gboolean try_save_and_acknowledge(Fixture *fixture, int i, GError **error)
{
  return try_save(fixture, i, error) && try_acknowledge(fixture, i, error);
}

static gboolean try_reincarnate(Fixture *fixture, int i G_GNUC_UNUSED, GError **error)
{
  return bh_outbox_reincarnate(fixture->device, 0, error);
}

static gboolean try_draft(Fixture *fixture, int i, GError **error)
{
  g_autoptr(json_t) value = json_string("路");
  return i % 2 == 0
             ? bh_device_draft_discard(fixture->device, fixture->li, fixture->enterprise, error)
             : bh_device_draft_set(fixture->device, fixture->li, fixture->enterprise, "enterprise",
                                   "address", value, error);
}

static gboolean try_page(Fixture *fixture, int i, GError **error)
{
  g_autofree char *cursor = g_strdup_printf("at-%d", i);
  g_autofree char *address = g_strdup_printf("路 %d", i);
  g_autoptr(json_t) page =
      json_pack("{ss sb sb s[o] s[] s{} s[]}", "cursor", cursor, "more", 0, "reset", 0, "records",
                fixture_snapshot(fixture, fixture->enterprise, "enterprise",
                                 json_pack("{ss ss ss}", "name", "一号矿", "area", "140603",
                                           "address", address)),
                "gone", "included", "quarantined");
  return bh_outbox_apply_changes(fixture->device, page, error);
}

/* Lets each write of the operation fail once, and compares memory and disk after it. `persistent`:
 * the disk fails until the connection was closed. */
static int fail_each(Try try, int code, gboolean persistent)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gboolean reached = TRUE;
  int failures = 0;

  store_sets(fixture);
  for (int n = 1; reached; n++) {
    g_autoptr(GError) error = NULL;
    assert_true(n < FAULTS_MAX);
    /* A change is in the write-ahead log now, so that closing the store has to make a
     * checkpoint. */
    assert_true(bh_outbox_note_round(fixture->device, "idle", NULL, n, &error));
    shim_vfs_fail_at(n, code, persistent);
    if (!try(fixture, n, &error)) {
      failures++;
      if (!g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE))
        fail_msg("%s", error->message);
    }
    reached = shim_vfs_has_failed();
    gint64 made, acked;
    if (persistent && !bh_outbox_get_heads(fixture->device, &made, &acked, NULL))
      failures++;
    shim_vfs_fail_at(0, 0, FALSE);
    g_autofree char *remembered = dump(fixture);
    fixture_reopen(fixture);
    g_autofree char *stored = dump(fixture);
    assert_string_equal(remembered, stored);
  }
  return failures;
}

static void expect_memory_is_the_disk(Try try)
{
  assert_true(fail_each(try, SQLITE_FULL, FALSE) > 0);
  assert_true(fail_each(try, SQLITE_IOERR_WRITE, FALSE) > 0);
  assert_true(fail_each(try, SQLITE_IOERR_FSYNC, TRUE) > 0);
}

static void test_after_a_save(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_save);
}

static void test_after_a_new_kind_set(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_kinds);
}

static void test_after_a_time_of_the_hub(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_hub_time);
}

static void test_after_an_acknowledgement(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_save_and_acknowledge);
}

static void test_after_a_new_incarnation(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_reincarnate);
}

static void test_after_a_draft(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_draft);
}

static void test_after_a_page(void **state G_GNUC_UNUSED)
{
  expect_memory_is_the_disk(try_page);
}

/* A kind set whose commit was reported as failed may be on the disk all the same. Then it is in
 * use. */
static void test_a_set_that_is_on_the_disk_after_all_is_in_use(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  gint64 made, acked;
  sqlite3 *db = NULL;

  store_sets(fixture);
  shim_vfs_fail_at(1, SQLITE_IOERR_FSYNC, FALSE);
  assert_false(bh_outbox_adopt_kinds(fixture->device, sets[0], &error));
  shim_vfs_fail_at(0, 0, FALSE);
  g_clear_pointer(&fixture->device->db, bh_db_close);
  g_autofree char *path = g_build_filename(fixture->dir, "store.db", NULL);
  g_autofree char *sql =
      g_strdup_printf("UPDATE setting SET value = '%s' WHERE name = 'kinds'", sets[0]);
  assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
  assert_true(bh_outbox_get_heads(fixture->device, &made, &acked, NULL));
  g_autoptr(BhKindSet) used = bh_device_dup_kinds(fixture->device);
  assert_string_equal(bh_kind_set_get_hash(used), sets[0]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_after_a_save),
      cmocka_unit_test(test_after_a_new_kind_set),
      cmocka_unit_test(test_after_a_time_of_the_hub),
      cmocka_unit_test(test_after_an_acknowledgement),
      cmocka_unit_test(test_after_a_new_incarnation),
      cmocka_unit_test(test_after_a_draft),
      cmocka_unit_test(test_after_a_page),
      cmocka_unit_test(test_a_set_that_is_on_the_disk_after_all_is_in_use),
  };
  shim_vfs_install();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

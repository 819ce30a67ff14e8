/* Files that nothing refers to any more are removed from the disk: those of records that left the
 * device, and pictures of discarded drafts. Files that something refers to, or that were not sent,
 * stay. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/db/params.h"
#include "sync/device/store/index.h"
#include "sync/device/store/release.h"
#include "tests/support/fake-disk.h"
#include "tests/sync/device/fixture.h"

/* Does all work for idle time, after the time during which a discarded draft can be brought
 * back. */
static void rest_later(Fixture *fixture)
{
  int steps = 0;

  fixture->time.boot_ms += BH_RELEASE_GRACE_MS + 1;
  fixture->time.wall_ms += BH_RELEASE_GRACE_MS + 1;
  while (bh_device_rest(fixture->device))
    assert_true(++steps < 10000);
}

static void rest_now(Fixture *fixture)
{
  while (bh_device_rest(fixture->device))
    continue;
}

static gboolean is_here(Fixture *fixture, const char *sha256)
{
  g_autofree char *path = bh_device_dup_file_path(fixture->device, sha256);
  return path != NULL;
}

/* --- records --- */

static json_t *file_record(Fixture *fixture, guint id, const char *sha256)
{
  return fixture_snapshot(fixture, test_id(id), "file",
                          json_pack("{ss ss ss sI ss}", "parent", fixture->enterprise, "role",
                                    "photo", "sha256", sha256, "size", (json_int_t)5000,
                                    "media_type", "image/jpeg"));
}

/* Returns the bytes that fixture_add_picture makes for this seed, as if they came from the hub. */
static GBytes *make_picture(guint seed, char **sha256)
{
  guint8 *bytes = g_malloc0(5000);
  TestRandom random = {seed + 1};

  test_random_fill(&random, bytes, 5000);
  memcpy(bytes, "\xff\xd8\xff", 3);
  *sha256 = bh_hash_hex(bytes, 5000);
  return g_bytes_new_take(bytes, 5000);
}

/* Stores a picture that came from the hub, and a record that refers to it. Returns its hash. */
static char *download(Fixture *fixture, guint record, guint seed)
{
  g_autoptr(GError) error = NULL;
  char *sha256 = NULL;
  g_autoptr(GBytes) bytes = make_picture(seed, &sha256);

  fixture_pull(fixture, json_pack("[o]", file_record(fixture, record, sha256)), NULL);
  assert_true(bh_outbox_keep_download(fixture->device, sha256, g_bytes_get_data(bytes, NULL),
                                      g_bytes_get_size(bytes), &error));
  assert_no_error(error);
  assert_true(is_here(fixture, sha256));
  return sha256;
}

static void take_away(Fixture *fixture, guint record)
{
  fixture_pull(fixture, json_array(), json_pack("{s[s]}", "gone", test_id(record)));
}

static void test_files_of_a_record_that_left_the_device_are_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *leaves = download(fixture, 0x7001, 1);
  g_autofree char *stays = download(fixture, 0x7002, 2);

  rest_later(fixture);
  assert_true(is_here(fixture, leaves) && is_here(fixture, stays));
  take_away(fixture, 0x7001);
  rest_now(fixture);
  assert_false(is_here(fixture, leaves));
  assert_true(is_here(fixture, stays));
}

static void
test_files_of_a_covert_visit_that_is_hidden_again_are_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(json_t) visit =
      fixture_snapshot(fixture, test_id(0x7100), "inspection",
                       json_pack("{ss s[s] ss sb}", "enterprise", fixture->enterprise, "modes",
                                 "covert", "state", "on_site", "released", 1));
  char *sha256 = NULL;
  g_autoptr(GBytes) bytes = make_picture(3, &sha256);
  g_autofree char *hash = sha256;
  json_t *photo = file_record(fixture, 0x7101, hash);

  fixture_pull(fixture, json_pack("[O o]", visit, photo), NULL);
  assert_true(bh_outbox_keep_download(fixture->device, hash, g_bytes_get_data(bytes, NULL),
                                      g_bytes_get_size(bytes), NULL));
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
  fixture_pull(fixture, json_array(),
               json_pack("{s[s s]}", "gone", test_id(0x7100), test_id(0x7101)));
  rest_now(fixture);
  assert_false(is_here(fixture, hash));
}

static void test_files_of_records_that_left_by_a_reset_are_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *leaves = download(fixture, 0x7001, 1);
  g_autofree char *stays = download(fixture, 0x7002, 2);

  fixture_pull(fixture, json_pack("[o]", file_record(fixture, 0x7002, stays)),
               json_pack("{sb}", "reset", 1));
  rest_later(fixture);
  assert_false(is_here(fixture, leaves));
  assert_true(is_here(fixture, stays));
}

static void test_a_file_that_another_record_refers_to_stays(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = download(fixture, 0x7001, 1);

  fixture_pull(fixture, json_pack("[o]", file_record(fixture, 0x7002, hash)), NULL);
  take_away(fixture, 0x7001);
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
  take_away(fixture, 0x7002);
  rest_later(fixture);
  assert_false(is_here(fixture, hash));
}

static void test_a_file_that_a_record_replaced_is_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *old = download(fixture, 0x7001, 1);
  g_autofree char *new = download(fixture, 0x7001, 2);

  rest_later(fixture);
  assert_false(is_here(fixture, old));
  assert_true(is_here(fixture, new));
}

static void test_a_file_of_a_record_that_returns_is_fetched_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = download(fixture, 0x7001, 1);

  take_away(fixture, 0x7001);
  rest_later(fixture);
  fixture_pull(fixture, json_pack("[o]", file_record(fixture, 0x7001, hash)), NULL);
  g_autoptr(GPtrArray) wanted = bh_outbox_list_missing_files(fixture->device, 10, NULL);
  assert_int_equal(wanted->len, 1);
  g_free(download(fixture, 0x7001, 1));
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
}

static void
test_a_file_that_is_on_its_way_when_its_record_leaves_is_not_kept(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char *sha256 = NULL;
  g_autoptr(GBytes) bytes = make_picture(1, &sha256);
  g_autofree char *hash = sha256;

  fixture_pull(fixture, json_pack("[o]", file_record(fixture, 0x7001, hash)), NULL);
  take_away(fixture, 0x7001);
  rest_later(fixture);
  g_autoptr(GPtrArray) wanted = bh_outbox_list_missing_files(fixture->device, 10, NULL);
  assert_int_equal(wanted->len, 0);
  assert_true(bh_outbox_keep_download(fixture->device, hash, g_bytes_get_data(bytes, NULL),
                                      g_bytes_get_size(bytes), NULL));
  assert_false(is_here(fixture, hash));
}

/* Whether the bytes are in a table of the index or in its full-text search. */
static gboolean is_indexed(Fixture *fixture, const char *word)
{
  static const char *const places[] = {
      "SELECT 1 FROM listed WHERE instr(text, :word) > 0",
      "SELECT 1 FROM field_value WHERE instr(value, :word) > 0",
      "SELECT 1 FROM search_data WHERE instr(block, CAST(:word AS BLOB)) > 0",
  };
  gboolean found = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS(places) && !found; i++)
    assert_true(bh_db_has_row(fixture->device->db, places[i],
                              BH_PARAMS(bh_param_text("word", word)), &found, NULL));
  return found;
}

static void test_text_of_a_record_that_left_is_not_in_the_store(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  fixture_pull(
      fixture,
      json_pack("[o]", fixture_snapshot(fixture, test_id(0x7001), "enterprise",
                                        json_pack("{ss ss}", "name", "鹦鹉螺", "area", "140603"))),
      NULL);
  assert_true(bh_device_index_update(fixture->device, NULL));
  assert_true(is_indexed(fixture, "鹉螺"));
  take_away(fixture, 0x7001);
  rest_later(fixture);
  assert_false(is_indexed(fixture, "鹉螺"));
}

/* --- drafts --- */

static void draft_text(Fixture *fixture, const char *record, const char *kind, const char *key,
                       const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = json_string(text);

  bh_device_draft_set(fixture->device, fixture->li, record, kind, key, value, &error);
  assert_no_error(error);
}

static void discard(Fixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;

  bh_device_draft_discard(fixture->device, fixture->li, record, &error);
  assert_no_error(error);
}

/* Makes a draft of a file's record below `parent`, with a new picture. Returns the hash of the
 * picture. */
static char *draft_picture(Fixture *fixture, guint id, const char *parent, guint seed)
{
  char *hash = fixture_add_picture(fixture, 5000, seed);

  draft_text(fixture, test_id(id), "file", "parent", parent);
  draft_text(fixture, test_id(id), "file", "sha256", hash);
  return hash;
}

static void test_the_picture_of_a_draft_stays_as_long_as_the_draft(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = draft_picture(fixture, 0x7201, fixture->enterprise, 1);

  rest_later(fixture);
  fixture_reopen(fixture);
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
  discard(fixture, test_id(0x7201));
  /* The discarded draft can still be brought back. */
  rest_now(fixture);
  assert_true(is_here(fixture, hash));
  rest_later(fixture);
  assert_false(is_here(fixture, hash));
}

static void test_a_draft_that_is_brought_back_has_its_picture(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = draft_picture(fixture, 0x7201, fixture->enterprise, 1);

  discard(fixture, test_id(0x7201));
  rest_now(fixture);
  draft_text(fixture, test_id(0x7201), "file", "sha256", hash);
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
}

static void test_a_draft_below_a_discarded_draft_is_discarded_too(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char hazard[BH_ID_LEN + 1];

  bh_device_make_id(fixture->device, hazard);
  draft_text(fixture, hazard, "hazard", "summary", "护栏缺失");
  g_autofree char *hash = draft_picture(fixture, 0x7201, hazard, 1);
  g_autofree char *other = draft_picture(fixture, 0x7202, fixture->enterprise, 2);
  discard(fixture, hazard);
  assert_int_equal(fixture_status(fixture, "drafts"), 1);
  rest_later(fixture);
  assert_false(is_here(fixture, hash));
  assert_true(is_here(fixture, other));
  /* Discarding the draft of a saved record removes no other draft. */
  draft_text(fixture, fixture->enterprise, "enterprise", "address", "南路");
  discard(fixture, fixture->enterprise);
  rest_later(fixture);
  assert_true(is_here(fixture, other));
}

static void test_a_picture_that_was_replaced_or_removed_is_deleted(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *first = draft_picture(fixture, 0x7201, fixture->enterprise, 1);
  g_autofree char *second = draft_picture(fixture, 0x7201, fixture->enterprise, 2);
  g_autoptr(json_t) keys = json_pack("[s]", "sha256");

  rest_later(fixture);
  assert_false(is_here(fixture, first));
  assert_true(is_here(fixture, second));
  assert_true(bh_device_draft_forget(fixture->device, fixture->li, test_id(0x7201), keys, &error));
  rest_later(fixture);
  assert_false(is_here(fixture, second));
}

static void test_a_picture_that_another_draft_or_record_names_stays(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *in_draft = draft_picture(fixture, 0x7201, fixture->enterprise, 1);
  g_autofree char *in_record = download(fixture, 0x7301, 2);

  g_free(draft_picture(fixture, 0x7202, fixture->enterprise, 1));
  g_free(draft_picture(fixture, 0x7203, fixture->enterprise, 2));
  discard(fixture, test_id(0x7201));
  discard(fixture, test_id(0x7203));
  rest_later(fixture);
  assert_true(is_here(fixture, in_draft));
  assert_true(is_here(fixture, in_record));
}

static void
test_a_picture_that_was_added_twice_and_thrown_away_once_stays(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = draft_picture(fixture, 0x7201, fixture->enterprise, 1);

  g_free(fixture_add_picture(fixture, 5000, 1));
  discard(fixture, test_id(0x7201));
  rest_later(fixture);
  /* The picture was added a second time, and the second caller will refer to it later. */
  assert_true(is_here(fixture, hash));
  draft_text(fixture, test_id(0x7202), "file", "sha256", hash);
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
}

/* --- own entries --- */

static char *save_picture(Fixture *fixture, guint id, guint seed)
{
  char *hash = draft_picture(fixture, id, fixture->enterprise, seed);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) also = json_pack("{ss sI ss}", "role", "photo", "size", (json_int_t)5000,
                                     "media_type", "image/jpeg");
  g_autofree char *entry =
      bh_device_save_draft(fixture->device, fixture->li, test_id(id), also, &error);

  assert_no_error(error);
  return hash;
}

static void test_an_unsent_file_stays_whatever_record_is_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = save_picture(fixture, 0x7401, 1);

  take_away(fixture, 0x7401);
  rest_later(fixture);
  fixture_reopen(fixture);
  rest_later(fixture);
  assert_true(is_here(fixture, hash));
  assert_int_equal(fixture_status(fixture, "files_pending"), 1);
  fixture_acknowledge(fixture, 1);
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);
  fixture_pull(fixture, json_array(),
               json_pack("{s{sI} s[s]}", "included", uplink->incarnation, (json_int_t)1, "gone",
                         test_id(0x7401)));
  rest_later(fixture);
  /* The hub has the entry, but not its file. */
  assert_true(is_here(fixture, hash));
  g_autoptr(BhPendingFile) next = bh_outbox_next_file(fixture->device, &error);
  assert_non_null(next);
  assert_string_equal(next->sha256, hash);
}

static gint64 count_notes(Fixture *fixture)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(fixture->device->db, "SELECT count(*) FROM released", NULL);

  assert_true(bh_stmt_step(stmt, &row, NULL) && row);
  return bh_stmt_get_int(stmt, 0);
}

static void test_notes_of_files_in_use_do_not_accumulate(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();

  for (guint i = 0; i < 5; i++) {
    char id[BH_ID_LEN + 1];
    g_autofree char *hash = fixture_add_picture(fixture, 5000, i);
    bh_device_make_id(fixture->device, id);
    /* The file is saved at once, without a draft. */
    g_free(fixture_save(fixture, id, "file",
                        json_pack("{ss ss ss sI ss}", "parent", fixture->enterprise, "role",
                                  "photo", "sha256", hash, "size", (json_int_t)5000, "media_type",
                                  "image/jpeg")));
  }
  g_autofree char *unsaved = fixture_add_picture(fixture, 5000, 99);
  rest_later(fixture);
  assert_int_equal(count_notes(fixture), 1);
  assert_true(is_here(fixture, unsaved));
}

/* --- interruptions --- */

static void
test_a_picture_that_never_got_into_a_draft_goes_with_the_next_run(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = fixture_add_picture(fixture, 5000, 1);

  rest_later(fixture);
  assert_true(is_here(fixture, hash));
  fixture_reopen(fixture);
  rest_now(fixture);
  assert_true(is_here(fixture, hash));
  fixture->time.boot_ms += BH_RELEASE_OPEN_MS + 1;
  rest_now(fixture);
  assert_false(is_here(fixture, hash));
}

/* Runs `func` in a child process that is killed when `func` returns, without closing the store. */
static void die_after(Fixture *fixture, void (*func)(Fixture *fixture))
{
  int status = 0;

  g_clear_pointer(&fixture->device, bh_device_close);
  pid_t child = fork();
  if (child == 0) {
    fixture->device = bh_device_open(fixture->dir, &fixture->clock, &fixture->random, NULL);
    func(fixture);
    kill(getpid(), SIGKILL);
  }
  waitpid(child, &status, 0);
  assert_true(WIFSIGNALED(status));
  fixture_reopen(fixture);
}

static void discard_one(Fixture *fixture)
{
  discard(fixture, test_id(0x7201));
}

static void note_only(Fixture *fixture)
{
  gboolean more = FALSE;

  fixture->time.boot_ms += BH_RELEASE_GRACE_MS + 1;
  bh_release_some(fixture->device, &more, NULL);
}

static void test_files_that_a_kill_left_behind_are_removed_later(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = draft_picture(fixture, 0x7201, fixture->enterprise, 1);

  die_after(fixture, discard_one);
  assert_true(is_here(fixture, hash));
  die_after(fixture, note_only);
  /* The row of the file is removed already, but not its bytes. */
  assert_true(is_here(fixture, hash));
  rest_later(fixture);
  assert_false(is_here(fixture, hash));
}

/* Leaves bytes without a row, as a kill between removing the row and the bytes does. */
static void test_bytes_without_a_row_are_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *path = bh_device_dup_file_path(fixture->device, hash);
  g_autofree char *part = g_strconcat(path, ".part", NULL);

  assert_true(g_file_set_contents(part, "half", 4, NULL));
  assert_true(bh_db_exec(fixture->device->db, "DELETE FROM file", &error));
  fixture_reopen(fixture);
  rest_later(fixture);
  assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
}

static void test_a_removal_that_was_not_synced_is_tried_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = draft_picture(fixture, 0x7201, fixture->enterprise, 1);
  g_autofree char *folder = g_strndup(hash, 2);
  g_autofree char *shelf = g_build_filename(fixture->dir, "files", folder, NULL);
  g_autoptr(FakeDisk) fake = fake_disk_new(fixture->dir);

  discard(fixture, test_id(0x7201));
  bh_device_set_disk(fixture->device, &fake->disk);
  fake->fail_at = 1;
  rest_later(fixture);
  assert_int_equal(fake->calls, 1);
  bh_device_set_disk(fixture->device, bh_disk_system());
  /* Leaves a file without a row, as a power cut would. */
  g_free(fixture_add_picture(fixture, 5000, 1));
  assert_true(bh_db_exec(fixture->device->db, "DELETE FROM file; DELETE FROM released", NULL));
  assert_true(is_here(fixture, hash));
  rest_later(fixture);
  assert_false(is_here(fixture, hash));
}

static gint64 count_discards(Fixture *fixture)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(fixture->device->db, "SELECT count(*) FROM discard", NULL);
  gboolean row = FALSE;

  assert_true(bh_stmt_step(stmt, &row, NULL) && row);
  return bh_stmt_get_int(stmt, 0);
}

/* The file is replaced by a directory, which unlink refuses for every user. */
static void test_a_file_that_cannot_be_removed_is_tried_again_later(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *stuck = draft_picture(fixture, 0x7201, fixture->enterprise, 1);
  g_autofree char *other = draft_picture(fixture, 0x7202, fixture->enterprise, 2);
  g_autofree char *path = bh_device_dup_file_path(fixture->device, stuck);

  assert_int_equal(g_unlink(path), 0);
  assert_int_equal(g_mkdir(path, 0700), 0);
  discard(fixture, test_id(0x7201));
  discard(fixture, test_id(0x7202));
  rest_later(fixture);
  assert_false(is_here(fixture, other));
  assert_int_equal(count_discards(fixture), 1);
  for (int i = 0; i < 5; i++)
    rest_later(fixture);
  assert_int_equal(count_discards(fixture), 1);

  assert_int_equal(g_rmdir(path), 0);
  assert_true(g_file_set_contents(path, "bytes", -1, NULL));
  fixture->time.boot_ms += 24 * G_GINT64_CONSTANT(3600000);
  rest_later(fixture);
  assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  assert_int_equal(count_discards(fixture), 0);
}

/* --- orphaned files --- */

static char *put_stray(Fixture *fixture, const char *bytes, const char *suffix)
{
  g_autofree char *hash = bh_hash_hex(bytes, strlen(bytes));
  g_autofree char *folder = g_strndup(hash, 2);
  g_autofree char *shelf = g_build_filename(fixture->dir, "files", folder, NULL);
  g_autofree char *name = g_strconcat(hash, suffix, NULL);
  g_autofree char *path = g_build_filename(shelf, name, NULL);

  assert_int_equal(g_mkdir_with_parents(shelf, 0700), 0);
  assert_true(g_file_set_contents(path, bytes, -1, NULL));
  return g_steal_pointer(&path);
}

/* Returns what doctor reports about orphaned files; *ok: whether it found none. */
static char *ask_doctor(Fixture *fixture, gboolean *ok)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) found = bh_device_doctor(fixture->device, &error);
  gsize i;
  json_t *check;

  assert_no_error(error);
  json_array_foreach(json_object_get(found, "checks"), i, check) {
    if (strcmp(bh_json_string_or(check, "name", ""), "orphans") != 0)
      continue;
    *ok = json_is_true(json_object_get(check, "ok"));
    return g_strdup(bh_json_string_or(check, "text", ""));
  }
  fail_msg("doctor has no check for orphaned files");
  return NULL;
}

static void test_orphaned_files_are_named_and_can_be_removed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *stray = put_stray(fixture, "left over", "");
  g_autofree char *half = put_stray(fixture, "half of one", ".part");
  g_autofree char *foreign = g_build_filename(fixture->dir, "files", "notes.txt", NULL);
  g_autofree char *name = g_path_get_basename(stray);
  gboolean ok = TRUE;

  assert_true(g_file_set_contents(foreign, "not ours", -1, NULL));
  g_autofree char *text = ask_doctor(fixture, &ok);
  assert_false(ok);
  assert_non_null(strstr(text, "2 files"));
  assert_non_null(strstr(text, "20 bytes"));
  assert_non_null(strstr(text, name));
  assert_true(g_file_test(stray, G_FILE_TEST_EXISTS));

  g_autoptr(json_t) removed = bh_device_remove_orphans(fixture->device, &error);
  assert_no_error(error);
  assert_int_equal(json_integer_value(json_object_get(removed, "files")), 2);
  assert_int_equal(json_integer_value(json_object_get(removed, "bytes")), 20);
  assert_false(g_file_test(stray, G_FILE_TEST_EXISTS));
  assert_false(g_file_test(half, G_FILE_TEST_EXISTS));
  assert_true(g_file_test(foreign, G_FILE_TEST_EXISTS));
  g_autofree char *after = ask_doctor(fixture, &ok);
  assert_true(ok);
}

static void forget_row(Fixture *fixture, const char *sql, const char *sha256)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(fixture->device->db, sql, NULL);

  assert_non_null(stmt);
  bh_stmt_bind_text(stmt, "sha", sha256);
  assert_true(bh_stmt_run(stmt, NULL));
}

/* The bytes of a file stay if a row, a draft, a note or a wanted file refers to them; each of these
 * alone is enough. */
static void test_no_file_that_something_needs_is_an_orphan(void **state G_GNUC_UNUSED)
{
  static const char *const tables[] = {"wanted", "released", "discard"};
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *rowed = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *drafted = draft_picture(fixture, 0x7201, fixture->enterprise, 2);
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  gboolean ok = FALSE;

  assert_true(bh_db_exec(fixture->device->db, "DELETE FROM released", &error));
  forget_row(fixture, "DELETE FROM file WHERE sha256 = :sha", drafted);
  for (gsize i = 0; i < G_N_ELEMENTS(tables); i++) {
    char *path = put_stray(fixture, tables[i], i == 0 ? ".part" : "");
    g_autofree char *hash = bh_hash_hex(tables[i], strlen(tables[i]));
    g_autofree char *sql = g_strdup_printf("INSERT INTO %s (sha256) VALUES (:sha)", tables[i]);
    forget_row(fixture, sql, hash);
    g_ptr_array_add(paths, path);
  }
  g_autofree char *text = ask_doctor(fixture, &ok);
  if (!ok)
    fail_msg("%s", text);
  forget_row(fixture, "DELETE FROM discard WHERE sha256 <> :sha", "");
  g_ptr_array_remove_index(paths, 2);
  g_autoptr(json_t) removed = bh_device_remove_orphans(fixture->device, &error);
  assert_no_error(error);
  assert_int_equal(json_integer_value(json_object_get(removed, "files")), 1);
  assert_true(is_here(fixture, rowed));
  assert_true(is_here(fixture, drafted));
  for (guint i = 0; i < paths->len; i++)
    assert_true(g_file_test(paths->pdata[i], G_FILE_TEST_EXISTS));
}

/* Each step checks only a few files; at the end none is left. */
static void test_many_files_are_removed_in_short_steps(void **state G_GNUC_UNUSED)
{
  enum { MANY = 95 };
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GPtrArray) hashes = g_ptr_array_new_with_free_func(g_free);
  int steps = 0;

  for (guint i = 0; i < MANY; i++)
    g_ptr_array_add(hashes, draft_picture(fixture, 0x8000 + i, fixture->enterprise, i + 10));
  for (guint i = 0; i < MANY; i++)
    discard(fixture, test_id(0x8000 + i));
  fixture->time.boot_ms += BH_RELEASE_GRACE_MS + 1;
  guint64 before = bh_db_count_prepared(fixture->device->db), most = 0;
  while (bh_device_rest(fixture->device)) {
    guint64 now = bh_db_count_prepared(fixture->device->db);
    most = MAX(most, now - before);
    before = now;
    steps++;
  }
  assert_true(steps >= 5 && steps < 40);
  if (most > 600)
    fail_msg("%d statements in one step", (int)most);
  for (guint i = 0; i < MANY; i++)
    assert_false(is_here(fixture, hashes->pdata[i]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files_of_a_record_that_left_the_device_are_removed),
      cmocka_unit_test(test_files_of_a_covert_visit_that_is_hidden_again_are_removed),
      cmocka_unit_test(test_files_of_records_that_left_by_a_reset_are_removed),
      cmocka_unit_test(test_a_file_that_another_record_refers_to_stays),
      cmocka_unit_test(test_a_file_that_a_record_replaced_is_removed),
      cmocka_unit_test(test_a_file_of_a_record_that_returns_is_fetched_again),
      cmocka_unit_test(test_a_file_that_is_on_its_way_when_its_record_leaves_is_not_kept),
      cmocka_unit_test(test_text_of_a_record_that_left_is_not_in_the_store),
      cmocka_unit_test(test_the_picture_of_a_draft_stays_as_long_as_the_draft),
      cmocka_unit_test(test_a_draft_that_is_brought_back_has_its_picture),
      cmocka_unit_test(test_a_draft_below_a_discarded_draft_is_discarded_too),
      cmocka_unit_test(test_a_picture_that_was_replaced_or_removed_is_deleted),
      cmocka_unit_test(test_a_picture_that_another_draft_or_record_names_stays),
      cmocka_unit_test(test_a_picture_that_was_added_twice_and_thrown_away_once_stays),
      cmocka_unit_test(test_an_unsent_file_stays_whatever_record_is_removed),
      cmocka_unit_test(test_notes_of_files_in_use_do_not_accumulate),
      cmocka_unit_test(test_a_picture_that_never_got_into_a_draft_goes_with_the_next_run),
      cmocka_unit_test(test_files_that_a_kill_left_behind_are_removed_later),
      cmocka_unit_test(test_bytes_without_a_row_are_removed),
      cmocka_unit_test(test_a_removal_that_was_not_synced_is_tried_again),
      cmocka_unit_test(test_a_file_that_cannot_be_removed_is_tried_again_later),
      cmocka_unit_test(test_orphaned_files_are_named_and_can_be_removed),
      cmocka_unit_test(test_no_file_that_something_needs_is_an_orphan),
      cmocka_unit_test(test_many_files_are_removed_in_short_steps),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

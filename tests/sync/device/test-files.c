#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "tests/support/pictures.h"
#include "tests/sync/device/fixture.h"

static char *declare(Fixture *fixture, const char *sha256, gint64 size)
{
  char id[BH_ID_LEN + 1];

  bh_device_make_id(fixture->device, id);
  return fixture_save(fixture, id, "file",
                      json_pack("{ss ss ss sI ss}", "parent", fixture->enterprise, "role", "photo",
                                "sha256", sha256, "size", (json_int_t)size, "media_type",
                                "image/jpeg"));
}

static void test_a_file_is_kept_by_its_hash_and_once(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *first = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *again = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *path = bh_device_dup_file_path(fixture->device, first);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  assert_string_equal(first, again);
  assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  g_autofree char *hash = bh_hash_hex(bytes, len);
  assert_string_equal(hash, first);
  assert_null(bh_device_dup_file_path(fixture->device, "../../etc/passwd"));
  assert_null(bh_device_dup_file_path(fixture->device, NULL));
}

static void test_L5_a_damaged_file_is_written_anew(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *hash = fixture_add_picture(fixture, 5000, 1);
  g_autofree char *path = bh_device_dup_file_path(fixture->device, hash);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  assert_true(g_file_set_contents(path, "half", 4, NULL));
  g_free(fixture_add_picture(fixture, 5000, 1));
  assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  assert_int_equal(len, 5000);
}

static void test_only_pictures_and_pdf_are_taken(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  assert_null(bh_device_add_bytes(fixture->device, "MZ\x90", 3, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_device_add_bytes(fixture->device, "", 0, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_device_add_file(fixture->device, "/nowhere/at/all", &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  gsize size;
  const guint8 *paper = test_pdf(&size);
  g_autoptr(json_t) pdf = bh_device_add_bytes(fixture->device, paper, size, &error);
  assert_no_error(error);
  assert_string_equal(bh_json_string_or(pdf, "media_type", ""), "application/pdf");
}

static void test_a_truncated_file_is_refused_with_the_reason(void **state G_GNUC_UNUSED)
{
  enum { SIZE = 6000 };
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *path = g_build_filename(fixture->dir, "third.jpg", NULL);
  guint8 picture[SIZE] = {0};
  g_autoptr(GError) error = NULL;

  test_jpeg_fill(picture, SIZE);
  assert_null(bh_device_add_bytes(fixture->device, picture, SIZE / 3, &error));
  assert_non_null(strstr(error->message, "its end is missing"));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_device_add_bytes(fixture->device, picture, 3, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_true(g_file_set_contents(path, (const char *)picture, SIZE / 3, NULL));
  assert_null(bh_device_add_file(fixture->device, path, &error));
  assert_non_null(strstr(error->message, "third.jpg"));
  assert_non_null(strstr(error->message, "its end is missing"));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_device_describe_file(fixture->device, path, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_true(g_file_set_contents(path, (const char *)picture, SIZE, NULL));
  g_autoptr(json_t) fact = bh_device_add_file(fixture->device, path, &error);
  assert_no_error(error);
  assert_string_equal(bh_json_string_or(fact, "media_type", ""), "image/jpeg");
}

static void test_L9_an_entry_declares_its_files(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = fixture_add_picture(fixture, 5000, 1);

  assert_int_equal(fixture_status(fixture, "files_pending"), 0);
  g_free(declare(fixture, hash, 5000));
  g_free(declare(fixture, hash, 5000));
  assert_int_equal(fixture_status(fixture, "files_pending"), 1);
  assert_int_equal(fixture_status(fixture, "bytes_pending"), 5000);
  g_autoptr(BhBody) body = fixture_read_body(fixture, 1);
  const BhFileRef *file = g_ptr_array_index(body->files, 0);
  assert_string_equal(file->sha256, hash);
  assert_int_equal(file->size, 5000);

  g_autofree char *unknown = g_strnfill(BH_HASH_HEX_LEN, 'a');
  g_autoptr(json_t) ops =
      fixture_ops(test_id(0xf1), "file",
                  json_pack("{ss ss ss si ss}", "parent", fixture->enterprise, "role", "photo",
                            "sha256", unknown, "size", 1, "media_type", "image/jpeg"));
  assert_null(bh_device_save(fixture->device, fixture->li, ops, 0, &error));
  assert_error(error, BH_ERROR_INVALID);
}

static void expect_next(Fixture *fixture, const char *hash, gint64 sent, const char *upload)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhPendingFile) next = bh_outbox_next_file(fixture->device, &error);

  assert_no_error(error);
  if (hash == NULL) {
    assert_null(next);
    return;
  }
  assert_non_null(next);
  assert_string_equal(next->sha256, hash);
  assert_int_equal(next->sent, sent);
  if (upload == NULL)
    assert_null(next->upload);
  else
    assert_string_equal(next->upload, upload);
  assert_true(g_file_test(next->path, G_FILE_TEST_EXISTS));
}

static void test_L3_files_go_after_entries_small_first_and_resume(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *large = fixture_add_picture(fixture, 9000, 1);
  g_autofree char *small = fixture_add_picture(fixture, 1000, 2);

  g_free(declare(fixture, large, 9000));
  g_free(declare(fixture, small, 1000));
  expect_next(fixture, NULL, 0, NULL);
  fixture_acknowledge(fixture, 1);
  expect_next(fixture, large, 0, NULL);
  fixture_acknowledge(fixture, 2);
  expect_next(fixture, small, 0, NULL);
  assert_true(bh_outbox_note_file(fixture->device, small, "/v1/uploads/1", 600, FALSE, &error));
  assert_int_equal(fixture_status(fixture, "bytes_pending"), 9400);
  fixture_reopen(fixture);
  expect_next(fixture, small, 600, "/v1/uploads/1");
  assert_true(bh_outbox_note_file(fixture->device, small, "/v1/uploads/1", 1000, TRUE, &error));
  assert_true(bh_outbox_note_file(fixture->device, small, NULL, 0, FALSE, &error));
  expect_next(fixture, large, 0, NULL);
  assert_int_equal(fixture_status(fixture, "files_pending"), 1);
  assert_true(bh_outbox_note_file(fixture->device, large, NULL, 9000, TRUE, &error));
  expect_next(fixture, NULL, 0, NULL);
  assert_int_equal(fixture_status(fixture, "files_pending"), 0);
  assert_int_equal(fixture_status(fixture, "bytes_pending"), 0);
}

static void test_a_deferred_file_comes_after_the_others_and_says_why(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *large = fixture_add_picture(fixture, 9000, 1);
  g_autofree char *small = fixture_add_picture(fixture, 1000, 2);

  g_free(declare(fixture, large, 9000));
  g_free(declare(fixture, small, 1000));
  fixture_acknowledge(fixture, 2);
  assert_true(bh_outbox_defer_file(fixture->device, small, "damaged here", &error));
  expect_next(fixture, large, 0, NULL);
  g_autoptr(json_t) queue = bh_device_queue(fixture->device, 0, 10, &error);
  assert_int_equal(json_array_size(queue), 2);
  const json_t *last = json_array_get(queue, 1);
  assert_string_equal(bh_json_string_or(last, "why_code", ""), "deferred");
  assert_string_equal(bh_json_string_or(last, "why", ""), "damaged here");
  assert_int_equal(fixture_status(fixture, "files_pending"), 2);
}

static void test_files_named_by_pulled_records_are_wanted(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  json_t *records = json_array();
  /* The picture is truncated. It is stored unchanged all the same, because a file from another
   * device is evidence. */
  guint8 bytes[50] = "\xff\xd8\xff";
  g_autofree char *hash = bh_hash_hex(bytes, sizeof bytes);

  json_array_append_new(
      records,
      fixture_snapshot(fixture, test_id(0xf2), "file",
                       json_pack("{ss ss ss si ss}", "parent", fixture->enterprise, "role", "photo",
                                 "sha256", hash, "size", 50, "media_type", "image/jpeg")));
  fixture_pull(fixture, records, NULL);
  g_autoptr(GPtrArray) wanted = bh_outbox_list_missing_files(fixture->device, 10, &error);
  assert_int_equal(wanted->len, 1);
  assert_string_equal(g_ptr_array_index(wanted, 0), hash);
  assert_true(bh_outbox_keep_download(fixture->device, hash, bytes, sizeof bytes, &error));
  assert_no_error(error);
  g_autoptr(GPtrArray) none = bh_outbox_list_missing_files(fixture->device, 10, &error);
  assert_int_equal(none->len, 0);
}

static void test_I7_another_epoch_asks_for_all_files_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char inspection[BH_ID_LEN + 1], photo[BH_ID_LEN + 1];
  g_autofree char *sha256 = fixture_add_picture(fixture, 5000, 1);

  fixture_inspect(fixture, inspection);
  bh_device_make_id(fixture->device, photo);
  g_free(fixture_save(fixture, photo, "file",
                      json_pack("{ss ss ss si ss}", "parent", inspection, "role", "photo", "sha256",
                                sha256, "size", 5000, "media_type", "image/jpeg")));
  fixture_pull(fixture, json_array(), json_pack("{ss}", "epoch", "one"));
  fixture_acknowledge(fixture, 2);
  g_autoptr(BhPendingFile) file = bh_outbox_next_file(fixture->device, &error);
  assert_non_null(file);
  assert_true(bh_outbox_note_file(fixture->device, sha256, NULL, file->size, TRUE, &error));
  fixture_pull(fixture, json_array(), json_pack("{ss}", "epoch", "one"));
  assert_int_equal(fixture_status(fixture, "files_pending"), 0);
  fixture_pull(fixture, json_array(), json_pack("{ss}", "epoch", "two"));
  assert_int_equal(fixture_status(fixture, "files_pending"), 1);
  assert_int_equal(fixture_status(fixture, "bytes_pending"), file->size);
  assert_true(bh_outbox_note_file(fixture->device, sha256, NULL, file->size, TRUE, &error));
  assert_int_equal(fixture_status(fixture, "files_pending"), 0);
  assert_int_equal(fixture_status(fixture, "bytes_pending"), 0);
}

typedef struct {
  gint64 left; /* free bytes on the disk; -1: unknown */
} FakeSpace;

static gint64 tell_space(gpointer data, const char *dir)
{
  assert_true(g_file_test(dir, G_FILE_TEST_IS_DIR));
  errno = EIO;
  return ((FakeSpace *)data)->left;
}

static guint count_files(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);
    count += g_file_test(below, G_FILE_TEST_IS_DIR) ? count_files(below) : 1;
  }
  return count;
}

static void test_L5_files_leave_room_for_findings(void **state G_GNUC_UNUSED)
{
  enum { SIZE = 5000 };
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *files = g_build_filename(fixture->dir, "files", NULL);
  g_autofree char *there = fixture_add_picture(fixture, SIZE, 1);
  g_autoptr(GError) error = NULL;
  FakeSpace fake = {BH_DEVICE_FREE_MIN + SIZE - 1};
  const BhSpace space = {tell_space, &fake};
  guint8 picture[SIZE] = {0};
  char id[BH_ID_LEN + 1];

  test_jpeg_fill(picture, SIZE);
  bh_device_set_space(fixture->device, &space);
  assert_null(bh_device_add_bytes(fixture->device, picture, SIZE, &error));
  assert_non_null(strstr(error->message, "5000 bytes"));
  assert_non_null(strstr(error->message, fixture->dir));
  assert_error(error, BH_ERROR_STORAGE);
  fake.left = -1;
  assert_null(bh_device_add_bytes(fixture->device, picture, SIZE, &error));
  assert_non_null(strstr(error->message, g_strerror(EIO)));
  assert_error(error, BH_ERROR_STORAGE);
  fake.left = 0;
  assert_int_equal(count_files(files), 1);
  /* A file that is already stored needs no space, and a finding can still be saved. */
  g_free(fixture_add_picture(fixture, SIZE, 1));
  fixture_inspect(fixture, id);
  g_autoptr(json_t) report = bh_device_doctor(fixture->device, &error);
  gsize index;
  json_t *check;
  json_array_foreach(json_object_get(report, "checks"), index, check) {
    if (g_str_equal(bh_json_string_or(check, "name", ""), "space"))
      assert_false(json_is_true(json_object_get(check, "ok")));
  }
  fake.left = BH_DEVICE_FREE_MIN + SIZE;
  g_autoptr(json_t) fact = bh_device_add_bytes(fixture->device, picture, SIZE, &error);
  assert_no_error(error);
  assert_non_null(fact);
  assert_int_equal(count_files(files), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_I7_another_epoch_asks_for_all_files_again),
      cmocka_unit_test(test_a_file_is_kept_by_its_hash_and_once),
      cmocka_unit_test(test_L5_a_damaged_file_is_written_anew),
      cmocka_unit_test(test_only_pictures_and_pdf_are_taken),
      cmocka_unit_test(test_a_truncated_file_is_refused_with_the_reason),
      cmocka_unit_test(test_L9_an_entry_declares_its_files),
      cmocka_unit_test(test_L3_files_go_after_entries_small_first_and_resume),
      cmocka_unit_test(test_a_deferred_file_comes_after_the_others_and_says_why),
      cmocka_unit_test(test_files_named_by_pulled_records_are_wanted),
      cmocka_unit_test(test_L5_files_leave_room_for_findings),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

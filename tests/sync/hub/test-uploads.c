/* Files: the tus protocol with a real hub, interrupted, repeated and invalid, and what the office
 * shows of them. */
#include "hub-fixture.h"
#include "photo.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "schema/base64.h"
#include "sync/hub/log/file-path.h"
#include "sync/hub/devices/uploads.h"
#include "sync/wire/credential.h"

#include <sodium.h>

static void test_L9_a_missing_photo_is_reported_as_0_of_1_then_1_of_1(void **state)
{
  Photo *photo = photo_declare(*state, 2500);
  expect_files(*state, photo->enterprise, 1, 0);
  photo_upload(photo);
  expect_files(*state, photo->enterprise, 1, 1);
  photo_free(photo);
}

static void test_I10_a_file_is_complete_only_when_its_hash_was_verified(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 500);
  g_autofree guint8 *other = g_malloc0(500);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, 500);
  g_autoptr(Answer) wrong =
      photo_patch(photo, answer_header(made, "location"), 0, other, 500, other);
  assert_status(wrong, 460);
  assert_string_equal(answer_header(wrong, "upload-offset"), "0");
  expect_files(fixture, photo->enterprise, 1, 0);
  g_autoptr(Answer) right =
      photo_patch(photo, answer_header(made, "location"), 0, photo->bytes, 500, photo->bytes);
  assert_status(right, 204);
  expect_files(fixture, photo->enterprise, 1, 1);
  /* Other bytes with the same hash arrive later: the upload is complete, so nothing is left to
   * send. */
  g_autoptr(Answer) again =
      photo_patch(photo, answer_header(made, "location"), 0, other, 500, other);
  assert_status(again, 409);
  assert_string_equal(answer_header(again, "upload-offset"), "500");
  g_autofree char *path = g_strconcat("/v1/files/", photo->sha, NULL);
  g_autoptr(Answer) got = test_send(fixture, photo->device, "GET", path, NULL, NULL, -1);
  assert_status(got, 200);
  assert_memory_equal(got->body->str, photo->bytes, 500);
  photo_free(photo);
}

static void test_L3_an_upload_goes_on_after_a_restart_of_the_hub(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  g_autoptr(Answer) part =
      photo_patch(photo, answer_header(made, "location"), 0, photo->bytes, 1000, photo->bytes);
  assert_status(part, 204);
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  g_autoptr(Answer) where = photo_send(photo, "HEAD", answer_header(made, "location"));
  assert_status(where, 200);
  assert_string_equal(answer_header(where, "upload-offset"), "1000");
  assert_string_equal(answer_header(where, "upload-length"), "2500");
  assert_string_equal(answer_header(where, "cache-control"), "no-store");
  g_autoptr(Answer) rest = photo_patch(photo, answer_header(made, "location"), 1000,
                                       photo->bytes + 1000, 1500, photo->bytes + 1000);
  assert_status(rest, 204);
  expect_files(fixture, photo->enterprise, 1, 1);
  photo_free(photo);
}

static void test_L4_creating_an_upload_again_continues_it(void **state)
{
  Photo *photo = photo_declare(*state, 2500);
  g_autoptr(Answer) first = photo_create(photo, photo->sha, photo->size);
  g_autoptr(Answer) second = photo_create(photo, photo->sha, photo->size);
  assert_string_equal(answer_header(first, "location"), answer_header(second, "location"));
  g_autoptr(Answer) part =
      photo_patch(photo, answer_header(first, "location"), 0, photo->bytes, 1000, photo->bytes);
  assert_status(part, 204);
  /* The device did not get the answer and sends the chunk again. */
  g_autoptr(Answer) repeated =
      photo_patch(photo, answer_header(first, "location"), 0, photo->bytes, 1000, photo->bytes);
  assert_status(repeated, 409);
  assert_string_equal(answer_header(repeated, "upload-offset"), "1000");
  Photo *meanwhile = photo_declare(*state, 100);
  photo_upload(meanwhile);
  photo_free(meanwhile);
  g_autoptr(Answer) done = photo_patch(photo, answer_header(first, "location"), 1000,
                                       photo->bytes + 1000, 1500, photo->bytes + 1000);
  assert_status(done, 204);
  g_autoptr(Answer) known = photo_create(photo, photo->sha, photo->size);
  assert_status(known, 201);
  assert_string_equal(answer_header(known, "upload-offset"), "2500");
  photo_free(photo);
}

/* Sends only `len` bytes of a chunk, over a connection that stays open. */
static CURL *begin_chunk(Photo *photo, const char *location, gsize len)
{
  HubFixture *fixture = photo->device->fixture;
  CURL *curl = curl_easy_init();
  guint8 hash[BH_HASH_SIZE];
  gsize sent = 0;
  bh_hash(photo->bytes, photo->size, hash);
  g_autofree char *sum = bh_base64_encode(hash, sizeof hash);
  g_autofree char *credential = bh_auth_format(photo->device->signer->device, photo->device->token);
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text,
                  "PATCH %s HTTP/1.1\r\nHost: hub\r\nAuthorization: %s\r\n"
                  "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nUpload-Checksum: sha256 %s\r\n"
                  "Content-Type: application/offset+octet-stream\r\nContent-Length: %zu\r\n\r\n",
                  location, credential, sum, photo->size);
  g_string_append_len(text, (const char *)photo->bytes, (gssize)len);
  curl_easy_setopt(curl, CURLOPT_URL, fixture->url);
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, fixture->pin);
  assert_int_equal(curl_easy_perform(curl), CURLE_OK);
  assert_int_equal(curl_easy_send(curl, text->str, text->len, &sent), CURLE_OK);
  assert_int_equal(sent, text->len);
  return curl;
}

/* Sends the rest of a chunk. Returns the status of the answer; 0 when the connection was closed
 * instead. */
static long end_chunk(CURL *curl, Photo *photo, gsize from)
{
  char answer[4096] = "";
  gsize n = 0;
  CURLcode code = curl_easy_send(curl, photo->bytes + from, photo->size - from, &n);
  for (int i = 0; code == CURLE_OK && i < 100; i++) {
    code = curl_easy_recv(curl, answer, sizeof answer - 1, &n);
    if (code != CURLE_AGAIN)
      break;
    code = CURLE_OK;
    g_usleep(50 * 1000);
  }
  curl_easy_cleanup(curl);
  return code == CURLE_OK && g_str_has_prefix(answer, "HTTP/1.1 ") ? strtol(answer + 9, NULL, 10)
                                                                   : 0;
}

static void test_L4_a_new_request_continues_an_upload_whose_chunk_hangs(void **state)
{
  Photo *photo = photo_declare(*state, 2500);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  gint64 began_us = g_get_monotonic_time();
  CURL *hanging = begin_chunk(photo, answer_header(made, "location"), 1000);
  g_autoptr(Answer) where = photo_send(photo, "HEAD", answer_header(made, "location"));
  assert_string_equal(answer_header(where, "upload-offset"), "0");
  g_autoptr(Answer) part =
      photo_patch(photo, answer_header(made, "location"), 0, photo->bytes, 1200, photo->bytes);
  assert_status(part, 204);
  g_autoptr(Answer) rest = photo_patch(photo, answer_header(made, "location"), 1200,
                                       photo->bytes + 1200, 1300, photo->bytes + 1200);
  assert_status(rest, 204);
  assert_true(g_get_monotonic_time() - began_us < 10 * G_USEC_PER_SEC);
  /* The rest of the older chunk arrives late and changes nothing. */
  long late = end_chunk(hanging, photo, 1000);
  assert_true(late == 409 || late == 0);
  expect_files(*state, photo->enterprise, 1, 1);
  g_autofree char *path = g_strconcat("/v1/files/", photo->sha, NULL);
  g_autoptr(Answer) got = test_send(*state, photo->device, "GET", path, NULL, NULL, -1);
  assert_int_equal(got->body->len, photo->size);
  assert_memory_equal(got->body->str, photo->bytes, photo->size);
  photo_free(photo);
}

/* Limits files to `most` bytes from now on; 0: no limit. */
static void limit_files(rlim_t most)
{
  struct rlimit limit;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = most > 0 ? most : limit.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The store has space, but the file system of the files has none: only the failed write shows
 * it. */
static void test_L5_a_chunk_that_does_not_fit_on_the_disk_is_not_counted(void **state)
{
  enum { MIB = 1024 * 1024, PARTS = 7 };
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, PARTS * MIB);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  const char *location = answer_header(made, "location");
  for (gsize at = 0; at < 5 * MIB; at += MIB) {
    g_autoptr(Answer) part =
        photo_patch(photo, location, at, photo->bytes + at, MIB, photo->bytes + at);
    assert_status(part, 204);
  }
  limit_files(5 * MIB + 100);
  g_autoptr(Answer) full = photo_patch(photo, location, 5 * MIB, photo->bytes + 5 * (gsize)MIB, MIB,
                                       photo->bytes + 5 * (gsize)MIB);
  limit_files(0);
  assert_status(full, 503);
  assert_string_equal(test_error_code(full), "storage");
  /* Errors must not contain paths of the hub. */
  assert_null(strstr(full->body->str, fixture->dir));
  g_autoptr(Answer) where = photo_send(photo, "HEAD", location);
  assert_string_equal(answer_header(where, "upload-offset"), "5242880");
  for (gsize at = 5 * (gsize)MIB; at < photo->size; at += MIB) {
    g_autoptr(Answer) part =
        photo_patch(photo, location, at, photo->bytes + at, MIB, photo->bytes + at);
    assert_status(part, 204);
  }
  expect_files(fixture, photo->enterprise, 1, 1);
  photo_free(photo);
}

static gint64 tell_space(gpointer data, const char *dir)
{
  assert_true(g_file_test(dir, G_FILE_TEST_IS_DIR));
  return *(gint64 *)data;
}

static void expect_no_room(HubFixture *fixture, const Photo *photo, const Answer *answer)
{
  assert_status(answer, 503);
  assert_string_equal(test_error_code(answer), "storage");
  assert_non_null(g_hash_table_lookup(answer->headers, "retry-after"));
  /* The error names the file, not its path. */
  assert_non_null(strstr(answer->body->str, photo->sha));
  assert_non_null(strstr(answer->body->str, "no room"));
  assert_null(strstr(answer->body->str, fixture->dir));
}

static void test_L5_files_leave_room_for_entries(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 3 * PHOTO_CHUNK);
  gint64 left = BH_FREE_SPACE_MIN + 3 * PHOTO_CHUNK - 1;
  const BhSpace space = {tell_space, &left};
  char id[BH_ID_LEN + 1];
  bh_hub_set_space(fixture->hub, &space);
  g_autoptr(Answer) refused = photo_create(photo, photo->sha, photo->size);
  expect_no_room(fixture, photo, refused);
  left = BH_FREE_SPACE_MIN + 3 * PHOTO_CHUNK;
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  assert_status(made, 201);
  const char *location = answer_header(made, "location");
  g_autoptr(Answer) first =
      photo_patch(photo, location, 0, photo->bytes, PHOTO_CHUNK, photo->bytes);
  assert_status(first, 204);
  left = BH_FREE_SPACE_MIN + PHOTO_CHUNK - 1;
  g_autoptr(Answer) full = photo_patch(photo, location, PHOTO_CHUNK, photo->bytes + PHOTO_CHUNK,
                                       PHOTO_CHUNK, photo->bytes + PHOTO_CHUNK);
  expect_no_room(fixture, photo, full);
  g_autofree char *part =
      g_build_filename(fixture->dir, "uploads", strrchr(location, '/') + 1, NULL);
  struct stat info;
  assert_int_equal(stat(part, &info), 0);
  assert_int_equal(info.st_size, PHOTO_CHUNK);
  g_autoptr(Answer) where = photo_send(photo, "HEAD", location);
  assert_string_equal(answer_header(where, "upload-offset"), "1000");
  expect_files(fixture, photo->enterprise, 1, 0);
  left = BH_FREE_SPACE_MIN + PHOTO_CHUNK;
  for (gsize at = PHOTO_CHUNK; at < photo->size; at += PHOTO_CHUNK) {
    g_autoptr(Answer) next =
        photo_patch(photo, location, at, photo->bytes + at, PHOTO_CHUNK, photo->bytes + at);
    assert_status(next, 204);
  }
  expect_files(fixture, photo->enterprise, 1, 1);
  /* Entries are still accepted. */
  left = 0;
  test_device_make_id(photo->device, id);
  g_autoptr(Answer) entry = test_push(
      photo->device, test_device_enterprise(photo->device, id, "二号矿", "140603100"), NULL);
  assert_status(entry, 200);
  photo_free(photo);
}

/* The device did not get the answer, and the office changed the record before the retry. */
static void test_ODK_an_unanswered_original_is_finished_after_somebody_edited_it(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  Photo photo = {.device = device, .size = 1500};
  g_autofree guint8 *bytes = g_malloc(photo.size);
  g_autofree char *sha = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) batch = g_string_new(NULL);
  randombytes_buf(bytes, photo.size);
  photo.bytes = bytes;
  photo.sha = sha = bh_hash_hex(bytes, photo.size);
  test_device_make_id(device, photo.enterprise);
  test_device_make_id(device, photo.record);
  g_autoptr(BhEntryText) made =
      test_device_enterprise(device, photo.enterprise, "一号矿", "140603100");
  g_autoptr(BhEntryText) file = test_device_entry(
      device, photo.record, "file",
      json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", photo.enterprise, "role", "photo", "sha256",
                sha, "size", (json_int_t)photo.size, "media_type", "image/jpeg"),
      NULL);
  bh_entry_text_append(made, batch);
  bh_entry_text_append(file, batch);
  g_autoptr(Answer) unheard = test_push_text(device, batch->str, (gssize)batch->len);
  assert_status(unheard, 200);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", photo.enterprise, "kind",
                                    "enterprise", "set", "name", "二号矿");
  g_autofree char *edit = bh_hub_append(fixture->hub, fixture->inspector, ops, &error);
  if (edit == NULL)
    fail_msg("the office cannot edit the record: %s", error->message);
  g_autoptr(Answer) again = test_push_text(device, batch->str, (gssize)batch->len);
  assert_status(again, 200);
  assert_true(json_equal(unheard->json, again->json));
  photo_upload(&photo);
  expect_files(fixture, photo.enterprise, 1, 1);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  const json_t *snapshot = test_find_record(changes, photo.enterprise);
  assert_string_equal(json_string_value(test_head_value(snapshot, "name")), "二号矿");
  const json_t *name = json_object_get(json_object_get(snapshot, "keys"), "name");
  assert_int_equal(json_array_size(json_object_get(name, "heads")), 1);
  test_device_free(device);
}

static void test_only_declared_files_with_their_length_are_taken(void **state)
{
  Photo *photo = photo_declare(*state, 500);
  g_autofree char *undeclared = bh_hash_hex("x", 1);
  g_autoptr(Answer) unknown = photo_create(photo, undeclared, 1);
  assert_status(unknown, 409);
  assert_string_equal(test_error_code(unknown), "chain");
  g_autoptr(Answer) length = photo_create(photo, photo->sha, 501);
  assert_status(length, 400);
  assert_string_equal(test_error_code(length), "invalid");
  g_autoptr(Answer) large = photo_create(photo, photo->sha, 65 * 1024 * 1024);
  assert_status(large, 413);
  photo_free(photo);
}

/* Declares a photo of `device` with these bytes and `size`. Returns the number of quarantined
 * entries. */
static gsize declare_again(TestDevice *device, const Photo *photo, gsize size)
{
  char enterprise[BH_ID_LEN + 1], record[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, record);
  BhEntryText *made = test_device_enterprise(device, enterprise, "二号矿", "140603100");
  BhEntryText *file = test_device_entry(device, record, "file",
                                        json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", enterprise,
                                                  "role", "photo", "sha256", photo->sha, "size",
                                                  (json_int_t)size, "media_type", "image/jpeg"),
                                        NULL);
  g_autoptr(Answer) answer = test_push(device, made, file, NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

static void test_a_wrong_length_declared_by_another_unit_blocks_no_file(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *other = test_device_new(fixture, fixture->county);
  Photo first = {.sha = bh_hash_hex("photo", 5), .size = 5};
  Photo wrong = {.device = other, .sha = first.sha, .bytes = (guint8 *)"pho", .size = 3};
  assert_int_equal(declare_again(other, &first, 3), 0);
  Photo right = {.sha = first.sha, .bytes = (guint8 *)"photo", .size = 5};
  right.device = test_device_new(fixture, fixture->township);
  assert_int_equal(declare_again(right.device, &right, 5), 0);
  g_autoptr(Answer) longer = photo_create(&right, right.sha, 3);
  assert_status(longer, 400);
  photo_upload(&right);
  g_autofree char *path = g_strconcat("/v1/files/", first.sha, NULL);
  g_autoptr(Answer) got = test_send(fixture, right.device, "GET", path, NULL, NULL, -1);
  assert_status(got, 200);
  assert_string_equal(got->body->str, "photo");
  /* The upload with the wrong size never completes, and reveals nothing of the other one. */
  g_autoptr(Answer) made = photo_create(&wrong, wrong.sha, 3);
  assert_status(made, 201);
  g_autoptr(Answer) sent =
      photo_patch(&wrong, answer_header(made, "location"), 0, wrong.bytes, 3, wrong.bytes);
  assert_status(sent, 460);
  g_autoptr(Answer) guess = photo_create(&wrong, wrong.sha, 5);
  assert_int_equal(guess->status == 201 && answer_header(guess, "upload-offset") != NULL, FALSE);
  assert_int_equal(declare_again(other, &wrong, 4), 0);
  /* The device that sent the bytes knows their length. */
  assert_int_equal(declare_again(right.device, &right, 4), 1);
  test_device_free(right.device);
  test_device_free(other);
  g_free(first.sha);
}

static void test_tus_rules(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  g_autoptr(Answer) options = photo_send(photo, "OPTIONS", "/v1/uploads");
  assert_status(options, 204);
  assert_non_null(strstr(answer_header(options, "tus-extension"), "checksum"));
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  const char *location = answer_header(made, "location");
  assert_string_equal(answer_header(made, "tus-resumable"), "1.0.0");
  assert_string_not_equal(answer_header(made, "upload-expires"), "");
  /* The request lacks the header with the version of tus. */
  g_autoptr(Answer) version = test_send(fixture, photo->device, "HEAD", location, NULL, NULL, -1);
  assert_status(version, 412);
  assert_string_equal(answer_header(version, "tus-version"), "1.0.0");
  /* The checksum does not match: nothing is kept. */
  g_autoptr(Answer) sum = photo_patch(photo, location, 0, photo->bytes, 1000, photo->bytes + 1);
  assert_status(sum, 460);
  g_autoptr(Answer) where = photo_send(photo, "HEAD", location);
  assert_string_equal(answer_header(where, "upload-offset"), "0");
  /* More bytes are sent than the upload declares. */
  g_autofree guint8 *big = g_malloc0(3000);
  g_autoptr(Answer) more = photo_patch(photo, location, 0, big, 3000, big);
  assert_status(more, 413);
  static const char *const type[] = {"Tus-Resumable: 1.0.0", "Content-Type: text/plain",
                                     "Upload-Offset: 0", NULL};
  g_autoptr(Answer) wrong_type = test_send(fixture, photo->device, "PATCH", location, type, "x", 1);
  assert_status(wrong_type, 415);
  static const char *const no_sum[] = {"Tus-Resumable: 1.0.0",
                                       "Content-Type: application/offset+octet-stream",
                                       "Upload-Offset: 0", NULL};
  g_autoptr(Answer) unsummed = test_send(fixture, photo->device, "PATCH", location, no_sum, "x", 1);
  assert_status(unsummed, 400);
  static const char *const negative[] = {"Tus-Resumable: 1.0.0",
                                         "Content-Type: application/offset+octet-stream",
                                         "Upload-Offset: -1", NULL};
  g_autoptr(Answer) below = test_send(fixture, photo->device, "PATCH", location, negative, "x", 1);
  assert_status(below, 400);
  g_autoptr(Answer) ended = photo_send(photo, "DELETE", location);
  assert_status(ended, 204);
  g_autoptr(Answer) after = photo_send(photo, "HEAD", location);
  assert_status(after, 404);
  g_autoptr(Answer) twice = photo_send(photo, "DELETE", location);
  assert_status(twice, 404);
  photo_free(photo);
}

static void test_path_tricks_reach_no_file(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 500);
  photo_upload(photo);
  static const char *const paths[] = {
      "/v1/files/../hub.db",
      "/v1/files/..%2fhub.db",
      "/v1/files/%2e%2e/keys/hub.key",
      "/v1/files/0000000000000000000000000000000000000000000000000000000000000000",
      "/v1/files/%00",
      "/v1/uploads/../../keys/hub.key",
      "/v1/uploads/..%2f..%2fkeys%2fhub.key",
      "/v1/uploads/'; DROP TABLE upload; --",
      NULL};
  for (int i = 0; paths[i] != NULL; i++) {
    g_autoptr(Answer) got = photo_send(photo, "GET", paths[i]);
    assert_true(got->status == 404 || got->status == 400 || got->status == 405 || got->status == 0);
    g_autoptr(Answer) ended = photo_send(photo, "DELETE", paths[i]);
    assert_true(ended->status >= 400 || ended->status == 0);
  }
  static const char *const metadata[] = {"Tus-Resumable: 1.0.0", "Upload-Length: 500",
                                         "Upload-Metadata: sha256 Li4vLi4vZXRjL3Bhc3N3ZA==", NULL};
  g_autoptr(Answer) trick =
      test_send(fixture, photo->device, "POST", "/v1/uploads", metadata, "", 0);
  assert_status(trick, 400);
  photo_free(photo);
}

static TestDevice *make_stranger(HubFixture *fixture, const char *area)
{
  g_autoptr(GError) error = NULL;
  char unit[BH_ID_LEN + 1];
  BhIdSource ids;
  bh_id_source_init(&ids, &fixture->clock, bh_hub_get_random(fixture->hub));
  bh_id_next(&ids, unit);
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{s:s, s:s, s:s}}]", "record", unit, "kind", "unit", "set", "name",
                "样例·别处", "area", area, "level", "county");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the unit cannot be added: %s", error->message);
  return test_device_new(fixture, unit);
}

static void test_uploads_of_other_devices_and_files_out_of_scope_are_not_found(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 500);
  Photo *other = photo_declare(fixture, 500);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  g_autoptr(Answer) foreign = photo_send(other, "HEAD", answer_header(made, "location"));
  assert_status(foreign, 404);
  photo_upload(photo);
  g_autofree char *path = g_strconcat("/v1/files/", photo->sha, NULL);
  g_autoptr(Answer) colleague = test_send(fixture, other->device, "GET", path, NULL, NULL, -1);
  assert_status(colleague, 200);
  /* The device is of a unit whose area does not contain the enterprise. */
  TestDevice *stranger = make_stranger(fixture, "140521");
  g_autoptr(Answer) none = test_send(fixture, stranger, "GET", path, NULL, NULL, -1);
  assert_status(none, 404);
  test_device_free(stranger);
  photo_free(photo);
  photo_free(other);
}

/* Hashes are printed on papers and contained in entries, so naming one does not prove that a device
 * has the bytes. */
static void test_I13_a_hash_alone_opens_no_file(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 500);
  photo_upload(photo);
  g_autofree char *path = g_strconcat("/v1/files/", photo->sha, NULL);
  TestDevice *stranger = make_stranger(fixture, "140521");
  Photo claim = *photo;
  claim.device = stranger;
  test_device_make_id(stranger, claim.enterprise);
  test_device_make_id(stranger, claim.record);
  BhEntryText *made = test_device_enterprise(stranger, claim.enterprise, "别处矿", "140521100");
  BhEntryText *file = test_device_entry(
      stranger, claim.record, "file",
      json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", claim.enterprise, "role", "photo", "sha256",
                photo->sha, "size", (json_int_t)photo->size, "media_type", "image/jpeg"),
      NULL);
  g_autoptr(Answer) pushed = test_push(stranger, made, file, NULL);
  assert_int_equal(json_array_size(json_object_get(pushed->json, "quarantined")), 0);
  g_autoptr(Answer) none = test_send(fixture, stranger, "GET", path, NULL, NULL, -1);
  assert_status(none, 404);
  /* The device is not told that the hub has the file: it sends the bytes like any other. */
  g_autoptr(Answer) created = photo_create(&claim, photo->sha, photo->size);
  assert_status(created, 201);
  assert_string_equal(answer_header(created, "upload-offset"), "0");
  g_autofree guint8 *wrong = g_malloc0(photo->size);
  g_autoptr(Answer) guessed =
      photo_patch(&claim, answer_header(created, "location"), 0, wrong, photo->size, wrong);
  assert_status(guessed, 460);
  g_autoptr(Answer) still = test_send(fixture, stranger, "GET", path, NULL, NULL, -1);
  assert_status(still, 404);
  photo_upload(&claim);
  g_autoptr(Answer) own = test_send(fixture, stranger, "GET", path, NULL, NULL, -1);
  assert_status(own, 200);
  g_autoptr(Answer) again = photo_create(&claim, photo->sha, photo->size);
  assert_string_equal(answer_header(again, "upload-offset"), "500");
  test_device_free(stranger);
  photo_free(photo);
}

static void test_ranges_are_honoured(void **state)
{
  Photo *photo = photo_declare(*state, 2500);
  photo_upload(photo);
  g_autofree char *path = g_strconcat("/v1/files/", photo->sha, NULL);
  static const char *const range[] = {"Range: bytes=100-199", NULL};
  g_autoptr(Answer) part = test_send(*state, photo->device, "GET", path, range, NULL, -1);
  assert_status(part, 206);
  assert_int_equal(part->body->len, 100);
  assert_memory_equal(part->body->str, photo->bytes + 100, 100);
  photo_free(photo);
}

/* Makes another photo of the same device, declared in the same way. */
static void declare_another(Photo *photo)
{
  randombytes_buf(photo->bytes, photo->size);
  g_free(photo->sha);
  photo->sha = bh_hash_hex(photo->bytes, photo->size);
  test_device_make_id(photo->device, photo->record);
  BhEntryText *file = test_device_entry(
      photo->device, photo->record, "file",
      json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", photo->enterprise, "role", "photo", "sha256",
                photo->sha, "size", (json_int_t)photo->size, "media_type", "image/jpeg"),
      NULL);
  g_autoptr(Answer) answer = test_push(photo->device, file, NULL);
  assert_status(answer, 200);
}

static void test_only_unfinished_uploads_count_against_a_device(void **state)
{
  Photo *photo = photo_declare(*state, 64);
  for (int i = 0; i < BH_UPLOADS_MAX_PER_DEVICE + 3; i++) {
    declare_another(photo);
    photo_upload(photo);
  }
  g_autofree char *first = NULL;
  for (int i = 0; i < BH_UPLOADS_MAX_PER_DEVICE; i++) {
    declare_another(photo);
    g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
    assert_status(made, 201);
    g_free(first);
    first = g_strdup(answer_header(made, "location"));
  }
  g_autofree guint8 *bytes = g_memdup2(photo->bytes, photo->size);
  declare_another(photo);
  g_autoptr(Answer) refused = photo_create(photo, photo->sha, photo->size);
  assert_string_equal(test_error_code(refused), "limit");
  g_autoptr(Answer) finished = photo_patch(photo, first, 0, bytes, photo->size, bytes);
  assert_status(finished, 204);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  assert_status(made, 201);
  photo_free(photo);
}

static void test_unfinished_uploads_expire(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  g_autoptr(Answer) made = photo_create(photo, photo->sha, photo->size);
  g_autoptr(Answer) part =
      photo_patch(photo, answer_header(made, "location"), 0, photo->bytes, 1000, photo->bytes);
  assert_status(part, 204);
  fixture->skew_ms = 8LL * 24 * 3600 * 1000;
  g_autoptr(Answer) anew = photo_create(photo, photo->sha, photo->size);
  assert_status(anew, 201);
  assert_string_not_equal(answer_header(made, "location"), answer_header(anew, "location"));
  assert_string_equal(answer_header(anew, "upload-offset"), "0");
  photo_free(photo);
}

static void test_a_file_that_comes_whole_is_one_request_and_one_commit(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  guint64 before, after, pieces;
  g_autofree guint8 *other = g_malloc0(2500);
  g_autoptr(Answer) damaged =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 2500, photo->bytes + 1);
  assert_status(damaged, 460);
  g_autoptr(Answer) wrong = photo_create_with(photo, photo->sha, 2500, other, 2500, other);
  assert_status(wrong, 460);
  g_autoptr(Answer) longer =
      photo_create_with(photo, photo->sha, 100, photo->bytes, 101, photo->bytes);
  assert_status(longer, 413);
  expect_files(fixture, photo->enterprise, 1, 0);
  g_autofree char *unknown = bh_hash_hex(other, 2500);
  g_autoptr(Answer) undeclared = photo_create_with(photo, unknown, 2500, other, 2500, other);
  assert_status(undeclared, 409);
  g_autofree char *path = bh_file_path_make(fixture->dir, unknown);
  assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
  bh_hub_count_commits(fixture->hub, &before, &pieces);
  g_autoptr(Answer) made =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 2500, photo->bytes);
  assert_status(made, 201);
  assert_string_equal(answer_header(made, "upload-offset"), "2500");
  bh_hub_count_commits(fixture->hub, &after, &pieces);
  assert_int_equal(after - before, 1);
  expect_files(fixture, photo->enterprise, 1, 1);
  g_autoptr(Answer) again =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 2500, photo->bytes);
  assert_string_equal(answer_header(again, "upload-offset"), "2500");
  photo_free(photo);
}

static void test_the_first_bytes_may_come_with_the_creation(void **state)
{
  HubFixture *fixture = *state;
  Photo *photo = photo_declare(fixture, 2500);
  g_autofree char *encoded = g_base64_encode((const guchar *)photo->sha, strlen(photo->sha));
  g_autofree char *metadata = g_strconcat("Upload-Metadata: sha256 ", encoded, NULL);
  const char *headers[] = {"Tus-Resumable: 1.0.0", metadata, "Upload-Length: 2500",
                           "Content-Type: text/plain", NULL};
  g_autoptr(Answer) text =
      test_send(fixture, photo->device, "POST", "/v1/uploads", headers, photo->bytes, 1000);
  assert_status(text, 415);
  g_autoptr(Answer) made =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 1000, photo->bytes);
  assert_status(made, 201);
  assert_string_equal(answer_header(made, "upload-offset"), "1000");
  /* The answer was lost: the received bytes stay, and their number is reported. */
  g_autoptr(Answer) again =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 500, photo->bytes);
  assert_string_equal(answer_header(again, "upload-offset"), "1000");
  assert_string_equal(answer_header(again, "location"), answer_header(made, "location"));
  g_autoptr(Answer) whole =
      photo_create_with(photo, photo->sha, 2500, photo->bytes, 2500, photo->bytes);
  assert_string_equal(answer_header(whole, "upload-offset"), "2500");
  expect_files(fixture, photo->enterprise, 1, 1);
  photo_free(photo);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_L9_a_missing_photo_is_reported_as_0_of_1_then_1_of_1,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I10_a_file_is_complete_only_when_its_hash_was_verified,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L3_an_upload_goes_on_after_a_restart_of_the_hub, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_L4_creating_an_upload_again_continues_it, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_L4_a_new_request_continues_an_upload_whose_chunk_hangs,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L5_a_chunk_that_does_not_fit_on_the_disk_is_not_counted,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L5_files_leave_room_for_entries, set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_ODK_an_unanswered_original_is_finished_after_somebody_edited_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_only_declared_files_with_their_length_are_taken, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_wrong_length_declared_by_another_unit_blocks_no_file,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_file_that_comes_whole_is_one_request_and_one_commit,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_first_bytes_may_come_with_the_creation, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_tus_rules, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_path_tricks_reach_no_file, set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_uploads_of_other_devices_and_files_out_of_scope_are_not_found, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I13_a_hash_alone_opens_no_file, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_ranges_are_honoured, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_only_unfinished_uploads_count_against_a_device, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_unfinished_uploads_expire, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

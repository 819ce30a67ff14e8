#include "engine-bench.h"

/* Starts a round with an entry and a file of `size` bytes, and runs it up to the first request to
 * `path` with this method. */
static void start_upload(Bench *bench, gsize size, const char *method, const char *path)
{
  fake_store_save(bench->device, 1);
  fake_store_add_file(bench->device, bench->dir, size);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, method, path));
}

static void test_L3_an_upload_goes_on_at_any_offset(void **state)
{
  static const gint64 offsets[] = {0, 1, 1023, 65536, 262144, 700 * 1024 - 1, 700 * 1024};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(offsets); i++) {
    g_autoptr(Bench) bench = bench_new();
    FakeFile *file = fake_store_add_file(bench->device, bench->dir, 700 * 1024);
    g_autofree char *bytes = NULL;
    g_autofree char *head = NULL;
    BhTransportAnswer *answer;

    fake_store_save(bench->device, 1);
    step(bench, BH_ENGINE_START);
    assert_true(run_to(bench, "POST", "/v1/uploads"));
    give_right(bench);
    /* As if the process were killed now: the hub has received bytes, and the device has not
     * recorded that. */
    g_clear_pointer(&bench->request, bh_transport_request_free);
    bh_engine_free(bench->engine);
    bench->engine = bh_engine_new(&bench->random);
    assert_true(g_file_get_contents(file->path, &bytes, NULL, NULL));
    if (offsets[i] > 0) {
      BhTransportRequest *patch = bh_transport_request_new(
          "PATCH", "https://hub.example", file->upload, (const char *const[]){"x", NULL});
      g_autofree char *hex = bh_hash_hex(bytes, (gsize)offsets[i]);
      guint8 hash[BH_HASH_SIZE];
      g_autofree char *base64 = NULL;
      g_autofree char *checksum = NULL;

      bh_hash_from_hex(hex, hash);
      base64 = g_base64_encode(hash, sizeof hash);
      checksum = g_strconcat("sha256 ", base64, NULL);
      bh_transport_request_add_header(patch, "Upload-Offset", "0");
      bh_transport_request_add_header(patch, "Upload-Checksum", checksum);
      patch->body = g_bytes_new(bytes, (gsize)offsets[i]);
      answer = fake_hub_answer(bench->hub, patch);
      assert_int_equal(answer->status, 204);
      bh_transport_answer_free(answer);
      bh_transport_request_free(patch);
    }
    step(bench, BH_ENGINE_START);
    assert_true(run_to(bench, "HEAD", "/v1/uploads/"));
    run_round(bench);
    assert_all_there(bench);
  }
}

static void test_the_hubs_offset_is_taken_over(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  start_upload(bench, 700 * 1024, "PATCH", "/v1/uploads/");
  /* The chunk arrives and its answer is lost; the device sends the chunk again on the next
   * connection. */
  bh_transport_answer_free(fake_hub_answer(bench->hub, bench->request));
  give_right(bench);
  run_round(bench);
  assert_all_there(bench);
  assert_null(bench->device->error);
}

static void test_a_lost_upload_begins_anew(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  start_upload(bench, 700 * 1024, "PATCH", "/v1/uploads/");
  give_right(bench);
  g_hash_table_remove_all(bench->hub->uploads); /* the unfinished upload has expired at the hub */
  run_round(bench);
  assert_all_there(bench);
}

static void test_a_chunk_damaged_on_the_way_is_sent_again(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  start_upload(bench, 1000, "PATCH", "/v1/uploads/");
  give(bench, make_answer(460, FAKE_HUB, NULL));
  assert_true(is_out(bench, "HEAD", "/v1/uploads/"));
  run_round(bench);
  assert_all_there(bench);
}

static void test_L8_one_bad_file_never_blocks_the_others(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  FakeFile *vanished, *cut, *damaged, *good;

  (void)state;
  fake_store_save(bench->device, 1);
  vanished = fake_store_add_file(bench->device, bench->dir, 100);
  cut = fake_store_add_file(bench->device, bench->dir, 200);
  damaged = fake_store_add_file(bench->device, bench->dir, 300);
  good = fake_store_add_file(bench->device, bench->dir, 400 * 1024);
  g_unlink(vanished->path);
  assert_true(g_file_set_contents(cut->path, "short", -1, NULL));
  {
    g_autofree char *junk = g_strnfill(300, 'x');

    assert_true(g_file_set_contents(damaged->path, junk, -1, NULL));
  }
  step(bench, BH_ENGINE_START);
  run_round(bench);
  assert_true(good->done);
  assert_string_equal(vanished->why, "missing");
  assert_string_equal(cut->why, "damaged");
  assert_string_equal(damaged->why, "damaged");
  assert_string_equal(bench->device->state, "idle");
  assert_int_equal(bench->timer_ms, BH_RETRY_MAX_MS);
  assert_false(g_hash_table_contains(bench->hub->files, damaged->sha256));
}

static void test_a_file_that_the_hub_refuses_is_deferred(void **state)
{
  static const guint statuses[] = {400, 403, 404, 409, 413, 415, 500};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
    g_autoptr(Bench) bench = bench_new();
    FakeFile *bad, *good;

    fake_store_save(bench->device, 1);
    bad = fake_store_add_file(bench->device, bench->dir, 10);
    good = fake_store_add_file(bench->device, bench->dir, 1000);
    step(bench, BH_ENGINE_START);
    assert_true(run_to(bench, "POST", "/v1/uploads"));
    give(bench, make_answer(statuses[i], FAKE_HUB, "{\"error\":\"invalid\"}"));
    run_round(bench);
    assert_string_equal(bad->why, "invalid");
    assert_true(good->done);
    step(bench, BH_ENGINE_KICK);
    run_round(bench);
    assert_all_there(bench);
  }
}

static void test_a_file_of_which_the_hub_counts_no_byte_is_deferred(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 1);
  fake_store_add_file(bench->device, bench->dir, 1000);
  step(bench, BH_ENGINE_START);
  while (run_to(bench, "PATCH", "/v1/uploads/")) {
    BhTransportAnswer *answer = make_answer(204, FAKE_HUB, NULL);

    g_hash_table_insert(answer->headers, g_strdup("upload-offset"), g_strdup("0"));
    give(bench, answer);
  }
  assert_non_null(((FakeFile *)bench->device->files->pdata[0])->why);
}

static void test_a_location_elsewhere_is_not_followed(void **state)
{
  static const char *const locations[] = {NULL,
                                          "https://evil.example/v1/uploads/1",
                                          "/elsewhere",
                                          "/v1/uploads/1?x",
                                          "/v1/uploads/a b",
                                          "https://hub.example.evil/v1/uploads/1"};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(locations); i++) {
    g_autoptr(Bench) bench = bench_new();
    BhTransportAnswer *answer = make_answer(201, FAKE_HUB, NULL);

    if (locations[i] != NULL)
      g_hash_table_insert(answer->headers, g_strdup("location"), g_strdup(locations[i]));
    fake_store_save(bench->device, 1);
    fake_store_add_file(bench->device, bench->dir, 10);
    step(bench, BH_ENGINE_START);
    assert_true(run_to(bench, "POST", "/v1/uploads"));
    give(bench, answer);
    assert_string_equal(((FakeFile *)bench->device->files->pdata[0])->why, "format");
  }
}

static void test_chunks_follow_the_speed_of_the_link(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  gsize first, quick, slow;

  (void)state;
  start_upload(bench, 8 * 1024 * 1024, "PATCH", "/v1/uploads/");
  first = g_bytes_get_size(bench->request->body);
  bench->now_ms += 1000;
  give_right(bench);
  quick = g_bytes_get_size(bench->request->body);
  assert_int_equal(quick, first * 2);
  bench->now_ms += 60000;
  give_right(bench);
  slow = g_bytes_get_size(bench->request->body);
  assert_int_equal(slow, first);
  for (int i = 0; i < 6; i++) {
    bench->now_ms += 60000;
    give_right(bench);
  }
  assert_int_equal(g_bytes_get_size(bench->request->body), BH_ENGINE_CHUNK_MIN_BYTES);
}

static void test_a_downloaded_file_with_a_wrong_hash_is_not_kept(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  char *hash = fake_hub_add_file(bench->hub, "a photo");

  (void)state;
  g_ptr_array_add(bench->device->missing, hash);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "GET", "/v1/files/"));
  give(bench, make_answer(200, FAKE_HUB, "another photo"));
  assert_null(bench->request);
  assert_int_equal(g_hash_table_size(bench->device->have), 0);
  step(bench, BH_ENGINE_KICK);
  run_round(bench);
  assert_all_there(bench);
}

/* A finding with a photo takes two requests: one for the entry, one for the photo together with
 * creating its upload. */
static void test_a_picture_of_one_chunk_is_one_request(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  bench->hub->takes_first = TRUE;
  start_upload(bench, 60 * 1024, "POST", "/v1/uploads");
  assert_int_equal(g_bytes_get_size(bench->request->body), 60 * 1024);
  assert_false(run_to(bench, "PATCH", "/v1/uploads/"));
  assert_all_there(bench);
}

static void test_the_first_chunk_of_a_large_file_comes_with_its_creation(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  gsize first;

  (void)state;
  bench->hub->takes_first = TRUE;
  start_upload(bench, 3 * 1024 * 1024, "POST", "/v1/uploads");
  first = g_bytes_get_size(bench->request->body);
  assert_true(first > 0);
  /* The hub found a wrong checksum: the chunk was damaged in transit and is sent again. */
  give(bench, make_answer(460, FAKE_HUB, NULL));
  assert_true(run_to(bench, "POST", "/v1/uploads"));
  assert_true(run_to(bench, "PATCH", "/v1/uploads/"));
  run_round(bench);
  assert_all_there(bench);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L3_an_upload_goes_on_at_any_offset),
      cmocka_unit_test(test_the_hubs_offset_is_taken_over),
      cmocka_unit_test(test_a_lost_upload_begins_anew),
      cmocka_unit_test(test_a_chunk_damaged_on_the_way_is_sent_again),
      cmocka_unit_test(test_L8_one_bad_file_never_blocks_the_others),
      cmocka_unit_test(test_a_file_that_the_hub_refuses_is_deferred),
      cmocka_unit_test(test_a_picture_of_one_chunk_is_one_request),
      cmocka_unit_test(test_the_first_chunk_of_a_large_file_comes_with_its_creation),
      cmocka_unit_test(test_a_file_of_which_the_hub_counts_no_byte_is_deferred),
      cmocka_unit_test(test_a_location_elsewhere_is_not_followed),
      cmocka_unit_test(test_chunks_follow_the_speed_of_the_link),
      cmocka_unit_test(test_a_downloaded_file_with_a_wrong_hash_is_not_kept),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

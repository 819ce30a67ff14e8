#include "engine-bench.h"

static void test_a_round_brings_everything_both_ways(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  load(bench);
  step(bench, BH_ENGINE_START);
  assert_string_equal(bench->device->state, "working");
  run_round(bench);
  assert_all_there(bench);
  assert_true(g_hash_table_contains(bench->device->records, "r2"));
  assert_int_equal(bench->device->staff_stored, 1);
  assert_int_equal(g_hash_table_size(bench->device->kinds), 1);
  assert_true(bench->device->hub_times > 0);
  assert_string_equal(bench->device->state, "idle");
  assert_null(bench->device->error);
  assert_int_equal(bench->timer_ms, BH_ENGINE_POLL_MS);
}

static void test_a_damaged_entry_does_not_stop_later_entries(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 5);
  bench->device->damaged = 3;
  step(bench, BH_ENGINE_START);
  run_round(bench);
  assert_int_equal(bench->device->mended, 1);
  assert_int_equal(bench->device->entries->len, 4);
  assert_all_there(bench);
  assert_string_equal(bench->device->state, "idle");
}

static void test_findings_go_before_files(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  load(bench);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  for (guint i = 0; i < bench->hub->order->len; i++)
    assert_string_equal(bench->hub->order->pdata[i], i < 5 ? "entry" : "file");
}

static void test_entries_saved_during_an_upload_are_sent_after_the_chunk(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  load(bench);
  fake_store_add_file(bench->device, bench->dir, 3000 * 1024);
  step(bench, BH_ENGINE_START);
  while (run_to(bench, "PATCH", "/v1/uploads/") && g_bytes_get_size(bench->request->body) < 99999)
    give_right(bench);
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_SAVED);
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/entries"));
  give_right(bench);
  assert_true(is_out(bench, "PATCH", "/v1/uploads/"));
  run_round(bench);
  assert_all_there(bench);
}

static void test_a_copy_of_an_urgent_entry_goes_before_many_others(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 40);
  bench->device->urgent = 40;
  step(bench, BH_ENGINE_START);
  assert_true(is_out(bench, "GET", "/v1/head"));
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/ahead"));
  /* The answer is lost: the copy is sent again, and then the entries in their order. */
  fail_request(bench, BH_ERROR_UNCERTAIN);
  step(bench, BH_ENGINE_KICK);
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/ahead"));
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/entries"));
  run_round(bench);
  assert_int_equal(bench->hub->copies, 1);
  assert_int_equal(bench->device->acked, 40);
  assert_all_there(bench);
}

static void test_no_copy_goes_before_few_entries_or_to_a_hub_that_takes_none(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 5);
  bench->device->urgent = 5;
  step(bench, BH_ENGINE_START);
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/entries"));
  run_round(bench);
  fake_store_save(bench->device, 40);
  bench->device->urgent = 45;
  bench->hub->takes_ahead = FALSE;
  step(bench, BH_ENGINE_KICK);
  assert_true(run_to(bench, "POST", "/v1/ahead"));
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/entries"));
  run_round(bench);
  assert_int_equal(bench->device->acked, 45);
  assert_int_equal(bench->hub->copies, 0);
}

static void test_an_urgent_entry_saved_during_a_long_push_does_not_wait_for_its_end(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, BH_BATCH_MAX_ENTRIES * 2);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  fake_store_save(bench->device, 1);
  bench->device->urgent = BH_BATCH_MAX_ENTRIES * 2 + 1;
  step(bench, BH_ENGINE_SAVED);
  give_right(bench);
  assert_true(is_out(bench, "POST", "/v1/ahead"));
  run_round(bench);
  assert_all_there(bench);
}

static void test_the_list_of_staff_comes_when_it_changed_or_is_old(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  step(bench, BH_ENGINE_START);
  run_round(bench);
  step(bench, BH_ENGINE_KICK);
  run_round(bench);
  assert_int_equal(bench->device->staff_stored, 1);
  bench->now_ms += BH_ENGINE_STAFF_MS;
  step(bench, BH_ENGINE_KICK);
  run_round(bench);
  assert_int_equal(bench->device->staff_stored, 2);
}

static void test_nothing_is_asked_before_enrolment(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  bench->device->enrolled = FALSE;
  step(bench, BH_ENGINE_START);
  assert_null(bench->request);
  assert_true(bench->timer_ms < 0);
  bench->device->enrolled = TRUE;
  step(bench, BH_ENGINE_KICK);
  assert_true(is_out(bench, "GET", "/v1/head"));
}

static void test_a_save_starts_a_round_soon(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  step(bench, BH_ENGINE_START);
  run_round(bench);
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_SAVED);
  assert_int_equal(bench->timer_ms, BH_ENGINE_SAVED_DELAY_MS);
  step(bench, BH_ENGINE_TIMER);
  run_round(bench);
  assert_all_there(bench);
}

static void test_a_save_does_not_shorten_a_backoff_but_a_kick_does(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  gint64 timer_ms;

  (void)state;
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_START);
  fail_request(bench, BH_ERROR_NETWORK);
  timer_ms = bench->timer_ms;
  step(bench, BH_ENGINE_SAVED);
  assert_int_equal(bench->timer_ms, timer_ms);
  assert_null(bench->request);
  step(bench, BH_ENGINE_KICK);
  assert_true(is_out(bench, "GET", "/v1/head"));
}

static void test_a_connection_that_comes_back_starts_at_once(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  step(bench, BH_ENGINE_START);
  fail_request(bench, BH_ERROR_NETWORK);
  step_event(bench, (BhEngineEvent){.type = BH_ENGINE_CONNECTIVITY, .online = FALSE});
  assert_null(bench->request);
  step(bench, BH_ENGINE_CONNECTIVITY);
  assert_true(is_out(bench, "GET", "/v1/head"));
  /* A report that the network is back does not disturb a round that runs. */
  step(bench, BH_ENGINE_CONNECTIVITY);
  run_round(bench);
  assert_string_equal(bench->device->state, "idle");
}

/* The request that gets no answer was sent over the network that was lost, so a round must follow
 * at once when the network is back. */
static void test_a_connection_that_comes_back_during_a_request_is_not_forgotten(void **state)
{
  static const BhEngineEvent wishes[] = {{.type = BH_ENGINE_CONNECTIVITY, .online = TRUE},
                                         {.type = BH_ENGINE_KICK}};
  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(wishes); i++) {
    g_autoptr(Bench) bench = bench_new();
    step(bench, BH_ENGINE_START);
    for (int failures = 0; failures < 6; failures++) {
      fail_request(bench, BH_ERROR_NETWORK);
      step(bench, BH_ENGINE_TIMER);
    }
    step_event(bench, wishes[i]);
    fail_request(bench, BH_ERROR_NETWORK);
    assert_int_equal(bench->timer_ms, 0);
    assert_false(bh_engine_is_resting(bench->engine, NULL));
  }
}

static void test_a_kick_during_a_round_is_another_round(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  step(bench, BH_ENGINE_START);
  step(bench, BH_ENGINE_KICK);
  run_round(bench);
  assert_int_equal(bench->timer_ms, 0);
  step(bench, BH_ENGINE_TIMER);
  run_round(bench);
  assert_true(bench->timer_ms > 0);
}

static gboolean goes_to(const Bench *bench, const char *url)
{
  return bench->request != NULL && g_str_has_prefix(bench->request->url, url);
}

/* The hub announced another address before it moved there; it can also move back. */
static void test_a_hub_that_moved_is_found_at_its_other_address(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  bench->device->other_url = g_strdup("https://new.example");
  step(bench, BH_ENGINE_START);
  assert_true(goes_to(bench, "https://hub.example/"));
  fail_request(bench, BH_ERROR_NETWORK);
  step(bench, BH_ENGINE_TIMER);
  assert_true(goes_to(bench, "https://new.example/"));
  /* The hub is not at the second address either, so the first one is tried again. */
  fail_request(bench, BH_ERROR_UNCERTAIN);
  step(bench, BH_ENGINE_TIMER);
  assert_true(goes_to(bench, "https://hub.example/"));
  fail_request(bench, BH_ERROR_NETWORK);
  step(bench, BH_ENGINE_TIMER);
  assert_true(goes_to(bench, "https://new.example/"));
  assert_null(bench->device->url);
  give_right(bench);
  assert_string_equal(bench->device->url, "https://new.example");
  assert_string_equal(bench->device->other_url, "https://hub.example");
  assert_true(goes_to(bench, "https://new.example/"));
}

static void test_another_server_at_the_new_address_is_not_accepted(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  bench->device->other_url = g_strdup("https://new.example");
  step(bench, BH_ENGINE_START);
  fail_request(bench, BH_ERROR_NETWORK);
  step(bench, BH_ENGINE_TIMER);
  give(bench, make_answer(200, "0190a0b0-0000-7000-8000-00000000cccc", "{}"));
  assert_null(bench->device->url);
  step(bench, BH_ENGINE_TIMER);
  assert_true(goes_to(bench, "https://hub.example/"));
}

static void test_waits_grow_with_full_jitter_up_to_the_cap(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  gint64 cap_ms = BH_RETRY_BASE_MS;
  gint64 sum_ms = 0;

  (void)state;
  step(bench, BH_ENGINE_START);
  for (int i = 0; i < 40; i++) {
    fail_request(bench, BH_ERROR_NETWORK);
    assert_in_range(bench->timer_ms, 0, cap_ms);
    sum_ms += bench->timer_ms;
    cap_ms = MIN(cap_ms * 2, BH_RETRY_MAX_MS);
    assert_int_equal(bench->device->next_try_ms, bench->now_ms + bench->timer_ms);
    bench->now_ms += bench->timer_ms;
    step(bench, BH_ENGINE_TIMER);
  }
  /* The delays are spread over the whole range. */
  assert_in_range(sum_ms / 40, BH_RETRY_MAX_MS / 5, BH_RETRY_MAX_MS * 4 / 5);
}

static void test_retry_after_is_honoured(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  BhTransportAnswer *answer = make_answer(503, FAKE_HUB, "{\"error\":\"busy\"}");

  (void)state;
  g_hash_table_insert(answer->headers, g_strdup("retry-after"), g_strdup("120"));
  step(bench, BH_ENGINE_START);
  give(bench, answer);
  assert_in_range(bench->timer_ms, 120000, 120000 + BH_RETRY_BASE_MS);
  step(bench, BH_ENGINE_TIMER);
  answer = make_answer(429, FAKE_HUB, NULL);
  g_hash_table_insert(answer->headers, g_strdup("retry-after"), g_strdup("99999999999"));
  give(bench, answer);
  assert_in_range(bench->timer_ms, 1, BH_RETRY_AFTER_MAX_S * (gint64)1000 + BH_RETRY_BASE_MS);
  assert_string_equal(bench->device->error, "busy");
}

static void test_L12_an_uncertain_push_asks_for_the_head_first(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  BhTransportAnswer *lost;

  (void)state;
  fake_store_save(bench->device, 3);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  /* the hub has stored the entry, but its answer is lost */
  lost = fake_hub_answer(bench->hub, bench->request);
  bh_transport_answer_free(lost);
  fail_request(bench, BH_ERROR_UNCERTAIN);
  assert_true(is_out(bench, "GET", "/v1/head"));
  give_right(bench);
  assert_true(is_out(bench, "GET", "/v1/changes"));
  run_round(bench);
  assert_all_there(bench);
  assert_int_equal(bench->hub->order->len, 3);
}

static void test_L21_a_captive_portal_is_no_hub(void **state)
{
  static const struct {
    guint status;
    const char *hub;
  } portals[] = {{200, NULL}, {302, NULL}, {511, NULL}, {200, FAKE_DEVICE}, {302, FAKE_HUB}};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(portals); i++) {
    g_autoptr(Bench) bench = bench_new();

    fake_store_save(bench->device, 1);
    step(bench, BH_ENGINE_START);
    give(bench, make_answer(portals[i].status, portals[i].hub, "<html>sign in</html>"));
    assert_string_equal(bench->device->state, "no_hub");
    assert_null(bench->request);
    assert_int_equal(bench->device->acked, 0);
    run_until_fine(bench);
    assert_all_there(bench);
  }
}

static void test_a_revocation_ends_the_sync_and_is_reported(void **state)
{
  static const struct {
    guint status;
    const char *body;
  } answers[] = {{403, "{\"error\":\"revoked\"}"}, {401, "{\"error\":\"denied\"}"}, {401, NULL}};
  static const char *const paths[] = {"/v1/head", "/v1/entries", "/v1/changes", "/v1/uploads"};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(answers); i++)
    for (gsize j = 0; j < G_N_ELEMENTS(paths); j++) {
      g_autoptr(Bench) bench = bench_new();

      load(bench);
      step(bench, BH_ENGINE_START);
      while (bench->request != NULL && strstr(bench->request->url, paths[j]) == NULL)
        give_right(bench);
      give(bench, make_answer(answers[i].status, FAKE_HUB, answers[i].body));
      assert_string_equal(bench->device->state, "revoked");
      /* A wrong token is no proof that somebody revoked the device. */
      assert_int_equal(bench->device->shut, answers[i].status == 403);
      assert_null(bench->request);
      assert_int_equal(bench->timer_ms, BH_RETRY_MAX_MS);
    }
}

static void test_I2_a_rolled_back_store_continues_in_a_new_incarnation(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 5);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  /* The store is now an older copy of itself with two entries, of which the hub acknowledged
   * one. */
  g_ptr_array_set_size(bench->device->entries, 2);
  bench->device->acked = 1;
  fake_store_save(bench->device, 2);
  step(bench, BH_ENGINE_KICK);
  run_until_fine(bench);
  assert_int_equal(bench->device->incarnations, 2);
  assert_int_equal(bench->device->entries->len, 3);
  assert_all_there(bench);
  assert_int_equal(g_hash_table_size(bench->hub->ids), 7);
}

static void test_a_fork_named_by_the_hub_gives_a_new_incarnation(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 2);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  give(bench, make_answer(409, FAKE_HUB, "{\"error\":\"fork\",\"seq\":2,\"hash\":\"x\"}"));
  assert_true(is_out(bench, "GET", "/v1/head"));
  run_round(bench);
  assert_int_equal(bench->device->incarnations, 2);
  assert_all_there(bench);
}

static void test_a_hub_that_always_reports_a_fork_ends_the_round(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  fake_store_save(bench->device, 2);
  step(bench, BH_ENGINE_START);
  while (run_to(bench, "POST", "/v1/entries"))
    give(bench, make_answer(409, FAKE_HUB, "{\"error\":\"fork\",\"seq\":2,\"hash\":\"x\"}"));
  assert_string_equal(bench->device->error, "fork");
  assert_in_range(bench->device->incarnations, 2, 5);
}

static void test_I4_a_gap_is_filled_from_the_last_entry_the_hub_has(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  GPtrArray *chain;

  (void)state;
  fake_store_save(bench->device, 4);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_KICK);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  /* The hub was restored from a backup between the two requests. */
  chain = g_hash_table_lookup(bench->hub->chains, bench->device->incarnation);
  g_ptr_array_set_size(chain, 2);
  {
    g_autofree char *hash =
        fake_envelope_hash(bench->device->incarnation, bench->device->entries->pdata[1]);
    g_autofree char *body =
        g_strdup_printf("{\"error\":\"chain\",\"seq\":2,\"hash\":\"%s\"}", hash);

    give(bench, make_answer(409, FAKE_HUB, body));
  }
  assert_true(is_out(bench, "POST", "/v1/entries"));
  run_round(bench);
  assert_int_equal(chain->len, 5);
  assert_all_there(bench);
}

static void test_a_batch_over_the_hubs_limit_is_halved(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  bench->hub->max_batch = 3;
  fake_store_save(bench->device, 20);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  assert_all_there(bench);
}

static void test_L8_a_refused_entry_does_not_hold_up_pull_and_files(void **state)
{
  g_autoptr(Bench) bench = bench_new();

  (void)state;
  load(bench);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  give(bench, make_answer(400, FAKE_HUB, "{\"error\":\"signature\",\"index\":0}"));
  assert_true(is_out(bench, "GET", "/v1/changes"));
  run_round(bench);
  assert_true(g_hash_table_contains(bench->device->records, "r2"));
  assert_string_equal(bench->device->error, "signature");
  run_until_fine(bench);
  assert_all_there(bench);
}

static void test_quarantined_entries_are_recorded_and_count_as_received(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  g_autofree char *hash = NULL;
  g_autofree char *body = NULL;

  (void)state;
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_START);
  assert_true(run_to(bench, "POST", "/v1/entries"));
  hash = fake_envelope_hash(bench->device->incarnation, bench->device->entries->pdata[0]);
  body = g_strdup_printf("{\"seq\":1,\"hash\":\"%s\",\"quarantined\":[\"x\"]}", hash);
  give(bench, make_answer(200, FAKE_HUB, body));
  assert_int_equal(bench->device->quarantined, 1);
  assert_int_equal(bench->device->acked, 1);
}

static void test_L5_a_full_disk_ends_the_round_and_loses_nothing(void **state)
{
  static const char *const functions[] = {
      "bh_outbox_get_uplink",         "bh_outbox_read_batch",   "bh_outbox_acknowledge",
      "bh_outbox_get_heads",          "bh_outbox_store_kinds",  "bh_outbox_apply_changes",
      "bh_outbox_store_staff",        "bh_outbox_next_file",    "bh_outbox_note_file",
      "bh_outbox_list_missing_files", "bh_outbox_keep_download"};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
    g_autoptr(Bench) bench = bench_new();

    load(bench);
    bench->device->fail_on = functions[i];
    step(bench, BH_ENGINE_START);
    run_round(bench);
    assert_string_equal(bench->device->error, "storage");
    assert_true(bench->timer_ms >= 0);
    bench->device->fail_on = NULL;
    run_until_fine(bench);
    assert_all_there(bench);
  }
}

/* --- every event in every state --- */

typedef struct {
  const char *method, *path;
} Place;

static const Place places[] = {
    {"GET", "/v1/head"},      {"POST", "/v1/entries"},   {"GET", "/v1/changes"},
    {"GET", "/v1/kinds/"},    {"GET", "/v1/staff"},      {"POST", "/v1/uploads"},
    {"HEAD", "/v1/uploads/"}, {"PATCH", "/v1/uploads/"}, {"GET", "/v1/files/"},
};

/* Returns a bench whose next request is that of `place`. */
static Bench *bench_at(const Place *place)
{
  Bench *bench = bench_new();

  load(bench);
  step(bench, BH_ENGINE_START);
  if (g_str_equal(place->method, "HEAD")) {
    assert_true(run_to(bench, "PATCH", "/v1/uploads/"));
    fail_request(bench, BH_ERROR_UNCERTAIN);
    step(bench, BH_ENGINE_TIMER);
  }
  assert_true(run_to(bench, place->method, place->path));
  return bench;
}

static void test_every_status_in_every_phase_is_survived(void **state)
{
  static const guint statuses[] = {0,   200, 201, 204, 206, 301, 302, 304, 400, 401, 403,
                                   404, 405, 408, 409, 410, 411, 412, 413, 415, 423, 429,
                                   431, 460, 500, 501, 502, 503, 504, 507, 511, 999};
  static const char *const bodies[] = {NULL,
                                       "",
                                       "<html>",
                                       "[]",
                                       "{}",
                                       "{\"error\":\"failed\"}",
                                       "{\"error\":\"chain\"}",
                                       "{\"error\":\"fork\"}",
                                       "{\"error\":\"limit\",\"seq\":0,\"hash\":\"x\"}",
                                       "{\"seq\":-1,\"hash\":\"x\"}",
                                       "{\"seq\":99999999999,\"hash\":\"x\"}",
                                       "{\"seq\":\"1\",\"hash\":1}",
                                       "{\"kinds\":1,\"records\":{}}"};

  (void)state;
  for (gsize p = 0; p < G_N_ELEMENTS(places); p++)
    for (gsize s = 0; s < G_N_ELEMENTS(statuses); s++)
      for (gsize b = 0; b < G_N_ELEMENTS(bodies); b++) {
        g_autoptr(Bench) bench = bench_at(&places[p]);

        give(bench, make_answer(statuses[s], FAKE_HUB, bodies[b]));
        run_round(bench);
        step(bench, BH_ENGINE_KICK);
        run_until_fine(bench);
        assert_all_there(bench);
      }
}

static void test_I12_lost_and_repeated_answers_change_nothing(void **state)
{
  static const BhErrorCode codes[] = {BH_ERROR_NETWORK, BH_ERROR_UNCERTAIN, BH_ERROR_NOT_HUB,
                                      BH_ERROR_LIMIT, BH_ERROR_INVALID};

  (void)state;
  for (gsize p = 0; p < G_N_ELEMENTS(places); p++)
    for (gsize c = 0; c < G_N_ELEMENTS(codes); c++)
      for (int done = 0; done < 2; done++) {
        g_autoptr(Bench) bench = bench_at(&places[p]);

        if (done)
          bh_transport_answer_free(fake_hub_answer(bench->hub, bench->request));
        fail_request(bench, codes[c]);
        run_round(bench);
        step(bench, BH_ENGINE_KICK);
        run_until_fine(bench);
        assert_all_there(bench);
        assert_int_equal(g_hash_table_size(bench->hub->ids), 5);
      }
}

static void test_a_stale_event_between_rounds_does_nothing(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  g_autoptr(BhTransportAnswer) answer = make_answer(200, FAKE_HUB, "{}");

  (void)state;
  step_event(bench, (BhEngineEvent){.type = BH_ENGINE_ANSWER, .answer = answer});
  step_event(bench, (BhEngineEvent){.type = BH_ENGINE_FAILED, .code = BH_ERROR_NETWORK});
  assert_null(bench->request);
  assert_int_equal(bench->device->rounds_noted, 0);
}

static void test_pages_that_never_end_are_not_read_for_ever(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  g_autofree char *hash = NULL;
  g_autofree char *body = NULL;

  (void)state;
  step(bench, BH_ENGINE_START);
  run_round(bench);
  hash = bh_hash_hex(bench->hub->kinds, strlen(bench->hub->kinds));
  body = g_strdup_printf("{\"records\":[],\"more\":true,\"cursor\":\"0\",\"kinds\":\"%s\"}", hash);
  step(bench, BH_ENGINE_KICK);
  while (run_to(bench, "GET", "/v1/changes"))
    give(bench, make_answer(200, FAKE_HUB, body));
  assert_string_equal(bench->device->error, "format");
}

static void collect_line(const char *domain, GLogLevelFlags level, const char *message,
                         gpointer lines)
{
  (void)domain, (void)level;
  g_string_append_printf(lines, "%s\n", message);
}

static void test_a_round_can_be_followed_in_the_log(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  g_autoptr(GString) lines = g_string_new(NULL);

  (void)state;
  load(bench);
  guint handler = g_log_set_handler("bihuan-engine", G_LOG_LEVEL_DEBUG, collect_line, lines);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  g_log_remove_handler("bihuan-engine", handler);
  static const char *const expected[] = {"event start\nphase head: GET ",
                                         "phase push: POST ",
                                         "event answer: status 200\n",
                                         "phase pull: GET ",
                                         "phase files: POST ",
                                         "timer in 300000 ms\n"};
  const char *at = lines->str;
  for (gsize i = 0; i < G_N_ELEMENTS(expected); i++) {
    at = strstr(at, expected[i]);
    if (at == NULL)
      fail_msg("\"%s\" is not at its line:\n%s", expected[i], lines->str);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_round_brings_everything_both_ways),
      cmocka_unit_test(test_a_round_can_be_followed_in_the_log),
      cmocka_unit_test(test_a_damaged_entry_does_not_stop_later_entries),
      cmocka_unit_test(test_findings_go_before_files),
      cmocka_unit_test(test_entries_saved_during_an_upload_are_sent_after_the_chunk),
      cmocka_unit_test(test_a_copy_of_an_urgent_entry_goes_before_many_others),
      cmocka_unit_test(test_no_copy_goes_before_few_entries_or_to_a_hub_that_takes_none),
      cmocka_unit_test(test_an_urgent_entry_saved_during_a_long_push_does_not_wait_for_its_end),
      cmocka_unit_test(test_the_list_of_staff_comes_when_it_changed_or_is_old),
      cmocka_unit_test(test_nothing_is_asked_before_enrolment),
      cmocka_unit_test(test_a_save_starts_a_round_soon),
      cmocka_unit_test(test_a_save_does_not_shorten_a_backoff_but_a_kick_does),
      cmocka_unit_test(test_a_connection_that_comes_back_starts_at_once),
      cmocka_unit_test(test_a_connection_that_comes_back_during_a_request_is_not_forgotten),
      cmocka_unit_test(test_a_kick_during_a_round_is_another_round),
      cmocka_unit_test(test_a_hub_that_moved_is_found_at_its_other_address),
      cmocka_unit_test(test_another_server_at_the_new_address_is_not_accepted),
      cmocka_unit_test(test_waits_grow_with_full_jitter_up_to_the_cap),
      cmocka_unit_test(test_retry_after_is_honoured),
      cmocka_unit_test(test_L12_an_uncertain_push_asks_for_the_head_first),
      cmocka_unit_test(test_L21_a_captive_portal_is_no_hub),
      cmocka_unit_test(test_a_revocation_ends_the_sync_and_is_reported),
      cmocka_unit_test(test_I2_a_rolled_back_store_continues_in_a_new_incarnation),
      cmocka_unit_test(test_a_fork_named_by_the_hub_gives_a_new_incarnation),
      cmocka_unit_test(test_a_hub_that_always_reports_a_fork_ends_the_round),
      cmocka_unit_test(test_I4_a_gap_is_filled_from_the_last_entry_the_hub_has),
      cmocka_unit_test(test_a_batch_over_the_hubs_limit_is_halved),
      cmocka_unit_test(test_L8_a_refused_entry_does_not_hold_up_pull_and_files),
      cmocka_unit_test(test_quarantined_entries_are_recorded_and_count_as_received),
      cmocka_unit_test(test_L5_a_full_disk_ends_the_round_and_loses_nothing),
      cmocka_unit_test(test_every_status_in_every_phase_is_survived),
      cmocka_unit_test(test_I12_lost_and_repeated_answers_change_nothing),
      cmocka_unit_test(test_a_stale_event_between_rounds_does_nothing),
      cmocka_unit_test(test_pages_that_never_end_are_not_read_for_ever),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

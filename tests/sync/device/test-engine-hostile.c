/* A broken or hostile hub: every round ends with a reason. */
#include "engine-bench.h"

#define REQUESTS_MAX 5000

static char *page(Bench *bench, const char *members)
{
  g_autofree char *hash = bh_hash_hex(bench->hub->kinds, strlen(bench->hub->kinds));
  static guint cursor = 0;

  return g_strdup_printf("{\"cursor\":\"c%u\",\"kinds\":\"%s\",%s}", cursor++, hash, members);
}

/* Runs a round in which each pull is answered with `members`. Returns the number of pulls. */
static guint pull_with(Bench *bench, const char *members)
{
  guint n = 0;

  step(bench, BH_ENGINE_KICK);
  while (bench->requests < REQUESTS_MAX && run_to(bench, "GET", "/v1/changes")) {
    g_autofree char *body = page(bench, members);
    give(bench, make_answer(200, FAKE_HUB, body));
    n++;
  }
  assert_true(bench->requests < REQUESTS_MAX);
  return n;
}

static Bench *begin(void)
{
  Bench *bench = bench_new();

  step(bench, BH_ENGINE_START);
  run_round(bench);
  bench->requests = 0;
  return bench;
}

static void test_a_feed_of_endless_empty_pages_ends_the_round(void **state)
{
  g_autoptr(Bench) bench = begin();

  (void)state;
  assert_int_equal(pull_with(bench, "\"records\":[],\"more\":true"), BH_ENGINE_REPEATS_MAX + 1);
  assert_string_equal(bench->device->error, "format");
}

static void test_endless_pages_let_files_have_their_turn(void **state)
{
  g_autoptr(Bench) bench = begin();
  FakeFile *file = fake_store_add_file(bench->device, bench->dir, 1000);

  (void)state;
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_KICK);
  for (int n = 0; !file->done && n < REQUESTS_MAX; n++) {
    bench->requests = 0;
    g_autofree char *body =
        page(bench, "\"records\":[{\"record\":\"r\",\"kind\":\"k\"}],\"more\":true");
    if (is_out(bench, "GET", "/v1/changes"))
      give(bench, make_answer(200, FAKE_HUB, body));
    else
      give_right(bench);
  }
  assert_true(file->done);
}

static void test_pages_over_their_limits_are_refused_whole(void **state)
{
  static const struct {
    const char *key;
    guint n;
  } lists[] = {{"records", BH_CHANGES_MAX_RECORDS + 1},
               {"gone", BH_CHANGES_MAX_GONE + 1},
               {"quarantined", BH_QUARANTINED_MAX + 1}};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
    g_autoptr(Bench) bench = begin();
    g_autoptr(GString) text = g_string_new(NULL);
    if (strcmp(lists[i].key, "records") != 0)
      g_string_append(text, "\"records\":[],");
    g_string_append_printf(text, "\"more\":false,\"%s\":[", lists[i].key);
    for (guint n = 0; n < lists[i].n; n++)
      g_string_append(text, n == 0 ? "\"x\"" : ",\"x\"");
    g_string_append_c(text, ']');
    assert_int_equal(pull_with(bench, text->str), 1);
    assert_string_equal(bench->device->error, "format");
  }
}

static void test_kind_sets_that_change_with_each_page_end_the_round(void **state)
{
  g_autoptr(Bench) bench = begin();

  (void)state;
  step(bench, BH_ENGINE_KICK);
  for (guint n = 0; bench->requests < REQUESTS_MAX && bench->request != NULL; n++) {
    g_autofree char *text = g_strdup_printf("kinds %u", n);
    g_autofree char *hash = bh_hash_hex(text, strlen(text));
    g_autofree char *body = g_strdup_printf(
        "{\"cursor\":\"k%u\",\"kinds\":\"%s\",\"records\":[{\"record\":\"r\",\"kind\":\"k\"}],"
        "\"more\":true}",
        n, hash);
    if (!run_to(bench, "GET", "/v1/changes"))
      break;
    give(bench, make_answer(200, FAKE_HUB, body));
    if (is_out(bench, "GET", "/v1/kinds/"))
      give(bench, make_answer(200, FAKE_HUB, text));
  }
  assert_true(bench->requests < 50);
  assert_string_equal(bench->device->error, "format");
}

static BhTransportAnswer *head_answer(Bench *bench, guint status, const char *error, gint64 seq)
{
  g_autofree char *hash = seq > 0 ? fake_envelope_hash(bench->device->incarnation,
                                                       bench->device->entries->pdata[seq - 1])
                                  : g_strnfill(BH_HASH_HEX_LEN, '0');
  g_autofree char *body = g_strdup_printf("{\"error\":\"%s\",\"seq\":%" G_GINT64_FORMAT
                                          ",\"hash\":\"%s\",\"quarantined\":[]}",
                                          error, seq, hash);
  return make_answer(status, FAKE_HUB, body);
}

static void test_a_hub_whose_head_goes_up_and_down_ends_the_round(void **state)
{
  g_autoptr(Bench) bench = begin();

  (void)state;
  fake_store_save(bench->device, 9);
  step(bench, BH_ENGINE_KICK);
  for (guint n = 0; bench->request != NULL && bench->requests < REQUESTS_MAX; n++) {
    if (!is_out(bench, "POST", "/v1/entries"))
      give_right(bench);
    else if (n % 2 == 0)
      give(bench, head_answer(bench, 200, "", 5));
    else
      give(bench, head_answer(bench, 409, "chain", 2));
  }
  assert_true(bench->requests < 50);
  assert_string_equal(bench->device->error, "chain");
}

static void test_a_file_whose_offset_goes_up_and_down_is_deferred(void **state)
{
  g_autoptr(Bench) bench = begin();
  FakeFile *file = fake_store_add_file(bench->device, bench->dir, 900 * 1024);

  (void)state;
  fake_store_save(bench->device, 1);
  step(bench, BH_ENGINE_KICK);
  for (guint n = 0; bench->request != NULL && bench->requests < REQUESTS_MAX; n++) {
    if (!is_out(bench, "PATCH", "/v1/uploads/")) {
      give_right(bench);
      continue;
    }
    BhTransportAnswer *answer = make_answer(n % 2 == 0 ? 204 : 409, FAKE_HUB, "{}");
    g_hash_table_insert(answer->headers, g_strdup("upload-offset"),
                        g_strdup(n % 2 == 0 ? "1000" : "0"));
    give(bench, answer);
  }
  assert_true(bench->requests < 60);
  assert_false(file->done);
  assert_non_null(file->why);
}

static void test_I7_files_that_a_restored_hub_lacks_are_sent_again(void **state)
{
  g_autoptr(Bench) bench = bench_new();
  FakeFile *file = fake_store_add_file(bench->device, bench->dir, 1000);

  (void)state;
  fake_store_save(bench->device, 4);
  step(bench, BH_ENGINE_START);
  run_round(bench);
  assert_true(file->done);
  g_hash_table_remove_all(bench->hub->files);
  g_hash_table_remove_all(bench->hub->uploads);
  GPtrArray *chain = g_hash_table_lookup(bench->hub->chains, bench->device->incarnation);
  g_ptr_array_set_size(chain, 2);
  step(bench, BH_ENGINE_KICK);
  run_round(bench);
  assert_int_equal(chain->len, 4);
  assert_true(file->done);
  assert_true(g_hash_table_contains(bench->hub->files, file->sha256));
}

static void test_a_retry_after_of_years_counts_as_a_day(void **state)
{
  g_autoptr(Bench) bench = begin();
  BhTransportAnswer *answer = make_answer(503, FAKE_HUB, "{\"error\":\"busy\"}");

  (void)state;
  step(bench, BH_ENGINE_KICK);
  g_hash_table_insert(answer->headers, g_strdup("retry-after"), g_strdup("9223372036854775807"));
  give(bench, answer);
  assert_in_range(bench->timer_ms, 1, (BH_RETRY_AFTER_MAX_S + 60) * G_GINT64_CONSTANT(1000));
  assert_string_equal(bench->device->error, "busy");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_feed_of_endless_empty_pages_ends_the_round),
      cmocka_unit_test(test_endless_pages_let_files_have_their_turn),
      cmocka_unit_test(test_pages_over_their_limits_are_refused_whole),
      cmocka_unit_test(test_kind_sets_that_change_with_each_page_end_the_round),
      cmocka_unit_test(test_a_hub_whose_head_goes_up_and_down_ends_the_round),
      cmocka_unit_test(test_a_file_whose_offset_goes_up_and_down_is_deferred),
      cmocka_unit_test(test_I7_files_that_a_restored_hub_lacks_are_sent_again),
      cmocka_unit_test(test_a_retry_after_of_years_counts_as_a_day),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

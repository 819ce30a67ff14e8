#include "engine-bench.h"

#define REQUESTS_MAX 500 /* requests of one test; more mean that the engine never ends */

static void fill(gpointer data, void *bytes, gsize size)
{
  Bench *bench = data;

  for (gsize i = 0; i < size; i++)
    ((guint8 *)bytes)[i] = (guint8)g_rand_int_range(bench->rand, 0, 256);
}

Bench *bench_new(void)
{
  Bench *bench = g_new0(Bench, 1);

  bench->dir = g_dir_make_tmp("bihuan-engine-XXXXXX", NULL);
  bench->device = fake_store_new();
  bench->hub = fake_hub_new();
  memcpy(bench->device->hub_public, bench->hub->public_key, BH_PUBLIC_KEY_SIZE);
  bench->rand = g_rand_new_with_seed(1);
  bench->random = (BhRandom){fill, bench};
  bench->engine = bh_engine_new(&bench->random);
  bench->timer_ms = -1;
  bench->now_ms = 1000000;
  return bench;
}

void bench_free(Bench *bench)
{
  for (guint i = 0; i < bench->device->files->len; i++)
    g_unlink(((FakeFile *)bench->device->files->pdata[i])->path);
  g_rmdir(bench->dir);
  g_free(bench->dir);
  bh_device_close(bench->device);
  fake_hub_free(bench->hub);
  g_rand_free(bench->rand);
  bh_engine_free(bench->engine);
  g_clear_pointer(&bench->request, bh_transport_request_free);
  g_free(bench);
}

void step_event(Bench *bench, BhEngineEvent event)
{
  BhEngineActions actions;

  event.wall_ms = event.boot_ms = bench->now_ms;
  actions = bh_engine_step(bench->engine, bench->device, &event);
  if (actions.timer_ms != BH_ENGINE_TIMER_KEEP)
    bench->timer_ms = actions.timer_ms;
  if (actions.request != NULL) {
    assert_null(bench->request);
    bench->request = actions.request;
    assert_true(++bench->requests < REQUESTS_MAX);
  }
}

void step(Bench *bench, BhEngineEventType type)
{
  step_event(bench, (BhEngineEvent){.type = type, .online = TRUE});
}

void fail_request(Bench *bench, BhErrorCode code)
{
  g_clear_pointer(&bench->request, bh_transport_request_free);
  step_event(bench, (BhEngineEvent){.type = BH_ENGINE_FAILED, .code = code});
}

void give(Bench *bench, BhTransportAnswer *answer)
{
  g_clear_pointer(&bench->request, bh_transport_request_free);
  step_event(bench, (BhEngineEvent){.type = BH_ENGINE_ANSWER, .answer = answer});
  bh_transport_answer_free(answer);
}

void give_right(Bench *bench)
{
  g_assert_nonnull(bench->request);
  give(bench, fake_hub_answer(bench->hub, bench->request));
}

BhTransportAnswer *make_answer(guint status, const char *hub, const char *body)
{
  BhTransportAnswer *answer =
      bh_transport_answer_new(status, body ? g_bytes_new(body, strlen(body)) : NULL);

  if (hub != NULL)
    g_hash_table_insert(answer->headers, g_strdup("bihuan-hub"), g_strdup(hub));
  return answer;
}

gboolean is_out(const Bench *bench, const char *method, const char *path)
{
  return bench->request != NULL && g_str_equal(bench->request->method, method) &&
         strstr(bench->request->url, path) != NULL;
}

/* Answers requests as a good hub would until the given request is waiting; FALSE when the round
 * ends before that. */
gboolean run_to(Bench *bench, const char *method, const char *path)
{
  while (bench->request != NULL && !is_out(bench, method, path))
    give_right(bench);
  return bench->request != NULL;
}

void run_round(Bench *bench)
{
  run_to(bench, "NONE", "/");
}

/* Lets timers expire and answers requests as a good hub would, until the engine is idle without an
 * error. */
void run_until_fine(Bench *bench)
{
  gboolean ok = FALSE;

  for (int i = 0; i < 20; i++) {
    run_round(bench);
    if (bh_engine_is_resting(bench->engine, &ok) && ok && !bench->device->error)
      return;
    assert_true(bench->timer_ms >= 0);
    bench->now_ms += bench->timer_ms;
    step(bench, BH_ENGINE_TIMER);
  }
  fail_msg("the engine still has an error: %s", bh_engine_get_error(bench->engine));
}

void assert_all_there(Bench *bench)
{
  for (guint i = 0; i < bench->device->entries->len; i++)
    assert_true(g_hash_table_contains(bench->hub->ids, bench->device->entries->pdata[i]));
  assert_int_equal(bench->device->acked, bench->device->entries->len);
  for (guint i = 0; i < bench->device->files->len; i++) {
    FakeFile *file = bench->device->files->pdata[i];

    assert_true(file->done);
    assert_true(g_hash_table_contains(bench->hub->files, file->sha256));
  }
  for (guint i = 0; i < bench->device->missing->len; i++)
    assert_true(g_hash_table_contains(bench->device->have, bench->device->missing->pdata[i]));
}

/* Saves several entries and files, and lists files to download. */
void load(Bench *bench)
{
  fake_store_save(bench->device, 5);
  fake_store_add_file(bench->device, bench->dir, 20 * 1024);
  fake_store_add_file(bench->device, bench->dir, 1000);
  fake_hub_add_page(bench->hub, "r1", "enterprise", TRUE);
  fake_hub_add_page(bench->hub, "r2", "staff", FALSE);
  g_ptr_array_add(bench->device->missing, fake_hub_add_file(bench->hub, "a photo"));
}

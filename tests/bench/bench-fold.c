/* P9: what one entry more costs the hub when its record has many already. Each story is told with
 * N entries and with four times as many; told in linear time, an entry costs the same in both.
 * Figures, not verdicts. */
#include "../sync/hub/hub-fixture.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "schema/world.h"
#include "sync/hub/hub-private.h"

#define ENTRIES 1000
#define TIMES 4
#define PUSHES 20

typedef struct {
  HubFixture *fixture;
  TestDevice *device;
  char record[BH_ID_LEN + 1];
  const char *kind;
  GPtrArray *ids; /* char*: of the entries so far */
  guint quarantined;
} Story;

static double cpu_now(void)
{
  struct timespec cpu;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  return (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
}

/* One entry that sets one key; `was` NULL-terminated or NULL. */
static BhEntryText *make_entry(Story *story, const char *key, const char *value,
                               const char *const *was)
{
  const BhClock *clock = bh_clock_system();
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data), .boot_ms = 1};
  char id[BH_ID_LEN + 1];
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) json =
      strchr(key, '/') != NULL ? json_pack("{s:s}", "answer", value) : json_string(value);
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  test_device_make_id(story->device, id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, story->fixture->inspector, &stamp, 0, bh_random_system());
  bh_body_builder_set(builder, story->record, story->kind, key, json, FALSE, was);
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("body: %s", error->message);
  g_ptr_array_add(story->ids, g_strdup(id));
  return test_device_seal(story->device, body, openings);
}

typedef struct {
  BhIngest *ingest;
  BhBatch *batch;
  BhIngestResult result;
} Feeding;

static gboolean feed(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Feeding *feeding = data;
  (void)hub;
  return bh_ingest_apply(feeding->ingest, db, feeding->batch, &feeding->result, error);
}

/* CPU seconds it takes to apply entries (freed) that are verified already. */
static double apply(Story *story, GPtrArray *texts, guint size)
{
  double spent = 0;
  for (guint at = 0; at < texts->len; at += size) {
    Feeding feeding = {
        .ingest = bh_hub_get_ingest(story->fixture->hub),
        .batch = bh_batch_new(story->device->signer->device, story->device->unit),
    };
    g_autoptr(GError) error = NULL;
    for (guint i = at; i < MIN(at + size, texts->len); i++)
      bh_batch_add(feeding.batch, bh_hub_get_id(story->fixture->hub),
                   story->device->signer->public_key, texts->pdata[i]);
    double start = cpu_now();
    if (!bh_hub_write(story->fixture->hub, feed, &feeding, &error))
      fail_msg("ingest: %s", error->message);
    spent += cpu_now() - start;
    if (feeding.result.refused != NULL)
      fail_msg("not taken: %s", feeding.result.refused->message);
    story->quarantined += feeding.result.quarantined->len;
    bh_ingest_result_clear(&feeding.result);
    bh_batch_free(feeding.batch);
  }
  g_ptr_array_unref(texts);
  return spent;
}

static const char *const *list_ids(Story *story)
{
  g_ptr_array_add(story->ids, NULL);
  g_ptr_array_set_size(story->ids, (gint)story->ids->len - 1);
  return (const char *const *)story->ids->pdata;
}

/* --- stories: CPU seconds of `n` entries, or of one entry that names `n` --- */

static double tell_chain(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  for (guint i = 0; i < n; i++) {
    const char *const was[] = {i > 0 ? story->ids->pdata[i - 1] : NULL, NULL};
    g_ptr_array_add(texts, make_entry(story, "description", "顶板有离层迹象", was));
  }
  return apply(story, texts, n);
}

static double tell_storm(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  for (guint i = 0; i < n; i++) {
    g_autofree char *text = g_strdup_printf("顶板有离层迹象 %u", i);
    g_ptr_array_add(texts, make_entry(story, "description", text, NULL));
  }
  return apply(story, texts, n);
}

static double tell_answers(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  story->kind = "inspection";
  for (guint i = 0; i < n; i++) {
    g_autofree char *key = g_strdup_printf("answers/COAL-%u", i * 7919 % 10007);
    g_ptr_array_add(texts, make_entry(story, key, "compliant", NULL));
  }
  return apply(story, texts, n);
}

static double tell_resolution(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  tell_storm(story, n);
  g_ptr_array_add(texts, make_entry(story, "description", "以此为准", list_ids(story)));
  return apply(story, texts, 1);
}

/* Every push reads and writes the whole record, so that this one grows with it. */
static double tell_pushes(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  tell_storm(story, n);
  for (guint i = 0; i < PUSHES; i++)
    g_ptr_array_add(texts, make_entry(story, "place", "3105 综采工作面", NULL));
  return apply(story, texts, 1) / PUSHES * n;
}

/* Heads of the state, and then one entry that names all those before the last: it waits in
 * quarantine, as so many are not looked up. */
static double tell_old_states(Story *story, guint n)
{
  GPtrArray *texts = g_ptr_array_new();
  for (guint i = 0; i < n; i++) {
    const char *const was[] = {i > 0 ? story->ids->pdata[i - 1] : NULL, NULL};
    g_ptr_array_add(texts, make_entry(story, "state", "found", was));
  }
  apply(story, texts, n);
  texts = g_ptr_array_new();
  g_free(g_ptr_array_steal_index(story->ids, story->ids->len - 1));
  g_ptr_array_add(texts, make_entry(story, "state", "closed", list_ids(story)));
  return apply(story, texts, 1);
}

static void tell(HubFixture *fixture, const char *name, double (*func)(Story *story, guint n),
                 guint quarantined)
{
  double cost[2];
  for (int i = 0; i < 2; i++) {
    guint n = i == 0 ? ENTRIES : TIMES * ENTRIES;
    Story story = {.fixture = fixture,
                   .device = test_device_new(fixture, fixture->township),
                   .kind = "hazard",
                   .ids = g_ptr_array_new_with_free_func(g_free)};
    test_device_make_id(story.device, story.record);
    cost[i] = func(&story, n) * 1e6 / n;
    assert_int_equal(story.quarantined, quarantined);
    g_ptr_array_unref(story.ids);
    test_device_free(story.device);
  }
  printf("    %-44s %8.1f %8.1f %8.2f\n", name, cost[0], cost[1], cost[1] / cost[0]);
}

int main(void)
{
  HubFixture *fixture = hub_fixture_new_store();
  printf("P9  microseconds of CPU for each        of %d  of %d    ratio\n", ENTRIES,
         TIMES * ENTRIES);
  tell(fixture, "entry of a chain on one key", tell_chain, 0);
  tell(fixture, "entry of a conflict storm on one key", tell_storm, 0);
  tell(fixture, "entry that answers another item", tell_answers, 0);
  tell(fixture, "head named by the entry that resolves it", tell_resolution, 0);
  tell(fixture, "old state named by one step", tell_old_states, 1);
  tell(fixture, "push to a record with that many heads", tell_pushes, 0);
  hub_fixture_free(fixture);
  return 0;
}

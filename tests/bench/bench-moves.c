/* What each kind of write moves in the feed: positions given out (one for each entry and each
 * record that is written again), and what a device of the unit pulls afterwards, which had
 * everything before. Figures, not verdicts; tests/sync/hub/test-work.c holds the promises. */
#include "bench-hub.h"

#include <stdio.h>
#include <string.h>

#include "schema/region.h"

#define VISITS 20 /* of the enterprise that is changed */
#define HAZARDS 5 /* of each visit, each with a photo */

typedef struct {
  HubFixture *fixture;
  TestDevice *device, *reader;
  char *cursor; /* of the reader */
  char reviewer[BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1], review[BH_ID_LEN + 1];
  char last_append[BH_ID_LEN + 1]; /* the office's last entry */
  char visits[VISITS][BH_ID_LEN + 1], began[VISITS][BH_ID_LEN + 1];
} Scene;

static gint64 get_position(const Scene *scene)
{
  gint64 position, record;
  bench_get_counters(scene->fixture, &position, &record);
  return position;
}

typedef struct {
  gsize records, gone, bytes; /* bytes as sent down, compressed, with headers */
} Pulled;

/* Everything the reader has not got yet. */
static Pulled pull(Scene *scene)
{
  static const char *const headers[] = {"Accept-Encoding: zstd", NULL};
  Pulled pulled = {0};
  gboolean more = TRUE;
  while (more) {
    g_autofree char *at =
        scene->cursor != NULL ? g_uri_escape_string(scene->cursor, NULL, FALSE) : g_strdup("");
    g_autofree char *path = g_strconcat("/v1/changes?limit=500&cursor=", at, NULL);
    g_autoptr(Answer) answer =
        test_send(scene->fixture, scene->reader, "GET", path, headers, NULL, -1);
    assert_status(answer, 200);
    pulled.records += json_array_size(json_object_get(answer->json, "records"));
    pulled.gone += json_array_size(json_object_get(answer->json, "gone"));
    pulled.bytes += answer->bytes_in;
    more = json_is_true(json_object_get(answer->json, "more"));
    g_free(scene->cursor);
    scene->cursor = g_strdup(bh_json_string_or(answer->json, "cursor", ""));
  }
  return pulled;
}

static void push(Scene *scene, const char *record, const char *kind, json_t *set, const char *was)
{
  g_autoptr(Answer) answer =
      test_push(scene->device, test_device_entry(scene->device, record, kind, set, was), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

/* By the hub itself, or somebody of the office; the ops are stolen. */
static void append(Scene *scene, const char *by, json_t *ops)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *entry = bh_hub_append(scene->fixture->hub, by, ops, &error);
  if (entry == NULL)
    fail_msg("office: %s", error->message);
  g_strlcpy(scene->last_append, entry, sizeof scene->last_append);
  json_decref(ops);
}

/* --- the writes --- */

static void add_visit(Scene *scene)
{
  char id[BH_ID_LEN + 1];
  test_device_make_id(scene->device, id);
  push(scene, id, "inspection", bench_visit(scene->device, scene->enterprise), NULL);
}

static void edit_visit(Scene *scene)
{
  push(scene, scene->visits[0], "inspection", json_pack("{s:s}", "opinion", "限期整改"), NULL);
}

static void add_hazard(Scene *scene)
{
  char id[BH_ID_LEN + 1];
  test_device_make_id(scene->device, id);
  push(scene, id, "hazard", bench_finding(scene->visits[0], scene->enterprise, 99999), NULL);
}

static void end_visit(Scene *scene, int at)
{
  push(scene, scene->visits[at], "inspection", json_pack("{s:s}", "state", "signed"),
       scene->began[at]);
}

static void end_first(Scene *scene)
{
  end_visit(scene, 1);
}

static void decide(Scene *scene, const char *review, int visit, const char *decision,
                   const char *state)
{
  json_t *ops = json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}]", "record", review, "kind",
                          "review", "set", "parent", scene->visits[visit], "decision", decision,
                          "state", state, "comment", "看过", "covers", scene->device->last_entry);
  json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s}}", "record", scene->visits[visit],
                                       "kind", "inspection", "set", "state",
                                       strcmp(state, "open") == 0 ? "returned" : "accepted"));
  append(scene, scene->reviewer, ops);
}

static void approve(Scene *scene)
{
  char id[BH_ID_LEN + 1];
  test_device_make_id(scene->device, id);
  decide(scene, id, 1, "approve", "closed");
}

static void send_back(Scene *scene)
{
  test_device_make_id(scene->device, scene->review);
  decide(scene, scene->review, 2, "return", "open");
}

static void answer_review(Scene *scene)
{
  push(scene, scene->review, "review",
       json_pack("{s:s, s:s}", "answer", "已补拍照片", "state", "answered"), scene->last_append);
}

static void edit_phone(Scene *scene)
{
  push(scene, scene->enterprise, "enterprise", json_pack("{s:s}", "phone", "13811112222"), NULL);
}

static void edit_name(Scene *scene)
{
  push(scene, scene->enterprise, "enterprise", json_pack("{s:s}", "name", "一号矿新井"), NULL);
}

static void edit_area(Scene *scene)
{
  g_autoptr(GPtrArray) areas =
      bh_region_list_children(bh_hub_get_region(scene->fixture->hub), "140603");
  guint at = 0;
  while (strcmp(areas->pdata[at], "140603100") == 0)
    at++;
  append(scene, NULL,
         json_pack("[{s:s, s:s, s:{s:s}}]", "record", scene->enterprise, "kind", "enterprise",
                   "set", "area", areas->pdata[at]));
}

static void add_staff(Scene *scene)
{
  char id[BH_ID_LEN + 1];
  test_add_inspector(scene->fixture, scene->fixture->township, id);
}

/* --- the table --- */

static void measure(Scene *scene, const char *what, void (*write)(Scene *scene))
{
  gint64 before = get_position(scene);
  write(scene);
  gint64 moved = get_position(scene) - before;
  Pulled pulled = pull(scene);
  printf("    %-34s %9d %12d %7zu %6zu %8zu\n", what, (int)moved, (int)moved - 1, pulled.records,
         pulled.gone, pulled.bytes);
}

static void fill(Scene *scene)
{
  TestDevice *device = scene->device;
  test_device_make_id(device, scene->enterprise);
  g_autoptr(Answer) made = test_push(
      device, test_device_enterprise(device, scene->enterprise, "一号矿", "140603100"), NULL);
  assert_status(made, 200);
  for (int i = 0; i < VISITS; i++) {
    test_device_make_id(device, scene->visits[i]);
    json_t *visit = bench_visit(device, scene->enterprise);
    json_object_set_new(visit, "started_at", json_integer(1764230400000));
    json_object_set_new(visit, "subject_found_by", json_string("code"));
    push(scene, scene->visits[i], "inspection", visit, NULL);
    g_strlcpy(scene->began[i], device->last_entry, BH_ID_LEN + 1);
    for (int n = 0; n < HAZARDS; n++) {
      char hazard[BH_ID_LEN + 1], photo[BH_ID_LEN + 1];
      test_device_make_id(device, hazard);
      test_device_make_id(device, photo);
      push(scene, hazard, "hazard",
           bench_finding(scene->visits[i], scene->enterprise, i * HAZARDS + n), NULL);
      push(scene, photo, "file",
           json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", hazard, "role", "photo", "sha256",
                     "000000000000000000000000000000000000000000000000000000000000beef", "size",
                     100, "media_type", "image/jpeg"),
           NULL);
    }
  }
  end_visit(scene, 2);
  bh_id_from_name("bench", "reviewer", scene->reviewer);
  append(scene, NULL,
         json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s, s], s:s}}]", "record", scene->reviewer, "kind",
                   "staff", "set", "name", "乡审核", "unit", scene->fixture->township, "roles",
                   "expert", "reviewer", "state", "active"));
}

int main(void)
{
  HubFixture *fixture = hub_fixture_new();
  Scene scene = {.fixture = fixture,
                 .device = bench_device_new(fixture),
                 .reader = test_device_new(fixture, fixture->township)};
  static const struct {
    const char *what;
    void (*write)(Scene *scene);
  } writes[] = {
      {"new visit", add_visit},
      {"edit of a visit", edit_visit},
      {"new hazard", add_hazard},
      {"end of a visit", end_first},
      {"approval of it by the office", approve},
      {"return of another by the office", send_back},
      {"answer to that", answer_review},
      {"edit of the enterprise's phone", edit_phone},
      {"edit of the enterprise's name", edit_name},
      {"new staff", add_staff},
      {"edit of the enterprise's area", edit_area},
  };
  fill(&scene);
  pull(&scene);
  printf("    an enterprise with %d visits, each with %d hazards and a photo of each\n", VISITS,
         HAZARDS);
  printf("    %-34s %9s %12s %7s %6s %8s\n", "", "positions", "records fed", "pulled", "gone",
         "bytes");
  for (guint i = 0; i < G_N_ELEMENTS(writes); i++)
    measure(&scene, writes[i].what, writes[i].write);
  g_free(scene.cursor);
  test_device_free(scene.reader);
  test_device_free(scene.device);
  hub_fixture_free(fixture);
  return 0;
}

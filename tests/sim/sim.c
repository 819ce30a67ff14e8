/* Runs seeds: chooses at random what people, network and machines do in a simulated world. See
 * README.md. */
#include "schema/error.h"
#include "tests/sim/sim-check.h"
#include "tests/support/pictures.h"

#include <stdlib.h>
#include <string.h>

#define STEPS 150
#define SEEDS_DEFAULT 200
#define SECONDS_DEFAULT 60 /* seconds that the test runs in the suite */
#define ROUNDS_TO_REST 60
#define REQUESTS_TO_REST 4000

static guint draw(SimWorld *world, guint n)
{
  return test_random_below(&world->dice, n);
}

/* --- people --- */

static void save(SimDevice *device, const SimTemplate *made, const char *record, const char *kind,
                 json_t *set)
{
  SimWorld *world = device->world;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:o}]", "record", record, "kind", kind, "set", set);
  g_autofree char *id = bh_device_save(device->store, made->staff[draw(world, 2)], ops, 0, &error);

  if (id == NULL) {
    sim_note(world, "device %u: refused: %s", device->index, error->message);
    world->refused++;
    return;
  }
  world->saved++;
  sim_note(world, "device %u: saves %s", device->index, kind);
  g_hash_table_insert(world->entries, g_strdup(id), GUINT_TO_POINTER(device->index + 1));
  if (!g_ptr_array_find_with_equal_func(world->records, record, g_str_equal, NULL))
    g_ptr_array_add(world->records, g_strdup(record));
  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_SAVED});
}

static void inspect(SimDevice *device, const SimTemplate *made)
{
  char id[BH_ID_LEN + 1];

  bh_device_make_id(device->store, id);
  save(device, made, id, "inspection",
       json_pack("{ss ss s[s] ss ss sI ss}", "subject_found_by", "code", "enterprise",
                 made->enterprise, "modes", "routine", "unit", made->unit, "lead", made->staff[0],
                 "started_at", (json_int_t)1795258800000LL, "state", "on_site"));
}

/* Returns the id of a record that this device shows; NULL when there is none. */
static const char *pick_inspection(SimDevice *device)
{
  SimWorld *world = device->world;

  for (int i = 0; i < 5 && world->records->len > 0; i++) {
    const char *id = world->records->pdata[draw(world, world->records->len)];
    g_autoptr(json_t) row = bh_device_get(device->store, id, NULL);

    if (row != NULL && g_str_equal(bh_json_string_or(row, "kind", ""), "inspection"))
      return id;
  }
  return NULL;
}

static void edit(SimDevice *device, const SimTemplate *made)
{
  static const char *const keys[] = {"opinion", "place_note", "recusal_note"};
  const char *record = pick_inspection(device);
  g_autofree char *text = g_strdup_printf("意见 %u", draw(device->world, 1000));

  if (record != NULL)
    save(device, made, record, "inspection",
         json_pack("{s:s}", keys[draw(device->world, 2)], text));
}

static void find_hazard(SimDevice *device, const SimTemplate *made)
{
  const char *inspection = pick_inspection(device);
  char id[BH_ID_LEN + 1];

  if (inspection == NULL)
    return;
  bh_device_make_id(device->store, id);
  save(device, made, id, "hazard",
       json_pack("{ss ss ss ss ss ss}", "inspection", inspection, "enterprise", made->enterprise,
                 "summary", "巷道顶板离层", "level", "general", "found_by", "inspection",
                 "responsible_person", "张三"));
}

static void take_photo(SimDevice *device, const SimTemplate *made)
{
  SimWorld *world = device->world;
  const char *inspection = pick_inspection(device);
  gsize size = draw(world, 10) == 0 ? 400 * 1024 : 500 + draw(world, 5000);
  g_autofree guint8 *bytes = g_malloc(size);
  g_autoptr(json_t) fact = NULL;
  char id[BH_ID_LEN + 1];

  if (inspection == NULL)
    return;
  test_random_fill(&world->dice, bytes, size);
  test_jpeg_fill(bytes, size);
  fact = bh_device_add_bytes(device->store, bytes, size, NULL);
  g_assert_nonnull(fact);
  bh_device_make_id(device->store, id);
  g_hash_table_insert(world->files, g_strdup(bh_json_string_or(fact, "sha256", "")),
                      GUINT_TO_POINTER(device->index + 1));
  save(device, made, id, "file",
       json_pack("{ss ss sO sO sO ss}", "parent", inspection, "role", "photo", "sha256",
                 json_object_get(fact, "sha256"), "size", json_object_get(fact, "size"),
                 "media_type", json_object_get(fact, "media_type"), "source", "camera"));
}

/* --- network --- */

static const char *short_path(const BhTransportRequest *request)
{
  const char *path = strchr(request->url + strlen("https://"), '/');

  if (g_str_has_prefix(path, "/v1/uploads/"))
    return "/v1/uploads/…";
  if (g_str_has_prefix(path, "/v1/changes"))
    return "/v1/changes";
  if (g_str_has_prefix(path, "/v1/head"))
    return "/v1/head";
  return strlen(path) > 20 ? "/v1/…" : path;
}

static void keep_ghost(SimWorld *world, const BhTransportRequest *request)
{
  if (world->ghosts->len >= SIM_GHOSTS)
    g_ptr_array_remove_index(world->ghosts, draw(world, world->ghosts->len));
  g_ptr_array_add(world->ghosts, sim_http_copy(request));
}

/* Lets a copy of an old request arrive again; nobody waits for its answer. */
static void haunt(SimWorld *world)
{
  guint i = world->ghosts->len > 0 ? draw(world, world->ghosts->len) : 0;

  if (world->ghosts->len == 0)
    return;
  bh_transport_answer_free(sim_http_serve(world->api, world->ghosts->pdata[i]));
  sim_note(world, "an old %s arrives", short_path(world->ghosts->pdata[i]));
  if (draw(world, 2) == 0)
    g_ptr_array_remove_index(world->ghosts, i);
}

static void answer(SimDevice *device, BhTransportAnswer *given)
{
  sim_note(device->world, "device %u: gets %u", device->index, given->status);
  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_ANSWER, .answer = given});
  bh_transport_answer_free(given);
}

static void lose(SimDevice *device, BhErrorCode code)
{
  sim_note(device->world, "device %u: %s", device->index, bh_error_code_name(code));
  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_FAILED, .code = code});
}

static BhTransportAnswer *make_busy(SimWorld *world)
{
  BhTransportAnswer *given = bh_transport_answer_new(503, NULL);

  g_hash_table_insert(given->headers, g_strdup("bihuan-hub"), g_strdup(bh_hub_get_id(world->hub)));
  g_hash_table_insert(given->headers, g_strdup("retry-after"), g_strdup("5"));
  return given;
}

static void deliver(SimDevice *device, gboolean well)
{
  SimWorld *world = device->world;
  g_autoptr(BhTransportRequest) request = g_steal_pointer(&device->request);
  guint fate = well ? 99 : draw(world, 100);

  sim_note(world, "device %u: %s %s", device->index, request->method, short_path(request));
  world->now_ms += 20 + draw(world, 500);
  if (!well && draw(world, 6) == 0)
    keep_ghost(world, request);
  if (fate < 8) {
    lose(device, BH_ERROR_NETWORK);
  } else if (fate < 14) {
    lose(device, BH_ERROR_UNCERTAIN); /* the request is lost */
  } else if (fate < 24) {
    bh_transport_answer_free(sim_http_serve(world->api, request));
    lose(device, BH_ERROR_UNCERTAIN); /* the answer is lost */
  } else if (fate < 27) {
    answer(device, bh_transport_answer_new(200, g_bytes_new_static("<html>", 6)));
  } else if (fate < 29) {
    lose(device, BH_ERROR_NOT_HUB);
  } else if (fate < 32) {
    answer(device, make_busy(world));
  } else if (fate < 40) {
    bh_transport_answer_free(sim_http_serve(world->api, request));
    /* the request arrives twice; the device gets the second answer */
    answer(device, sim_http_serve(world->api, request));
  } else if (fate < 44) {
    BhTransportAnswer *first = sim_http_serve(world->api, request);

    bh_transport_answer_free(sim_http_serve(world->api, request));
    answer(device, first); /* the request arrives twice; the device gets the first answer, late */
  } else {
    answer(device, sim_http_serve(world->api, request));
  }
}

/* --- what happens --- */

/* Replaces the store of a device by its older copy. Entries that were not sent are lost, unless
 * the copy contains them. */
static void roll_back(SimDevice *device)
{
  SimWorld *world = device->world;
  GHashTableIter iter;
  gpointer id, owner;

  if (device->card == NULL)
    return;
  sim_note(world, "device %u: an older card", device->index);
  sim_roll_back(device);
  g_hash_table_iter_init(&iter, world->entries);
  while (g_hash_table_iter_next(&iter, &id, &owner))
    if (GPOINTER_TO_UINT(owner) == device->index + 1 && !sim_hub_has(world, id))
      g_hash_table_iter_remove(&iter);
  g_hash_table_iter_init(&iter, world->files);
  while (g_hash_table_iter_next(&iter, &id, &owner))
    if (GPOINTER_TO_UINT(owner) == device->index + 1 && !sim_hub_has_file(world, id))
      g_hash_table_iter_remove(&iter);
}

static void pass_time(SimWorld *world)
{
  SimDevice *next = NULL;

  for (guint i = 0; i < SIM_DEVICES; i++) {
    SimDevice *device = &world->devices[i];

    if (device->timer_ms >= 0 && device->request == NULL &&
        (next == NULL || device->timer_ms < next->timer_ms))
      next = device;
  }
  if (next == NULL)
    return;
  world->now_ms = MAX(world->now_ms, next->timer_ms);
  next->timer_ms = -1;
  sim_note(world, "device %u: its time has come", next->index);
  sim_step(next, (BhEngineEvent){.type = BH_ENGINE_TIMER});
}

static void turn_clock(SimDevice *device)
{
  gint64 years = (gint64)draw(device->world, 101) - 50;

  device->time.wall_offset_ms = years * 365 * 24 * 3600 * 1000;
  sim_note(device->world, "device %u: clock %d years off", device->index, (int)years);
}

static void happen(SimWorld *world, const SimTemplate *made)
{
  SimDevice *device = &world->devices[draw(world, SIM_DEVICES)];
  guint what = draw(world, 100);

  if (what < 60 && device->request != NULL) {
    deliver(device, FALSE);
  } else if (what < 66) {
    inspect(device, made);
  } else if (what < 74) {
    edit(device, made);
  } else if (what < 78) {
    find_hazard(device, made);
  } else if (what < 81) {
    take_photo(device, made);
  } else if (what < 84) {
    sim_note(world, "device %u: killed", device->index);
    sim_crash(device);
  } else if (what < 85) {
    sim_note(world, "device %u: restarts", device->index);
    sim_reboot(device);
  } else if (what < 86) {
    turn_clock(device);
  } else if (what < 87) {
    sim_note(world, "hub restarts");
    sim_restart_hub(world);
  } else if (what < 88) {
    sim_copy_card(device);
  } else if (what < 90) {
    roll_back(device);
  } else if (what < 93) {
    haunt(world);
  } else if (what < 95) {
    sim_step(device, (BhEngineEvent){.type = BH_ENGINE_KICK});
  } else {
    pass_time(world);
  }
}

/* Lets the network work again and syncs all devices twice, so that each receives what the others
 * sent. Returns NULL, or the reason why they did not finish. */
static char *come_to_rest(SimWorld *world)
{
  guint requests = 0;

  sim_note(world, "all is well again");
  for (guint round = 0; round < ROUNDS_TO_REST; round++) {
    gboolean all_fine = round >= 2;

    for (guint i = 0; i < SIM_DEVICES; i++) {
      SimDevice *device = &world->devices[i];
      gboolean ok = FALSE;

      if (device->request == NULL)
        sim_step(device, (BhEngineEvent){.type = BH_ENGINE_KICK});
      while (device->request != NULL && ++requests < REQUESTS_TO_REST)
        deliver(device, TRUE);
      bh_engine_is_resting(device->engine, &ok);
      all_fine = all_fine && ok;
    }
    if (all_fine)
      return NULL;
  }
  for (guint i = 0; i < SIM_DEVICES; i++)
    if (bh_engine_get_error(world->devices[i].engine) != NULL)
      return g_strdup_printf("device %u never comes to rest: %s", i,
                             bh_engine_get_error(world->devices[i].engine));
  return g_strdup("requests without end");
}

typedef struct {
  guint64 seeds, saved, refused, trace;
} Totals;

static gboolean run_seed(const SimTemplate *made, guint64 seed, gboolean tell, Totals *totals)
{
  SimWorld *world = sim_world_new(made, seed, tell);
  g_autofree char *wrong = NULL;

  for (guint i = 0; i < SIM_DEVICES; i++) {
    if (draw(world, 3) == 0)
      sim_copy_card(&world->devices[i]);
    sim_step(&world->devices[i], (BhEngineEvent){.type = BH_ENGINE_START});
  }
  for (int i = 0; i < STEPS; i++)
    happen(world, made);
  wrong = come_to_rest(world);
  if (wrong == NULL)
    wrong = sim_check(world);
  if (wrong != NULL)
    g_printerr("seed %" G_GUINT64_FORMAT ": %s\nrepeat with: --seed %" G_GUINT64_FORMAT "\n", seed,
               wrong, seed);
  totals->seeds++;
  totals->saved += world->saved;
  totals->refused += world->refused;
  totals->trace = world->trace;
  sim_world_free(world);
  return wrong == NULL;
}

static gboolean run_many(const SimTemplate *made, guint64 first, guint64 seeds, gint64 seconds,
                         Totals *totals)
{
  gint64 end_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;

  for (guint64 seed = first; seed < first + seeds && g_get_monotonic_time() < end_us; seed++)
    if (!run_seed(made, seed, FALSE, totals))
      return FALSE;
  return TRUE;
}

/* Checks that a seed gives exactly the same run again; otherwise it would be no help in finding a
 * fault. */
static gboolean repeats(const SimTemplate *made, Totals *totals)
{
  Totals first = {0}, second = {0};

  if (!run_seed(made, 1, FALSE, &first) || !run_seed(made, 1, FALSE, &second))
    return FALSE;
  if (first.trace == second.trace && first.saved == second.saved) {
    totals->trace = first.trace;
    return TRUE;
  }
  g_printerr("seed 1 does not repeat\n");
  return FALSE;
}

int main(int argc, char **argv)
{
  gint64 seed = -1, seeds = SEEDS_DEFAULT;
  double hours = 0;
  const GOptionEntry entries[] = {
      {"seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Run one seed and tell every step", "N"},
      {"seeds", 0, 0, G_OPTION_ARG_INT64, &seeds, "Run seeds 1 to N without a time limit", "N"},
      {"hours", 0, 0, G_OPTION_ARG_DOUBLE, &hours, "Run new seeds until the time is over", "H"},
      {NULL},
  };
  g_autoptr(GOptionContext) context = g_option_context_new("- simulate devices and a hub");
  g_autoptr(GError) error = NULL;
  SimTemplate *made;
  Totals totals = {0};
  gboolean ok;

  g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("%s\n", error->message);
    return 2;
  }
  made = sim_template_new();
  if (seed >= 0)
    ok = run_seed(made, (guint64)seed, TRUE, &totals);
  else if (hours > 0)
    ok = run_many(made, (guint64)g_get_real_time(), G_MAXINT64, (gint64)(hours * 3600), &totals);
  else if (seeds != SEEDS_DEFAULT)
    ok = run_many(made, 1, (guint64)seeds, G_MAXINT32, &totals);
  else
    ok = repeats(made, &totals) && run_many(made, 1, SEEDS_DEFAULT, SECONDS_DEFAULT, &totals);
  sim_template_free(made);
  g_print("%" G_GUINT64_FORMAT " seeds, %" G_GUINT64_FORMAT " entries saved, %" G_GUINT64_FORMAT
          " refused\n",
          totals.seeds, totals.saved, totals.refused);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

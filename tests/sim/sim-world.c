#include "tests/sim/sim-world.h"

#include "schema/base64.h"
#include "schema/error.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/devices/enrol.h"
#include "sync/wire/enrol-text.h"
#include "tests/support/unsigned.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define START_MS 1795258800000LL /* 2026-11-21 */

/* --- folders --- */

static void remove_tree(const char *path)
{
  GDir *dir = g_dir_open(path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);

    remove_tree(child);
  }
  g_clear_pointer(&dir, g_dir_close);
  g_remove(path);
}

static void copy_tree(const char *from, const char *to)
{
  GDir *dir = g_dir_open(from, 0, NULL);
  const char *name;

  g_assert_nonnull(dir);
  g_assert_cmpint(g_mkdir_with_parents(to, 0700), ==, 0);
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *source = g_build_filename(from, name, NULL);
    g_autofree char *target = g_build_filename(to, name, NULL);
    g_autofree char *bytes = NULL;
    gsize len;

    if (g_file_test(source, G_FILE_TEST_IS_DIR)) {
      copy_tree(source, target);
      continue;
    }
    g_assert_true(g_file_get_contents(source, &bytes, &len, NULL));
    g_assert_true(
        g_file_set_contents_full(target, bytes, (gssize)len, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  }
  g_dir_close(dir);
}

/* Makes the directory in memory if possible: a run syncs files thousands of times and does not
 * need them later. */
static char *make_dir(void)
{
  g_autofree char *template = g_strdup("/dev/shm/bihuan-sim-XXXXXX");

  if (g_access("/dev/shm", W_OK) == 0 && g_mkdtemp(template) != NULL)
    return g_steal_pointer(&template);
  return g_dir_make_tmp("bihuan-sim-XXXXXX", NULL);
}

/* --- time and randomness --- */

static gint64 get_wall(gpointer data)
{
  SimClock *clock = data;

  return START_MS + clock->world->now_ms + clock->wall_offset_ms;
}

static gint64 get_boot(gpointer data)
{
  SimClock *clock = data;

  return clock->world->now_ms + 1000;
}

static const char *get_boot_id(gpointer data)
{
  return ((SimClock *)data)->boot_id;
}

static void start_clock(SimClock *clock, SimWorld *world, guint number)
{
  clock->world = world;
  g_strlcpy(clock->boot_id, test_id(0xb00000 + number * 0x1000 + (guint)clock->boots),
            sizeof clock->boot_id);
}

void sim_note(SimWorld *world, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list args;

  va_start(args, format);
  line = g_strdup_vprintf(format, args);
  va_end(args);
  for (const char *p = line; *p != '\0'; p++)
    world->trace = (world->trace ^ (guint8)*p) * 1099511628211ULL;
  if (world->tell)
    g_printerr("%8" G_GINT64_FORMAT " %s\n", world->now_ms, line);
}

/* --- hub --- */

static void open_hub(SimWorld *world)
{
  g_autofree char *dir = g_build_filename(world->dir, "hub", NULL);
  g_autoptr(GError) error = NULL;

  world->hub = bh_hub_open(dir, &world->hub_clock, &world->hub_random, &error);
  g_assert_no_error(error);
  world->api = bh_device_api_new(world->hub);
}

static void close_hub(SimWorld *world)
{
  g_clear_pointer(&world->api, bh_device_api_free);
  g_clear_pointer(&world->hub, bh_hub_close);
}

void sim_restart_hub(SimWorld *world)
{
  close_hub(world);
  open_hub(world);
}

/* --- devices --- */

static void open_device(SimDevice *device)
{
  g_autoptr(GError) error = NULL;

  device->store = bh_device_open(device->dir, &device->clock, &device->random, &error);
  g_assert_no_error(error);
  device->engine = bh_engine_new(&device->random);
  device->timer_ms = -1;
}

static void close_device(SimDevice *device)
{
  g_clear_pointer(&device->engine, bh_engine_free);
  g_clear_pointer(&device->store, bh_device_close);
  g_clear_pointer(&device->request, bh_transport_request_free);
}

void sim_step(SimDevice *device, BhEngineEvent event)
{
  BhEngineActions actions;

  event.wall_ms = get_wall(&device->time);
  event.boot_ms = get_boot(&device->time);
  actions = bh_engine_step(device->engine, device->store, &event);
  if (actions.timer_ms != BH_ENGINE_TIMER_KEEP)
    device->timer_ms = actions.timer_ms >= 0 ? device->world->now_ms + actions.timer_ms : -1;
  if (actions.request != NULL) {
    g_assert_null(device->request);
    device->request = actions.request;
  }
}

/* Simulates kill -9: the next process must find the files as the kernel has them, so they are
 * copied before the store is closed properly. */
void sim_crash(SimDevice *device)
{
  g_autofree char *found = g_strconcat(device->dir, ".found", NULL);

  copy_tree(device->dir, found);
  close_device(device);
  remove_tree(device->dir);
  g_assert_cmpint(g_rename(found, device->dir), ==, 0);
  open_device(device);
  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_START});
}

void sim_reboot(SimDevice *device)
{
  device->time.boots++;
  start_clock(&device->time, device->world, device->index + 1);
  sim_crash(device);
}

void sim_copy_card(SimDevice *device)
{
  if (device->card == NULL)
    device->card = g_strconcat(device->dir, ".card", NULL);
  remove_tree(device->card);
  copy_tree(device->dir, device->card);
}

void sim_roll_back(SimDevice *device)
{
  close_device(device);
  remove_tree(device->dir);
  copy_tree(device->card, device->dir);
  open_device(device);
  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_START});
}

/* --- a world --- */

static SimWorld *world_alloc(const char *dir, guint64 seed)
{
  SimWorld *world = g_new0(SimWorld, 1);

  world->dir = g_strdup(dir);
  world->seed = seed;
  world->trace = 14695981039346656037ULL;
  world->dice.state = seed * 0x9e3779b97f4a7c15ULL + 1;
  world->hub_bytes.state = seed * 7 + 3;
  world->hub_random = (BhRandom){test_random_fill, &world->hub_bytes};
  start_clock(&world->hub_time, world, 0);
  world->hub_clock = (BhClock){get_wall, get_boot, get_boot_id, &world->hub_time};
  world->ghosts = g_ptr_array_new_with_free_func((GDestroyNotify)bh_transport_request_free);
  world->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  world->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  world->records = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < SIM_DEVICES; i++) {
    SimDevice *device = &world->devices[i];
    g_autofree char *name = g_strdup_printf("device-%u", i);

    device->world = world;
    device->index = i;
    device->dir = g_build_filename(dir, name, NULL);
    device->bytes.state = (seed + 1) * 1000003 + i;
    device->random = (BhRandom){test_random_fill, &device->bytes};
    start_clock(&device->time, world, i + 1);
    device->clock = (BhClock){get_wall, get_boot, get_boot_id, &device->time};
    device->timer_ms = -1;
  }
  return world;
}

SimWorld *sim_world_new(const SimTemplate *made, guint64 seed, gboolean tell)
{
  g_autofree char *dir = make_dir();
  SimWorld *world = world_alloc(dir, seed);

  world->tell = tell;
  copy_tree(made->dir, dir);
  open_hub(world);
  for (guint i = 0; i < SIM_DEVICES; i++)
    open_device(&world->devices[i]);
  return world;
}

void sim_world_free(SimWorld *world)
{
  for (guint i = 0; i < SIM_DEVICES; i++) {
    close_device(&world->devices[i]);
    g_free(world->devices[i].dir);
    g_free(world->devices[i].card);
  }
  close_hub(world);
  remove_tree(world->dir);
  g_ptr_array_unref(world->ghosts);
  g_hash_table_unref(world->entries);
  g_hash_table_unref(world->files);
  g_ptr_array_unref(world->records);
  g_free(world->dir);
  g_free(world);
}

/* --- the template --- */

static void append(SimWorld *world, const char *record, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:o}]", "record", record, "kind", kind, "set", set);
  g_autofree char *id = bh_hub_append(world->hub, NULL, ops, &error);

  g_assert_no_error(error);
}

static void fill_hub(SimTemplate *made, SimWorld *world)
{
  static const char *const names[] = {"李明", "王芳"};

  g_strlcpy(made->unit, test_id(0x101), sizeof made->unit);
  g_strlcpy(made->enterprise, test_id(0x102), sizeof made->enterprise);
  append(world, made->unit, "unit",
         json_pack("{ss ss ss}", "name", "平鲁区应急管理局", "area", "140603", "level", "county"));
  for (guint i = 0; i < G_N_ELEMENTS(made->staff); i++) {
    g_strlcpy(made->staff[i], test_id(0x110 + i), sizeof made->staff[i]);
    append(world, made->staff[i], "staff",
           json_pack("{ss ss s[s] ss}", "name", names[i], "unit", made->unit, "roles", "inspector",
                     "state", "active"));
    test_take_unsigned(world->hub, made->staff[i]);
  }
  append(world, made->enterprise, "enterprise",
         json_pack("{ss ss ss ss ss ss}", "name", "朔州东升煤矿有限公司", "short_code", "PL-0042",
                   "uscc", "91140603MA0000015Q", "sector", "coal_mine", "area", "140603", "state",
                   "confirmed"));
}

static void enrol(const SimTemplate *made, SimDevice *device)
{
  SimWorld *world = device->world;
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  g_autoptr(GError) error = NULL;
  g_autofree char *text =
      bh_enrol_invite(world->hub, made->unit, NULL, "https://hub.example", NULL, &error);
  g_autoptr(BhEnrolText) decoded = bh_enrol_text_decode(text, &error);
  g_autofree char *token = bh_base64_encode(decoded->token, BH_ENROL_TOKEN_SIZE);
  g_autofree char *key = NULL;
  g_autofree char *proof = NULL;
  g_autoptr(json_t) asked = NULL;
  g_autoptr(json_t) answer = NULL;

  g_assert_true(bh_outbox_get_enrol_key(device->store, public_key, secret_key, &error));
  key = bh_base64_encode(public_key, sizeof public_key);
  proof = bh_enrol_prove(decoded->token, public_key, secret_key);
  asked = json_pack("{ss ss ss ss}", "token", token, "name", "sim", "key", key, "proof", proof);
  answer = bh_enrol_accept(world->hub, asked, &error);
  g_assert_no_error(error);
  g_assert_true(bh_outbox_set_enrolled(device->store, decoded->url, decoded->pin, answer, &error));
}

static void sync_once(SimDevice *device)
{
  gboolean ok = FALSE;

  sim_step(device, (BhEngineEvent){.type = BH_ENGINE_START});
  while (device->request != NULL) {
    g_autoptr(BhTransportRequest) request = g_steal_pointer(&device->request);
    g_autoptr(BhTransportAnswer) answer = sim_http_serve(device->world->api, request);

    sim_step(device, (BhEngineEvent){.type = BH_ENGINE_ANSWER, .answer = answer});
  }
  g_assert_true(bh_engine_is_resting(device->engine, &ok));
  g_assert_cmpstr(bh_engine_get_error(device->engine), ==, NULL);
}

SimTemplate *sim_template_new(void)
{
  SimTemplate *made = g_new0(SimTemplate, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *hub = NULL;
  SimWorld *world;

  made->dir = make_dir();
  hub = g_build_filename(made->dir, "hub", NULL);
  g_assert_cmpint(g_mkdir_with_parents(hub, 0700), ==, 0);
  if (!bh_hub_init(hub, "模拟中心", "140603", &error))
    g_error("%s", error->message);
  world = world_alloc(made->dir, 1);
  open_hub(world);
  fill_hub(made, world);
  for (guint i = 0; i < SIM_DEVICES; i++) {
    open_device(&world->devices[i]);
    enrol(made, &world->devices[i]);
    sync_once(&world->devices[i]);
    close_device(&world->devices[i]);
  }
  close_hub(world);
  /* The directory stays for the next seed; only the memory is freed. */
  g_free(world->dir);
  world->dir = g_strdup("/nonexistent/bihuan-sim");
  sim_world_free(world);
  return made;
}

void sim_template_free(SimTemplate *made)
{
  remove_tree(made->dir);
  g_free(made->dir);
  g_free(made);
}

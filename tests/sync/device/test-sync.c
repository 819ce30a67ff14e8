/* Enrolment, rounds, background and agent against a real hub over TLS. */
#include "tests/support/unsigned.h"
#include "sync/device/run/sync.h"

#include "schema/error.h"
#include "schema/world.h"
#include "sync/hub/cli/init.h"
#include "sync/hub/access/list.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/http/keys.h"
#include "sync/hub/log/log.h"
#include "sync/owner/owner.h"
#include "sync/wire/enrol-text.h"
#include "tests/sync/device/remove-tree.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define UNIT "0190a0b0-0000-7000-8000-000000000101"
#define ENTERPRISE "0190a0b0-0000-7000-8000-000000000102"
#define PERSON "0190a0b0-0000-7000-8000-000000000103"
#define WAIT_S 30
#define MANY 190 /* number of records, more than one transaction of a reset moves */

typedef struct {
  char *dir;
  char *url;
  BhHub *hub;
  BhDeviceApi *api;
  BhHttp *http;
} Bench;

static void append(Bench *bench, const char *record, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:o}]", "record", record, "kind", kind, "set", set);
  g_autofree char *id = bh_hub_append(bench->hub, NULL, ops, &error);

  if (id == NULL)
    fail_msg("%s", error->message);
}

static void serve(Bench *bench, guint port)
{
  gsize n;
  const BhRoute *routes = bh_device_api_routes(&n);
  g_autofree char *hub = g_build_filename(bench->dir, "hub", NULL);
  g_autofree char *cert = bh_keys_dup_cert_path(hub);
  g_autofree char *key = bh_keys_dup_tls_key_path(hub);
  g_autofree char *listen = g_strdup_printf("127.0.0.1:%u", port);
  BhHttpConfig config = {.listen = listen,
                         .cert_pem_path = cert,
                         .key_pem_path = key,
                         .threads = 1,
                         .max_connections = 20,
                         .max_connections_per_ip = 20};
  g_autoptr(GError) error = NULL;

  bench->http =
      bh_http_start(&config, routes, n, bh_device_api_headers(bench->api), bench->api, &error);
  if (bench->http == NULL)
    fail_msg("%s", error->message);
}

static int setup(void **state)
{
  Bench *bench = g_new0(Bench, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *hub = NULL;

  bench->dir = g_dir_make_tmp("bihuan-sync-XXXXXX", NULL);
  hub = g_build_filename(bench->dir, "hub", NULL);
  g_mkdir(hub, 0700);
  if (!bh_hub_init(hub, "中心", "140603", &error))
    fail_msg("%s", error->message);
  bench->hub = bh_hub_open(hub, bh_clock_system(), bh_random_system(), &error);
  assert_non_null(bench->hub);
  append(bench, UNIT, "unit",
         json_pack("{ss ss ss}", "name", "应急管理局", "area", "140603", "level", "county"));
  append(bench, PERSON, "staff",
         json_pack("{ss ss s[s] ss}", "name", "李明", "unit", UNIT, "roles", "inspector", "state",
                   "active"));
  test_take_unsigned(bench->hub, PERSON);
  append(bench, ENTERPRISE, "enterprise",
         json_pack("{ss sb ss ss ss}", "name", "东升煤矿", "provisional", 1, "provisional_reason",
                   "无证", "sector", "coal_mine", "area", "140603"));
  bench->api = bh_device_api_new(bench->hub);
  serve(bench, 0);
  bench->url = g_strdup_printf("https://127.0.0.1:%u", bh_http_get_port(bench->http));
  *state = bench;
  return 0;
}

static int teardown(void **state)
{
  Bench *bench = *state;

  bh_http_stop(bench->http);
  bh_device_api_free(bench->api);
  bh_hub_close(bench->hub);
  test_remove_tree(bench->dir);
  g_free(bench->dir);
  g_free(bench->url);
  g_free(bench);
  return 0;
}

static char *invite(Bench *bench)
{
  g_autoptr(GError) error = NULL;
  char *text = bh_enrol_invite(bench->hub, UNIT, NULL, bench->url, NULL, &error);

  assert_non_null(text);
  return text;
}

static BhWorker *start_worker(const char *dir)
{
  g_autoptr(GError) error = NULL;
  BhWorker *worker = bh_worker_start(dir, bh_clock_system(), bh_random_system(), &error);

  if (worker == NULL)
    fail_msg("%s", error->message);
  return worker;
}

static char *store_dir(Bench *bench, const char *name)
{
  return g_build_filename(bench->dir, name, NULL);
}

static BhWorker *start_enrolled(Bench *bench, const char *dir)
{
  BhWorker *worker = start_worker(dir);
  g_autofree char *text = invite(bench);
  g_autoptr(GError) error = NULL;

  if (!bh_sync_enrol(worker, text, "手持机", &error))
    fail_msg("%s", error->message);
  return worker;
}

static json_t *call(BhWorker *worker, const char *method, json_t *params)
{
  g_autoptr(json_t) request = json_pack("{s:s,s:o}", "method", method, "params", params);
  g_autoptr(GError) error = NULL;
  json_t *answer = bh_worker_call(worker, request, &error);

  if (answer == NULL)
    fail_msg("%s: %s", method, error->message);
  return answer;
}

static gint64 counter(BhWorker *worker, const char *name)
{
  g_autoptr(json_t) status = call(worker, "status", json_object());

  return json_integer_value(json_object_get(status, name));
}

static json_t *make_inspection(void)
{
  char id[BH_ID_LEN + 1];
  BhIdSource source;

  bh_id_source_init(&source, bh_clock_system(), bh_random_system());
  bh_id_next(&source, id);
  return json_pack("{s:s,s:[{s:s,s:s,s:{ss ss s[s] ss ss sI ss}}]}", "author", PERSON, "ops",
                   "record", id, "kind", "inspection", "set", "subject_found_by", "code",
                   "enterprise", ENTERPRISE, "modes", "routine", "unit", UNIT, "lead", PERSON,
                   "started_at", (json_int_t)1795258800000LL, "state", "on_site");
}

static void save(BhWorker *worker)
{
  g_autoptr(json_t) answer = call(worker, "save", make_inspection());
}

static void test_enrolment_brings_the_first_records(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "first");
  BhWorker *worker = start_enrolled(bench, dir);
  g_autoptr(json_t) described = call(worker, "describe", json_object());
  g_autoptr(json_t) row = call(worker, "get", json_pack("{s:s}", "id", ENTERPRISE));

  assert_string_equal(bh_json_string_or(described, "hub", ""), bh_hub_get_id(bench->hub));
  assert_string_equal(bh_json_string_or(described, "url", ""), bench->url);
  assert_string_equal(bh_json_string_or(row, "kind", ""), "enterprise");
  bh_worker_stop(worker);
}

static void test_a_text_serves_one_device(void **state)
{
  Bench *bench = *state;
  g_autofree char *one = store_dir(bench, "one");
  g_autofree char *two = store_dir(bench, "two");
  g_autofree char *text = invite(bench);
  g_autoptr(GError) error = NULL;
  BhWorker *worker = start_worker(one);

  assert_true(bh_sync_enrol(worker, text, "one", NULL));
  /* In a store that is already enrolled, the text only gives the address of the hub. */
  assert_true(bh_sync_enrol(worker, text, "one", &error));
  bh_worker_stop(worker);
  worker = start_worker(two);
  assert_false(bh_sync_enrol(worker, text, "two", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_EXPIRED));
  /* The error ends with the id of the request, by which the hub's log can be searched. */
  assert_true(g_regex_match_simple(" \\[[0-9a-f]{12}\\]$", error->message, 0, 0));
  g_clear_error(&error);
  assert_false(bh_sync_enrol(worker, "BHE1:RUBBISH", "two", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  bh_worker_stop(worker);
}

static void test_a_round_before_enrolment_says_so(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "bare");
  g_autoptr(GError) error = NULL;
  BhWorker *worker = start_worker(dir);

  assert_null(bh_sync_once(worker, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
  bh_worker_stop(worker);
}

static void test_one_round_sends_everything(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "once");
  BhWorker *worker = start_enrolled(bench, dir);
  g_autoptr(json_t) status = NULL;

  for (int i = 0; i < 3; i++)
    save(worker);
  assert_int_equal(counter(worker, "pending"), 3);
  status = bh_sync_once(worker, NULL);
  assert_int_equal(json_integer_value(json_object_get(status, "pending")), 0);
  assert_string_equal(bh_json_string_or(status, "last_error", ""), "");
  assert_int_equal(counter(worker, "quarantined"), 0);
  bh_worker_stop(worker);
}

static void test_an_unreachable_hub_is_an_error_in_the_status(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "away");
  BhWorker *worker = start_enrolled(bench, dir);
  guint port = bh_http_get_port(bench->http);
  g_autoptr(json_t) status = NULL;
  g_autoptr(json_t) again = NULL;

  save(worker);
  g_clear_pointer(&bench->http, bh_http_stop);
  status = bh_sync_once(worker, NULL);
  assert_string_equal(bh_json_string_or(status, "last_error", ""), "network");
  assert_int_equal(counter(worker, "pending"), 1);
  serve(bench, port);
  again = bh_sync_once(worker, NULL);
  assert_string_equal(bh_json_string_or(again, "last_error", ""), "");
  assert_int_equal(counter(worker, "pending"), 0);
  bh_worker_stop(worker);
}

/* --- in the background --- */

static void on_changed(BhSync *sync, const json_t *status, gpointer data)
{
  (void)sync;
  if (g_str_equal(bh_json_string_or(status, "state", ""), "idle") &&
      json_integer_value(json_object_get(status, "pending")) == 0)
    ++*(guint *)data;
}

static gboolean give_up(gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

static void wait_until(guint *count, guint wanted)
{
  gboolean late = FALSE;
  guint timer = g_timeout_add_seconds(WAIT_S, give_up, &late);

  while (*count < wanted && !late)
    g_main_context_iteration(NULL, TRUE);
  assert_false(late);
  g_source_remove(timer);
}

static void test_saved_entries_are_sent_automatically(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "background");
  BhWorker *worker = start_enrolled(bench, dir);
  guint idle = 0;
  BhSync *sync = bh_sync_start(worker, on_changed, &idle);

  wait_until(&idle, 1);
  save(worker);
  bh_sync_notify_saved(sync);
  idle = 0;
  wait_until(&idle, 1);
  assert_int_equal(counter(worker, "pending"), 0);
  bh_sync_stop(sync);
  bh_worker_stop(worker);
}

static void test_stopping_in_the_middle_is_quick_and_quiet(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "stopped");
  BhWorker *worker = start_enrolled(bench, dir);

  for (int i = 0; i < 10; i++) {
    gint64 began_us = g_get_monotonic_time();
    guint idle = 0;
    BhSync *sync = bh_sync_start(worker, on_changed, &idle);

    for (int j = 0; j < i; j++)
      g_main_context_iteration(NULL, FALSE);
    bh_sync_kick(sync);
    bh_sync_stop(sync);
    assert_true(g_get_monotonic_time() - began_us < 10 * G_USEC_PER_SEC);
  }
  while (g_main_context_iteration(NULL, FALSE))
    ;
  bh_worker_stop(worker);
}

/* --- a hub that was restored --- */

static void stop_hub(Bench *bench)
{
  g_clear_pointer(&bench->http, bh_http_stop);
  g_clear_pointer(&bench->api, bh_device_api_free);
  g_clear_pointer(&bench->hub, bh_hub_close);
}

static void start_hub(Bench *bench, guint port)
{
  g_autofree char *hub = g_build_filename(bench->dir, "hub", NULL);

  bench->hub = bh_hub_open(hub, bh_clock_system(), bh_random_system(), NULL);
  assert_non_null(bench->hub);
  bench->api = bh_device_api_new(bench->hub);
  serve(bench, port);
}

static void copy_hub(Bench *bench, const char *from, const char *to)
{
  static const char *const names[] = {"hub.db", "hub.db-wal"};

  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *source = g_strconcat(bench->dir, "/hub/", names[i], from, NULL);
    g_autofree char *target = g_strconcat(bench->dir, "/hub/", names[i], to, NULL);
    g_autofree char *bytes = NULL;
    gsize len;

    g_remove(target);
    if (g_file_get_contents(source, &bytes, &len, NULL))
      assert_true(g_file_set_contents(target, bytes, (gssize)len, NULL));
  }
}

static gint64 count_inspections(Bench *bench)
{
  g_autoptr(json_t) query = json_pack("{s:s,s:i}", "kind", "inspection", "limit", 200);
  BhDb *db = bh_hub_acquire_reader(bench->hub, NULL);
  g_autoptr(json_t) page = bh_hub_list(bench->hub, db, query, NULL, NULL);

  bh_hub_release_reader(bench->hub, db);
  return (gint64)json_array_size(json_object_get(page, "rows"));
}

static void test_I7_entries_that_a_restored_hub_lacks_are_sent_again(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "restored");
  BhWorker *worker = start_enrolled(bench, dir);
  guint port = bh_http_get_port(bench->http);
  gint64 there;

  save(worker);
  json_decref(bh_sync_once(worker, NULL));
  stop_hub(bench);
  copy_hub(bench, "", ".older");
  start_hub(bench, port);
  for (int i = 0; i < 3; i++)
    save(worker);
  json_decref(bh_sync_once(worker, NULL));
  there = count_inspections(bench);
  stop_hub(bench);
  copy_hub(bench, ".older", "");
  start_hub(bench, port);
  assert_int_equal(count_inspections(bench), there - 3);
  save(worker);
  {
    g_autoptr(json_t) status = bh_sync_once(worker, NULL);

    assert_string_equal(bh_json_string_or(status, "last_error", ""), "");
    assert_int_equal(json_integer_value(json_object_get(status, "pending")), 0);
    assert_int_equal(json_integer_value(json_object_get(status, "conflicts")), 0);
  }
  assert_int_equal(count_inspections(bench), there + 1);
  bh_worker_stop(worker);
}

/* Sets the name of the enterprises 1 … MANY at the hub. */
static void name_all(Bench *bench, const char *name)
{
  for (int i = 1; i <= MANY; i++) {
    g_autofree char *id = g_strdup_printf("0190a0b0-0000-7000-8000-%012d", 500000 + i);
    g_autofree char *full = g_strdup_printf("%s%d", name, i);
    append(bench, id, "enterprise",
           json_pack("{ss sb ss ss ss}", "name", full, "provisional", 1, "provisional_reason",
                     "无证", "sector", "coal_mine", "area", "140603"));
  }
}

static gsize count_named(BhWorker *worker, const char *name)
{
  g_autoptr(json_t) page = call(
      worker, "list",
      json_pack("{s:{s:s,s:s,s:i}}", "query", "kind", "enterprise", "search", name, "limit", 200));
  return json_array_size(json_object_get(page, "rows"));
}

/* Makes a new epoch, as when the hub was restored from a backup: every device pulls everything
 * again. */
static gboolean write_epoch(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  (void)data;
  return bh_log_set_value(db, "epoch", "0190a0b0-0000-7000-8000-00000000e0e0", error);
}

/* More records change than one transaction moves into place: a single call of bh_sync_once applies
 * them all, and its status is right. */
static void test_one_round_catches_up_with_a_large_reset(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "behind");
  guint port = bh_http_get_port(bench->http);
  g_autoptr(GError) error = NULL;

  name_all(bench, "北岭");
  BhWorker *worker = start_enrolled(bench, dir);
  json_decref(bh_sync_once(worker, NULL));
  name_all(bench, "南坡");
  assert_true(bh_hub_write(bench->hub, write_epoch, NULL, &error));
  stop_hub(bench);
  start_hub(bench, port);
  g_autoptr(json_t) status = bh_sync_once(worker, NULL);
  assert_false(json_is_true(json_object_get(status, "behind")));
  assert_int_equal(count_named(worker, "北岭"), 0);
  assert_int_equal(count_named(worker, "南坡"), MANY);
  bh_worker_stop(worker);
}

/* --- a hub that moved --- */

static gboolean write_url(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  return bh_log_set_value(db, "public_url", data, error);
}

static void move_hub(Bench *bench)
{
  guint before = bh_http_get_port(bench->http);
  BhHttp *first = bench->http;
  serve(bench, 0); /* on another port, because the first one is still in use */
  bh_http_stop(first);
  assert_true(bh_http_get_port(bench->http) != before);
  g_free(bench->url);
  bench->url = g_strdup_printf("https://127.0.0.1:%u", bh_http_get_port(bench->http));
}

static void assert_delivers(BhWorker *worker)
{
  save(worker);
  g_autoptr(json_t) status = bh_sync_once(worker, NULL);
  assert_string_equal(bh_json_string_or(status, "last_error", ""), "");
  assert_int_equal(json_integer_value(json_object_get(status, "pending")), 0);
}

static void test_a_new_text_of_the_same_hub_gives_its_new_address(void **state)
{
  Bench *bench = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = store_dir(bench, "moved");
  BhWorker *worker = start_enrolled(bench, dir);

  save(worker);
  move_hub(bench);
  json_decref(bh_sync_once(worker, NULL));
  assert_int_equal(counter(worker, "pending"), 1);
  g_autofree char *text = invite(bench);
  assert_true(bh_sync_enrol(worker, text, "手持机", &error));
  assert_delivers(worker);
  /* The first device did not use the text up, so another device can enrol with it. */
  g_autofree char *other = store_dir(bench, "moved-other");
  BhWorker *second = start_worker(other);
  assert_true(bh_sync_enrol(second, text, "另一台", &error));
  bh_worker_stop(second);
  bh_worker_stop(worker);
}

static void test_a_text_of_another_key_moves_nothing(void **state)
{
  Bench *bench = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = store_dir(bench, "other-key");
  BhWorker *worker = start_enrolled(bench, dir);
  g_autofree char *text = invite(bench);
  g_autoptr(BhEnrolText) decoded = bh_enrol_text_decode(text, &error);

  decoded->pin[0] = decoded->pin[0] == 'A' ? 'B' : 'A';
  g_autofree char *forged =
      bh_enrol_text_encode(decoded->url, decoded->pin, decoded->token, decoded->hub);
  assert_false(bh_sync_enrol(worker, forged, "手持机", &error));
  assert_non_null(strstr(error->message, "another key"));
  assert_delivers(worker);
  bh_worker_stop(worker);
}

static void test_a_hub_that_says_where_it_moves_is_followed(void **state)
{
  Bench *bench = *state;
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = store_dir(bench, "told");
  BhWorker *worker = start_enrolled(bench, dir);
  guint port = bh_http_get_port(bench->http);

  /* Reserves the port at which the hub will return; the socket is closed by then. */
  BhHttp *first = bench->http;
  serve(bench, 0);
  g_autofree char *next = g_strdup_printf("https://127.0.0.1:%u", bh_http_get_port(bench->http));
  assert_true(bh_hub_write(bench->hub, write_url, next, &error));
  json_decref(bh_sync_once(worker, NULL));
  bh_http_stop(first);
  assert_true(bh_http_get_port(bench->http) != port);
  g_free(bench->url);
  bench->url = g_steal_pointer(&next);
  assert_delivers(worker);
  bh_worker_stop(worker);
}

/* --- the agent --- */

static GPid start_agent(const char *dir)
{
  const char *argv[] = {g_getenv("BIHUAN_AGENT"), "--store", dir, NULL};
  g_autoptr(GError) error = NULL;
  GPid pid;

  if (!g_spawn_async(NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                     &error))
    fail_msg("%s", error->message);
  return pid;
}

static gboolean agent_says(const char *dir, const char *counter_name, gint64 wanted)
{
  g_autoptr(json_t) request = json_pack("{s:s}", "method", "status");

  for (int i = 0; i < WAIT_S * 10; i++) {
    g_autoptr(json_t) status = bh_owner_call(dir, request, 5, NULL);

    if (status != NULL && json_integer_value(json_object_get(status, counter_name)) == wanted &&
        g_str_equal(bh_json_string_or(status, "state", ""), "idle"))
      return TRUE;
    g_usleep(100 * 1000);
  }
  return FALSE;
}

static void test_the_agent_syncs_yields_and_comes_back(void **state)
{
  Bench *bench = *state;
  g_autofree char *dir = store_dir(bench, "agent");
  g_autoptr(json_t) request = json_pack("{s:s,s:o}", "method", "save", "params", make_inspection());
  g_autoptr(json_t) sync = json_pack("{s:s}", "method", "sync");
  g_autoptr(json_t) saved = NULL;
  g_autoptr(json_t) kicked = NULL;
  g_autoptr(GError) error = NULL;
  BhWorker *worker = start_enrolled(bench, dir);
  BhOwner *owner;
  GPid agent;
  int status;

  save(worker);
  bh_worker_stop(worker);
  agent = start_agent(dir);
  assert_true(agent_says(dir, "delivered", 1));
  /* Other programs use the store through the agent, and their entries are sent, too. */
  saved = bh_owner_call(dir, request, 5, &error);
  if (saved == NULL)
    fail_msg("%s", error->message);
  kicked = bh_owner_call(dir, sync, 5, NULL);
  assert_non_null(kicked);
  assert_true(agent_says(dir, "delivered", 2));
  /* The collector starts and takes the store over. */
  owner = bh_owner_take_over(dir, "collector", 10, &error);
  if (owner == NULL)
    fail_msg("%s", error->message);
  worker = start_worker(dir);
  save(worker);
  bh_worker_stop(worker);
  bh_owner_release(owner);
  assert_true(agent_says(dir, "delivered", 3));
  kill(agent, SIGTERM);
  assert_int_equal(waitpid(agent, &status, 0), agent);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  owner = bh_owner_take(dir, "ctl", NULL);
  assert_non_null(owner);
  bh_owner_release(owner);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_enrolment_brings_the_first_records),
      cmocka_unit_test(test_a_text_serves_one_device),
      cmocka_unit_test(test_a_round_before_enrolment_says_so),
      cmocka_unit_test(test_one_round_sends_everything),
      cmocka_unit_test(test_an_unreachable_hub_is_an_error_in_the_status),
      cmocka_unit_test(test_saved_entries_are_sent_automatically),
      cmocka_unit_test(test_stopping_in_the_middle_is_quick_and_quiet),
      cmocka_unit_test(test_I7_entries_that_a_restored_hub_lacks_are_sent_again),
      cmocka_unit_test(test_one_round_catches_up_with_a_large_reset),
      cmocka_unit_test(test_a_new_text_of_the_same_hub_gives_its_new_address),
      cmocka_unit_test(test_a_text_of_another_key_moves_nothing),
      cmocka_unit_test(test_a_hub_that_says_where_it_moves_is_followed),
      cmocka_unit_test(test_the_agent_syncs_yields_and_comes_back),
  };

  return cmocka_run_group_tests(tests, setup, teardown);
}

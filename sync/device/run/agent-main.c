/* bihuan-agent: syncs a store in the background while no collector has it open. Start with main. */
#include "schema/error.h"
#include "schema/version.h"
#include "schema/world.h"
#include "sync/device/run/sync.h"
#include "sync/owner/owner.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

/* How the agent waits for a store that another program has open: first it tries LOOK_SOON_TIMES
 * every LOOK_SOON_MS, because a command ends soon, then every LOOK_AGAIN_MS, because a collector
 * may run for hours. */
#define LOOK_SOON_MS 100
#define LOOK_SOON_TIMES 50
#define LOOK_AGAIN_MS 2000
/* wait after a yield, so that the program that asked for it can open the store */
#define LEAVE_ALONE_S 4
#define YIELD_DELAY_MS 50 /* delay of a yield, so that its answer is sent first */
#define TAKE_TIMEOUT_S 5

enum { EXIT_NO_STORE = 3, EXIT_NOT_SYNCED = 4 };

typedef struct {
  char *dir;
  GMainLoop *loop;
  BhOwner *owner;
  BhWorker *worker;
  BhSync *sync;
  guint failed_tries; /* failed tries in a row to open the store; counted up to LOOK_SOON_TIMES */
  guint pending;      /* requests of other programs that the worker has not answered yet */
  gboolean yielding;
} Agent;

typedef struct {
  Agent *agent;
  BhOwnerCall *call;
  gboolean writes;
} Forward;

static gboolean look(gpointer data);

static void give_up_store(Agent *agent)
{
  g_clear_pointer(&agent->sync, bh_sync_stop);
  g_clear_pointer(&agent->worker, bh_worker_stop);
  g_clear_pointer(&agent->owner, bh_owner_release);
}

static gboolean yield_store(gpointer data)
{
  Agent *agent = data;

  if (agent->owner == NULL)
    return G_SOURCE_REMOVE;
  if (agent->pending > 0)
    return G_SOURCE_CONTINUE;
  give_up_store(agent);
  agent->yielding = FALSE;
  g_timeout_add_seconds(LEAVE_ALONE_S, look, agent);
  return G_SOURCE_REMOVE;
}

static void on_forwarded(GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Forward *forward = data;
  Agent *agent = forward->agent;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) answer = bh_worker_call_finish(result, &error);

  (void)source;
  agent->pending--;
  if (answer == NULL) {
    bh_owner_reply_error(forward->call, error);
    return;
  }
  if (forward->writes && agent->sync != NULL)
    bh_sync_notify_saved(agent->sync);
  bh_owner_reply(forward->call, answer);
}

static void forward_call(Agent *agent, const json_t *request, const char *method, BhOwnerCall *call)
{
  Forward *forward = g_new0(Forward, 1);

  forward->agent = agent;
  forward->call = call;
  forward->writes = g_str_has_prefix(method, "save");
  agent->pending++;
  bh_worker_call_async(agent->worker, request, NULL, NULL, on_forwarded, forward);
}

static void on_call(BhOwner *owner, const json_t *request, BhOwnerCall *call, gpointer data)
{
  Agent *agent = data;
  const char *method = bh_json_string_or(request, "method", "");
  g_autoptr(json_t) empty = json_object();

  (void)owner;
  if (g_str_equal(method, "yield")) {
    bh_owner_reply(call, empty);
    if (!agent->yielding)
      g_timeout_add(YIELD_DELAY_MS, yield_store, agent);
    agent->yielding = TRUE;
  } else if (g_str_equal(method, "sync")) {
    bh_sync_kick(agent->sync);
    bh_owner_reply(call, empty);
  } else {
    forward_call(agent, request, method, call);
  }
}

static gboolean open_store(Agent *agent, GError **error)
{
  agent->worker = bh_worker_start(agent->dir, bh_clock_system(), bh_random_system(), error);
  if (agent->worker == NULL || !bh_owner_serve(agent->owner, on_call, agent, error))
    return FALSE;
  agent->sync = bh_sync_start(agent->worker, NULL, NULL);
  return TRUE;
}

static gboolean look(gpointer data)
{
  Agent *agent = data;
  g_autoptr(GError) error = NULL;

  agent->owner = bh_owner_take(agent->dir, "agent", &error);
  if (agent->owner != NULL && open_store(agent, &error)) {
    agent->failed_tries = 0;
    return G_SOURCE_REMOVE;
  }
  give_up_store(agent);
  if (!g_error_matches(error, BH_ERROR, BH_ERROR_BUSY))
    g_warning("%s", error->message);
  gboolean soon = agent->failed_tries < LOOK_SOON_TIMES;
  agent->failed_tries += soon;
  g_timeout_add(soon ? LOOK_SOON_MS : LOOK_AGAIN_MS, look, agent);
  return G_SOURCE_REMOVE;
}

static gboolean on_signal(gpointer data)
{
  g_main_loop_quit(data);
  return G_SOURCE_CONTINUE;
}

static int run(const char *dir)
{
  Agent agent = {.dir = g_strdup(dir)};

  agent.loop = g_main_loop_new(NULL, FALSE);
  g_unix_signal_add(SIGTERM, on_signal, agent.loop);
  g_unix_signal_add(SIGINT, on_signal, agent.loop);
  look(&agent);
  g_main_loop_run(agent.loop);
  give_up_store(&agent);
  g_main_loop_unref(agent.loop);
  g_free(agent.dir);
  return EXIT_SUCCESS;
}

static int sync_once(const char *dir)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhOwner) owner = bh_owner_take_over(dir, "ctl", TAKE_TIMEOUT_S, &error);
  g_autoptr(BhWorker) worker = NULL;
  g_autoptr(json_t) status = NULL;
  g_autofree char *text = NULL;

  if (owner != NULL)
    worker = bh_worker_start(dir, bh_clock_system(), bh_random_system(), &error);
  if (worker == NULL) {
    g_printerr("bihuan-agent: %s\n", error->message);
    return EXIT_NO_STORE;
  }
  status = bh_sync_once(worker, &error);
  if (status == NULL) {
    g_printerr("bihuan-agent: %s\n", error->message);
    return EXIT_FAILURE;
  }
  text = bh_json_dump(status);
  g_print("%s\n", text);
  return *bh_json_string_or(status, "last_error", "") == '\0' ? EXIT_SUCCESS : EXIT_NOT_SYNCED;
}

int main(int argc, char **argv)
{
  g_autofree char *store = NULL;
  gboolean once = FALSE;
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
      {"store", 's', 0, G_OPTION_ARG_FILENAME, &store,
       "Folder of the store (default: bihuan in the user's data folder)", "DIR"},
      {"once", 0, 0, G_OPTION_ARG_NONE, &once, "One round, print the status as JSON, end", NULL},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Show the version and end", NULL},
      {NULL},
  };
  g_autoptr(GOptionContext) context = g_option_context_new("– sync a store in the background");
  g_autoptr(GError) error = NULL;

  g_option_context_add_main_entries(context, entries, NULL);
  g_option_context_set_description(
      context, "Syncs while no other program has the store, and gives it up to the collector.\n"
               "Exit codes: 0 done, 1 failed, 2 wrong use, 3 the store is in use or cannot be\n"
               "opened, 4 the round ended with an error (--once).\n");
  setlocale(LC_ALL, ""); /* so that printed text is not turned into ASCII */
  if (!g_option_context_parse(context, &argc, &argv, &error)) {
    g_printerr("bihuan-agent: %s\n", error->message);
    return 2;
  }
  if (argc > 1) {
    g_printerr("bihuan-agent: unexpected argument %s\n", argv[1]);
    return 2;
  }
  if (version) {
    g_print("bihuan-agent %s\n", bh_version_get());
    return EXIT_SUCCESS;
  }
  if (store == NULL)
    store = g_build_filename(g_get_user_data_dir(), "bihuan", NULL);
  return once ? sync_once(store) : run(store);
}

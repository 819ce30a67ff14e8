/* The command "serve": runs the servers for devices and the office page, and the owner's socket,
 * until a signal comes. Start at bh_cli_serve. */
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "schema/version.h"
#include "schema/world.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/cli/settings.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/http/http.h"
#include "sync/hub/office/office.h"
#include "sync/hub/status/status.h"
#include "sync/hub/trace/trace.h"
#include "sync/owner/owner.h"
#include "sync/wire/enrol-text.h"

#define DEVICE_LISTEN "127.0.0.1:8443"
#define OFFICE_LISTEN "127.0.0.1:8444"
#define FILES_WANTED 8192

typedef struct {
  const char *dir;
  BhHub *hub;
  GMainLoop *loop;
  GThreadPool *calls;
  char **proxies;            /* addresses of trusted proxies of the office page; NULL: none */
  const char *token;         /* opens /metrics to other machines; NULL: none */
  gboolean needs_encryption; /* enrols only devices with an encrypted disk */
} Serving;

typedef struct {
  json_t *request;
  BhOwnerCall *call;
} Call;

/* Runs a method that another process called through the owner socket. Runs on a pool thread,
 * because a method may block for a long time. */
static void run_call(gpointer item, gpointer data)
{
  Call *call = item;
  Serving *serving = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) result =
      bh_cli_dispatch(serving->hub, bh_json_string_or(call->request, "method", ""),
                      json_object_get(call->request, "params"), &error);
  if (result != NULL)
    bh_owner_reply(call->call, result);
  else
    bh_owner_reply_error(call->call, error);
  json_decref(call->request);
  g_free(call);
}

static void on_call(BhOwner *owner, const json_t *request, BhOwnerCall *owner_call, gpointer data)
{
  (void)owner;
  Serving *serving = data;
  Call *call = g_new0(Call, 1);
  call->request = json_deep_copy(request);
  call->call = owner_call;
  g_thread_pool_push(serving->calls, call, NULL);
}

static gboolean on_signal(gpointer data)
{
  Serving *serving = data;
  g_main_loop_quit(serving->loop);
  return G_SOURCE_CONTINUE;
}

/* "HOST:PORT" with the port that the server chose; g_free. */
static char *chosen_address(const char *listen, guint port)
{
  const char *colon = strrchr(listen, ':');
  return g_strdup_printf("%.*s:%u", colon != NULL ? (int)(colon - listen) : 0, listen, port);
}

/* The URL for devices (g_free): the public URL if one was set, else the address of the server. NULL
 * if that address means all interfaces. */
static char *dup_device_url(Serving *serving, const char *listen)
{
  g_autofree char *set = bh_hub_dup_public_url(serving->hub, NULL);
  g_autofree char *url =
      set != NULL ? g_steal_pointer(&set) : g_strconcat("https://", listen, NULL);
  return bh_hub_url_is_valid(url) ? g_steal_pointer(&url) : NULL;
}

/* Writes the addresses at which the hub is served to serve.json, and prints them. */
static gboolean write_chosen(Serving *serving, guint device_port, guint office_port,
                             const char *device_listen, const char *office_listen, GError **error)
{
  g_autofree char *path = g_build_filename(serving->dir, "serve.json", NULL);
  g_autofree char *device = chosen_address(device_listen, device_port);
  g_autofree char *office = chosen_address(office_listen, office_port);
  g_autofree char *url = dup_device_url(serving, device);
  g_autofree char *office_url = g_strconcat("https://", office, "/office/", NULL);
  g_autoptr(json_t) chosen = json_pack(
      "{s:s, s:s, s:s, s:s*, s:s, s:i}", "hub", bh_hub_get_id(serving->hub), "listen", device,
      "office_listen", office, "url", url, "office_url", office_url, "pid", (int)getpid());
  g_autofree char *text = bh_json_dump(chosen);
  g_autoptr(GError) failed = NULL;
  if (!g_file_set_contents(path, text, -1, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", failed->message);
    return FALSE;
  }
  printf("Serving devices at %s and the office at %s\n", url != NULL ? url : device, office_url);
  g_message("started: version %s, hub %s, devices at %s, office at %s, public address %s",
            bh_version_get(), bh_hub_get_id(serving->hub), device, office,
            url != NULL ? url : "not set");
  if (url == NULL)
    printf("Devices cannot be enrolled yet: set the URL of this hub with --public-url.\n");
  gint64 machine_ms, known_ms;
  if (bh_hub_is_time_doubted(serving->hub, &machine_ms, &known_ms))
    printf("The clock of this machine is wrong: times are in doubt until it is corrected "
           "(bihuan-hub clock).\n");
  fflush(stdout);
  return TRUE;
}

/* Serves devices and the office page until the process receives a signal to end. */
static gboolean serve_status(Serving *serving, BhStatus *status, BhHttp *devices, BhHttp *page,
                             const char *device_listen, const char *office_listen, GError **error)
{
  if (!write_chosen(serving, bh_http_get_port(devices), bh_http_get_port(page), device_listen,
                    office_listen, error))
    return FALSE;
  bh_status_add_server(status, "devices", devices);
  bh_status_add_server(status, "office", page);
  g_main_loop_run(serving->loop);
  bh_status_forget_servers(status);
  return TRUE;
}

static gboolean serve_http(Serving *serving, const char *device_listen, const char *office_listen,
                           GError **error)
{
  gsize n;
  g_autofree char *cert = bh_keys_dup_cert_path(serving->dir);
  g_autofree char *key = bh_keys_dup_tls_key_path(serving->dir);
  /* Declared before the servers, so that both APIs are freed after the servers. */
  g_autoptr(BhDeviceApi) api = bh_device_api_new(serving->hub);
  g_autoptr(BhOffice) office = bh_office_new(serving->hub, TRUE);
  g_autoptr(BhStatus) status = bh_status_new(serving->hub, api, bh_version_get(), serving->token);
  BhHttpConfig config = {
      .listen = device_listen, .cert_pem_path = cert, .key_pem_path = key, .common_data = status};
  config.common_routes = bh_status_routes(&config.n_common_routes);
  const BhRoute *routes = bh_device_api_routes(&n);
  g_autoptr(BhHttp) devices =
      bh_http_start(&config, routes, n, bh_device_api_headers(api), api, error);
  if (devices == NULL)
    return FALSE;
  config.listen = office_listen;
  config.proxies = (const char *const *)serving->proxies;
  routes = bh_office_routes(&n);
  g_autoptr(BhHttp) page = bh_http_start(&config, routes, n, bh_office_headers(), office, error);
  return page != NULL &&
         serve_status(serving, status, devices, page, device_listen, office_listen, error);
}

/* The connections and files of two servers need more than the usual limit of 1,024. */
static void raise_file_limit(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = MIN(limit.rlim_max, FILES_WANTED);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    g_warning("serve: the limit of open files cannot be raised: %s", g_strerror(errno));
}

static gboolean serve(Serving *serving, const char *device_listen, const char *office_listen,
                      const char *public_url, GError **error)
{
  g_autoptr(BhOwner) owner = bh_owner_take(serving->dir, "hub", error);
  if (owner == NULL)
    return FALSE;
  g_autoptr(BhHub) hub = bh_hub_open(serving->dir, bh_clock_system(), bh_random_system(), error);
  if (hub == NULL)
    return FALSE;
  serving->hub = hub;
  bh_hub_set_needs_encryption(hub, serving->needs_encryption);
  if (public_url != NULL && !bh_hub_set_public_url(hub, public_url, error))
    return FALSE;
  serving->calls = g_thread_pool_new(run_call, serving, 2, FALSE, NULL);
  guint term = g_unix_signal_add(SIGTERM, on_signal, serving);
  guint intr = g_unix_signal_add(SIGINT, on_signal, serving);
  gboolean ok = bh_owner_serve(owner, on_call, serving, error) &&
                serve_http(serving, device_listen, office_listen, error);
  g_source_remove(term);
  g_source_remove(intr);
  g_thread_pool_free(serving->calls, FALSE, TRUE);
  /* The store must be closed before the lock is released. */
  g_clear_pointer(&hub, bh_hub_close);
  return ok;
}

/* Parses the command line. *config is NULL when no file was given. */
static gboolean parse(BhSettings *settings, char **config, int *argc, char ***argv, int *code)
{
  const GOptionEntry entries[] = {
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, config,
       "Settings; default: " BH_SETTINGS_FILE " if it exists", "FILE"},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &settings->data, "Directory of the hub", "DIR"},
      {"listen", 'l', 0, G_OPTION_ARG_STRING, &settings->listen,
       "Address for devices; default: " DEVICE_LISTEN, "HOST:PORT"},
      {"office-listen", 'o', 0, G_OPTION_ARG_STRING, &settings->office_listen,
       "Address for the office page; default: " OFFICE_LISTEN, "HOST:PORT"},
      {"public-url", 'u', 0, G_OPTION_ARG_STRING, &settings->public_url,
       "URL by which devices reach it; it is stored", "URL"},
      {"proxy", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &settings->proxies,
       "Address of a proxy of the office page whose X-Forwarded-For is trusted", "ADDRESS"},
      {"log-format", 0, 0, G_OPTION_ARG_STRING, &settings->log_format,
       "Format of the log on stderr: text, or json for a JSON object in each line", "FORMAT"},
      {"metrics-token-file", 0, 0, G_OPTION_ARG_FILENAME, &settings->metrics_token_file,
       "Token that opens /metrics to other machines than this one", "FILE"},
      {"device-encryption", 0, 0, G_OPTION_ARG_STRING, &settings->device_encryption,
       "Devices without an encrypted disk: warn (default) about them, or required to be enrolled",
       "DEMAND"},
      {"url", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &settings->public_url, "The same",
       "URL"},
      G_OPTION_ENTRY_NULL};
  return bh_cli_parse(
      "serve", "",
      "Serves devices and the office page until SIGTERM. Port 0 chooses a free port;\n"
      "the addresses are printed and written to DIR/serve.json. Options that are not\n"
      "given are taken from the file of settings.",
      entries, argc, argv, code);
}

static gboolean load_file(BhSettings *settings, const char *config, GError **error)
{
  if (config == NULL && !g_file_test(BH_SETTINGS_FILE, G_FILE_TEST_EXISTS))
    return TRUE;
  return bh_settings_load(settings, config != NULL ? config : BH_SETTINGS_FILE, error);
}

int bh_cli_serve(int argc, char **argv)
{
  g_auto(BhSettings) settings = {0};
  g_autofree char *config = NULL, *token = NULL;
  BhLinesForm form = BH_LINES_TEXT;
  int code = BH_EXIT_USAGE;
  g_autoptr(GError) error = NULL;
  if (!parse(&settings, &config, &argc, &argv, &code))
    return code;
  if (argc != 1)
    return bh_cli_usage("serve", "it takes options only");
  if (!load_file(&settings, config, &error))
    return bh_cli_fail(error);
  if (settings.data == NULL)
    return bh_cli_usage("serve", "--data is needed, here or in the file of settings");
  if (settings.log_format != NULL && !bh_lines_parse_form(settings.log_format, &form))
    return bh_cli_usage("serve", "--log-format must be text or json");
  const char *demand = settings.device_encryption != NULL ? settings.device_encryption : "warn";
  if (strcmp(demand, "warn") != 0 && strcmp(demand, "required") != 0)
    return bh_cli_usage("serve", "--device-encryption must be warn or required");
  if (settings.metrics_token_file != NULL) {
    token = bh_status_load_token(settings.metrics_token_file, &error);
    if (token == NULL)
      return bh_cli_fail(error);
  }
  bh_lines_configure(form, G_LOG_LEVEL_MESSAGE);
  raise_file_limit();
  g_autofree char *data = g_canonicalize_filename(settings.data, NULL);
  g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
  Serving serving = {.dir = data,
                     .loop = loop,
                     .proxies = settings.proxies,
                     .token = token,
                     .needs_encryption = strcmp(demand, "required") == 0};
  if (!serve(&serving, settings.listen != NULL ? settings.listen : DEVICE_LISTEN,
             settings.office_listen != NULL ? settings.office_listen : OFFICE_LISTEN,
             settings.public_url, &error))
    return bh_cli_fail(error);
  g_message("stopped");
  return BH_EXIT_OK;
}

int bh_cli_check_config(int argc, char **argv)
{
  g_auto(BhSettings) settings = {0};
  g_autoptr(GError) error = NULL;
  if (argc > 2)
    return bh_cli_usage("--check-config", "one file at most");
  const char *path = argc == 2 ? argv[1] : BH_SETTINGS_FILE;
  if (!bh_settings_load(&settings, path, &error))
    return bh_cli_fail(error);
  g_autofree char *text = bh_settings_describe(&settings);
  printf("%s: no problems found.\n%s", path, text);
  return BH_EXIT_OK;
}

/* Collects figures of the hub and its servers for /healthz and /metrics (status.h). Start at
 * bh_status_new. */
#include "sync/hub/status/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

BhStatus *bh_status_new(BhHub *hub, BhDeviceApi *api, const char *version, const char *token)
{
  BhStatus *status = g_new0(BhStatus, 1);
  status->hub = hub;
  status->api = api;
  status->version = g_strdup(version);
  status->token_hash = token != NULL ? bh_hash_hex(token, strlen(token)) : NULL;
  g_mutex_init(&status->lock);
  g_mutex_init(&status->sample_lock);
  return status;
}

void bh_status_free(BhStatus *status)
{
  g_mutex_clear(&status->lock);
  g_mutex_clear(&status->sample_lock);
  g_free(status->version);
  g_free(status->token_hash);
  g_free(status);
}

void bh_status_add_server(BhStatus *status, const char *name, BhHttp *http)
{
  g_mutex_lock(&status->lock);
  g_assert(status->n_servers < BH_STATUS_SERVERS_MAX);
  status->servers[status->n_servers++] = (BhStatusServer){name, http};
  g_mutex_unlock(&status->lock);
}

void bh_status_forget_servers(BhStatus *status)
{
  g_mutex_lock(&status->lock);
  status->n_servers = 0;
  g_mutex_unlock(&status->lock);
}

/* --- the token --- */

static gboolean read_first_line(int fd, const char *path, char line[BH_STATUS_TOKEN_MAX + 2],
                                GError **error)
{
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: not a file", path);
    return FALSE;
  }
  if ((st.st_mode & S_IRWXO) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: everybody may read it; chmod o= it", path);
    return FALSE;
  }
  ssize_t n = read(fd, line, BH_STATUS_TOKEN_MAX + 1);
  if (n < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
    return FALSE;
  }
  line[n] = '\0';
  line[strcspn(line, "\r\n")] = '\0';
  return TRUE;
}

char *bh_status_load_token(const char *path, GError **error)
{
  char line[BH_STATUS_TOKEN_MAX + 2];
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    g_set_error(error, BH_ERROR, errno == ENOENT ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s: %s",
                path, g_strerror(errno));
    return NULL;
  }
  gboolean read = read_first_line(fd, path, line, error);
  close(fd);
  if (!read)
    return NULL;
  gsize len = strlen(line);
  gboolean is_visible = TRUE;
  for (gsize i = 0; i < len; i++)
    is_visible = is_visible && g_ascii_isgraph(line[i]);
  char *token = NULL;
  if (is_visible && len >= BH_STATUS_TOKEN_MIN && len <= BH_STATUS_TOKEN_MAX)
    token = g_strdup(line);
  else
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s: its first line must be %d to %d letters, digits or signs", path,
                BH_STATUS_TOKEN_MIN, BH_STATUS_TOKEN_MAX);
  sodium_memzero(line, sizeof line);
  return token;
}

/* --- who may see figures --- */

/* Whether a request comes from this machine. A request with a header of a proxy does not count,
 * because a proxy on this machine that --proxy does not name would make every client appear
 * local. */
static gboolean is_local(BhRequest *request)
{
  static const char *const passed_on[] = {"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"};
  for (gsize i = 0; i < G_N_ELEMENTS(passed_on); i++)
    if (bh_request_get_header(request, passed_on[i]) != NULL)
      return FALSE;
  g_autoptr(GInetAddress) peer = g_inet_address_new_from_string(bh_request_get_peer(request));
  return peer != NULL && g_inet_address_get_is_loopback(peer);
}

static gboolean has_token(const BhStatus *status, BhRequest *request)
{
  const char *header = bh_request_get_header(request, "Authorization");
  if (status->token_hash == NULL || header == NULL || !g_str_has_prefix(header, "Bearer "))
    return FALSE;
  const char *given = header + strlen("Bearer ");
  g_autofree char *hash = bh_hash_hex(given, strlen(given));
  return sodium_memcmp(hash, status->token_hash, BH_HASH_HEX_LEN) == 0;
}

/* --- routes --- */

static void handle_health(BhRequest *request, gpointer data)
{
  BhStatus *status = data;
  g_autoptr(GPtrArray) failures = bh_status_list_failures(status);
  gboolean ok = failures->len == 0;
  g_autoptr(json_t) answer =
      json_pack("{s:s, s:s}", "status", ok ? "ok" : "failing", "version", status->version);
  json_t *reasons = ok ? NULL : json_array();
  for (guint i = 0; i < failures->len; i++)
    json_array_append_new(reasons, json_string(failures->pdata[i]));
  if (reasons != NULL)
    json_object_set_new(answer, "reasons", reasons);
  bh_request_add_header(request, "Cache-Control", "no-store");
  bh_request_answer_json(request, ok ? 200 : 503, answer);
}

static void handle_metrics(BhRequest *request, gpointer data)
{
  BhStatus *status = data;
  bh_request_add_header(request, "Cache-Control", "no-store");
  if (!is_local(request) && !has_token(status, request)) {
    g_autoptr(GError) error =
        g_error_new(BH_ERROR, BH_ERROR_DENIED,
                    "metrics: only for clients on this machine, or with the token of "
                    "--metrics-token-file");
    bh_request_answer_error(request, error, NULL);
    return;
  }
  char *text = bh_status_write_metrics(status);
  g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
  bh_request_answer_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", bytes);
}

static const BhRoute ROUTES[] = {
    {"GET", "/healthz", 0, handle_health},
    {"GET", "/metrics", 0, handle_metrics},
};

const BhRoute *bh_status_routes(gsize *n)
{
  *n = G_N_ELEMENTS(ROUTES);
  return ROUTES;
}

/* The HTTP server: receives requests within limits, dispatches them to handlers, and sends what
 * answer.c has made, immediately or after the connection was suspended. Start at on_request. */
#include "sync/hub/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/error.h"
#include "sync/hub/http/listen.h"
#include "sync/hub/http/proxy.h"
#include "sync/hub/http/server-internal.h"

#define HEAD_MAX (16 * 1024)        /* bytes of request line and headers, PROTOCOL.md 10 */
#define CONNECTION_POOL (48 * 1024) /* bytes; more than HEAD_MAX, so that this file answers 431 */
#define IDLE_TIMEOUT_S 60
#define DEFAULT_ANSWER_TIMEOUT_MS 30000
#define STOP_GRACE_US (5 * G_USEC_PER_SEC)
#define BODIES_MAX (256 * 1024 * 1024) /* bytes of all bodies held at one time */
#define SWALLOW_MAX (256 * 1024)       /* bytes beyond a body limit that are read and dropped */
#define SLOW_GRACE_US (60 * G_USEC_PER_SEC)
#define SLOW_BYTES_PER_S 32
#define DEFAULT_CONNECTIONS 1000
#define DEFAULT_CONNECTIONS_PER_IP 256
#define SWEEP_US G_USEC_PER_SEC
#define STATUS_HEADER_FIELDS_TOO_LARGE 431

/* --- life --- */

static BhHttp *http_ref(BhHttp *http)
{
  return g_atomic_rc_box_acquire(http);
}

static void http_clear(gpointer data)
{
  BhHttp *http = data;
  bh_router_free(http->router);
  bh_router_free(http->common_router);
  bh_http_counts_free(http->counts);
  bh_connection_limit_free(http->limit);
  g_strfreev(http->headers);
  g_strfreev(http->proxies);
  g_mutex_clear(&http->lock);
  g_cond_clear(&http->changed);
}

static void http_unref(BhHttp *http)
{
  g_atomic_rc_box_release_full(http, http_clear);
}

static void drop_collected(BhRequest *request)
{
  if (request->collected == NULL)
    return;
  __atomic_sub_fetch(&request->http->bodies_bytes, (gint64)request->collected->len,
                     __ATOMIC_RELAXED);
  g_clear_pointer(&request->collected, g_byte_array_unref);
}

void bh_request_unref(BhRequest *request)
{
  if (!g_atomic_ref_count_dec(&request->refs))
    return;
  drop_collected(request);
  if (request->body != NULL) {
    __atomic_sub_fetch(&request->http->bodies_bytes, (gint64)g_bytes_get_size(request->body),
                       __ATOMIC_RELAXED);
    g_bytes_unref(request->body);
  }
  g_clear_pointer(&request->answer, MHD_destroy_response);
  g_clear_pointer(&request->refusal, MHD_destroy_response);
  bh_request_clear(request);
  http_unref(request->http);
  g_free(request);
}

void bh_http_wake(BhRequest *request)
{
  if (!request->is_suspended)
    return;
  request->is_suspended = FALSE;
  g_queue_unlink(&request->http->suspended, &request->link);
  MHD_resume_connection(request->connection);
}

/* --- receiving, on pool threads --- */

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
  BhRequest *request = g_new0(BhRequest, 1);
  g_atomic_ref_count_init(&request->refs);
  request->http = http_ref(cls);
  request->connection = connection;
  request->trace = bh_trace_make();
  request->raw = g_strdup(uri);
  request->link.data = request;
  return request;
}

/* Keeps the library from decoding paths and queries; route.c does it. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
  (void)cls;
  (void)connection;
  return strlen(text);
}

static enum MHD_Result copy_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
  (void)kind;
  GPtrArray *headers = cls;
  g_ptr_array_add(headers, g_strdup(name));
  g_ptr_array_add(headers, g_strdup(value != NULL ? value : ""));
  return MHD_YES;
}

static char *peer_text(struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == NULL || info->client_addr == NULL)
    return g_strdup("");
  gsize size = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                        : sizeof(struct sockaddr_in);
  g_autoptr(GSocketAddress) address = g_socket_address_new_from_native(info->client_addr, size);
  if (!G_IS_INET_SOCKET_ADDRESS(address))
    return g_strdup("");
  return g_inet_address_to_string(
      g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

static void shut_socket(int fd)
{
  shutdown(fd, SHUT_RDWR); /* the library notices this and closes the connection */
}

static BhConnection *connection_of(struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info->socket_context;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
  BhHttp *http = cls;
  if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
    bh_connection_remove(http->limit, *context);
    return;
  }
  g_autofree char *peer = peer_text(connection);
  /* A proxy serves many clients: each of its connections counts as a network of its own. */
  gboolean is_proxy = bh_proxies_have((const char *const *)http->proxies, peer);
  static gint nth; /* atomic */
  g_autofree char *network = is_proxy ? g_strdup_printf("proxy %d", g_atomic_int_add(&nth, 1))
                                      : bh_network_from_address(peer);
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  *context = bh_connection_add(http->limit, network, info->connect_fd, g_get_monotonic_time());
}

/* Answers a request without a handler: after its body was received, or at once if `now` is set (the
 * library then stops reading and closes the connection). Takes ownership of `response`. */
static enum MHD_Result refuse(BhRequest *request, gboolean now, guint status,
                              struct MHD_Response *response)
{
  bh_answer_add_headers(request, response);
  drop_collected(request);
  request->refusal_status = status;
  if (now) {
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
  }
  request->refusal = response;
  return MHD_YES;
}

/* Parses path and query and finds the route. Returns NULL, or the answer if there is no route. */
static struct MHD_Response *resolve(BhRequest *request, guint *status)
{
  BhHttp *http = request->http;
  g_autoptr(GError) error = NULL;
  gsize path_len = strcspn(request->raw, "?");
  request->path = g_strndup(request->raw, path_len);
  request->segments = bh_path_split(request->path, &error);
  if (request->segments != NULL)
    request->query =
        bh_query_parse(request->raw[path_len] == '?' ? request->raw + path_len + 1 : NULL, &error);
  if (error != NULL) {
    *status = MHD_HTTP_BAD_REQUEST;
    return bh_answer_from_error(request, bh_error_code_name((BhErrorCode)error->code),
                                error->message, NULL);
  }
  request->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *allow = NULL;
  request->route =
      bh_router_find(http->router, request->segments, request->method, request->params, &allow);
  request->data = http->data;
  if (request->route == NULL && allow == NULL) {
    request->route = bh_router_find(http->common_router, request->segments, request->method,
                                    request->params, &allow);
    request->data = http->common_data;
  }
  if (request->route != NULL)
    return NULL;
  if (allow == NULL) {
    *status = MHD_HTTP_NOT_FOUND;
    return bh_answer_from_error(request, "not_found", "no such address", NULL);
  }
  gboolean options = strcmp(request->method, "OPTIONS") == 0;
  *status = options ? MHD_HTTP_NO_CONTENT : MHD_HTTP_METHOD_NOT_ALLOWED;
  struct MHD_Response *response =
      options ? bh_answer_from_bytes(NULL, NULL)
              : bh_answer_from_error(request, "not_found",
                                     "this address does not serve this method", NULL);
  MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
  return response;
}

static struct MHD_Response *body_too_large(const BhRequest *request)
{
  g_autofree char *message =
      g_strdup_printf("body: over %" G_GSIZE_FORMAT " bytes", request->route->body_max);
  return bh_answer_from_error(request, "limit", message, NULL);
}

static enum MHD_Result begin(BhRequest *request, const char *method)
{
  request->begun = TRUE;
  request->begun_us = g_get_monotonic_time();
  request->method = g_strdup(method);
  request->fd =
      MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  request->headers = g_ptr_array_new_with_free_func(g_free);
  bh_connection_note_head(request->http->limit, connection_of(request->connection),
                          request->begun_us);
  MHD_get_connection_values(request->connection, MHD_HEADER_KIND, copy_header, request->headers);
  g_autofree char *peer = peer_text(request->connection);
  request->peer =
      bh_proxies_find_client((const char *const *)request->http->proxies, peer, request->headers);
  request->network = bh_network_from_address(request->peer);
  if (bh_request_head_size(request) > HEAD_MAX) {
    g_autofree char *message = g_strdup_printf("request head: over %d bytes", HEAD_MAX);
    return refuse(request, TRUE, STATUS_HEADER_FIELDS_TOO_LARGE,
                  bh_answer_from_error(request, "limit", message, NULL));
  }
  const char *length_text = bh_request_get_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
  gboolean chunked = bh_request_get_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
  guint64 length = 0;
  if ((length_text != NULL && chunked) ||
      (length_text != NULL &&
       !g_ascii_string_to_unsigned(length_text, 10, 0, G_MAXINT64, &length, NULL)))
    return refuse(request, TRUE, MHD_HTTP_BAD_REQUEST,
                  bh_answer_from_error(
                      request, "format",
                      "body: Content-Length is invalid or contradicts Transfer-Encoding", NULL));
  guint status = 0;
  struct MHD_Response *response = resolve(request, &status);
  gboolean asks_first = bh_request_get_header(request, MHD_HTTP_HEADER_EXPECT) != NULL;
  if (response != NULL)
    return refuse(request, asks_first || length > SWALLOW_MAX, status, response);
  if (length > request->route->body_max)
    return refuse(request, asks_first || length > request->route->body_max + SWALLOW_MAX,
                  MHD_HTTP_CONTENT_TOO_LARGE, body_too_large(request));
  request->collected = g_byte_array_sized_new((guint)length);
  return MHD_YES;
}

/* Receives a part of the body. MHD_NO closes the connection, because the library accepts no answer
 * before the body ends. */
static enum MHD_Result receive(BhRequest *request, const char *data, size_t size)
{
  request->received += size;
  gint64 taken_us = g_get_monotonic_time() - request->begun_us;
  if (taken_us > SLOW_GRACE_US &&
      (gint64)request->received < taken_us / G_USEC_PER_SEC * SLOW_BYTES_PER_S)
    return MHD_NO;
  if (request->refusal != NULL) {
    gsize most = (request->route != NULL ? request->route->body_max : 0) + SWALLOW_MAX;
    return request->received > most ? MHD_NO : MHD_YES;
  }
  if (request->received > request->route->body_max)
    return refuse(request, FALSE, MHD_HTTP_CONTENT_TOO_LARGE, body_too_large(request));
  gint64 held = __atomic_add_fetch(&request->http->bodies_bytes, (gint64)size, __ATOMIC_RELAXED);
  g_byte_array_append(request->collected, (const guint8 *)data, (guint)size);
  if (held > BODIES_MAX) {
    struct MHD_Response *response =
        bh_answer_from_error(request, "busy", "too many bodies at one time", NULL);
    MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    return refuse(request, FALSE, MHD_HTTP_SERVICE_UNAVAILABLE, response);
  }
  return MHD_YES;
}

static enum MHD_Result send_answer(BhRequest *request)
{
  enum MHD_Result result =
      MHD_queue_response(request->connection, request->status, request->answer);
  g_clear_pointer(&request->answer, MHD_destroy_response);
  return result;
}

static struct MHD_Response *busy_response(BhRequest *request, const char *message)
{
  struct MHD_Response *response = bh_answer_from_error(request, "busy", message, NULL);
  char **common = request->http->headers;
  for (gsize i = 0; common[i] != NULL; i += 2)
    MHD_add_response_header(response, common[i], common[i + 1]);
  MHD_add_response_header(response, BH_HEADER_REQUEST, request->trace.id);
  MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
  return response;
}

static enum MHD_Result dispatch(BhRequest *request)
{
  BhHttp *http = request->http;
  request->dispatched = TRUE;
  request->body = g_byte_array_free_to_bytes(g_steal_pointer(&request->collected));
  g_mutex_lock(&http->lock);
  if (http->stopping) {
    g_mutex_unlock(&http->lock);
    return refuse(request, TRUE, MHD_HTTP_SERVICE_UNAVAILABLE,
                  bh_answer_from_error(request, "busy", "the hub is stopping", NULL));
  }
  http->running++;
  request->handed_over = TRUE;
  g_mutex_unlock(&http->lock);
  g_atomic_ref_count_inc(&request->refs);
  BhTrace before = bh_trace_set(request->trace);
  request->route->handle(request, request->data);
  bh_trace_set(before);

  enum MHD_Result result = MHD_YES;
  g_mutex_lock(&http->lock);
  if (request->answer != NULL) {
    result = send_answer(request);
  } else if (http->over) {
    request->closed = TRUE;
    result = MHD_NO;
  } else {
    request->is_suspended = TRUE;
    request->deadline_us = g_get_monotonic_time() + http->answer_timeout_us;
    g_queue_push_tail_link(&http->suspended, &request->link);
    MHD_suspend_connection(request->connection);
    g_cond_broadcast(&http->changed);
  }
  g_mutex_unlock(&http->lock);
  return result;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload_data,
                                  size_t *upload_size, void **con_cls)
{
  (void)cls;
  (void)connection;
  (void)url;
  (void)version;
  BhRequest *request = *con_cls;
  if (!request->begun)
    return begin(request, method);
  if (*upload_size > 0) {
    enum MHD_Result result = receive(request, upload_data, *upload_size);
    *upload_size = 0;
    return result;
  }
  if (request->refusal != NULL)
    return MHD_queue_response(request->connection, request->refusal_status, request->refusal);
  if (!request->dispatched)
    return dispatch(request);
  g_mutex_lock(&request->http->lock);
  enum MHD_Result result = request->answer != NULL ? send_answer(request) : MHD_YES;
  g_mutex_unlock(&request->http->lock);
  return result;
}

/* Counts a finished request. `status` 0: the connection was closed without an answer. */
static void note_end(const BhRequest *request, guint status)
{
  if (!request->begun)
    return;
  bh_http_counts_note(request->http->counts, request->route, status);
  BhTrace before = bh_trace_set(request->trace);
  g_debug("%s %s: %u after %" G_GINT64_FORMAT " ms, %s", request->method,
          request->route != NULL ? request->route->path : "an unknown address", status,
          (g_get_monotonic_time() - request->begun_us) / G_TIME_SPAN_MILLISECOND, request->peer);
  bh_trace_set(before);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
  (void)cls;
  (void)code;
  BhRequest *request = g_steal_pointer(con_cls);
  if (request == NULL)
    return;
  if (request->begun)
    bh_connection_note_end(request->http->limit, connection_of(connection), g_get_monotonic_time());
  g_mutex_lock(&request->http->lock);
  request->closed = TRUE;
  guint status = request->refusal_status != 0 ? request->refusal_status : request->status;
  if (request->handed_over) {
    request->http->running--;
    g_cond_broadcast(&request->http->changed);
  }
  g_mutex_unlock(&request->http->lock);
  note_end(request, status);
  bh_request_unref(request);
}

/* --- the watch: a thread that ends overdue requests and silent connections --- */

/* Answers 503 for a handler, whose own answer will be dropped. Called under http->lock. */
static void give_up(BhRequest *request, const char *message)
{
  request->closed = TRUE;
  request->status = MHD_HTTP_SERVICE_UNAVAILABLE;
  request->answer = busy_response(request, message);
  bh_http_wake(request);
}

static gpointer watch_suspended(gpointer data)
{
  BhHttp *http = data;
  gint64 sweep_us = g_get_monotonic_time() + SWEEP_US;
  g_mutex_lock(&http->lock);
  while (!http->stopping || http->suspended.length > 0) {
    BhRequest *oldest = g_queue_peek_head(&http->suspended);
    gint64 now_us = g_get_monotonic_time();
    if (now_us >= sweep_us) {
      bh_connection_limit_close_silent(http->limit, now_us);
      sweep_us = now_us + SWEEP_US;
    }
    if (oldest != NULL && oldest->deadline_us <= now_us)
      give_up(oldest, "no answer in time; ask again");
    else
      g_cond_wait_until(&http->changed, &http->lock,
                        oldest != NULL ? MIN(oldest->deadline_us, sweep_us) : sweep_us);
  }
  g_mutex_unlock(&http->lock);
  return NULL;
}

/* --- start and stop --- */

G_GNUC_PRINTF(2, 0)
static void log_daemon(void *cls, const char *format, va_list args)
{
  (void)cls;
  g_autofree char *text = g_strdup_vprintf(format, args);
  g_debug("http: %s", g_strchomp(text));
}

static guint max_connections(const BhHttpConfig *config)
{
  return config->max_connections > 0 ? config->max_connections : DEFAULT_CONNECTIONS;
}

static struct MHD_Daemon *start_daemon(BhHttp *http, const BhHttpConfig *config,
                                       GSocketAddress *address, const char *cert, const char *key)
{
  struct sockaddr_storage native;
  if (!g_socket_address_to_native(address, &native, sizeof native, NULL))
    return NULL;
  guint threads = config->threads > 0 ? config->threads : g_get_num_processors();
  /* The library counts connections that were shut (connection-limit.h) until it closes them. */
  guint connections = 2 * max_connections(config);
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  if (native.ss_family == AF_INET6)
    flags |= MHD_USE_IPv6;
  struct MHD_OptionItem tls[4] = {{MHD_OPTION_END, 0, NULL}};
  if (cert != NULL) {
    flags |= MHD_USE_TLS;
    tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)cert};
    tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key};
    tls[2] = (struct MHD_OptionItem){
        MHD_OPTION_HTTPS_PRIORITIES, 0,
        (void *)"SECURE128:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"};
    tls[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
  }
  return MHD_start_daemon(
      flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, log_daemon, NULL,
      MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&native, MHD_OPTION_THREAD_POOL_SIZE,
      MAX(threads, 2u), MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_NOTIFY_CONNECTION,
      on_connection, http, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT_S,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_URI_LOG_CALLBACK, on_uri, http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
      MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

BhHttp *bh_http_start(const BhHttpConfig *config, const BhRoute *routes, gsize n_routes,
                      const char *const *headers, gpointer data, GError **error)
{
  g_autoptr(GSocketAddress) address = NULL;
  g_autofree char *cert = NULL;
  g_autofree char *key = NULL;
  g_auto(GStrv) proxies = bh_proxies_new(config->proxies, error);
  gsize key_len = 0;
  if (proxies == NULL)
    return NULL;
  address = bh_listen_parse(config->listen, error);
  if (address == NULL)
    return NULL;
  if (config->cert_pem_path != NULL &&
      (!g_file_get_contents(config->cert_pem_path, &cert, NULL, error) ||
       !g_file_get_contents(config->key_pem_path, &key, &key_len, error)))
    return NULL;

  BhHttp *http = g_atomic_rc_box_new0(BhHttp);
  g_mutex_init(&http->lock);
  g_cond_init(&http->changed);
  g_queue_init(&http->suspended);
  http->headers = headers != NULL ? g_strdupv((char **)headers) : g_new0(char *, 1);
  http->proxies = g_steal_pointer(&proxies);
  http->data = data;
  http->answer_timeout_us =
      1000 * (gint64)(config->answer_timeout_ms > 0 ? config->answer_timeout_ms
                                                    : DEFAULT_ANSWER_TIMEOUT_MS);
  http->router = bh_router_new(routes, n_routes);
  http->common_router = bh_router_new(config->common_routes, config->n_common_routes);
  http->common_data = config->common_data;
  http->counts = bh_http_counts_new();
  guint per_ip = config->max_connections_per_ip > 0 ? config->max_connections_per_ip
                                                    : DEFAULT_CONNECTIONS_PER_IP;
  http->limit = bh_connection_limit_new(max_connections(config), per_ip, shut_socket);
  errno = 0;
  http->daemon = start_daemon(http, config, address, cert, key);
  int err = errno;
  if (key != NULL)
    explicit_bzero(key, key_len);
  if (http->daemon == NULL) {
    g_set_error(error, BH_ERROR, err == EADDRINUSE ? BH_ERROR_BUSY : BH_ERROR_FAILED,
                "listen: %s: %s", config->listen,
                err != 0 ? g_strerror(err) : "the server did not start");
    http_unref(http);
    return NULL;
  }
  http->watch = g_thread_new("bh-http-watch", watch_suspended, http);
  return http;
}

void bh_http_stop(BhHttp *http)
{
  MHD_socket listener = MHD_quiesce_daemon(http->daemon);
  gint64 until_us = g_get_monotonic_time() + STOP_GRACE_US;
  g_mutex_lock(&http->lock);
  http->stopping = TRUE;
  g_cond_broadcast(&http->changed);
  while (http->running > 0 && g_cond_wait_until(&http->changed, &http->lock, until_us))
    continue;
  while (http->suspended.length > 0)
    give_up(g_queue_peek_head(&http->suspended), "the hub is stopping");
  http->over = TRUE;
  g_cond_broadcast(&http->changed);
  g_mutex_unlock(&http->lock);
  g_thread_join(http->watch);
  MHD_stop_daemon(http->daemon);
  if (listener != MHD_INVALID_SOCKET)
    close(listener);
  http_unref(http);
}

guint bh_http_get_port(BhHttp *http)
{
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info != NULL ? info->port : 0;
}

void bh_http_each_count(BhHttp *http, BhHttpCountFunc func, gpointer data)
{
  bh_http_counts_each(http->counts, func, data);
}

/* The interface of the HTTP server: routes, requests, answers. Handlers run on pool threads. A
 * handler may return before it has answered the request and answer it later; the connection is
 * suspended until then. */
#pragma once

#include <gio/gio.h>
#include "schema/json.h"
#include "sync/hub/trace/trace.h"

G_BEGIN_DECLS

typedef struct _BhHttp BhHttp;
typedef struct _BhRequest BhRequest;

typedef struct {
  const char *method;
  const char *path; /* "/v1/uploads/{id}": {name} matches one segment, a last {name*} the rest */
  gsize body_max;   /* bytes; a larger body is answered with 413, without the handler. 0: no body */
  void (*handle)(BhRequest *request, gpointer data);
} BhRoute;

typedef struct {
  /* address to listen on, such as "127.0.0.1:8443" or "[::1]:0"; port 0: the system picks one */
  const char *listen;
  const char *cert_pem_path; /* path of the certificate; NULL: plain HTTP (behind a proxy, tests) */
  const char *key_pem_path;
  guint threads; /* threads of the server; 0: one for each core */
  /* connections at once; 0: 1,000. Beyond them silent connections are closed
   * (connection-limit.h) */
  guint max_connections;
  /* connections from one IPv4 address or one IPv6 /64 network; 0: 256 */
  guint max_connections_per_ip;
  const char *const *proxies;   /* addresses whose X-Forwarded-For is trusted (proxy.h), or NULL */
  guint answer_timeout_ms;      /* time in which a handler must answer; 0: 30,000 */
  const BhRoute *common_routes; /* routes that are tried after those of the server; NULL: none */
  gsize n_common_routes;
  gpointer common_data; /* passed to the handlers of common_routes */
} BhHttpConfig;

#define BH_HEADER_REQUEST "Bihuan-Request" /* the id of a request, on every answer */

/* Starts the server. `headers` (name, value, …, NULL) are added to every answer. `data` is passed
 * to the handlers of `routes`.
 *
 * Routes are tried in table order; the first match is used. A GET route also serves HEAD if there
 * is no HEAD route. OPTIONS, 404 and 405 are answered without a handler. A path segment with broken
 * encoding, "..", or an encoded "/" is answered with 400. `{name*}` may be empty. `routes` must
 * outlive the server and every unanswered request. bh_http_stop. */
BhHttp *bh_http_start(const BhHttpConfig *config, const BhRoute *routes, gsize n_routes,
                      const char *const *headers, gpointer data, GError **error);
/* Stops accepting connections, and waits up to 5 s for running handlers and suspended answers. */
void bh_http_stop(BhHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHttp, bh_http_stop)
/* The port that the server listens on; 0 when it is unknown. */
guint bh_http_get_port(BhHttp *http);
/* Receives `n`, the number of finished requests of one route with one status. `path` is the path of
 * the route, or "-" for a path that the server does not have; `status` 0: the connection ended
 * without an answer. Called while a lock is held. */
typedef void (*BhHttpCountFunc)(const char *method, const char *path, guint status, guint64 n,
                                gpointer data);
/* Calls `func` for each route and status that occurred. Any thread. */
void bh_http_each_count(BhHttp *http, BhHttpCountFunc func, gpointer data);

/* The following functions return values of a request. The values are borrowed until the request is
 * answered, and NULL when absent. */
const char *bh_request_get_method(BhRequest *request);
/* The route that matched the request, an element of the table passed to bh_http_start. */
const BhRoute *bh_request_get_route(BhRequest *request);
/* The trace of the request (trace/request.h). Handlers run under this trace; other threads set it
 * (bh_trace_set) while they work for the request. */
BhTrace bh_request_get_trace(BhRequest *request);
/* The segment of the path that matched {name} of the route. */
const char *bh_request_get_param(BhRequest *request, const char *name);
/* The value of a parameter of the query (after "?"). */
const char *bh_request_get_query(BhRequest *request, const char *name);
/* The value of a header; the name is case-insensitive. */
const char *bh_request_get_header(BhRequest *request, const char *name);
/* The value of a cookie. */
const char *bh_request_get_cookie(BhRequest *request, const char *name);
/* Address of the client. For a request that came through a trusted proxy: the address of the client
 * of the proxy (proxy.h). */
const char *bh_request_get_peer(BhRequest *request);
/* The network of the address that bh_request_get_peer returns (bh_network_from_address in
 * connection-limit.h). */
const char *bh_request_get_network(BhRequest *request);
/* The body of the request; never NULL. */
GBytes *bh_request_get_body(BhRequest *request);

/* Whether the client no longer waits for the answer: it has closed the connection, or it got 503
 * because no answer came in time. A client that closed only its sending side counts as one that has
 * left. May be called on any thread until the request is answered. */
gboolean bh_request_is_abandoned(BhRequest *request);

/* Exactly one of the functions bh_request_answer_… must be called for each request; the function
 * frees the request. Any thread. After answer_timeout_ms the client gets 503 "busy"; the request
 * remains valid until it is answered, and that answer is dropped. Arguments are borrowed unless
 * stated otherwise.
 *
 * Answers with JSON. */
void bh_request_answer_json(BhRequest *request, guint status, const json_t *json);
/* Answers with {"error","message","request"} and the members of `more` (may be NULL), with the
 * status for the error's code. An error of a domain other than BH_ERROR is logged and sent as
 * "failed" without its message. */
void bh_request_answer_error(BhRequest *request, const GError *error, const json_t *more);
/* Like bh_request_answer_error, but with the HTTP status `status` instead of that of the error's
 * code, where the protocol requires it (401 instead of 403, for example). */
void bh_request_answer_error_as(BhRequest *request, guint status, const GError *error,
                                const json_t *more);
/* Answers with bytes (NULL: none). `type` NULL: no Content-Type. */
void bh_request_answer_bytes(BhRequest *request, guint status, const char *type, GBytes *bytes);
/* Answers with a file, with support for Range and ETag. `etag`: a text that changes with the
 * content, such as its hash. */
void bh_request_answer_file(BhRequest *request, const char *path, const char *type,
                            const char *etag);
/* Like bh_request_answer_file, with the open file `fd`, which the function takes over and closes.
 * The file may have been unlinked already. */
void bh_request_answer_fd(BhRequest *request, int fd, const char *type, const char *etag);
/* Adds a header to the answer. Must be called before the request is answered. Replaces a header of
 * bh_http_start with the same name. A value that is not printable is a programming error: the
 * header is left out and a warning is logged. */
void bh_request_add_header(BhRequest *request, const char *name, const char *value);

G_END_DECLS

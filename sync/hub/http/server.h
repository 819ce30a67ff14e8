/* The HTTP server as the rest of the hub sees it: routes, requests, answers. server.c is the only
 * file that knows the server library. Handlers run on pool threads; a handler may answer later
 * (the connection is suspended until then). */
#pragma once

#include <gio/gio.h>
#include "schema/json.h"
#include "sync/hub/trace/trace.h"

G_BEGIN_DECLS

typedef struct _BhHttp BhHttp;
typedef struct _BhRequest BhRequest;

typedef struct {
  const char *method;
  const char *path; /* "/v1/uploads/{id}": {name} matches one segment; a last {name*} the rest */
  gsize body_max;   /* bytes; over it 413 before the handler runs. 0: no body */
  void (*handle)(BhRequest *request, gpointer data);
} BhRoute;

typedef struct {
  const char *listen;        /* "127.0.0.1:8443", "[::1]:0"; port 0 picks one */
  const char *cert_pem_path; /* NULL: plain HTTP (behind a proxy, tests) */
  const char *key_pem_path;
  guint threads;                /* 0: number of cores */
  guint max_connections;        /* 0: 1,000. Over it somebody silent goes (door.h) */
  guint max_connections_per_ip; /* of an IPv4 address or a /64 of IPv6; 0: 256 */
  const char *const *proxies;   /* addresses whose X-Forwarded-For is believed (proxy.h); NULL */
  guint answer_timeout_ms;      /* how long a handler may take to answer; 0: 30,000 */
  const BhRoute *common_routes; /* of whoever runs the servers: tried after their own; NULL: none */
  gsize n_common_routes;
  gpointer common_data; /* for their handlers */
} BhHttpConfig;

#define BH_HEADER_REQUEST "Bihuan-Request" /* the id of a request, on every answer */

/* `headers` (NULL-terminated name, value, …) are put on every answer. `data` goes to handlers. */
BhHttp *bh_http_start(const BhHttpConfig *config, const BhRoute *routes, gsize n_routes,
                      const char *const *headers, gpointer data, GError **error);
/* Stops accepting, waits for running handlers and suspended answers up to 5 s. */
void bh_http_stop(BhHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHttp, bh_http_stop)
guint bh_http_get_port(BhHttp *http);
/* Finished requests so far. `path` is that of the route, "-" for an unknown address; status 0: the
 * connection ended without an answer. Under a lock. */
typedef void (*BhHttpCountFunc)(const char *method, const char *path, guint status, guint64 n,
                                gpointer data);
void bh_http_each_count(BhHttp *http, BhHttpCountFunc func, gpointer data);

/* Routes are tried in table order, the first match counts. HEAD is served by a GET route where no
 * HEAD route is; OPTIONS names the methods; 404 and 405 answer themselves. A path segment with
 * broken encoding, "..", or an encoded "/" is 400 and reaches no handler. `{name*}` may be empty.
 * `routes` must outlive the server and every unanswered request. */

/* Of a request; strings are borrowed until it is answered, NULL when absent. */
const char *bh_request_get_method(BhRequest *request);
const BhRoute *bh_request_get_route(BhRequest *request); /* of the table it was found in */
/* Handlers run under it (trace/request.h); other threads set it while they work for the request. */
BhTrace bh_request_get_trace(BhRequest *request);
const char *bh_request_get_param(BhRequest *request, const char *name); /* from {name} */
const char *bh_request_get_query(BhRequest *request, const char *name);
const char *bh_request_get_header(BhRequest *request, const char *name); /* case-insensitive */
const char *bh_request_get_cookie(BhRequest *request, const char *name);
/* Address text of who asks: of the client, where a known proxy asks for it. */
const char *bh_request_get_peer(BhRequest *request);
/* The peer as one sender: of an IPv6 address its /64 network (door.h). */
const char *bh_request_get_network(BhRequest *request);
GBytes *bh_request_get_body(BhRequest *request); /* borrowed, never NULL */

/* Nobody waits for the answer any more: the client left, or was told that none came in time. A
 * client that only stopped sending counts as one that left. Before answering; any thread. */
gboolean bh_request_is_abandoned(BhRequest *request);

/* Answer exactly once; frees the request. Any thread. After answer_timeout_ms without an
 * answer the client gets 503 "busy" and the late answer goes nowhere; the request stays valid until
 * it is given. */
void bh_request_answer_json(BhRequest *request, guint status, const json_t *json);
/* Status from the error's code; {"error","message","request"} + members of `more` (may be NULL). An
 * error of another domain than BH_ERROR is logged and told as "failed" without its message. */
void bh_request_answer_error(BhRequest *request, const GError *error, const json_t *more);
/* Same, where the protocol names another status (401 instead of 403, say). */
void bh_request_answer_error_as(BhRequest *request, guint status, const GError *error,
                                const json_t *more);
/* Takes ownership of nothing. `type` NULL: no body type. */
void bh_request_answer_bytes(BhRequest *request, guint status, const char *type, GBytes *bytes);
/* A file from disk with Range and ETag (its name must be its hash). */
void bh_request_answer_file(BhRequest *request, const char *path, const char *type,
                            const char *etag);
/* The same with an open file, which is taken over: one that has no name any more, say. */
void bh_request_answer_fd(BhRequest *request, int fd, const char *type, const char *etag);
/* Before answering. Replaces a header of bh_http_start of the same name. The value is printable
 * (no line breaks); anything else is left out with a warning. */
void bh_request_add_header(BhRequest *request, const char *name, const char *value);

G_END_DECLS

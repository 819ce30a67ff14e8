/* What a request is inside the server: the parts server.c fills and handlers read. Private to
 * server.c and request.c. */
#pragma once

#include "sync/hub/http/route.h"
#include "sync/hub/http/server.h"
#include "sync/hub/trace/trace.h"

G_BEGIN_DECLS

struct MHD_Connection;
struct MHD_Response;

/* One reference is held by the connection, one by the handler until it answers. */
struct _BhRequest {
  gatomicrefcount refs;
  BhTrace trace;
  BhHttp *http;
  struct MHD_Connection *connection; /* valid as long as the connection holds its reference */

  char *method;
  char *raw; /* path and query as sent */
  char *path;
  char **segments;
  GHashTable *params;
  GHashTable *query;
  GPtrArray *headers; /* name, value, name, value … copied: a handler may outlive the connection */
  char *peer;
  char *network;
  GPtrArray *cookies; /* values given out */

  const BhRoute *route;
  gpointer data; /* of its handler */
  GByteArray *collected;
  GBytes *body;
  gsize received;
  gint64 begun_us;
  int fd; /* of the connection, which the library does not look at while it waits for an answer */
  gboolean begun;
  gboolean dispatched;
  struct MHD_Response *refusal; /* decided while the body still comes in */
  guint refusal_status;

  GPtrArray *answer_headers; /* name, value … */

  /* Under http->lock. */
  struct MHD_Response *answer;
  guint status;
  gboolean handed_over; /* to a handler */
  gboolean answered;
  gboolean closed; /* the connection is gone or was answered for the handler */
  gboolean is_suspended;
  gint64 deadline_us;
  GList link;
};

/* Frees the texts, not the request. */
void bh_request_clear(BhRequest *request);
/* Bytes of the request line and headers. */
gsize bh_request_head_size(const BhRequest *request);
gboolean bh_request_has_answer_header(const BhRequest *request, const char *name);
guint bh_http_status_of_error(const GError *error);

G_END_DECLS

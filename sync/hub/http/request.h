/* The content of a BhRequest. Private to server.c, which fills it, and request.c, which gives
 * handlers access. */
#pragma once

#include "sync/hub/http/route.h"
#include "sync/hub/http/server.h"
#include "sync/hub/trace/trace.h"

G_BEGIN_DECLS

struct MHD_Connection;
struct MHD_Response;

/* The connection holds one reference to the request; the handler holds another until it answers. */
struct _BhRequest {
  gatomicrefcount refs;
  BhTrace trace;
  BhHttp *http;
  struct MHD_Connection *connection; /* valid while the connection holds its reference */

  char *method;
  char *raw; /* path and query as the client sent them */
  char *path;
  char **segments;
  GHashTable *params;
  GHashTable *query;
  GPtrArray *headers; /* name, value, … copied, because a handler may outlive the connection */
  char *peer;         /* address of the client */
  char *network;      /* bh_network_from_address(peer) */
  GPtrArray *cookies; /* cookie values that were returned to the handler, which borrows them */

  const BhRoute *route;
  gpointer data;         /* passed to the handler of `route` */
  GByteArray *collected; /* body received so far */
  GBytes *body;          /* the complete body */
  gsize received;        /* bytes of the body, including ignored ones */
  gint64 begun_us;       /* when the request began, by the monotonic clock */
  int fd;                /* socket of the connection, to notice that the client has left */
  gboolean begun;        /* method, path and headers were processed */
  gboolean dispatched;
  struct MHD_Response *refusal; /* answer without a handler, sent after the body was received */
  guint refusal_status;

  GPtrArray *answer_headers; /* headers that the handler added to the answer: name, value, … */

  /* The following members are protected by http->lock. */
  struct MHD_Response *answer;
  guint status;
  gboolean handed_over; /* the request was passed to a handler */
  gboolean answered;    /* the handler has answered */
  gboolean closed;      /* the connection is gone, or was answered instead of the handler */
  gboolean is_suspended;
  gint64 deadline_us;
  GList link;
};

/* Frees the texts and tables of the request, not the request itself. */
void bh_request_clear(BhRequest *request);
/* Size of the request line and the headers, in bytes. */
gsize bh_request_head_size(const BhRequest *request);
/* Whether bh_request_add_header was called with this name. */
gboolean bh_request_has_answer_header(const BhRequest *request, const char *name);
/* The HTTP status for an error code; 500 for errors of another domain. */
guint bh_http_status_of_error(const GError *error);

G_END_DECLS

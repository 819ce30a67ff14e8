/* Shared by server.c and answer.c, the only files that use the server library (libmicrohttpd). */
#pragma once

#include <microhttpd.h>

#include "sync/hub/http/connection-limit.h"
#include "sync/hub/http/count.h"
#include "sync/hub/http/request.h"

G_BEGIN_DECLS

/* Reference counted, because handlers may keep requests after the server was stopped. */
struct _BhHttp {
  struct MHD_Daemon *daemon;
  BhRouter *router;
  gpointer data;
  BhRouter *common_router;
  gpointer common_data;
  BhHttpCounts *counts;
  char **headers;
  char **proxies;
  gint64 answer_timeout_us;
  gint64 bodies_bytes; /* bytes of all request bodies that are held in memory; atomic */
  BhConnectionLimit *limit;

  GMutex lock;      /* protects the next members, and the answer of every request */
  GCond changed;    /* a request was suspended, was answered, or the server stops */
  GQueue suspended; /* BhRequest*, oldest first: all have the same time to answer */
  guint running;    /* requests given to a handler whose answer is not sent yet */
  gboolean stopping;
  gboolean over; /* the time that bh_http_stop waits has ended: no request may be suspended */
  GThread *watch;
};

/* Ends the suspension of a request and of its connection. Called under http->lock. */
void bh_http_wake(BhRequest *request);
/* Gives up one reference to a request. */
void bh_request_unref(BhRequest *request);

/* Adds the headers of all answers of the server, and those that the handler has set. */
void bh_answer_add_headers(BhRequest *request, struct MHD_Response *response);
/* An answer with these bytes, which may be NULL, and a media type, which may be NULL;
 * MHD_destroy_response. */
struct MHD_Response *bh_answer_from_bytes(GBytes *bytes, const char *type);
/* An answer with the JSON body of an error, and the members of `more`, which may be NULL;
 * MHD_destroy_response. */
struct MHD_Response *bh_answer_from_error(const BhRequest *request, const char *code,
                                          const char *message, const json_t *more);

G_END_DECLS

/* One HTTP exchange with a hub, as the sync engine asks for it. Implementations: transport-curl
 * (programs) and fakes (tests). A transport has one exchange under way at a time. */
#pragma once

#include <gio/gio.h>
#include "schema/error.h"

G_BEGIN_DECLS

typedef struct {
  char *method;
  char *url;          /* whole */
  char **pins;        /* base64 SPKI SHA-256, NULL-terminated; at least one */
  GPtrArray *headers; /* "Name: value", owned strings */
  GBytes *body;       /* NULL: none */
  gsize answer_max;   /* bytes of the answer's body; more is BH_ERROR_LIMIT */
} BhTransportRequest;

BhTransportRequest *bh_transport_request_new(const char *method, const char *base_url,
                                             const char *path, const char *const *pins);
void bh_transport_request_free(BhTransportRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransportRequest, bh_transport_request_free)
void bh_transport_request_add_header(BhTransportRequest *request, const char *name,
                                     const char *value);

typedef struct {
  guint status;
  GHashTable *headers; /* lower-case name → last value */
  GBytes *body;        /* never NULL */
} BhTransportAnswer;

BhTransportAnswer *bh_transport_answer_new(guint status, GBytes *body); /* takes `body` */
void bh_transport_answer_free(BhTransportAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransportAnswer, bh_transport_answer_free)
/* Borrowed; NULL when absent. */
const char *bh_transport_answer_get_header(const BhTransportAnswer *answer, const char *name);

typedef struct _BhTransport BhTransport;
struct _BhTransport {
  /* Takes `request`. Ends on the caller's thread-default main context, by a GTask that returns a
   * BhTransportAnswer or one of BH_ERROR_NETWORK (nothing was sent), _UNCERTAIN (sent, no whole
   * answer), _NOT_HUB (the pin does not match), _LIMIT (answer too long), _INVALID (request
   * refused here), G_IO_ERROR_CANCELLED. */
  void (*send_async)(BhTransport *transport, BhTransportRequest *request, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
  /* Waits for what runs. */
  void (*free)(BhTransport *transport);
};

void bh_transport_send_async(BhTransport *transport, BhTransportRequest *request,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
BhTransportAnswer *bh_transport_send_finish(GAsyncResult *result, GError **error);
void bh_transport_free(BhTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransport, bh_transport_free)

/* libcurl: HTTP/1.1 over TLS whose key is pinned, no redirects, no proxies of the environment.
 * `allow_loopback_http` is for tests against a plain server on this machine. */
BhTransport *bh_transport_curl_new(gboolean allow_loopback_http);

G_END_DECLS

/* Carries exchanges (engine/exchange.h) between the engine and a hub. Implementations:
 * transport-curl.c for programs, fakes in tests. A transport has one exchange under way at a time,
 * on the thread that began it. */
#pragma once

#include "sync/device/engine/engine.h"

G_BEGIN_DECLS

typedef struct _BhTransport BhTransport;
struct _BhTransport {
  /* As bh_transport_send_async. */
  void (*send_async)(BhTransport *transport, BhTransportRequest *request, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer data);
  /* Waits for a running exchange, then frees. */
  void (*free)(BhTransport *transport);
};

/* Begins an exchange; takes `request`. The callback runs on the caller's thread-default main
 * context. */
void bh_transport_send_async(BhTransport *transport, BhTransportRequest *request,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer data);
/* The hub's answer, whatever its status; bh_transport_answer_free. Errors: BH_ERROR_NETWORK
 * (nothing was sent), _UNCERTAIN (sent, but no complete answer came), _NOT_HUB (the server's key is
 * not the pinned one), _LIMIT (answer too long), _INVALID (the transport refuses the request), or
 * G_IO_ERROR_CANCELLED. */
BhTransportAnswer *bh_transport_send_finish(GAsyncResult *result, GError **error);
/* NULL is ignored. */
void bh_transport_free(BhTransport *transport);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTransport, bh_transport_free)

/* A transport by libcurl: HTTP/1.1 over TLS with a pinned key, no redirects, no proxies of the
 * environment. `allow_loopback_http` is for tests against a plain server on this machine. */
BhTransport *bh_transport_curl_new(gboolean allow_loopback_http);

G_END_DECLS

/* Calls through the function pointers of a transport. */
#include "sync/device/run/transport.h"

void bh_transport_send_async(BhTransport *transport, BhTransportRequest *request,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  transport->send_async(transport, request, cancellable, callback, data);
}

BhTransportAnswer *bh_transport_send_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

void bh_transport_free(BhTransport *transport)
{
  if (transport != NULL)
    transport->free(transport);
}

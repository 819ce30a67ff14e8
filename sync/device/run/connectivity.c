/* Reports network changes that the system's monitor sees. */
#include "sync/device/run/connectivity.h"

#include <gio/gio.h>

typedef struct {
  BhConnectivity base;
  GNetworkMonitor *monitor;
  BhConnectivityChanged changed;
  gpointer data;
} Monitor;

static void on_changed(GNetworkMonitor *monitor, gboolean online, gpointer data)
{
  Monitor *self = data;

  (void)monitor;
  self->changed(online, self->data);
}

static void monitor_watch(BhConnectivity *connectivity, BhConnectivityChanged changed,
                          gpointer data)
{
  Monitor *self = (Monitor *)connectivity;

  self->changed = changed;
  self->data = data;
  g_signal_connect(self->monitor, "network-changed", G_CALLBACK(on_changed), self);
}

static void monitor_free(BhConnectivity *connectivity)
{
  Monitor *self = (Monitor *)connectivity;

  g_signal_handlers_disconnect_by_data(self->monitor, self);
  g_object_unref(self->monitor);
  g_free(self);
}

void bh_connectivity_watch(BhConnectivity *connectivity, BhConnectivityChanged changed,
                           gpointer data)
{
  connectivity->watch(connectivity, changed, data);
}

void bh_connectivity_free(BhConnectivity *connectivity)
{
  if (connectivity != NULL)
    connectivity->free(connectivity);
}

BhConnectivity *bh_connectivity_monitor_new(void)
{
  Monitor *self = g_new0(Monitor, 1);

  self->base.watch = monitor_watch;
  self->base.free = monitor_free;
  self->monitor = g_object_ref(g_network_monitor_get_default());
  return &self->base;
}

/* State of the network, from GLib. */
#include "app/devices/connectivity.h"

BhConnectivity bh_connectivity_get(GNetworkMonitor *monitor)
{
  if (monitor == NULL)
    monitor = g_network_monitor_get_default();
  if (!g_network_monitor_get_network_available(monitor))
    return BH_CONNECTIVITY_NONE;
  return g_network_monitor_get_network_metered(monitor) ? BH_CONNECTIVITY_METERED
                                                        : BH_CONNECTIVITY_FULL;
}

/* Whether the machine has a network at all, for the text of the queue page. The sync has its own
 * view of the hub. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  BH_CONNECTIVITY_NONE,
  BH_CONNECTIVITY_METERED, /* paid by volume */
  BH_CONNECTIVITY_FULL,
} BhConnectivity;

/* State of `monitor`; NULL: the system's monitor. */
BhConnectivity bh_connectivity_get(GNetworkMonitor *monitor);

G_END_DECLS

/* Whether the machine has a network at all, for the text of the queue page. The sync has its own
 * view of the hub. Use on the main thread only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  BH_CONNECTIVITY_NONE,
  BH_CONNECTIVITY_METERED, /* paid by volume */
  BH_CONNECTIVITY_FULL,
} BhConnectivity;

/* The state of the network by `monitor`; NULL: by the monitor of the system. */
BhConnectivity bh_connectivity_get(GNetworkMonitor *monitor);

G_END_DECLS

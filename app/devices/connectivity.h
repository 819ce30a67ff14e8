/* Whether there is a network at all, for what the queue page says; the sync runner has its own
 * view of the hub. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  BH_CONNECTIVITY_NONE,
  BH_CONNECTIVITY_METERED, /* a link that costs by volume */
  BH_CONNECTIVITY_FULL,
} BhConnectivity;

/* `monitor` NULL: the system's. */
BhConnectivity bh_connectivity_get(GNetworkMonitor *monitor);

G_END_DECLS

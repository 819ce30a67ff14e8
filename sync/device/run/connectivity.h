/* Reports that the network changed, so that a round can begin at once. A network that seems absent
 * never keeps a round from trying. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhConnectivity BhConnectivity;
typedef void (*BhConnectivityChanged)(gboolean online, gpointer data);

struct _BhConnectivity {
  /* As bh_connectivity_watch: calls `changed` on the thread-default main context of the caller
   * until the object is freed. */
  void (*watch)(BhConnectivity *connectivity, BhConnectivityChanged changed, gpointer data);
  void (*free)(BhConnectivity *connectivity);
};

/* Begins to report; once. `changed` is called on the caller's thread-default main context until
 * bh_connectivity_free. */
void bh_connectivity_watch(BhConnectivity *connectivity, BhConnectivityChanged changed,
                           gpointer data);
/* NULL is ignored. */
void bh_connectivity_free(BhConnectivity *connectivity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConnectivity, bh_connectivity_free)

/* A connectivity object that uses the system's network monitor (netlink, NetworkManager). */
BhConnectivity *bh_connectivity_monitor_new(void);

G_END_DECLS

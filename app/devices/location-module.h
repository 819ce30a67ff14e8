/* Interface of the location module, which location.h loads when it is first used. */
#pragma once

#include "app/devices/location.h"

G_BEGIN_DECLS

#define BH_LOCATION_MODULE "bh_location_module" /* symbol of the BhLocationModule in the module */

typedef struct {
  double lat, lon;
  double accuracy_m; /* -1: not known */
  gint64 at_ms;      /* time by the satellites; 0: not known */
} BhLocationFix;

typedef struct {
  /* Waits for a fix of gpsd that `check` accepts; blocks for `wait_us` at most. `port` NULL: gpsd's
   * own. FALSE with BH_ERROR_NOT_FOUND; *fault then says what was wrong with the last fix. */
  gboolean (*ask)(const char *host, const char *port, gint64 wait_us, GCancellable *cancellable,
                  BhLocationCheck check, BhLocationFix *fix, BhLocationFault *fault,
                  GError **error);
} BhLocationModule;

G_END_DECLS

/* What the module of the location offers to location.h, which loads it. */
#pragma once

#include "app/devices/location.h"

G_BEGIN_DECLS

#define BH_LOCATION_MODULE "bh_location_module" /* a BhLocationModule */

typedef struct {
  double lat, lon;
  double accuracy_m; /* -1: not known */
  gint64 at_ms;      /* by the satellites; 0: not known */
} BhLocationFix;

typedef struct {
  /* The next fix of gpsd that `judge` finds good; blocks for `wait_us` at most. `port` NULL: gpsd's
   * own. *fault: what was wrong with the last one. */
  gboolean (*ask)(const char *host, const char *port, gint64 wait_us, GCancellable *cancellable,
                  BhLocationCheck judge, BhLocationFix *fix, BhLocationFault *fault,
                  GError **error);
} BhLocationModule;

G_END_DECLS

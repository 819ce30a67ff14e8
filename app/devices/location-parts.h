/* What the module of the location offers to location.h, which loads it. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_LOCATION_PARTS "bh_location_parts" /* a BhLocationParts */

typedef struct {
  double lat, lon;
  double accuracy_m; /* -1: not known */
} BhLocationFix;

typedef struct {
  /* The next fix of gpsd; blocks for `wait_us` at most. `port` NULL: gpsd's own. */
  gboolean (*ask)(const char *host, const char *port, gint64 wait_us, GCancellable *cancellable,
                  BhLocationFix *fix, GError **error);
} BhLocationParts;

G_END_DECLS

#include "app/devices/location-parts.h"

#include <gmodule.h>
#include <gps.h>
#include <math.h>

#include "schema/error.h"

#define WAIT_SLICE_US 500000

static gboolean take_fix(const struct gps_data_t *gps, BhLocationFix *fix)
{
  if (gps->fix.mode < MODE_2D || !isfinite(gps->fix.latitude) || !isfinite(gps->fix.longitude))
    return FALSE;
  fix->lat = gps->fix.latitude;
  fix->lon = gps->fix.longitude;
  /* gpsd gives NaN for errors it does not know. */
  fix->accuracy_m =
      isfinite(gps->fix.epx) && isfinite(gps->fix.epy) ? fmax(gps->fix.epx, gps->fix.epy) : -1;
  return TRUE;
}

static gboolean ask(const char *host, const char *port, gint64 wait_us, GCancellable *cancellable,
                    BhLocationFix *fix, GError **error)
{
  struct gps_data_t gps = {0};
  if (gps_open(host, port != NULL ? port : DEFAULT_GPSD_PORT, &gps) != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no receiver");
    return FALSE;
  }
  gps_stream(&gps, WATCH_ENABLE | WATCH_JSON, NULL);
  gint64 until = g_get_monotonic_time() + wait_us;
  gboolean found = FALSE;
  while (!found && g_get_monotonic_time() < until && !g_cancellable_is_cancelled(cancellable)) {
    if (!gps_waiting(&gps, WAIT_SLICE_US))
      continue;
    if (gps_read(&gps, NULL, 0) < 0)
      break;
    found = take_fix(&gps, fix);
  }
  gps_stream(&gps, WATCH_DISABLE, NULL);
  gps_close(&gps);
  if (!found)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no fix");
  return found;
}

G_MODULE_EXPORT const BhLocationParts bh_location_parts = {ask};

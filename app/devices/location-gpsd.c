/* The location module: asks gpsd (libgps). location.c decides whether a fix is usable. */
#include "app/devices/location-module.h"

#include <gmodule.h>
#include <gps.h>
#include <math.h>

#include "schema/error.h"

#define WAIT_SLICE_US 500000

static gint64 get_time_ms(const struct gps_data_t *gps)
{
  return (gps->set & TIME_SET) != 0 && gps->fix.time.tv_sec > 0
             ? (gint64)gps->fix.time.tv_sec * 1000 + gps->fix.time.tv_nsec / 1000000
             : 0;
}

/* Reads the last report of gpsd into `fix`; FALSE when the report has no position. */
static gboolean read_fix(const struct gps_data_t *gps, BhLocationFix *fix)
{
  if (gps->fix.mode < MODE_2D || !isfinite(gps->fix.latitude) || !isfinite(gps->fix.longitude))
    return FALSE;
  fix->lat = gps->fix.latitude;
  fix->lon = gps->fix.longitude;
  /* gpsd reports NaN for errors it does not know. */
  fix->accuracy_m =
      isfinite(gps->fix.epx) && isfinite(gps->fix.epy) ? fmax(gps->fix.epx, gps->fix.epy) : -1;
  fix->at_ms = get_time_ms(gps);
  return TRUE;
}

/* Checks a fix, because gpsd first sends its last report, however old that is. When this device's
 * clock is wrong, every report looks old. So a report counts as current when its time is later than
 * that of the first report (*first_ms). */
static BhLocationFault check_fix(BhLocationCheck check, const BhLocationFix *fix, gint64 *first_ms)
{
  gint64 now_ms = g_get_real_time() / 1000;
  if (*first_ms == 0)
    *first_ms = fix->at_ms;
  else if (fix->at_ms > *first_ms)
    now_ms = fix->at_ms;
  return check(fix->lat, fix->lon, fix->accuracy_m, fix->at_ms, now_ms);
}

static gboolean ask(const char *host, const char *port, gint64 wait_us, GCancellable *cancellable,
                    BhLocationCheck check, BhLocationFix *fix, BhLocationFault *fault,
                    GError **error)
{
  struct gps_data_t gps = {0};
  if (gps_open(host, port != NULL ? port : DEFAULT_GPSD_PORT, &gps) != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no receiver");
    return FALSE;
  }
  gps_stream(&gps, WATCH_ENABLE | WATCH_JSON, NULL);
  gint64 end_us = g_get_monotonic_time() + wait_us, first_ms = 0;
  gboolean found = FALSE;
  *fault = BH_LOCATION_GOOD;
  while (!found && g_get_monotonic_time() < end_us && !g_cancellable_is_cancelled(cancellable)) {
    if (!gps_waiting(&gps, WAIT_SLICE_US))
      continue;
    if (gps_read(&gps, NULL, 0) < 0)
      break;
    if (!read_fix(&gps, fix))
      continue;
    *fault = check_fix(check, fix, &first_ms);
    found = *fault == BH_LOCATION_GOOD;
  }
  gps_stream(&gps, WATCH_DISABLE, NULL);
  gps_close(&gps);
  if (!found)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no fix");
  return found;
}

G_MODULE_EXPORT const BhLocationModule bh_location_module = {ask};

/* Positions: checks fixes and makes place values. location-gpsd.c asks gpsd. */
#include "app/devices/location.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/devices/location-module.h"
#include "app/devices/module.h"
#include "schema/error.h"

json_t *bh_location_make(double lat, double lon, double accuracy_m, gint64 at_ms,
                         const char *source)
{
  char lat_text[G_ASCII_DTOSTR_BUF_SIZE];
  char lon_text[G_ASCII_DTOSTR_BUF_SIZE];
  g_ascii_formatd(lat_text, sizeof lat_text, "%.6f", lat);
  g_ascii_formatd(lon_text, sizeof lon_text, "%.6f", lon);
  json_t *place = json_pack("{s:s, s:s, s:I, s:s}", "lat", lat_text, "lon", lon_text, "at_ms",
                            (json_int_t)at_ms, "source", source);
  if (isfinite(accuracy_m) && accuracy_m >= 0)
    json_object_set_new(place, "accuracy_m", json_integer((json_int_t)ceil(accuracy_m)));
  return place;
}

BhLocationFault bh_location_check(double lat, double lon, double accuracy_m, gint64 at_ms,
                                  gint64 now_ms)
{
  if (!isfinite(lat) || !isfinite(lon) || fabs(lat) > 90 || fabs(lon) > 180 ||
      (fabs(lat) < 1e-6 && fabs(lon) < 1e-6))
    return BH_LOCATION_IMPOSSIBLE;
  if (at_ms > 0 && ABS(now_ms - at_ms) > BH_LOCATION_AGE_MS)
    return BH_LOCATION_OLD;
  return accuracy_m > BH_LOCATION_ACCURACY_M ? BH_LOCATION_INEXACT : BH_LOCATION_GOOD;
}

const char *bh_location_fault_text(BhLocationFault fault)
{
  switch (fault) {
  case BH_LOCATION_OLD:
    return _("The receiver only has an old position; try again under the open sky");
  case BH_LOCATION_IMPOSSIBLE:
    return _("The receiver reports an impossible position");
  case BH_LOCATION_INEXACT:
    return _("The position is not exact enough yet; try again");
  case BH_LOCATION_GOOD:
    break;
  }
  return NULL;
}

typedef struct {
  char *host;
  char *port;
} FixRequest;

static void fix_request_free(gpointer data)
{
  FixRequest *ask = data;
  g_free(ask->host);
  g_free(ask->port);
  g_free(ask);
}

static void fix_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  FixRequest *ask = data;
  GError *error = NULL;
  BhLocationFix fix;
  BhLocationFault fault = BH_LOCATION_GOOD;
  const BhLocationModule *module = bh_module_find("location", BH_LOCATION_MODULE, &error);
  if (module != NULL && module->ask(ask->host, ask->port, BH_LOCATION_WAIT_S * G_USEC_PER_SEC,
                                    cancellable, bh_location_check, &fix, &fault, &error)) {
    gint64 at_ms = fix.at_ms > 0 ? fix.at_ms : g_get_real_time() / 1000;
    g_task_return_pointer(task, bh_location_make(fix.lat, fix.lon, fix.accuracy_m, at_ms, "gps"),
                          (GDestroyNotify)json_decref);
  } else if (fault != BH_LOCATION_GOOD) {
    g_clear_error(&error);
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_INVALID, "%s", bh_location_fault_text(fault));
  } else {
    g_task_return_error(task, error);
  }
}

void bh_location_ask_async(const char *host, const char *port, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  FixRequest *ask = g_new0(FixRequest, 1);
  ask->host = g_strdup(host != NULL ? host : "localhost");
  ask->port = g_strdup(port);
  g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
  g_task_set_task_data(task, ask, fix_request_free);
  g_task_run_in_thread(task, fix_thread);
}

json_t *bh_location_ask_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

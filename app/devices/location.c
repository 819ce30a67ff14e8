#include "app/devices/location.h"

#include <gps.h>
#include <math.h>

#include "schema/error.h"

#define WAIT_SLICE_US 500000

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

typedef struct {
  char *host;
  char *port;
} Ask;

static void ask_free(gpointer data)
{
  Ask *ask = data;
  g_free(ask->host);
  g_free(ask->port);
  g_free(ask);
}

static json_t *take_fix(const struct gps_data_t *gps)
{
  if (gps->fix.mode < MODE_2D || !isfinite(gps->fix.latitude) || !isfinite(gps->fix.longitude))
    return NULL;
  /* gpsd gives NaN for errors it does not know. */
  double accuracy_m =
      isfinite(gps->fix.epx) && isfinite(gps->fix.epy) ? fmax(gps->fix.epx, gps->fix.epy) : -1;
  return bh_location_make(gps->fix.latitude, gps->fix.longitude, accuracy_m,
                          g_get_real_time() / 1000, "gps");
}

static void ask_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  Ask *ask = data;
  struct gps_data_t gps = {0};
  if (gps_open(ask->host, ask->port, &gps) != 0) {
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no receiver");
    return;
  }
  gps_stream(&gps, WATCH_ENABLE | WATCH_JSON, NULL);
  gint64 until = g_get_monotonic_time() + BH_LOCATION_WAIT_S * G_USEC_PER_SEC;
  json_t *place = NULL;
  while (place == NULL && g_get_monotonic_time() < until &&
         !g_cancellable_is_cancelled(cancellable)) {
    if (!gps_waiting(&gps, WAIT_SLICE_US))
      continue;
    if (gps_read(&gps, NULL, 0) < 0)
      break;
    place = take_fix(&gps);
  }
  gps_stream(&gps, WATCH_DISABLE, NULL);
  gps_close(&gps);
  if (place != NULL)
    g_task_return_pointer(task, place, (GDestroyNotify)json_decref);
  else
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_FOUND, "location: no fix");
}

void bh_location_ask_async(const char *host, const char *port, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  Ask *ask = g_new0(Ask, 1);
  ask->host = g_strdup(host != NULL ? host : "localhost");
  ask->port = g_strdup(port != NULL ? port : DEFAULT_GPSD_PORT);
  g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
  g_task_set_task_data(task, ask, ask_free);
  g_task_run_in_thread(task, ask_thread);
}

json_t *bh_location_ask_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

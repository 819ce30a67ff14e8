#include "app/devices/location.h"

#include <math.h>

#include "app/devices/location-parts.h"
#include "app/devices/module.h"

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

static void ask_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  Ask *ask = data;
  GError *error = NULL;
  BhLocationFix fix;
  const BhLocationParts *parts = bh_module_find("location", BH_LOCATION_PARTS, &error);
  if (parts != NULL && parts->ask(ask->host, ask->port, BH_LOCATION_WAIT_S * G_USEC_PER_SEC,
                                  cancellable, &fix, &error))
    g_task_return_pointer(
        task, bh_location_make(fix.lat, fix.lon, fix.accuracy_m, g_get_real_time() / 1000, "gps"),
        (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

void bh_location_ask_async(const char *host, const char *port, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data)
{
  Ask *ask = g_new0(Ask, 1);
  ask->host = g_strdup(host != NULL ? host : "localhost");
  ask->port = g_strdup(port);
  g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
  g_task_set_task_data(task, ask, ask_free);
  g_task_run_in_thread(task, ask_thread);
}

json_t *bh_location_ask_finish(GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer(G_TASK(result), error);
}

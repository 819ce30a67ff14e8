/* Where the device is: asks gpsd once and answers with a place value as the kinds have it. */
#pragma once

#include <gio/gio.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_LOCATION_WAIT_S 20

/* Answers with {"lat","lon","accuracy_m","at_ms","source":"gps"}; BH_ERROR_NOT_FOUND when there is
 * no receiver or no fix within BH_LOCATION_WAIT_S. `port` NULL: gpsd's own. */
void bh_location_ask_async(const char *host, const char *port, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
json_t *bh_location_ask_finish(GAsyncResult *result, GError **error);
/* Place value from plain numbers; "source" as given. */
json_t *bh_location_make(double lat, double lon, double accuracy_m, gint64 at_ms,
                         const char *source);

G_END_DECLS

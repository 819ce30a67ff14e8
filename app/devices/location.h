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
/* Positions are asked of the receiver, and not all it says is where the device is now. */
#define BH_LOCATION_AGE_MS 60000
#define BH_LOCATION_ACCURACY_M 200

typedef enum {
  BH_LOCATION_GOOD,
  BH_LOCATION_OLD,        /* of another time than now */
  BH_LOCATION_IMPOSSIBLE, /* no place on earth, or 0, 0, which a receiver gives when it has none */
  BH_LOCATION_INEXACT,    /* worse than BH_LOCATION_ACCURACY_M */
} BhLocationFault;

/* `at_ms` 0 and `accuracy_m` -1: not known, and not held against it. Pure. */
typedef BhLocationFault (*BhLocationCheck)(double lat, double lon, double accuracy_m, gint64 at_ms,
                                           gint64 now_ms);
BhLocationFault bh_location_check(double lat, double lon, double accuracy_m, gint64 at_ms,
                                  gint64 now_ms);
/* What is wrong, for people; NULL for GOOD. In the language of the window. */
const char *bh_location_fault_text(BhLocationFault fault);

/* An answer that was none: BH_ERROR_NOT_FOUND as above; BH_ERROR_INVALID with
 * bh_location_fault_text when what came was of no use. */
json_t *bh_location_ask_finish(GAsyncResult *result, GError **error);
/* Place value from plain numbers; "source" as given. */
json_t *bh_location_make(double lat, double lon, double accuracy_m, gint64 at_ms,
                         const char *source);

G_END_DECLS

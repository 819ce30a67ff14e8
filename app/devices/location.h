/* Position of the device: asks gpsd once, and returns a place value as the kinds have it. */
#pragma once

#include <gio/gio.h>
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_LOCATION_WAIT_S 20

/* Asks gpsd on `host` (NULL: localhost) and `port` (NULL: gpsd's own) on a thread of its own;
 * `callback` is called on the caller's main context. */
void bh_location_ask_async(const char *host, const char *port, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer data);
/* The position, a new reference: {"lat","lon","accuracy_m"?,"at_ms","source":"gps"}. NULL with
 * BH_ERROR_NOT_FOUND when there is no receiver or no fix within BH_LOCATION_WAIT_S, and with
 * BH_ERROR_INVALID and bh_location_fault_text when the fixes were unusable. */
json_t *bh_location_ask_finish(GAsyncResult *result, GError **error);

/* Limits of a usable fix: a receiver also reports old and inexact positions. */
#define BH_LOCATION_AGE_MS 60000
#define BH_LOCATION_ACCURACY_M 200

typedef enum {
  BH_LOCATION_GOOD,
  BH_LOCATION_OLD,        /* the time of the fix is more than BH_LOCATION_AGE_MS from now */
  BH_LOCATION_IMPOSSIBLE, /* not a place on earth, or 0, 0, which a receiver reports when it has no
                             fix */
  BH_LOCATION_INEXACT,    /* the accuracy is worse than BH_LOCATION_ACCURACY_M */
} BhLocationFault;

/* Type of bh_location_check, which tests replace by a function of their own. */
typedef BhLocationFault (*BhLocationCheck)(double lat, double lon, double accuracy_m, gint64 at_ms,
                                           gint64 now_ms);
/* Checks whether a position (`lat` and `lon` in degrees) is usable. `at_ms` 0 and `accuracy_m` -1
 * mean that these are not known; they are then not checked. Pure. */
BhLocationFault bh_location_check(double lat, double lon, double accuracy_m, gint64 at_ms,
                                  gint64 now_ms);
/* What is wrong with a fix, in the window's language; static, NULL for BH_LOCATION_GOOD. */
const char *bh_location_fault_text(BhLocationFault fault);

/* A place value from plain numbers, a new reference; `accuracy_m` below 0 is left out. */
json_t *bh_location_make(double lat, double lon, double accuracy_m, gint64 at_ms,
                         const char *source);

G_END_DECLS

/* State of the battery, as the kernel tells it. Reading takes microseconds; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_POWER_LOW_PERCENT 20

/* Percent of the first battery below `root` (NULL: /sys/class/power_supply); -1 when there is
 * none. *charging (may be NULL) says whether it is on a charger. */
int bh_power_get_percent(const char *root, gboolean *charging);

G_END_DECLS

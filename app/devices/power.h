/* State of the battery, from the kernel. Takes microseconds; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_POWER_LOW_PERCENT 20

/* Charge of the first battery below `root` (NULL: /sys/class/power_supply) in percent; -1 when
 * there is none. Sets *charging (may be NULL) unless -1 is returned. */
int bh_power_get_percent(const char *root, gboolean *charging);

G_END_DECLS

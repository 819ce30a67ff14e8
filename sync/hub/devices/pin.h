/* Checks whether a PIN may be set for a person. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_STAFF_PIN_MIN 6 /* digits */
#define BH_STAFF_PIN_MAX 12

/* Whether `pin` may be set. FALSE with BH_ERROR_INVALID when `pin` does not have 6 to 12 digits, or
 * is easy to guess: few different digits, a sequence, a repetition or a date. Pure. */
gboolean bh_staff_pin_check(const char *pin, GError **error);

G_END_DECLS

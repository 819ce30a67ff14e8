/* Checks whether a PIN may be set for a person. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether `pin` may be set. FALSE with BH_ERROR_INVALID when `pin` does not have BH_PIN_MIN to
 * BH_PIN_MAX digits, or is easy to guess: few different digits, a sequence, a repetition or a date.
 * Pure. */
gboolean bh_staff_pin_check(const char *pin, GError **error);

G_END_DECLS

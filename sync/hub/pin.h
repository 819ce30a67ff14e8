/* Which PINs may be set for a person. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_STAFF_PIN_MIN 6 /* digits */
#define BH_STAFF_PIN_MAX 12

/* Argon2id work of a new verifier (libsodium's numbers). More than its "interactive", as far as a
 * Raspberry Pi answers within a second or two. A verifier with less was made under an older rule.
 */
#define BH_STAFF_PIN_OPSLIMIT 3
#define BH_STAFF_PIN_MEMLIMIT (64 * 1024 * 1024) /* bytes */

/* FALSE with BH_ERROR_INVALID for other than 6 to 12 digits, and for what is tried first: few
 * different digits, sequences, repetitions, dates. Pure. */
gboolean bh_staff_pin_check(const char *pin, GError **error);

G_END_DECLS

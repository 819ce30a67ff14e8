/* Number of a mainland identity card (GB 11643-1999): six digits of the area, the day of birth,
 * three digits of order, and a check character by ISO 7064 MOD 11-2. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_ID_NUMBER_LEN 18

/* Checks length, characters, day of birth and check character. FALSE with BH_ERROR_INVALID, which
 * says what is wrong and never contains a part of the number. */
gboolean bh_id_number_check(const char *number, GError **error);
/* The number as stored, from a typed number: in upper case, without spaces and hyphens, full-width
 * forms folded (bh_text_fold_code); g_free. */
char *bh_id_number_normalize(const char *typed);

G_END_DECLS

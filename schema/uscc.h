/* Unified social credit code: 18 characters, check character by GB 32100-2015 (weights 3^i mod 31
 * over 0-9A-Z without I O S V Z). Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_USCC_LEN 18

/* Check character of the first 17 characters; '\0' when one of them is not in the alphabet. */
char bh_uscc_check_character(const char *first17);
/* Checks length and alphabet, not the check character. FALSE with BH_ERROR_INVALID naming the
 * length, or the wrong character with its position. */
gboolean bh_uscc_check(const char *code, GError **error);
/* Whether the check character of a code with valid length and alphabet is correct. Licences with a
 * wrong check character exist, so callers warn and do not refuse the code. */
gboolean bh_uscc_is_consistent(const char *code);
/* The code as stored, from a typed code: in upper case, without spaces and hyphens, full-width
 * forms folded (bh_text_fold_code); g_free. */
char *bh_uscc_normalize(const char *typed);

G_END_DECLS

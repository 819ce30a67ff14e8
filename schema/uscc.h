/* Unified social credit code: 18 characters, check character by GB 32100-2015 (weights 3^i mod 31
 * over 0-9A-Z without I O S V Z). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_USCC_LEN 18

/* Check character for the first 17 characters; '\0' when one of them is not of the alphabet. */
char bh_uscc_check_character(const char *first17);
/* Whether the text has the form of a code, whatever its check character. FALSE with
 * BH_ERROR_INVALID saying what is wrong: length or alphabet (with position). */
gboolean bh_uscc_check(const char *code, GError **error);
/* Whether the check character of a text that has the form fits the others. Licences with a wrong
 * one exist: it is a reason to look again, not to refuse. */
gboolean bh_uscc_is_consistent(const char *code);
/* Upper case, spaces and hyphens removed, full-width forms folded; g_free. */
char *bh_uscc_normalize(const char *typed);

G_END_DECLS

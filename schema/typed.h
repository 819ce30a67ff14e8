/* Codes as people type them: full-width forms, spaces and hyphens of all sorts. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Full-width forms folded to ASCII, spaces and hyphens removed, letters in upper case; what else
 * is there stays. g_free. NULL and bad UTF-8 give "". */
char *bh_typed_code_fold(const char *typed);

G_END_DECLS

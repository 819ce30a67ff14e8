/* What people type, as it is meant: codes in full-width forms, spaces and hyphens of all sorts, and
 * characters that nobody sees. The one definition of blank. Pure; any thread. */
#pragma once

#include <glib.h>

#include "schema/json.h"

G_BEGIN_DECLS

/* Full-width forms folded to ASCII, spaces and hyphens removed, letters in upper case; what else
 * is there stays. g_free. NULL and bad UTF-8 give "". */
char *bh_typed_code_fold(const char *typed);

/* Nothing that can be seen: white space of any script, or marks without width. NULL is blank. */
gboolean bh_typed_is_blank(const char *text);
/* Absent, null, blank text, an array or object without members. */
gboolean bh_value_is_blank(const json_t *value);

/* The text without blanks at its ends and without marks that have no width; in one line, line
 * breaks and tabs become a space. What turns the reading direction round stays, and is refused by
 * bh_field_check_value: it is no slip of a finger. `typed` is UTF-8. g_free. */
char *bh_typed_clean(const char *typed, gboolean several_lines);

G_END_DECLS

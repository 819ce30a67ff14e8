/* Normalises typed text: full-width forms, spaces and hyphens of all kinds, invisible characters.
 * Also defines which texts and values count as blank. Pure; any thread. */
#pragma once

#include <glib.h>

#include "schema/json.h"

G_BEGIN_DECLS

/* Folds full-width forms to ASCII, removes spaces and hyphens, and changes letters to upper case;
 * keeps all other characters. g_free. "" for NULL and for invalid UTF-8. */
char *bh_text_fold_code(const char *typed);
/* Changes full-width digits, letters, signs and spaces, as Chinese input methods write them, to
 * ASCII; keeps all other characters and their number. `typed` is UTF-8. g_free. */
char *bh_text_fold_width(const char *typed);

/* Whether the text has no visible character, only white space of any script or marks without width.
 * TRUE for NULL. */
gboolean bh_text_is_blank(const char *text);
/* Whether the value is absent (NULL), null, blank text, or an empty array or object. */
gboolean bh_value_is_blank(const json_t *value);

/* Removes blanks at both ends and marks without width. Unless `several_lines`, line breaks and tabs
 * become a space. Characters that change the reading direction are kept, so that
 * bh_field_check_value refuses them: nobody types them by accident. `typed` is UTF-8. g_free. */
char *bh_text_clean(const char *typed, gboolean several_lines);

G_END_DECLS

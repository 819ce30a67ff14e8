/* Finds text that no font of this machine can draw, and describes it for people. Any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* One line for each field with a character that no font can draw: "· 隐患 2 · 隐患摘要：U+E000"; ""
 * when all text can be drawn. `frozen`: frozen fields of a document, or any object of texts with
 * names of fields as keys. `lang` is "zh" or "en". `except` (may be NULL) has the lines to which a
 * person has agreed before; these lines are left out. After 12 lines, the number of the remaining
 * lines is given. g_free. */
char *bh_missing_glyphs_dup_lines(const json_t *frozen, const BhKindSet *kinds, const char *lang,
                                  const char *except);
/* The question whether to print placeholders, with the lines of bh_missing_glyphs_dup_lines; in the
 * window's language. g_free. */
char *bh_missing_glyphs_dup_question(const char *lines);

G_END_DECLS

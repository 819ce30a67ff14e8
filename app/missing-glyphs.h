/* Finds text that no font of this machine can draw, and describes it for people. Any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* One line for each field with a character that no font can draw: "· 隐患 2 · 隐患摘要：U+E000"; ""
 * when all text can be drawn. `frozen`: frozen fields of a document, or any object of texts with
 * names of fields as keys. `lang` is "zh" or "en". Lines that are in `except` (may be NULL) were
 * agreed to before and are left out. At most 12 lines, then the number of the others. g_free. */
char *bh_missing_glyphs_dup_lines(const json_t *frozen, const BhKindSet *kinds, const char *lang,
                                  const char *except);
/* The question whether to print placeholders, with the lines of bh_missing_glyphs_dup_lines; in the
 * window's language. g_free. */
char *bh_missing_glyphs_dup_question(const char *lines);

G_END_DECLS

/* What of a paper no font of this machine can draw, in people's words. Any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* One line for each field of `frozen` (or of any object of texts: the fields of a document) with
 * such a character: "· 隐患 2 · 隐患摘要：U+E000"; "" when all can be drawn. `except` (may be NULL)
 * has lines that were agreed to before. g_free. */
char *bh_missing_glyphs_dup_lines(const json_t *frozen, const BhKindSet *kinds, const char *lang,
                                  const char *except);
/* The question that goes with the lines; g_free. */
char *bh_missing_glyphs_dup_question(const char *lines);

G_END_DECLS

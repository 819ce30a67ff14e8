/* Makes text from people and other machines safe to print. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Cleans a text of one or more lines: invalid UTF-8 becomes U+FFFD, control characters become
 * spaces, line and paragraph separators become "\n". Characters that reorder or hide others (bidi
 * controls, zero-width, tags) are dropped, and so are more than two combining marks on one base, so
 * that no text overlaps its neighbours. NULL gives "". g_free. */
char *bh_paper_text_clean(const char *text);

/* Like bh_paper_text_clean, but the result is one line, without white space at the ends. g_free. */
char *bh_paper_text_clean_line(const char *text);

G_END_DECLS

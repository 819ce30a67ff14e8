/* Text as it may stand on paper: whatever people or other machines typed, made harmless. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bad UTF-8 becomes U+FFFD, control characters spaces, line and paragraph separators "\n";
 * characters that reorder or hide others (bidi controls, zero-width, tags) are dropped, and at most
 * two combining marks stay on a base, so that nothing runs into its neighbours. NULL gives "".
 * g_free. */
char *bh_paper_text_clean(const char *text);

/* As above, on one line and without white space at the ends. g_free. */
char *bh_paper_text_clean_line(const char *text);

G_END_DECLS

/* Search terms: overlapping pairs of characters, because Chinese has no spaces between words and
 * words of one or two characters must be found. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_SEARCH_MAX 400 /* characters of a record's text that are indexed, and of a search */

/* The terms of a text, g_free: pairs of neighbouring letters and digits, in lower case and with
 * full-width forms folded, separated by spaces. The last character of a run is a term by itself. */
char *bh_search_grams(const char *text);
/* The FTS5 query for what a person typed, g_free: every run of letters and digits must occur. NULL
 * when there is none. */
char *bh_search_query(const char *typed);

G_END_DECLS

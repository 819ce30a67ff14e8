/* Search text: overlapping pairs of characters, because Chinese has no spaces and words of one or
 * two characters must be found. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_SEARCH_MAX 400 /* characters of a record's text that are indexed, and of a search */

/* Pairs of neighbouring letters and digits, lower case, full-width forms folded, by spaces; the
 * last character of a run also stands alone. g_free. */
char *bh_search_grams(const char *text);
/* The index's query for what a person typed: every run must occur; g_free. NULL when nothing in
 * it can be searched for. */
char *bh_search_query(const char *typed);

G_END_DECLS

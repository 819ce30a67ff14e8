/* The text by which a record is searched: overlapping pairs of characters (bigrams), because
 * Chinese has no spaces between words and words of one or two characters must be found. Codes and
 * numbers also give overlapping groups of four characters. Also makes the key by which titles are
 * sorted. Uses no database; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

#define BH_SEARCH_MAX 400 /* characters of a record's text that are indexed, and of a search */

/* The terms of a text, g_free: pairs of neighbouring letters and digits, in lower case and with
 * full-width forms folded, separated by spaces. The last character of a sequence of letters and
 * digits is a term by itself. A sequence of four or more ASCII letters and digits is a code: each
 * four neighbouring characters of a code are a term, too. */
char *bh_search_grams(const char *text);
/* The FTS5 query for what a person typed, g_free: every sequence of letters and digits must occur.
 * NULL when `typed` has no letter or digit. */
char *bh_search_query(const char *typed);
/* The text by which a record is searched, g_free: its title, `place_title` (title of the record
 * from which it takes its scope, mostly its enterprise; NULL: none), and its own indexed fields of
 * text, long text, credit code or phone that are not personal. */
char *bh_index_collect_text(const BhKind *kind, const json_t *values, const char *title,
                            const char *place_title);
/* Whether a record of this kind lends its title to the search text of records that take their scope
 * from it. FALSE for a kind of which records can be hidden: a hit would reveal that a hidden record
 * exists. */
gboolean bh_index_shows_title(const BhKind *kind);
/* The sort key of a title: the title in lower case, in GB18030, in which the byte order of common
 * characters follows their pronunciation (g_byte_array_unref). */
GByteArray *bh_index_make_sort_key(const char *title);

G_END_DECLS

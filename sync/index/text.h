/* The text by which a record is searched: overlapping pairs of characters (bigrams), because
 * Chinese has no spaces between words and words of one or two characters must be found; of codes
 * and numbers overlapping groups of four characters too. And the key
 * by which titles are sorted. No database; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

#define BH_SEARCH_MAX 400 /* characters of a record's text that are indexed, and of a search */

/* The terms of a text, g_free: pairs of neighbouring letters and digits, in lower case and with
 * full-width forms folded, separated by spaces. The last character of a run is a term by itself.
 * Four and more letters and digits of ASCII in a row are a code: each four neighbours of it are a
 * term, too. */
char *bh_search_grams(const char *text);
/* The FTS5 query for what a person typed, g_free: every run of letters and digits must occur. NULL
 * when there is none. */
char *bh_search_query(const char *typed);
/* The text of a record, g_free: its title, `place_title` (title of the record that it takes its
 * scope from, mostly its enterprise; NULL: none), and its own indexed fields of text, long text,
 * credit code or phone that are not personal. */
char *bh_index_collect_text(const BhKind *kind, const json_t *values, const char *title,
                            const char *place_title);
/* Whether other records are found by the title of a record of this kind that they take their scope
 * from. FALSE for a kind that hides records: a hit would reveal that a hidden record exists. */
gboolean bh_index_shows_title(const BhKind *kind);
/* Bytes that sort titles: lower case in GB18030, which orders common characters by their sound
 * (g_byte_array_unref). */
GByteArray *bh_index_make_sort_key(const char *title);

G_END_DECLS

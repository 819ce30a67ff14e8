/* Compares numbers and codes as people do: a document's number, a credit code, a plaque's serial.
 * Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_NUMBER_KEY_MAX 256 /* characters that are compared */

/* The key of a number: two spellings of one number have equal keys. The key ignores compatibility
 * forms (full width, superscripts), case, spaces and characters without width, kinds of dashes and
 * shapes of brackets; digits of any script become ASCII digits. NULL when nothing is left, or for
 * text that is not UTF-8. g_free. */
char *bh_number_make_key(const char *text);

/* The key of a number with look-alike characters unified (O and 0; l, I and 1; Cyrillic and Greek
 * letters that look Latin). Two numbers with equal lookalike keys may still be different numbers:
 * the key is a hint, no proof. `key` is a result of bh_number_make_key. g_free. */
char *bh_number_make_lookalike_key(const char *key);

G_END_DECLS

/* Numbers and codes as people compare them: a document's number, a credit code, a plaque's serial.
 * Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_NUMBER_KEY_MAX 256 /* characters looked at */

/* What two spellings of one number have in common: compatibility forms (full width, superscripts),
 * case, spaces and characters without width, dashes of any kind, and the shape of brackets do not
 * count; digits of any script are digits. NULL when nothing is left, or for text that is not UTF-8.
 * g_free. */
char *bh_number_key(const char *text);

/* The key of a number with letters that look like digits, or like Latin letters, put in place of
 * each other (O and 0, l, I and 1, Cyrillic and Greek look-alikes). Two numbers that differ only
 * here may be different ones: a hint, no proof. g_free. */
char *bh_number_look(const char *key);

G_END_DECLS

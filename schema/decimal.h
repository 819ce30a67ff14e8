/* Decimal numbers as text, such as "-1234.50": what may be stored, what people type, how a number
 * is shown, and the key by which numbers are sorted. Nothing is rounded. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_DECIMAL_LEN_MAX 24 /* bytes of a stored number */

/* Whether a number may be stored: an optional minus, digits without leading zeros, and at most
 * `digits` digits after the point. FALSE for a plus sign, an exponent, and texts of more than
 * BH_DECIMAL_LEN_MAX bytes. */
gboolean bh_decimal_is_valid(const char *text, gint64 digits);
/* The stored form of a typed number, g_free. `typed` has no full-width forms (bh_text_fold_width).
 * Accepts leading zeros, a missing zero before the point, the Chinese full stop as a point, U+2212
 * as minus, and commas or spaces that separate groups of three digits. Keeps the digits after the
 * point as typed. NULL for anything else. */
char *bh_decimal_clean(const char *typed);
/* A stored number with a comma between groups of three digits and, if it has a point, with at least
 * `digits` digits after the point; g_free. "1234.5" with 2 digits gives "1,234.50". */
char *bh_decimal_format(const char *text, guint digits);
/* The key of a stored number, g_free: keys have the order of their numbers when they are compared
 * by bytes, and equal numbers ("1.5", "1.50") have equal keys. NULL for a text that is no stored
 * number. */
char *bh_decimal_make_sort_key(const char *text);

G_END_DECLS

/* Numbers of computed values: whole millionths, so that every machine computes the same digits.
 * Every function returns FALSE, and leaves the result as it was, when the result is not between
 * -BH_AMOUNT_MAX and BH_AMOUNT_MAX. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_AMOUNT_ONE G_GINT64_CONSTANT(1000000) /* the number 1 */
#define BH_AMOUNT_DIGITS 6                       /* digits after the point */
#define BH_AMOUNT_MAX G_MAXINT64                 /* about 9.2 million million */

/* *out: a whole number. */
gboolean bh_amount_from_int(gint64 number, gint64 *out);
/* *out: a stored decimal number (schema/decimal.h) with at most BH_AMOUNT_DIGITS digits after the
 * point; FALSE for any other text. */
gboolean bh_amount_from_text(const char *text, gint64 *out);
/* *out: a + b. */
gboolean bh_amount_add(gint64 a, gint64 b, gint64 *out);
/* *out: a × b, without the digits after the sixth. */
gboolean bh_amount_multiply(gint64 a, gint64 b, gint64 *out);
/* *out: a ÷ b, without the digits after the sixth. FALSE for b = 0. */
gboolean bh_amount_divide(gint64 a, gint64 b, gint64 *out);
/* The whole number that is nearest; of two, the one further from zero. */
gint64 bh_amount_round(gint64 amount);
/* The stored form with exactly `digits` digits after the point (at most BH_AMOUNT_DIGITS), rounded
 * as by bh_amount_round; g_free. */
char *bh_amount_format(gint64 amount, guint digits);

G_END_DECLS

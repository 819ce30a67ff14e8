/* Arithmetic with whole millionths that notices every overflow. Without floating point, whose last
 * digit differs between machines, and without 128-bit integers, which 32-bit machines lack. */
#include "schema/amount.h"

#include <string.h>

#include "schema/decimal.h"

/* The smallest 64-bit number is excluded: it has no positive counterpart. */
static gboolean give(gint64 value, gint64 *out)
{
  if (value == G_MININT64)
    return FALSE;
  *out = value;
  return TRUE;
}

gboolean bh_amount_from_int(gint64 number, gint64 *out)
{
  gint64 value;
  return !__builtin_mul_overflow(number, BH_AMOUNT_ONE, &value) && give(value, out);
}

gboolean bh_amount_from_text(const char *text, gint64 *out)
{
  if (!bh_decimal_is_valid(text, BH_AMOUNT_DIGITS))
    return FALSE;
  gboolean is_negative = *text == '-';
  gint64 value = 0;
  int fraction = -1; /* digits after the point so far; -1: the point was not reached */
  for (const char *c = text + (is_negative ? 1 : 0); *c != '\0'; c++) {
    if (*c == '.') {
      fraction = 0;
      continue;
    }
    if (__builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, *c - '0', &value))
      return FALSE;
    fraction += fraction >= 0;
  }
  for (int i = MAX(fraction, 0); i < BH_AMOUNT_DIGITS; i++)
    if (__builtin_mul_overflow(value, 10, &value))
      return FALSE;
  return give(is_negative ? -value : value, out);
}

gboolean bh_amount_add(gint64 a, gint64 b, gint64 *out)
{
  gint64 sum;
  return !__builtin_add_overflow(a, b, &sum) && give(sum, out);
}

gboolean bh_amount_multiply(gint64 a, gint64 b, gint64 *out)
{
  /* a × b ÷ 10⁶ with a = (whole × 10⁶ + rest): all parts have the same sign, so that cutting the
   * last one cuts the sum. */
  gint64 whole = a / BH_AMOUNT_ONE, rest = a % BH_AMOUNT_ONE, first, second, sum;
  if (__builtin_mul_overflow(whole, b, &first) ||
      __builtin_mul_overflow(rest, b / BH_AMOUNT_ONE, &second) ||
      __builtin_add_overflow(first, second, &sum) ||
      __builtin_add_overflow(sum, rest * (b % BH_AMOUNT_ONE) / BH_AMOUNT_ONE, &sum))
    return FALSE;
  return give(sum, out);
}

static guint64 get_magnitude(gint64 value)
{
  return value < 0 ? (guint64)-value : (guint64)value;
}

gboolean bh_amount_divide(gint64 a, gint64 b, gint64 *out)
{
  if (a == G_MININT64 || b == G_MININT64 || b == 0)
    return FALSE;
  guint64 divisor = get_magnitude(b);
  guint64 quotient = get_magnitude(a) / divisor, rest = get_magnitude(a) % divisor;
  /* One digit after the other. The rest is added up ten times instead of being multiplied, because
   * ten times the rest need not fit into 64 bits; rest + rest does. */
  for (int i = 0; i < BH_AMOUNT_DIGITS; i++) {
    guint64 digit = 0, sum = 0;
    for (int k = 0; k < 10; k++) {
      sum += rest;
      if (sum >= divisor) {
        sum -= divisor;
        digit++;
      }
    }
    rest = sum;
    if (__builtin_mul_overflow(quotient, 10, &quotient) ||
        __builtin_add_overflow(quotient, digit, &quotient))
      return FALSE;
  }
  if (quotient > (guint64)G_MAXINT64)
    return FALSE;
  *out = (a < 0) != (b < 0) ? -(gint64)quotient : (gint64)quotient;
  return TRUE;
}

gint64 bh_amount_round(gint64 amount)
{
  gint64 whole = amount / BH_AMOUNT_ONE, rest = amount % BH_AMOUNT_ONE;
  if (rest >= BH_AMOUNT_ONE / 2)
    return whole + 1;
  return rest <= -BH_AMOUNT_ONE / 2 ? whole - 1 : whole;
}

char *bh_amount_format(gint64 amount, guint digits)
{
  guint64 unit = 1, power = 1; /* of the last digit, in millionths; 10 to the power of `digits` */
  for (guint i = digits; i < BH_AMOUNT_DIGITS; i++)
    unit *= 10;
  for (guint i = 0; i < digits; i++)
    power *= 10;
  guint64 count = (get_magnitude(amount) + unit / 2) / unit;
  const char *sign = amount < 0 && count > 0 ? "-" : "";
  if (digits == 0)
    return g_strdup_printf("%s%" G_GUINT64_FORMAT, sign, count);
  return g_strdup_printf("%s%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT, sign, count / power,
                         (int)digits, count % power);
}

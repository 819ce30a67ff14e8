/* Checks, reads and formats decimal numbers that are kept as text. Start with bh_decimal_is_valid.
 */
#include "schema/decimal.h"

#include <string.h>

#define DIGITS "0123456789"
#define GROUP 3                  /* digits between two separators */
#define MINUS "\342\210\222"     /* U+2212 */
#define FULL_STOP "\343\200\202" /* U+3002 */

gboolean bh_decimal_is_valid(const char *text, gint64 digits)
{
  const char *c = text;
  if (*c == '-')
    c++;
  gsize whole = strspn(c, DIGITS);
  if (whole == 0 || (whole > 1 && c[0] == '0') || strlen(text) > BH_DECIMAL_LEN_MAX)
    return FALSE;
  c += whole;
  if (*c == '\0')
    return TRUE;
  gsize fraction = strspn(c + 1, DIGITS);
  return *c == '.' && fraction > 0 && (gint64)fraction <= digits && c[1 + fraction] == '\0';
}

static gboolean is_separator(char c)
{
  return c == ',' || c == ' ';
}

/* Appends the digits before the point. *rest: what follows them. FALSE when a separator is not
 * between groups of three digits, or when separators differ. */
static gboolean read_whole(const char *typed, GString *out, const char **rest)
{
  gsize len = strspn(typed, DIGITS);
  char separator = len > 0 && len <= GROUP && is_separator(typed[len]) ? typed[len] : '\0';
  g_string_append_len(out, typed, (gssize)len);
  const char *c = typed + len;
  while (separator != '\0' && *c == separator) {
    if (strspn(c + 1, DIGITS) != GROUP)
      return FALSE;
    g_string_append_len(out, c + 1, GROUP);
    c += 1 + GROUP;
  }
  *rest = c;
  return TRUE;
}

char *bh_decimal_clean(const char *typed)
{
  g_autoptr(GString) plain = g_string_new(typed);
  g_string_replace(plain, FULL_STOP, ".", 0);
  g_string_replace(plain, MINUS, "-", 0);
  const char *c = plain->str;
  gboolean is_negative = *c == '-';
  if (is_negative)
    c++;
  while (*c == ' ')
    c++;
  g_autoptr(GString) whole = g_string_new(NULL);
  if (!read_whole(c, whole, &c))
    return NULL;
  gsize fraction = *c == '.' ? strspn(c + 1, DIGITS) : 0;
  if ((*c == '.' && fraction == 0) || (whole->len == 0 && fraction == 0) ||
      c[fraction > 0 ? 1 + fraction : 0] != '\0')
    return NULL;
  gsize zeros = strspn(whole->str, "0");
  g_string_erase(whole, 0, (gssize)zeros);
  is_negative = is_negative && (whole->len > 0 || strspn(c, ".0") != strlen(c));
  return g_strdup_printf("%s%s%s", is_negative ? "-" : "", whole->len > 0 ? whole->str : "0", c);
}

char *bh_decimal_format(const char *text, guint digits)
{
  g_autoptr(GString) out = g_string_new(NULL);
  const char *c = text;
  if (*c == '-')
    g_string_append_c(out, *c++);
  gsize whole = strspn(c, DIGITS);
  for (gsize i = 0; i < whole; i++) {
    if (i > 0 && (whole - i) % GROUP == 0)
      g_string_append_c(out, ',');
    g_string_append_c(out, c[i]);
  }
  c += whole;
  g_string_append(out, c);
  for (gsize fraction = strlen(c); *c == '.' && fraction <= digits; fraction++)
    g_string_append_c(out, '0');
  return g_string_free(g_steal_pointer(&out), FALSE);
}

/* Replaces each digit by its complement to 9, so that of two negative numbers the one that is
 * further from zero comes first. */
static void complement(char *key)
{
  for (char *c = key; *c != '\0'; c++)
    if (g_ascii_isdigit(*c))
      *c = (char)('0' + '9' - *c);
}

char *bh_decimal_make_sort_key(const char *text)
{
  if (!bh_decimal_is_valid(text, BH_DECIMAL_LEN_MAX))
    return NULL;
  gboolean is_negative = *text == '-';
  const char *whole = text + (is_negative ? 1 : 0);
  gsize n_whole = strspn(whole, DIGITS);
  /* Equal numbers need equal keys: zeros at the end of the fraction do not count. */
  gsize len = strlen(whole);
  while (len > n_whole && (whole[len - 1] == '0' || whole[len - 1] == '.'))
    len--;
  is_negative = is_negative && strspn(whole, "0.") < len;
  /* The number of digits stands first, because a number with more digits is greater. */
  g_autofree char *key = g_strdup_printf("%02" G_GSIZE_FORMAT "%.*s", n_whole, (int)len, whole);
  if (!is_negative)
    return g_strdup_printf("1%s", key);
  complement(key);
  /* "~" comes after the digits and the point, so that -5.25 comes before -5. */
  return g_strdup_printf("0%s~", key);
}

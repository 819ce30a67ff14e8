/* Normalises numbers so that different spellings compare equal. Does not interpret them. */
#include "schema/number.h"

#include <string.h>

static gboolean is_left_out(gunichar c)
{
  switch (g_unichar_type(c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT: /* zero-width, direction, soft hyphen, byte order mark */
  case G_UNICODE_SPACE_SEPARATOR:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
  case G_UNICODE_DASH_PUNCTUATION:
  case G_UNICODE_NON_SPACING_MARK:
  case G_UNICODE_ENCLOSING_MARK:
    return TRUE;
  default:
    return c == 0x2212 /* minus */ || c == 0x30fc /* long vowel mark, typed for a dash */ ||
           c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0; /* invisible letters */
  }
}

static gunichar fold(gunichar c)
{
  int digit = g_unichar_digit_value(c);
  if (digit >= 0)
    return (gunichar)('0' + digit);
  switch (g_unichar_type(c)) {
  case G_UNICODE_OPEN_PUNCTUATION:
  case G_UNICODE_INITIAL_PUNCTUATION:
    return '(';
  case G_UNICODE_CLOSE_PUNCTUATION:
  case G_UNICODE_FINAL_PUNCTUATION:
    return ')';
  default:
    return c;
  }
}

char *bh_number_make_key(const char *text)
{
  if (text == NULL || !g_utf8_validate(text, -1, NULL))
    return NULL;
  g_autofree char *wide = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = g_utf8_casefold(wide, -1);
  g_autofree char *whole = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE);
  g_autoptr(GString) key = g_string_new(NULL);
  gsize n = 0;
  for (const char *at = whole; *at != '\0' && n < BH_NUMBER_KEY_MAX; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (is_left_out(c))
      continue;
    g_string_append_unichar(key, fold(c));
    n++;
  }
  return key->len > 0 ? g_strdup(key->str) : NULL;
}

/* Pairs of a character and the one that it looks like. Lower case only, because keys are in lower
 * case. */
static const gunichar alike[][2] = {
    {'o', '0'},    {'l', '1'},    {'i', '1'},    {'|', '1'},    {0x0430, 'a'}, {0x0432, 'b'},
    {0x0435, 'e'}, {0x043a, 'k'}, {0x043c, 'm'}, {0x043d, 'h'}, {0x043e, '0'}, {0x0440, 'p'},
    {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x0456, '1'}, {0x0458, 'j'},
    {0x0455, 's'}, {0x03b1, 'a'}, {0x03b2, 'b'}, {0x03b5, 'e'}, {0x03b6, 'z'}, {0x03b7, 'h'},
    {0x03b9, '1'}, {0x03ba, 'k'}, {0x03bc, 'm'}, {0x03bd, 'n'}, {0x03bf, '0'}, {0x03c1, 'p'},
    {0x03c4, 't'}, {0x03c5, 'y'}, {0x03c7, 'x'}, {0x3007, '0'},
};

char *bh_number_make_lookalike_key(const char *key)
{
  g_autoptr(GString) look = g_string_new(NULL);
  for (const char *at = key; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    for (gsize i = 0; i < G_N_ELEMENTS(alike); i++)
      if (alike[i][0] == c) {
        c = alike[i][1];
        break;
      }
    g_string_append_unichar(look, c);
  }
  return g_strdup(look->str);
}

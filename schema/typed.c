#include "schema/typed.h"

static gboolean is_hyphen(gunichar c)
{
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

char *bh_typed_code_fold(const char *typed)
{
  GString *out = g_string_new(NULL);
  if (typed == NULL || !g_utf8_validate(typed, -1, NULL))
    return g_string_free(out, FALSE);
  for (const char *at = typed; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c >= 0xff01 && c <= 0xff5e) /* full-width forms of ! … ~ */
      c -= 0xfee0;
    if (!g_unichar_isspace(c) && !is_hyphen(c))
      g_string_append_unichar(out, c < 0x80 ? (gunichar)g_ascii_toupper((char)c) : c);
  }
  return g_string_free(out, FALSE);
}

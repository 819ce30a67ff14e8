/* Normalises typed text; see text.h. */
#include "schema/text.h"

static gboolean is_hyphen(gunichar c)
{
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

char *bh_text_fold_code(const char *typed)
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

char *bh_text_fold_width(const char *typed)
{
  GString *out = g_string_new(NULL);
  for (const char *at = typed; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c >= 0xff01 && c <= 0xff5e)
      c -= 0xfee0;
    else if (c == 0x3000)
      c = ' ';
    g_string_append_unichar(out, c);
  }
  return g_string_free(out, FALSE);
}

/* Whether the character has no width, and no meaning in Chinese or English text. */
static gboolean has_no_width(gunichar c)
{
  return c == 0x00ad || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2060 && c <= 0x2064) || c == 0xfeff;
}

/* Whether the character is a letter that is drawn as nothing. */
static gboolean is_filler(gunichar c)
{
  return c == 0x115f || c == 0x1160 || c == 0x2800 || c == 0x3164 || c == 0xffa0;
}

static gboolean is_blank(gunichar c)
{
  return g_unichar_isspace(c) || has_no_width(c) || is_filler(c) || c < 0x20 ||
         (c >= 0x7f && c < 0xa0);
}

gboolean bh_text_is_blank(const char *text)
{
  for (; text != NULL && *text != '\0'; text = g_utf8_next_char(text)) {
    if (!is_blank(g_utf8_get_char(text)))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_value_is_blank(const json_t *value)
{
  if (value == NULL || json_is_null(value))
    return TRUE;
  if (json_is_string(value))
    return bh_text_is_blank(json_string_value(value));
  if (json_is_array(value))
    return json_array_size(value) == 0;
  return json_is_object(value) && json_object_size(value) == 0;
}

char *bh_text_clean(const char *typed, gboolean several_lines)
{
  GString *out = g_string_new(NULL);
  gsize end = 0; /* after the last visible character */
  gboolean broken = FALSE;
  for (const char *at = typed; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    gboolean breaks = c == '\n' || c == '\r' || c == '\t' || c == 0x2028 || c == 0x2029;
    if (has_no_width(c) || (out->len == 0 && is_blank(c)))
      continue;
    if (breaks && !several_lines) {
      if (!broken)
        g_string_append_c(out, ' ');
      broken = TRUE;
      continue;
    }
    broken = FALSE;
    if (c == '\r' && at[1] == '\n')
      continue;
    g_string_append_unichar(out, c == '\r' || c == 0x2028 || c == 0x2029 ? '\n' : c);
    if (!is_blank(c))
      end = out->len;
  }
  g_string_truncate(out, end);
  return g_string_free(out, FALSE);
}

/* Parses and normalises telephone numbers. Start with bh_phone_clean. */
#include "schema/phone.h"

#include <string.h>

#define DIGITS_MIN 3
#define TYPED_MAX 200 /* bytes; longer text cannot be two telephone numbers */

static const char separator[] = "、";
static const char extension[] = "转";

static char *fold(const char *typed)
{
  GString *out = g_string_new(NULL);
  for (const char *at = typed; *at != '\0'; at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char(at);
    if (c >= 0xff01 && c <= 0xff5e) /* full-width forms of ! … ~ */
      c -= 0xfee0;
    else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
      c = '-';
    else if (c == 0x3000 || c == 0x00a0)
      c = ' ';
    g_string_append_unichar(out, c < 0x80 ? (gunichar)g_ascii_tolower((char)c) : c);
  }
  return g_string_free(out, FALSE);
}

static gsize count_digits(const char *text)
{
  gsize digits = 0;
  for (; *text != '\0'; text++)
    digits += g_ascii_isdigit(*text) != 0;
  return digits;
}

static gboolean is_number(const char *text)
{
  gsize len = strlen(text);
  return len >= DIGITS_MIN && len <= BH_PHONE_MAX && count_digits(text) >= DIGITS_MIN &&
         strspn(text, "0123456789+-() ") == len;
}

/* Ends `text` before its extension and returns the extension; NULL when there is none. */
static const char *take_extension(char *text)
{
  static const char *const marks[] = {"转分机", "转", "分机", "ext.", "ext"};
  for (gsize i = 0; i < G_N_ELEMENTS(marks); i++) {
    char *mark = strstr(text, marks[i]);
    if (mark == NULL)
      continue;
    *mark = '\0';
    char *digits = mark + strlen(marks[i]);
    return digits + strspn(digits, " :");
  }
  return NULL;
}

static gboolean append_number(GString *out, char *text)
{
  const char *digits = take_extension(text);
  g_strstrip(text);
  if (!is_number(text))
    return FALSE;
  if (out->len > 0)
    g_string_append(out, separator);
  g_string_append(out, text);
  if (digits == NULL)
    return TRUE;
  gsize len = strspn(digits, "0123456789");
  if (len == 0 || len > BH_PHONE_EXTENSION_MAX || digits[len + strspn(digits + len, " ")] != '\0')
    return FALSE;
  g_string_append(out, extension);
  g_string_append_len(out, digits, (gssize)len);
  return TRUE;
}

char *bh_phone_clean(const char *typed)
{
  if (strlen(typed) > TYPED_MAX)
    return NULL;
  g_autofree char *folded = fold(typed);
  g_auto(GStrv) rough = g_strsplit(folded, separator, -1);
  g_autofree char *joined = g_strdelimit(g_strjoinv(",", rough), "/;", ',');
  g_auto(GStrv) numbers = g_strsplit(joined, ",", BH_PHONES_MAX + 1);
  g_autoptr(GString) out = g_string_new(NULL);
  for (guint i = 0; numbers[i] != NULL; i++)
    if (i == BH_PHONES_MAX || !append_number(out, numbers[i]))
      return NULL;
  return out->len > 0 ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

gboolean bh_phone_is_valid(const char *text)
{
  g_autofree char *folded = fold(text);
  g_autofree char *clean = strcmp(folded, text) == 0 ? bh_phone_clean(text) : NULL;
  return clean != NULL;
}

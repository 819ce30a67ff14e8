/* Removes what must not be printed from a text. */
#include "app/paper/text.h"

#define MAX_MARKS 2

static gboolean is_hidden(gunichar c)
{
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || c == 0x061C ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

static gboolean is_separator(gunichar c)
{
  return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

char *bh_paper_text_clean(const char *text)
{
  if (text == NULL)
    return g_strdup("");
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  GString *out = g_string_sized_new(strlen(valid));
  int marks = 0;
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c == '\r' && p[1] == '\n')
      continue;
    if (is_hidden(c))
      continue;
    marks = g_unichar_ismark(c) ? marks + 1 : 0;
    if (marks > MAX_MARKS)
      continue;
    if (is_separator(c) || c == '\r')
      g_string_append_c(out, '\n');
    else if (g_unichar_iscntrl(c))
      g_string_append_c(out, ' ');
    else
      g_string_append_unichar(out, c);
  }
  return g_string_free(out, FALSE);
}

char *bh_paper_text_clean_line(const char *text)
{
  char *line = bh_paper_text_clean(text);
  g_strdelimit(line, "\n", ' ');
  return g_strstrip(line);
}

/* Reads and formats durations. Start with bh_duration_parse. */
#include "schema/duration.h"

#include <string.h>

#define DIGITS "0123456789"
#define DIGITS_MAX 9
#define MINUTES_PER_HOUR 60

static const char *skip_spaces(const char *text)
{
  return text + strspn(text, " ");
}

/* Reads a number and moves *text behind it. FALSE when there is none. */
static gboolean read_number(const char **text, gint64 *number)
{
  gsize len = strspn(*text, DIGITS);
  if (len == 0 || len > DIGITS_MAX)
    return FALSE;
  *number = g_ascii_strtoll(*text, NULL, 10);
  *text = skip_spaces(*text + len);
  return TRUE;
}

/* Moves *text behind the first of the words that it begins with. FALSE when there is none. */
static gboolean read_word(const char **text, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++) {
    gsize len = strlen(words[i]);
    if (g_ascii_strncasecmp(*text, words[i], len) != 0)
      continue;
    *text = skip_spaces(*text + len);
    return TRUE;
  }
  return FALSE;
}

gboolean bh_duration_parse(const char *typed, gint64 *minutes)
{
  /* A longer word stands before the words with which it begins. */
  static const char *const hour_words[] = {"个小时", "小时", "时", "hours", "hour", "h", NULL};
  static const char *const minute_words[] = {"分钟", "分",  "minutes", "minute",
                                             "mins", "min", "m",       NULL};
  const char *c = skip_spaces(typed);
  gint64 first, rest;
  if (!read_number(&c, &first))
    return FALSE;
  gboolean is_clock = *c == ':';
  if (is_clock || read_word(&c, hour_words)) {
    if (is_clock)
      c = skip_spaces(c + 1);
    gboolean has_rest = read_number(&c, &rest);
    if (has_rest && !is_clock)
      read_word(&c, minute_words);
    if (*c != '\0' || (has_rest && rest >= MINUTES_PER_HOUR) || (is_clock && !has_rest))
      return FALSE;
    *minutes = first * MINUTES_PER_HOUR + (has_rest ? rest : 0);
    return TRUE;
  }
  read_word(&c, minute_words);
  if (*c != '\0')
    return FALSE;
  *minutes = first;
  return TRUE;
}

char *bh_duration_format(gint64 minutes, gboolean zh)
{
  gint64 hours = minutes / MINUTES_PER_HOUR, rest = minutes % MINUTES_PER_HOUR;
  if (hours == 0)
    return g_strdup_printf(zh ? "%" G_GINT64_FORMAT " 分" : "%" G_GINT64_FORMAT " min", rest);
  if (rest == 0)
    return g_strdup_printf(zh ? "%" G_GINT64_FORMAT " 小时" : "%" G_GINT64_FORMAT " h", hours);
  return g_strdup_printf(zh ? "%" G_GINT64_FORMAT " 小时 %" G_GINT64_FORMAT " 分"
                            : "%" G_GINT64_FORMAT " h %" G_GINT64_FORMAT " min",
                         hours, rest);
}

char *bh_duration_format_clock(gint64 minutes)
{
  return g_strdup_printf("%" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT, minutes / MINUTES_PER_HOUR,
                         minutes % MINUTES_PER_HOUR);
}

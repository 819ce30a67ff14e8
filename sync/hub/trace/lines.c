/* Writes the program's log to stderr as text or JSON (lines.h). */
#include "sync/hub/trace/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "schema/json.h"
#include "sync/hub/trace/request.h"

#define CUT_MARK "…"

static gint the_form;  /* atomic: BhLinesForm */
static gint the_least; /* atomic: GLogLevelFlags */
static gboolean is_journal;

gboolean bh_lines_parse_form(const char *name, BhLinesForm *form)
{
  gboolean is_text = strcmp(name, "text") == 0;
  if (!is_text && strcmp(name, "json") != 0)
    return FALSE;
  *form = is_text ? BH_LINES_TEXT : BH_LINES_JSON;
  return TRUE;
}

static const char *name_level(GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK) {
  case G_LOG_LEVEL_ERROR:
    return "error";
  case G_LOG_LEVEL_CRITICAL:
    return "critical";
  case G_LOG_LEVEL_WARNING:
    return "warning";
  case G_LOG_LEVEL_MESSAGE:
    return "message";
  case G_LOG_LEVEL_INFO:
    return "info";
  default:
    return "debug";
  }
}

/* The syslog priority of a level, which systemd reads from the start of a line. */
static int priority_of(GLogLevelFlags level)
{
  switch (level & G_LOG_LEVEL_MASK) {
  case G_LOG_LEVEL_ERROR:
    return 3;
  case G_LOG_LEVEL_CRITICAL:
  case G_LOG_LEVEL_WARNING:
    return 4;
  case G_LOG_LEVEL_MESSAGE:
    return 5;
  case G_LOG_LEVEL_INFO:
    return 6;
  default:
    return 7;
  }
}

/* The message as valid UTF-8 of at most BH_LINE_MAX bytes, with a mark at the end if it was cut;
 * g_free. */
static char *bound(const char *message)
{
  gsize len = strnlen(message, BH_LINE_MAX + 1);
  g_autofree char *valid = g_utf8_make_valid(message, (gssize)MIN(len, BH_LINE_MAX));
  if (len <= BH_LINE_MAX)
    return g_steal_pointer(&valid);
  return g_strconcat(valid, CUT_MARK, NULL);
}

/* Whether a character may be written as it is. Not allowed are characters that a terminal or a
 * program that reads lines would interpret: control characters, line and paragraph separators,
 * marks that change the direction of writing. */
static gboolean is_plain(gunichar c)
{
  GUnicodeType type = g_unichar_type(c);
  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT &&
         type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

static void append_escaped(GString *line, const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c == '\n')
      g_string_append(line, "\\n");
    else if (c == '\\')
      g_string_append(line, "\\\\");
    else if (is_plain(c))
      g_string_append_unichar(line, c);
    else
      g_string_append_printf(line, "\\u{%x}", c);
  }
}

char *bh_lines_format(BhLinesForm form, gint64 now_us, GLogLevelFlags level, const char *domain,
                      const char *request, const char *message)
{
  g_autofree char *bounded = bound(message);
  g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
  g_autofree char *second =
      now != NULL ? g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ") : g_strdup("-");
  g_autofree char *time = g_strdup_printf(
      "%.19s.%03dZ", second, (int)(now_us / 1000 % 1000 >= 0 ? now_us / 1000 % 1000 : 0));
  if (form == BH_LINES_JSON) {
    g_autoptr(json_t) json =
        json_pack("{s:s, s:s, s:s, s:s*, s:s}", "time", time, "level", name_level(level), "domain",
                  domain != NULL ? domain : "", "request", *request != '\0' ? request : NULL,
                  "message", bounded);
    g_autofree char *text = bh_json_dump(json);
    return g_strconcat(text, "\n", NULL);
  }
  g_autoptr(GString) line = g_string_new(time);
  g_string_append_printf(line, " %s %s ", name_level(level), domain != NULL ? domain : "-");
  if (*request != '\0')
    g_string_append_printf(line, "[%s] ", request);
  append_escaped(line, bounded);
  g_string_append_c(line, '\n');
  return g_string_free(g_steal_pointer(&line), FALSE);
}

static void write_all(const char *line)
{
  gsize len = strlen(line);
  for (gsize at = 0; at < len;) {
    ssize_t n = write(STDERR_FILENO, line + at, len - at);
    if (n < 0 && errno != EINTR)
      return; /* an error cannot be reported, because stderr itself fails */
    at += n > 0 ? (gsize)n : 0;
  }
}

static const char *find_field(const GLogField *fields, gsize n, const char *key, char **made)
{
  for (gsize i = 0; i < n; i++) {
    if (strcmp(fields[i].key, key) != 0)
      continue;
    if (fields[i].length < 0)
      return fields[i].value;
    *made = g_strndup(fields[i].value, (gsize)fields[i].length);
    return *made;
  }
  return NULL;
}

/* Whether a message is dropped. More severe levels have smaller numbers. */
static gboolean is_dropped(GLogLevelFlags level, const char *domain)
{
  GLogLevelFlags bare = level & G_LOG_LEVEL_MASK;
  if (bare <= (GLogLevelFlags)g_atomic_int_get(&the_least))
    return FALSE;
  /* GLib decides by the names in G_MESSAGES_DEBUG; a domain that is named there is written at all
   * levels. */
  return g_log_writer_default_would_drop(G_LOG_LEVEL_DEBUG, domain);
}

static GLogWriterOutput write_line(GLogLevelFlags level, const GLogField *fields, gsize n,
                                   gpointer data)
{
  (void)data;
  g_autofree char *made_domain = NULL, *made_message = NULL;
  const char *domain = find_field(fields, n, "GLIB_DOMAIN", &made_domain);
  const char *message = find_field(fields, n, "MESSAGE", &made_message);
  if (is_dropped(level, domain))
    return G_LOG_WRITER_HANDLED;
  BhLinesForm form = (BhLinesForm)g_atomic_int_get(&the_form);
  BhTrace trace = bh_trace_get();
  g_autofree char *line = bh_lines_format(form, g_get_real_time(), level, domain, trace.id,
                                          message != NULL ? message : "");
  g_autofree char *prefixed = is_journal && form == BH_LINES_TEXT
                                  ? g_strdup_printf("<%d>%s", priority_of(level), line)
                                  : NULL;
  write_all(prefixed != NULL ? prefixed : line);
  return G_LOG_WRITER_HANDLED;
}

void bh_lines_configure(BhLinesForm form, GLogLevelFlags least)
{
  g_atomic_int_set(&the_form, (gint)form);
  g_atomic_int_set(&the_least, (gint)least);
}

void bh_lines_start(BhLinesForm form, GLogLevelFlags least)
{
  bh_lines_configure(form, least);
  is_journal = g_log_writer_is_journald(fileno(stderr));
  g_log_set_writer_func(write_line, NULL, NULL);
}

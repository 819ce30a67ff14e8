/* Writes the messages of g_log to stderr, one line for each message. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_LINE_MAX 4096 /* bytes of a message; the rest is left out and marked */

typedef enum {
  BH_LINES_TEXT, /* "2026-11-28T16:48:03.123Z message bihuan-hub-http [3f…] text" */
  BH_LINES_JSON, /* {"time","level","domain","request"?,"message"} */
} BhLinesForm;

/* *form: the form with this name, "text" or "json". FALSE, *form untouched, for any other name. */
gboolean bh_lines_parse_form(const char *name, BhLinesForm *form);
/* Formats one message as one line, including the line end; g_free. Line breaks and control
 * characters of `message` are escaped, broken UTF-8 is replaced. `request` may be empty, `domain`
 * NULL. */
char *bh_lines_format(BhLinesForm form, gint64 now_us, GLogLevelFlags level, const char *domain,
                      const char *request, const char *message);
/* Sets the handler of all messages of g_log. Must be called once, before any thread is started.
 * Messages of a level below `least` are dropped, except those of domains that G_MESSAGES_DEBUG
 * names. Under systemd each line in the form text begins with its priority. */
void bh_lines_start(BhLinesForm form, GLogLevelFlags least);
/* Changes form and level after bh_lines_start. */
void bh_lines_configure(BhLinesForm form, GLogLevelFlags least);

G_END_DECLS

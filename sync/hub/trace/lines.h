/* The log of the program on stderr, a line for each message of GLib. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_LINE_MAX 4096 /* bytes of a message; the rest is left out and marked */

typedef enum {
  BH_LINES_TEXT, /* "2026-11-28T16:48:03.123Z message bihuan-hub-http [3f…] text" */
  BH_LINES_JSON, /* {"time","level","domain","request"?,"message"} */
} BhLinesForm;

/* "text" or "json"; FALSE for anything else. */
gboolean bh_lines_parse_form(const char *name, BhLinesForm *form);
/* One line with its end; g_free. Line breaks and control characters of `message` are escaped,
 * broken UTF-8 is replaced. `request` may be empty, `domain` NULL. */
char *bh_lines_format(BhLinesForm form, gint64 now_us, GLogLevelFlags level, const char *domain,
                      const char *request, const char *message);
/* All messages go through this from now on; once, before any thread is started. `least` is the
 * least grave level that is written, in spite of which G_MESSAGES_DEBUG names domains that are
 * written whole. Under systemd each text line says its priority. */
void bh_lines_start(BhLinesForm form, GLogLevelFlags least);
/* Another form for the same. */
void bh_lines_set(BhLinesForm form, GLogLevelFlags least);

G_END_DECLS

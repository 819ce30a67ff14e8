/* Lengths of time in whole minutes: what people type and how a duration is shown. Pure; any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Reads a typed duration: "3 小时 20 分", "3小时", "20 分钟", "3 h 20 min", "3h20m", "3:20",
 * "3：20", or a number alone, which is a number of minutes. FALSE for anything else, for minutes of
 * 60 or more after hours, and for more than 9 digits; *minutes is untouched then. `typed` has no
 * full-width forms (bh_text_fold_width). */
gboolean bh_duration_parse(const char *typed, gint64 *minutes);
/* "3 小时 20 分" or "3 h 20 min"; a part that is zero is left out, unless both are. g_free. */
char *bh_duration_format(gint64 minutes, gboolean zh);
/* "3:20", as bh_duration_parse reads it; g_free. */
char *bh_duration_format_clock(gint64 minutes);

G_END_DECLS

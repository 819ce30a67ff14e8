/* One or two telephone numbers, each with an extension if need be, as they are written in China. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_PHONES_MAX 2
#define BH_PHONE_MAX 24          /* characters of a number without its extension */
#define BH_PHONE_EXTENSION_MAX 6 /* digits */

/* What was typed, in the one way it is kept: "0553-1234567转801、13800000000". Takes full-width
 * forms and any hyphen; 、 / , ; between two numbers; 转, 分机, ext. before the extension (or a
 * hyphen, which stays). NULL when it is something else. g_free. `typed` is UTF-8. */
char *bh_phone_clean(const char *typed);
/* Whether a value may be kept: what bh_phone_clean takes, without full-width forms. */
gboolean bh_phone_is_valid(const char *text);

G_END_DECLS

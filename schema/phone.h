/* Telephone numbers as written in China: one or two, each with an optional extension. Pure; any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_PHONES_MAX 2
#define BH_PHONE_MAX 24          /* characters of a number without its extension */
#define BH_PHONE_EXTENSION_MAX 6 /* digits */

/* Converts typed text to the stored form "0553-1234567转801、13800000000". Accepts full-width forms
 * and any hyphen; 、 / , ; between two numbers; 转, 分机, ext. before the extension (or a hyphen,
 * which is kept). NULL for anything else. `typed` is UTF-8. g_free. */
char *bh_phone_clean(const char *typed);
/* Whether a value may be stored: bh_phone_clean accepts it, and it has no full-width forms. */
gboolean bh_phone_is_valid(const char *text);

G_END_DECLS

/* Addresses of web pages. A record may name a page; the program opens none by itself. Pure; any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Checks an address: http or https, a host of ASCII letters, digits, dots and hyphens or an IPv6
 * address, no user name before the host (its page could pass for another), no blanks, backslashes,
 * quotes or angle brackets. Characters that people cannot see must be refused by the caller. FALSE
 * with BH_ERROR_INVALID, which does not contain the address. */
gboolean bh_url_check(const char *url, GError **error);
/* The address as stored, from typed text: `typed` itself if that is an address, else with
 * full-width forms and Chinese full stops up to the path changed to ASCII, and scheme in lower
 * case; g_free. */
char *bh_url_normalize(const char *typed);

G_END_DECLS

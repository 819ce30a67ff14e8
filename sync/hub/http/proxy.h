/* The address of a client behind reverse proxies. X-Forwarded-For is trusted only from configured
 * proxies and otherwise ignored. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The addresses in the form that is used for peers; NULL-terminated, g_strfreev. BH_ERROR_INVALID
 * when one is not an IP address. `addresses` NULL: an empty list. */
char **bh_proxies_new(const char *const *addresses, GError **error);
/* Whether `peer` is one of `proxies` (may be NULL). */
gboolean bh_proxies_have(const char *const *proxies, const char *peer);
/* The client's address (g_free): `peer`, or if that is a proxy, the last address in X-Forwarded-For
 * that is not a proxy, since each proxy appends its peer. An entry that is not an address ends the
 * search. `headers`: name, value, name, value, … */
char *bh_proxies_find_client(const char *const *proxies, const char *peer,
                             const GPtrArray *headers);

G_END_DECLS

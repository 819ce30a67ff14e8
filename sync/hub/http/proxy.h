/* The address of a client behind reverse proxies. X-Forwarded-For is trusted only from configured
 * proxies and otherwise ignored. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A list of trusted proxies: `addresses`, each in the form in which the addresses of clients are
 * written, so that bh_proxies_have can compare them. NULL-terminated; g_strfreev. BH_ERROR_INVALID
 * when one is not an IP address. `addresses` NULL: an empty list. */
char **bh_proxies_new(const char *const *addresses, GError **error);
/* Whether `peer`, the address of a client, is in the list `proxies` (of bh_proxies_new). FALSE when
 * `proxies` is NULL. */
gboolean bh_proxies_have(const char *const *proxies, const char *peer);
/* The client's address (g_free): `peer`, or if `peer` is a trusted proxy, the last address in
 * X-Forwarded-For that is not a trusted proxy, since each proxy appends the address from which it
 * received the request. A text in the header that is not an address ends the search. `headers`:
 * name, value, name, value, … */
char *bh_proxies_find_client(const char *const *proxies, const char *peer,
                             const GPtrArray *headers);

G_END_DECLS

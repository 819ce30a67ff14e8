/* Who asks, when a proxy stands before the server. Only a proxy that was named is believed; what
 * anybody else says of themselves is ignored. Pure, any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Addresses as the peer of a connection is written; NULL-terminated, g_strfreev. BH_ERROR_INVALID
 * naming one that is none; NULL `addresses` give an empty list. */
char **bh_proxies_new(const char *const *addresses, GError **error);
gboolean bh_proxies_have(const char *const *proxies, const char *peer);
/* Address of the client: `peer`, unless that is a proxy: then the last one in the X-Forwarded-For
 * headers (name and value in turn) that is none, since each proxy adds who it was asked by. An
 * entry that is no address ends the search. g_free. */
char *bh_proxies_find_client(const char *const *proxies, const char *peer,
                             const GPtrArray *headers);

G_END_DECLS

/* Addresses to listen on, as text. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* "HOST:PORT" of an IPv4 address, "[IPv6]" or "localhost". BH_ERROR_FORMAT. New reference. */
GSocketAddress *bh_listen_parse(const char *text, GError **error);

G_END_DECLS

/* Parses addresses on which a server listens. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Parses "HOST:PORT". HOST is an IPv4 address, an IPv6 address in brackets, or "localhost". New
 * reference; NULL with BH_ERROR_FORMAT. */
GSocketAddress *bh_listen_parse(const char *text, GError **error);

G_END_DECLS

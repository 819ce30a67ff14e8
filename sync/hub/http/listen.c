/* Parses and formats addresses to listen on (listen.h). */
#include "sync/hub/http/listen.h"

#include <string.h>

#include "schema/error.h"

GSocketAddress *bh_listen_parse(const char *text, GError **error)
{
  const char *colon = strrchr(text, ':');
  guint64 port = 0;
  if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, G_MAXUINT16, &port, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "listen: \"%s\" is not HOST:PORT", text);
    return NULL;
  }
  g_autofree char *host = g_strndup(text, (gsize)(colon - text));
  if (host[0] == '[' && g_str_has_suffix(host, "]")) {
    host[strlen(host) - 1] = '\0';
    memmove(host, host + 1, strlen(host));
  }
  const char *numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
  GSocketAddress *address = g_inet_socket_address_new_from_string(numeric, (guint)port);
  if (address == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "listen: \"%s\" is no address", host);
    return NULL;
  }
  return address;
}

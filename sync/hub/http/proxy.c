/* Evaluates X-Forwarded-For (proxy.h). */
#include "sync/hub/http/proxy.h"

#include <gio/gio.h>

#include "schema/error.h"

/* An IP address in the form in which addresses are compared (g_free); NULL when `text` is not an IP
 * address. */
static char *normalize(const char *text)
{
  g_autofree char *stripped = g_strstrip(g_strdup(text));
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(stripped);
  return address != NULL ? g_inet_address_to_string(address) : NULL;
}

char **bh_proxies_new(const char *const *addresses, GError **error)
{
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
  for (int i = 0; addresses != NULL && addresses[i] != NULL; i++) {
    char *address = normalize(addresses[i]);
    if (address == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "proxy: \"%s\" is not an IP address",
                  addresses[i]);
      return NULL;
    }
    g_ptr_array_add(found, address);
  }
  g_ptr_array_add(found, NULL);
  g_ptr_array_set_free_func(found, NULL);
  return (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
}

gboolean bh_proxies_have(const char *const *proxies, const char *peer)
{
  return proxies != NULL && g_strv_contains(proxies, peer);
}

char *bh_proxies_find_client(const char *const *proxies, const char *peer, const GPtrArray *headers)
{
  g_autofree char *client = g_strdup(peer);
  g_autoptr(GString) path = g_string_new(NULL);
  if (!bh_proxies_have(proxies, peer))
    return g_steal_pointer(&client);
  for (guint i = 0; i + 1 < headers->len; i += 2)
    if (g_ascii_strcasecmp(headers->pdata[i], "X-Forwarded-For") == 0)
      g_string_append_printf(path, ",%s", (const char *)headers->pdata[i + 1]);
  g_auto(GStrv) steps = g_strsplit(path->str, ",", -1);
  for (guint i = g_strv_length(steps); i > 1 && bh_proxies_have(proxies, client); i--) {
    char *step = normalize(steps[i - 1]);
    if (step == NULL)
      break;
    g_free(client);
    client = step;
  }
  return g_steal_pointer(&client);
}

/* Checks addresses of web pages. Start with bh_url_check. */
#include "schema/url.h"

#include <string.h>

#include "schema/error.h"
#include "schema/text.h"

#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
#define FULL_STOP "\343\200\202" /* U+3002 */

static gboolean fail(GError **error, const char *reason)
{
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "web address: %s", reason);
  return FALSE;
}

static gboolean check_characters(const char *url, GError **error)
{
  if (!g_utf8_validate(url, -1, NULL))
    return fail(error, "is not UTF-8 text");
  for (const char *c = url; *c != '\0'; c = g_utf8_next_char(c)) {
    gunichar u = g_utf8_get_char(c);
    if (g_unichar_isspace(u) || g_unichar_iscntrl(u) || strchr("\\\"<>^`{|}", *c) != NULL)
      return fail(error, "must not contain blanks, backslashes, quotes, brackets or braces");
  }
  return TRUE;
}

static gboolean is_port(const char *text)
{
  gsize len = strspn(text, "0123456789");
  return len > 0 && len <= 5 && text[len] == '\0' &&
         g_ascii_strtoull(text, NULL, 10) <= G_MAXUINT16;
}

/* "example.cn", "example.cn:8443", "[::1]:80". */
static gboolean check_authority(const char *authority, GError **error)
{
  if (strchr(authority, '@') != NULL)
    return fail(error, "must not contain a user name before the host");
  gboolean is_ipv6 = *authority == '[';
  gsize len = is_ipv6 ? strcspn(authority, "]") : strspn(authority, HOST_CHARACTERS);
  g_autofree char *host = g_strndup(authority + (is_ipv6 ? 1 : 0), len - (is_ipv6 ? 1 : 0));
  gboolean is_host =
      is_ipv6 ? authority[len] == ']' && strchr(host, ':') != NULL && g_hostname_is_ip_address(host)
              : *host != '\0' && *host != '.' && *host != '-';
  const char *rest = authority + len + (is_ipv6 && is_host ? 1 : 0);
  if (!is_host || (*rest != '\0' && *rest != ':'))
    return fail(error, "must have a host of ASCII letters, digits, dots and hyphens");
  return *rest == '\0' || is_port(rest + 1) ||
         fail(error, "the port must be a number from 0 to 65535");
}

gboolean bh_url_check(const char *url, GError **error)
{
  const char *rest = g_str_has_prefix(url, "https://")  ? url + strlen("https://")
                     : g_str_has_prefix(url, "http://") ? url + strlen("http://")
                                                        : NULL;
  if (rest == NULL)
    return fail(error, "must begin with http:// or https://");
  g_autofree char *authority = g_strndup(rest, strcspn(rest, "/?#"));
  return check_characters(url, error) && check_authority(authority, error);
}

char *bh_url_normalize(const char *typed)
{
  if (bh_url_check(typed, NULL))
    return g_strdup(typed);
  g_autofree char *folded = bh_text_fold_width(typed);
  const char *scheme_end = strstr(folded, "://");
  if (scheme_end == NULL)
    return g_strdup(typed);
  const char *host = scheme_end + strlen("://");
  glong head_length = g_utf8_strlen(folded, host + strcspn(host, "/?#") - folded);
  /* Folding keeps the number of characters, so the path begins at the same character of both. */
  const char *path = g_utf8_offset_to_pointer(typed, head_length);
  g_autofree char *head = g_utf8_substring(folded, 0, head_length);
  g_autoptr(GString) plain = g_string_new(head);
  g_string_replace(plain, FULL_STOP, ".", 0);
  for (char *c = plain->str; *c != ':'; c++)
    *c = g_ascii_tolower(*c);
  if (*path == '\0')
    return g_strdup(plain->str);
  /* The first sign of the path is part of the address too; it may be a full-width slash. */
  g_string_append_c(plain, folded[strlen(head)]);
  g_string_append(plain, g_utf8_next_char(path));
  return g_strdup(plain->str);
}

/* Encodes and decodes enrolment texts, and proves possession of the device key. Start with
 * bh_enrol_text_decode. */
#include "sync/wire/enrol-text.h"

#include <gio/gio.h>

#include "schema/base64.h"
#include "schema/error.h"
#include "schema/plaque.h"
#include "sync/wire/credential.h"

#include <sodium.h>
#include <string.h>

#define PREFIX "BHE1:"

void bh_enrol_text_free(BhEnrolText *text)
{
  g_free(text->url);
  g_free(text->pin);
  sodium_memzero(text->token, sizeof text->token);
  g_free(text);
}

char *bh_enrol_text_encode(const char *url, const char *pin,
                           const guint8 token[BH_ENROL_TOKEN_SIZE], const char *hub)
{
  g_autofree char *token_text = bh_base64_encode(token, BH_ENROL_TOKEN_SIZE);
  g_autoptr(json_t) object =
      json_pack("{s:s,s:s,s:s,s:s}", "u", url, "p", pin, "t", token_text, "h", hub);
  g_autofree char *json = bh_json_dump(object);
  g_autofree char *packed = bh_base45_encode((const guint8 *)json, strlen(json));

  return g_strconcat(PREFIX, packed, NULL);
}

gboolean bh_hub_url_is_loopback_http(const char *url)
{
  static const char *const hosts[] = {"127.0.0.1", "[::1]", "localhost"};

  if (!g_str_has_prefix(url, "http://"))
    return FALSE;
  url += strlen("http://");
  for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
    gsize len = strlen(hosts[i]);

    if (strncmp(url, hosts[i], len) == 0 && (url[len] == '\0' || url[len] == ':'))
      return TRUE;
  }
  return FALSE;
}

static gboolean is_printable(const char *text)
{
  while (g_ascii_isgraph(*text))
    text++;
  return *text == '\0';
}

gboolean bh_hub_host_is_wildcard(const char *host)
{
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
  return *host == '\0' || strcmp(host, "*") == 0 || strspn(host, "0.") == strlen(host) ||
         (address != NULL && g_inet_address_get_is_any(address));
}

/* Allows only host and port. The program adds the path itself, and a user name or path in the url
 * could send the token to another place than the person sees. */
gboolean bh_hub_url_is_valid(const char *url)
{
  g_autoptr(GUri) uri = NULL;

  if (url == NULL || strlen(url) > BH_URL_MAX_BYTES || !is_printable(url) ||
      (!g_str_has_prefix(url, "https://") && !bh_hub_url_is_loopback_http(url)))
    return FALSE;
  uri = g_uri_parse(url, G_URI_FLAGS_HAS_PASSWORD, NULL);
  return uri != NULL && g_uri_get_host(uri) != NULL &&
         !bh_hub_host_is_wildcard(g_uri_get_host(uri)) && g_uri_get_port(uri) != 0 &&
         g_uri_get_userinfo(uri) == NULL && *g_uri_get_path(uri) == '\0' &&
         g_uri_get_query(uri) == NULL && g_uri_get_fragment(uri) == NULL;
}

static gboolean set_format_error(const char *what, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "enrolment text: %s", what);
  return FALSE;
}

static gboolean read_members(const json_t *object, BhEnrolText *text, GError **error)
{
  static const char *const allowed[] = {"u", "p", "t", "h", NULL};
  const char *url = bh_json_get_string(object, "u", "enrolment text", error);
  const char *pin = url ? bh_json_get_string(object, "p", "enrolment text", error) : NULL;
  const char *token = pin ? bh_json_get_string(object, "t", "enrolment text", error) : NULL;
  const char *hub = token ? bh_json_get_string(object, "h", "enrolment text", error) : NULL;

  if (hub == NULL || !bh_json_check_keys(object, allowed, "enrolment text", error))
    return FALSE;
  if (!bh_hub_url_is_valid(url))
    return set_format_error("the address of the hub must be an https url", error);
  if (!bh_pin_is_valid(pin))
    return set_format_error("the pin must be a SHA-256 in base64", error);
  if (!bh_base64_decode(token, text->token, sizeof text->token))
    return set_format_error("the token is damaged", error);
  if (!bh_id_is_valid(hub))
    return set_format_error("the hub's id is damaged", error);
  text->url = g_strdup(url);
  text->pin = g_strdup(pin);
  memcpy(text->hub, hub, sizeof text->hub);
  return TRUE;
}

BhEnrolText *bh_enrol_text_decode(const char *text, GError **error)
{
  g_autoptr(BhEnrolText) result = g_new0(BhEnrolText, 1);
  g_autofree char *trimmed = NULL;
  g_autoptr(GByteArray) bytes = NULL;
  g_autoptr(json_t) object = NULL;

  if (strlen(text) > BH_ENROL_TEXT_MAX_BYTES) {
    set_format_error("the text is too long", error);
    return NULL;
  }
  trimmed = g_strstrip(g_ascii_strup(text, -1)); /* caps lock on a scanner makes lower case */
  if (!g_str_has_prefix(trimmed, PREFIX)) {
    set_format_error("the text does not begin with " PREFIX, error);
    return NULL;
  }
  bytes = bh_base45_decode(trimmed + strlen(PREFIX), error);
  if (bytes == NULL)
    g_prefix_error(error, "enrolment text: ");
  else
    object = bh_json_parse((const char *)bytes->data, bytes->len, BH_ENROL_TEXT_MAX_BYTES,
                           "enrolment text", error);
  if (object == NULL || !read_members(object, result, error))
    return NULL;
  return g_steal_pointer(&result);
}

static void proof_bytes(const guint8 token[BH_ENROL_TOKEN_SIZE],
                        const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                        guint8 out[BH_ENROL_TOKEN_SIZE + BH_PUBLIC_KEY_SIZE])
{
  memcpy(out, token, BH_ENROL_TOKEN_SIZE);
  memcpy(out + BH_ENROL_TOKEN_SIZE, public_key, BH_PUBLIC_KEY_SIZE);
}

char *bh_enrol_prove(const guint8 token[BH_ENROL_TOKEN_SIZE],
                     const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                     const guint8 secret_key[BH_SECRET_KEY_SIZE])
{
  guint8 bytes[BH_ENROL_TOKEN_SIZE + BH_PUBLIC_KEY_SIZE];
  guint8 signature[BH_SIGNATURE_SIZE];

  proof_bytes(token, public_key, bytes);
  bh_sign(secret_key, "enrol/1", bytes, sizeof bytes, signature);
  return bh_base64_encode(signature, sizeof signature);
}

gboolean bh_enrol_check(const guint8 token[BH_ENROL_TOKEN_SIZE],
                        const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *proof_base64)
{
  guint8 bytes[BH_ENROL_TOKEN_SIZE + BH_PUBLIC_KEY_SIZE];
  guint8 signature[BH_SIGNATURE_SIZE];

  proof_bytes(token, public_key, bytes);
  return bh_base64_decode(proof_base64, signature, sizeof signature) &&
         bh_sign_verify(public_key, "enrol/1", bytes, sizeof bytes, signature);
}

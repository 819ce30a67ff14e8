/* Formats and checks credentials; see credential.h. */
#include "sync/wire/credential.h"

#include "schema/base64.h"
#include "schema/error.h"

#include <string.h>

#define SCHEME "Bihuan "

char *bh_auth_format(const char *device, const char *token_base64)
{
  return g_strconcat(SCHEME, device, " ", token_base64, NULL);
}

gboolean bh_auth_parse(const char *header, char device[BH_ID_LEN + 1], guint8 token[BH_TOKEN_SIZE],
                       GError **error)
{
  char id[BH_ID_LEN + 1];
  const char *rest =
      header != NULL && g_str_has_prefix(header, SCHEME) ? header + strlen(SCHEME) : NULL;

  if (rest != NULL && strlen(rest) > BH_ID_LEN && rest[BH_ID_LEN] == ' ') {
    memcpy(id, rest, BH_ID_LEN);
    id[BH_ID_LEN] = '\0';
    if (bh_id_is_valid(id) && bh_base64_decode(rest + BH_ID_LEN + 1, token, BH_TOKEN_SIZE)) {
      memcpy(device, id, sizeof id);
      return TRUE;
    }
  }
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "Authorization: %s",
              header == NULL ? "is missing" : "is not \"Bihuan <device> <token>\"");
  return FALSE;
}

gboolean bh_pin_is_valid(const char *pin)
{
  guint8 hash[BH_PIN_SIZE];

  return bh_base64_decode(pin, hash, sizeof hash);
}

static char *time_text(const char *hub, const char *device, gint64 ms)
{
  return g_strdup_printf("%s %s %" G_GINT64_FORMAT, hub, device, ms);
}

char *bh_hub_time_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *hub,
                       const char *device, gint64 ms)
{
  g_autofree char *text = time_text(hub, device, ms);
  guint8 signature[BH_SIGNATURE_SIZE];

  bh_sign(secret_key, "time/1", text, strlen(text), signature);
  return bh_base64_encode(signature, sizeof signature);
}

gboolean bh_hub_time_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *hub,
                            const char *device, gint64 ms, const char *signature_base64)
{
  g_autofree char *text = time_text(hub, device, ms);
  guint8 signature[BH_SIGNATURE_SIZE];

  return bh_base64_decode(signature_base64, signature, sizeof signature) &&
         bh_sign_verify(public_key, "time/1", text, strlen(text), signature);
}

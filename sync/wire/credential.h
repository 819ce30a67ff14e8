/* Credentials: the Authorization header of a device, pins of a hub's TLS key, signed hub time.
 * Pure; any thread. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

/* Makes the header value "Bihuan <device> <base64 token>"; g_free. */
char *bh_auth_format(const char *device, const char *token_base64);
/* Parses the header value. FALSE with BH_ERROR_DENIED for any other text, and for NULL (no
 * header). */
gboolean bh_auth_parse(const char *header, char device[BH_ID_LEN + 1], guint8 token[BH_TOKEN_SIZE],
                       GError **error);

/* Whether `pin` is the base64 of 32 bytes, as of a SHA-256. */
gboolean bh_pin_is_valid(const char *pin);

/* Signs the hub's time `ms` (UTC) for one device; base64, g_free. */
char *bh_hub_time_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *hub,
                       const char *device, gint64 ms);
/* Whether the signature is valid for this time, hub and device. */
gboolean bh_hub_time_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *hub,
                            const char *device, gint64 ms, const char *signature_base64);

G_END_DECLS

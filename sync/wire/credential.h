/* Small texts that prove who speaks: the Authorization header of a device, pins of a hub's TLS
 * key, signed hub time. Pure; any thread. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

/* "Bihuan <device> <base64 token>"; g_free. */
char *bh_auth_format(const char *device, const char *token_base64);
/* BH_ERROR_DENIED for anything else than such a header; NULL counts as a missing one. */
gboolean bh_auth_parse(const char *header, char device[BH_ID_LEN + 1], guint8 token[BH_TOKEN_SIZE],
                       GError **error);

/* Base64 of a SHA-256. */
gboolean bh_pin_is_valid(const char *pin);

/* Base64 signature of the hub's time for one device; g_free. */
char *bh_hub_time_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *hub,
                       const char *device, gint64 ms);
gboolean bh_hub_time_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *hub,
                            const char *device, gint64 ms, const char *signature_base64);

G_END_DECLS

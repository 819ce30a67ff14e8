/* The hub's key files: DIR/keys, mode 0700, files 0600. Signing key and plaque key are Ed25519
 * secrets; the TLS key and its self-signed certificate are PEM and serve 20 years, because devices
 * trust the key (its SPKI SHA-256 is the pin) and not a date. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

/* Makes all of them; BH_ERROR_STORAGE with the path. */
gboolean bh_keys_make(const char *dir, const BhRandom *random, GError **error);
/* `which` is "hub" or "plaque". */
gboolean bh_keys_load(const char *dir, const char *which, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                      guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);
/* Whether the TLS key is that of the certificate; BH_ERROR_SIGNATURE. */
gboolean bh_keys_check_tls(const char *dir, GError **error);
char *bh_keys_dup_cert_path(const char *dir);    /* g_free */
char *bh_keys_dup_tls_key_path(const char *dir); /* g_free */
/* When the certificate ends, in seconds since 1970. */
gboolean bh_keys_get_cert_end(const char *dir, gint64 *end_s, GError **error);
/* Base64 SHA-256 of the certificate's SubjectPublicKeyInfo; g_free. */
char *bh_keys_dup_pin(const char *dir, GError **error);

G_END_DECLS

/* The hub's key files in DIR/keys (mode 0700, files 0600). The signing key and the plaque key are
 * Ed25519 secrets. The TLS key and its self-signed certificate are PEM files; the certificate is
 * valid for 20 years, because devices trust the key (SHA-256 of its SPKI, the pin), not a date. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

/* Makes all keys in the hub's folder `dir`; BH_ERROR_STORAGE with the path. */
gboolean bh_keys_make(const char *dir, const BhRandom *random, GError **error);
/* Loads a key pair; `which` is "hub" or "plaque". */
gboolean bh_keys_load(const char *dir, const char *which, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                      guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);
/* Checks that the TLS key and the certificate belong together; BH_ERROR_SIGNATURE if not. */
gboolean bh_keys_check_tls(const char *dir, GError **error);
/* Path of the TLS certificate; g_free. */
char *bh_keys_dup_cert_path(const char *dir);
/* Path of the TLS key; g_free. */
char *bh_keys_dup_tls_key_path(const char *dir);
/* *end_s: the time at which the TLS certificate expires, in seconds since 1970. */
gboolean bh_keys_get_cert_end(const char *dir, gint64 *end_s, GError **error);
/* The pin of the hub: base64 of the SHA-256 of the SubjectPublicKeyInfo of its TLS certificate;
 * g_free. */
char *bh_keys_dup_pin(const char *dir, GError **error);

G_END_DECLS

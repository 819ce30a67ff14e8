/* The one-time enrolment text (QR) and the proof that answers it (PROTOCOL.md § 3). Pure; any
 * thread. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

typedef struct {
  char *url; /* "https://host:port", no slash at the end */
  char *pin; /* base64 SHA-256 of the hub's SubjectPublicKeyInfo */
  guint8 token[BH_ENROL_TOKEN_SIZE];
  char hub[BH_ID_LEN + 1];
} BhEnrolText;

void bh_enrol_text_free(BhEnrolText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEnrolText, bh_enrol_text_free)

/* "BHE1:" + base45, letters of the QR alphanumeric set only; g_free. */
char *bh_enrol_text_encode(const char *url, const char *pin,
                           const guint8 token[BH_ENROL_TOKEN_SIZE], const char *hub);
/* White space round the text is dropped. BH_ERROR_FORMAT naming what is wrong; the url must be
 * https, or http to a loopback address. */
BhEnrolText *bh_enrol_text_decode(const char *text, GError **error);

/* TRUE for an address that means every interface of a machine and none that others reach:
 * "0.0.0.0",
 * "::". Without brackets. */
gboolean bh_hub_host_is_wildcard(const char *host);
/* TRUE for "https://host[:port]", and "http://" to 127.0.0.1, [::1] or localhost; never for a
 * wildcard. */
gboolean bh_hub_url_is_valid(const char *url);
gboolean bh_hub_url_is_loopback_http(const char *url);

/* Proof of holding the new device key: base64 signature over token and public key; g_free. */
char *bh_enrol_prove(const guint8 token[BH_ENROL_TOKEN_SIZE],
                     const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                     const guint8 secret_key[BH_SECRET_KEY_SIZE]);
gboolean bh_enrol_check(const guint8 token[BH_ENROL_TOKEN_SIZE],
                        const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *proof_base64);

G_END_DECLS

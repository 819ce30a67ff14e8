/* The one-time enrolment text (shown as QR), and the proof that a device sends in return
 * (PROTOCOL § 3). Pure; any thread. */
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

/* Wipes the token. `text` must not be NULL. */
void bh_enrol_text_free(BhEnrolText *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEnrolText, bh_enrol_text_free)

/* Makes the text: "BHE1:" + base45, only characters of the QR alphanumeric set; g_free. */
char *bh_enrol_text_encode(const char *url, const char *pin,
                           const guint8 token[BH_ENROL_TOKEN_SIZE], const char *hub);
/* Parses the text; surrounding white space is ignored. The url must be valid by
 * bh_hub_url_is_valid. NULL with BH_ERROR_FORMAT that names the fault; bh_enrol_text_free. */
BhEnrolText *bh_enrol_text_decode(const char *text, GError **error);

/* Whether the host is a wildcard, which a server can listen on but no client can reach: "", "*",
 * "0.0.0.0", "::". Without brackets. */
gboolean bh_hub_host_is_wildcard(const char *host);
/* Whether the url is "https://host[:port]", or "http://" to 127.0.0.1, [::1] or localhost. FALSE
 * for a wildcard host, and for a url with user name, path or query. */
gboolean bh_hub_url_is_valid(const char *url);
/* Whether the url begins with "http://" and a loopback host. */
gboolean bh_hub_url_is_loopback_http(const char *url);

/* Proves possession of the new device key: base64 signature over token and public key; g_free. */
char *bh_enrol_prove(const guint8 token[BH_ENROL_TOKEN_SIZE],
                     const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                     const guint8 secret_key[BH_SECRET_KEY_SIZE]);
/* Whether the proof is valid for this token and public key. */
gboolean bh_enrol_check(const guint8 token[BH_ENROL_TOKEN_SIZE],
                        const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *proof_base64);

G_END_DECLS

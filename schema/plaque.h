/* Enterprise QR plaque (企业码, R-020). Pure; any thread. The text is ASCII in the QR alphanumeric
 * set:
 * "BH1:" + base45(payload + Ed25519 signature by the hub's plaque key, domain "plaque/1").
 * Payload: version 1, type 'E' or 'B', key id (4 bytes), hub (16), serial (4, big endian),
 * days since 2020-01-01 of issue (2), enterprise id (16, only type 'E').
 *
 * A copied plaque still verifies, so place and photo are checked too. For typing by hand, a plaque
 * also shows its serial as a short code with check digits. */
#pragma once

#include <glib.h>
#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_PLAQUE_TEXT_MAX 256
#define BH_PLAQUE_KEY_ID_SIZE 4
#define BH_PLAQUE_SERIAL_MAX 99999999u /* the short code has eight digits */

typedef enum {
  BH_PLAQUE_ENTERPRISE = 'E', /* printed for an enterprise */
  BH_PLAQUE_BLANK = 'B',      /* pre-printed with a serial, to be bound on the spot */
} BhPlaqueType;

typedef struct {
  BhPlaqueType type;
  guint8 key_id[BH_PLAQUE_KEY_ID_SIZE];
  char hub[BH_ID_LEN + 1];
  guint32 serial;                 /* up to BH_PLAQUE_SERIAL_MAX */
  char enterprise[BH_ID_LEN + 1]; /* "" for a blank plaque */
  gint64 issued_day;              /* days since 2020-01-01 */
} BhPlaque;

/* Writes the key id: the first four bytes of SHA-256 of the public key. */
void bh_plaque_key_id(const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                      guint8 key_id[BH_PLAQUE_KEY_ID_SIZE]);
/* Encodes and signs a plaque; returns the text of its QR code, g_free. The key id is computed from
 * `public_key`, plaque->key_id is ignored. NULL (a programmer mistake) for invalid ids, a serial
 * over the limit or a day outside 0 … 65535. */
char *bh_plaque_encode(const BhPlaque *plaque, const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                       const guint8 secret_key[BH_SECRET_KEY_SIZE]);
/* Whether the text begins like a plaque. This and the functions below ignore the case of letters,
 * because a scanner sends lower case when caps lock is on. */
gboolean bh_plaque_is_text(const char *text);
/* Decodes the text of a plaque without verifying the signature, to get the key id. FALSE with
 * BH_ERROR_FORMAT for anything but a plaque of this version. */
gboolean bh_plaque_decode(const char *text, BhPlaque *plaque, GError **error);
/* Decodes the text of a plaque and verifies its signature. FALSE with BH_ERROR_FORMAT as in
 * bh_plaque_decode, or BH_ERROR_SIGNATURE when the signature is not valid. */
gboolean bh_plaque_verify(const char *text, const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                          BhPlaque *plaque, GError **error);

/* The short code of a serial, such as "1234-5678-97": the serial in eight digits and two check
 * digits (ISO 7064 MOD 97-10); g_free. */
char *bh_plaque_short_code(guint32 serial);
/* Parses a typed short code; spaces, hyphens and full-width digits are allowed. FALSE with
 * BH_ERROR_INVALID when the check digits do not match, BH_ERROR_FORMAT for anything but ten
 * digits. */
gboolean bh_plaque_parse_short_code(const char *typed, guint32 *serial, GError **error);

/* Encodes bytes as base45 (RFC 9285); g_free. */
char *bh_base45_encode(const guint8 *bytes, gsize len);
/* Inverse of bh_base45_encode. NULL with BH_ERROR_FORMAT; g_byte_array_unref. */
GByteArray *bh_base45_decode(const char *text, GError **error);

G_END_DECLS

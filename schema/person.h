/* A person's signing key. The hub makes the key when it sets a PIN, and sends it to the devices of
 * the unit, sealed under that PIN: encrypted with a key that Argon2id derives from the PIN. A
 * device opens the sealed key when the person signs in. Entries that the person saves then contain
 * the person's signature in the body, in addition to the device's signature over the envelope. An
 * entry in a person's name therefore needs the PIN, also on another device of the same unit. The
 * key is as strong as the PIN: with a copy of a device's disk, PINs can be tried offline at the
 * cost of one Argon2id each.
 *
 * Pure; any thread. The formats are specified in sync/wire/PROTOCOL.md §§ 1 and 6. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_PIN_MIN 6 /* digits of a PIN that may be set */
#define BH_PIN_MAX 12
#define BH_PIN_MAX_BYTES 128 /* bytes of a text that is tried as a PIN */

#define BH_PERSON_SEAL_MAX 160 /* bytes of the text of a sealed key */

/* Makes a new key pair, writes `public_key`, and returns the secret key sealed under `pin` as text
 * (g_free). NULL with BH_ERROR_FAILED when there is not enough memory for Argon2id (64 MiB). Takes
 * about 0.2 s. */
char *bh_person_make_key(const char *pin, const BhRandom *random,
                         guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Opens the sealed key `seal`, a text of bh_person_make_key, and writes the secret key; takes about
 * 0.2 s. The caller must wipe `secret_key`. FALSE with BH_ERROR_DENIED for a wrong PIN,
 * BH_ERROR_FORMAT for a text that is not a sealed key, BH_ERROR_FAILED when memory runs out. */
gboolean bh_person_open_key(const char *seal, const char *pin,
                            guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);

/* Makes the builder sign the body when it is finished. `secret_key` is the acting person's, `hub`
 * the id of the hub that the entry is for. Both are copied, and wiped when the builder is freed. */
void bh_body_builder_sign(BhBodyBuilder *builder, const char *hub,
                          const guint8 secret_key[BH_SECRET_KEY_SIZE]);
/* Verifies the person's signature in a body that was parsed from `text`, for this hub. TRUE also
 * for a body without a signature of a person. FALSE with BH_ERROR_SIGNATURE. Does not verify to
 * whom the key belongs; only the hub, which issued the key, can. */
gboolean bh_body_verify_person(const BhBody *body, const char *text, const char *hub,
                               GError **error);
/* Calls bh_body_parse, then bh_body_verify_person. NULL with the error of the call that fails;
 * bh_body_free. */
BhBody *bh_body_parse_signed(const char *text, const char *openings, const char *hub,
                             GError **error);

G_END_DECLS

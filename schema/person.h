/* A person's own key. The hub makes it when it sets a PIN and gives it to the devices of the unit
 * sealed under that PIN; a device opens it when the person signs in. What the person then saves
 * carries the person's signature inside the body, beside the device's signature round it, so that
 * nobody who lacks the PIN can make an entry in that person's name, not even on another device of
 * the same unit. The strength is that of the PIN: whoever copies a device's disk can try PINs
 * offline, each at the cost of one Argon2id.
 *
 * Pure; any thread. The formats are in sync/wire/PROTOCOL.md, §§ 1 and 6. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

#define BH_PERSON_SEAL_MAX 160 /* bytes of a seal's text */

/* Makes a new pair and seals it under `pin`. `public_key` is set; the secret key leaves only in the
 * seal. The text is g_free'd; NULL with BH_ERROR_FAILED when there is not enough memory for
 * Argon2id (64 MiB). Takes about 0.2 s. */
char *bh_person_make_key(const char *pin, const BhRandom *random,
                         guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Opens a seal; as slow as making one. FALSE: BH_ERROR_DENIED for a wrong PIN, BH_ERROR_FORMAT for
 * a text that is no seal, BH_ERROR_FAILED without memory. `secret_key` is to be wiped by the
 * caller. */
gboolean bh_person_open_key(const char *seal, const char *pin,
                            guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);

/* Lets a body be signed when it is finished: `secret_key` is of the person who acts, `hub` the hub
 * it is for. Both are copied and wiped with the builder. */
void bh_body_builder_sign(BhBodyBuilder *builder, const char *hub,
                          const guint8 secret_key[BH_SECRET_KEY_SIZE]);
/* Whether the signature inside a body fits `text`, which it was parsed from, and the hub. A body
 * without one has nothing to check: TRUE. FALSE with BH_ERROR_SIGNATURE. Whose key it is says only
 * the hub that gave it out. */
gboolean bh_body_verify_person(const BhBody *body, const char *text, const char *hub,
                               GError **error);
/* bh_body_parse and bh_body_verify_person: what an entry of `hub` says, or NULL. */
BhBody *bh_body_parse_signed(const char *text, const char *openings, const char *hub,
                             GError **error);

G_END_DECLS

/* The salted commitment that replaces a personal value in a signed body (PROTOCOL § 1): SHA-256
 * over "bihuan/commit/1", NUL, salt, JSON text of the value. Pure; any thread. */
#pragma once

#include <glib.h>
#include "schema/ident.h"

G_BEGIN_DECLS

#define BH_SALT_SIZE 16

/* Writes the commitment to `value_text` under `salt`, as hex. */
void bh_commitment_make(const guint8 salt[BH_SALT_SIZE], const char *value_text,
                        char hex[BH_HASH_HEX_LEN + 1]);
/* Whether `salt` (base64) and `value_text` give `commitment` (hex). */
gboolean bh_commitment_verify(const char *commitment, const char *salt, const char *value_text);

G_END_DECLS

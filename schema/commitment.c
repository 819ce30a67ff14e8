/* Makes and verifies commitments to personal values. */
#include "schema/commitment.h"

#include <nettle/sha2.h>
#include <string.h>
#include "schema/base64.h"

void bh_commitment_make(const guint8 salt[BH_SALT_SIZE], const char *value_text,
                        char hex[BH_HASH_HEX_LEN + 1])
{
  static const char domain[] = "bihuan/commit/1"; /* hashed with the NUL at its end */
  struct sha256_ctx state;
  guint8 hash[BH_HASH_SIZE];
  sha256_init(&state);
  sha256_update(&state, sizeof domain, (const guint8 *)domain);
  sha256_update(&state, BH_SALT_SIZE, salt);
  sha256_update(&state, strlen(value_text), (const guint8 *)value_text);
  sha256_digest(&state, BH_HASH_SIZE, hash);
  bh_hash_to_hex(hash, hex);
}

gboolean bh_commitment_verify(const char *commitment, const char *salt, const char *value_text)
{
  guint8 bytes[BH_SALT_SIZE];
  char hex[BH_HASH_HEX_LEN + 1];
  if (!bh_base64_decode(salt, bytes, sizeof bytes))
    return FALSE;
  bh_commitment_make(bytes, value_text, hex);
  return g_str_equal(hex, commitment);
}

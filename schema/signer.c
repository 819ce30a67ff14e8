/* Ed25519 keys and signatures, separated by domain. */
#include "schema/entry.h"

#include <sodium.h>
#include <string.h>

G_STATIC_ASSERT(BH_SIGNATURE_SIZE == crypto_sign_BYTES);
G_STATIC_ASSERT(BH_PUBLIC_KEY_SIZE == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT(BH_SECRET_KEY_SIZE == crypto_sign_SECRETKEYBYTES);

static void start_sodium(void)
{
  /* Required before any use of libsodium. Any thread, any number of times. */
  if (sodium_init() < 0)
    g_error("libsodium cannot start");
}

BhSigner *bh_signer_new(void)
{
  return g_new0(BhSigner, 1);
}

void bh_signer_free(BhSigner *signer)
{
  if (signer == NULL)
    return;
  sodium_memzero(signer, sizeof *signer);
  g_free(signer);
}

void bh_signer_make_keys(BhSigner *signer, const BhRandom *random)
{
  guint8 seed[crypto_sign_SEEDBYTES];
  start_sodium();
  random->fill(random->data, seed, sizeof seed);
  crypto_sign_seed_keypair(signer->public_key, signer->secret_key, seed);
  sodium_memzero(seed, sizeof seed);
}

void bh_signer_make_incarnation(BhSigner *signer, const BhRandom *random)
{
  guint8 bytes[BH_INCARNATION_LEN / 2];
  random->fill(random->data, bytes, sizeof bytes);
  sodium_bin2hex(signer->incarnation, sizeof signer->incarnation, bytes, sizeof bytes);
}

/* "bihuan/" + domain + NUL + bytes, as one buffer. */
static GByteArray *frame(const char *domain, const void *bytes, gsize len)
{
  static const char prefix[] = "bihuan/";
  GByteArray *message = g_byte_array_sized_new((guint)(sizeof prefix + strlen(domain) + len));
  g_byte_array_append(message, (const guint8 *)prefix, sizeof prefix - 1);
  g_byte_array_append(message, (const guint8 *)domain, (guint)strlen(domain) + 1);
  g_byte_array_append(message, bytes, (guint)len);
  return message;
}

void bh_sign(const guint8 secret_key[BH_SECRET_KEY_SIZE], const char *domain, const void *bytes,
             gsize len, guint8 signature[BH_SIGNATURE_SIZE])
{
  start_sodium();
  g_autoptr(GByteArray) message = frame(domain, bytes, len);
  crypto_sign_detached(signature, NULL, message->data, message->len, secret_key);
}

gboolean bh_sign_verify(const guint8 public_key[BH_PUBLIC_KEY_SIZE], const char *domain,
                        const void *bytes, gsize len, const guint8 signature[BH_SIGNATURE_SIZE])
{
  start_sodium();
  g_autoptr(GByteArray) message = frame(domain, bytes, len);
  return crypto_sign_verify_detached(signature, message->data, message->len, public_key) == 0;
}

/* A person's signing key, sealed under a PIN, and the person's signature in a body. Does not know
 * which key belongs to which person. Start with bh_person_make_key and bh_body_verify_person. */
#include "schema/person.h"

#include <sodium.h>
#include <string.h>

#include "schema/base64.h"
#include "schema/body-internal.h"
#include "schema/error.h"

#define SEAL_PREFIX "BHP1:"

typedef struct {
  guint8 salt[crypto_pwhash_SALTBYTES];
  guint8 nonce[crypto_secretbox_NONCEBYTES];
  guint8 box[crypto_secretbox_MACBYTES + crypto_sign_SEEDBYTES];
} Seal;

G_STATIC_ASSERT(sizeof(Seal) == 88); /* all members are byte arrays, so the struct has no padding */

/* Derives the key of a seal from the PIN. The cost is above libsodium's "interactive" level, but a
 * Raspberry Pi still needs only one or two seconds. It is part of the format: a change needs
 * another SEAL_PREFIX. */
static gboolean derive(const char *pin, const guint8 *salt, guint8 key[crypto_secretbox_KEYBYTES],
                       GError **error)
{
  gsize len = pin != NULL ? strlen(pin) : 0;
  if (len == 0 || len > BH_PIN_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "a PIN must have 1 to %d bytes",
                BH_PIN_MAX_BYTES);
    return FALSE;
  }
  if (sodium_init() < 0 || crypto_pwhash(key, crypto_secretbox_KEYBYTES, pin, len, salt, 3,
                                         64 * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "not enough memory to hash a PIN");
    return FALSE;
  }
  return TRUE;
}

char *bh_person_make_key(const char *pin, const BhRandom *random,
                         guint8 public_key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  Seal seal;
  guint8 key[crypto_secretbox_KEYBYTES];
  guint8 seed[crypto_sign_SEEDBYTES];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  random->fill(random->data, seal.salt, sizeof seal.salt);
  if (!derive(pin, seal.salt, key, error))
    return NULL;
  random->fill(random->data, seal.nonce, sizeof seal.nonce);
  random->fill(random->data, seed, sizeof seed);
  crypto_sign_seed_keypair(public_key, secret_key, seed);
  crypto_secretbox_easy(seal.box, seed, sizeof seed, seal.nonce, key);
  sodium_memzero(key, sizeof key);
  sodium_memzero(seed, sizeof seed);
  sodium_memzero(secret_key, sizeof secret_key);
  g_autofree char *text = bh_base64_encode(&seal, sizeof seal);
  return g_strconcat(SEAL_PREFIX, text, NULL);
}

gboolean bh_person_open_key(const char *text, const char *pin,
                            guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error)
{
  Seal seal;
  guint8 key[crypto_secretbox_KEYBYTES];
  guint8 seed[crypto_sign_SEEDBYTES];
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  if (text == NULL || !g_str_has_prefix(text, SEAL_PREFIX) ||
      !bh_base64_decode(text + strlen(SEAL_PREFIX), (guint8 *)&seal, sizeof seal)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "person: the sealed key is not in the format that the hub makes");
    return FALSE;
  }
  if (!derive(pin, seal.salt, key, error))
    return FALSE;
  gboolean opened =
      crypto_secretbox_open_easy(seed, seal.box, sizeof seal.box, seal.nonce, key) == 0;
  if (opened)
    crypto_sign_seed_keypair(public_key, secret_key, seed);
  else
    g_set_error_literal(error, BH_ERROR, BH_ERROR_DENIED, "wrong PIN");
  sodium_memzero(key, sizeof key);
  sodium_memzero(seed, sizeof seed);
  return opened;
}

/* --- the signature inside a body --- */

#define DOMAIN "person/1"
#define BEFORE_KEY ",\"signed\":{\"key\":\""
#define BEFORE_SIGNATURE "\",\"sig\":\""
#define AFTER_SIGNATURE "\"}}"
#define KEY_LEN 44       /* base64 of 32 bytes */
#define SIGNATURE_LEN 88 /* base64 of 64 bytes */
#define SUFFIX_LEN                                                                                 \
  (sizeof BEFORE_KEY - 1 + KEY_LEN + sizeof BEFORE_SIGNATURE - 1 + SIGNATURE_LEN +                 \
   sizeof AFTER_SIGNATURE - 1)

/* The signed bytes: the hub's id, NUL, and the body up to the comma before "signed". */
static GByteArray *frame(const char *hub, const char *text, gsize len)
{
  GByteArray *bytes = g_byte_array_sized_new((guint)(BH_ID_LEN + 1 + len));
  g_byte_array_append(bytes, (const guint8 *)hub, (guint)strlen(hub) + 1);
  g_byte_array_append(bytes, (const guint8 *)text, (guint)len);
  return bytes;
}

char *bh_body_sign(const char *text, const char *hub, const guint8 secret_key[BH_SECRET_KEY_SIZE],
                   BhBody *body)
{
  gsize len = strlen(text) - 1; /* without the last bracket */
  g_autoptr(GByteArray) bytes = frame(hub, text, len);
  bh_sign(secret_key, DOMAIN, bytes->data, bytes->len, body->person_signature);
  memcpy(body->person_key, secret_key + BH_SECRET_KEY_SIZE - BH_PUBLIC_KEY_SIZE,
         BH_PUBLIC_KEY_SIZE);
  body->is_signed = TRUE;
  g_autofree char *key = bh_base64_encode(body->person_key, BH_PUBLIC_KEY_SIZE);
  g_autofree char *signature = bh_base64_encode(body->person_signature, BH_SIGNATURE_SIZE);
  return g_strdup_printf("%.*s" BEFORE_KEY "%s" BEFORE_SIGNATURE "%s" AFTER_SIGNATURE, (int)len,
                         text, key, signature);
}

static gboolean take(const char **at, const char *expected)
{
  gsize len = strlen(expected);
  if (strncmp(*at, expected, len) != 0)
    return FALSE;
  *at += len;
  return TRUE;
}

static gboolean take_bytes(const char **at, gsize len, guint8 *out, gsize size)
{
  g_autofree char *text = g_strndup(*at, len);
  *at += len;
  return bh_base64_decode(text, out, size);
}

gboolean bh_body_read_signature(BhBody *body, const char *text, GError **error)
{
  gsize len = strlen(text);
  const char *at = text + (len > SUFFIX_LEN ? len - SUFFIX_LEN : 0);
  if (len <= SUFFIX_LEN || !take(&at, BEFORE_KEY) ||
      !take_bytes(&at, KEY_LEN, body->person_key, BH_PUBLIC_KEY_SIZE) ||
      !take(&at, BEFORE_SIGNATURE) ||
      !take_bytes(&at, SIGNATURE_LEN, body->person_signature, BH_SIGNATURE_SIZE) ||
      !take(&at, AFTER_SIGNATURE)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "body: \"signed\" must be the last member, with key and sig in base64");
    return FALSE;
  }
  body->is_signed = TRUE;
  return TRUE;
}

gboolean bh_body_verify_person(const BhBody *body, const char *text, const char *hub,
                               GError **error)
{
  if (!body->is_signed)
    return TRUE;
  g_autoptr(GByteArray) bytes = frame(hub, text, strlen(text) - SUFFIX_LEN);
  if (bh_sign_verify(body->person_key, DOMAIN, bytes->data, bytes->len, body->person_signature))
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE,
                      "body: the signature of the person does not verify");
  return FALSE;
}

BhBody *bh_body_parse_signed(const char *text, const char *openings, const char *hub,
                             GError **error)
{
  g_autoptr(BhBody) body = bh_body_parse(text, openings, error);
  if (body == NULL || !bh_body_verify_person(body, text, hub, error))
    return NULL;
  return g_steal_pointer(&body);
}

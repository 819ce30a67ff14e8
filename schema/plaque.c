/* Encodes, decodes and verifies QR plaques, and their short codes. */
#include "schema/plaque.h"

#include <sodium.h>
#include <string.h>
#include "schema/error.h"
#include "schema/text.h"

#define PREFIX "BH1:"
#define DOMAIN "plaque/1"
#define VERSION 1
#define ID_BYTES 16
/* version, type, key id, hub, serial, day of issue */
#define BLANK_SIZE (1 + 1 + BH_PLAQUE_KEY_ID_SIZE + ID_BYTES + 4 + 2)
#define ENTERPRISE_SIZE (BLANK_SIZE + ID_BYTES)

void bh_plaque_key_id(const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                      guint8 key_id[BH_PLAQUE_KEY_ID_SIZE])
{
  guint8 hash[BH_HASH_SIZE];
  bh_hash(public_key, BH_PUBLIC_KEY_SIZE, hash);
  memcpy(key_id, hash, BH_PLAQUE_KEY_ID_SIZE);
}

static void append_id(GByteArray *out, const char *id)
{
  guint8 bytes[ID_BYTES];
  sodium_hex2bin(bytes, sizeof bytes, id, BH_ID_LEN, "-", NULL, NULL);
  g_byte_array_append(out, bytes, sizeof bytes);
}

static void read_id(const guint8 *bytes, char out[BH_ID_LEN + 1])
{
  char hex[2 * ID_BYTES + 1];
  sodium_bin2hex(hex, sizeof hex, bytes, ID_BYTES);
  g_snprintf(out, BH_ID_LEN + 1, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
             hex + 20);
}

char *bh_plaque_encode(const BhPlaque *plaque, const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                       const guint8 secret_key[BH_SECRET_KEY_SIZE])
{
  gboolean blank = plaque->type == BH_PLAQUE_BLANK;
  g_return_val_if_fail(blank || plaque->type == BH_PLAQUE_ENTERPRISE, NULL);
  g_return_val_if_fail(bh_id_is_valid(plaque->hub), NULL);
  g_return_val_if_fail(blank || bh_id_is_valid(plaque->enterprise), NULL);
  g_return_val_if_fail(plaque->serial <= BH_PLAQUE_SERIAL_MAX, NULL);
  g_return_val_if_fail(plaque->issued_day >= 0 && plaque->issued_day <= G_MAXUINT16, NULL);

  g_autoptr(GByteArray) bytes = g_byte_array_new();
  const guint8 head[] = {VERSION, (guint8)plaque->type};
  g_byte_array_append(bytes, head, sizeof head);
  guint8 key_id[BH_PLAQUE_KEY_ID_SIZE];
  bh_plaque_key_id(public_key, key_id);
  g_byte_array_append(bytes, key_id, sizeof key_id);
  append_id(bytes, plaque->hub);
  guint32 serial = GUINT32_TO_BE(plaque->serial);
  g_byte_array_append(bytes, (const guint8 *)&serial, sizeof serial);
  guint16 day = GUINT16_TO_BE((guint16)plaque->issued_day);
  g_byte_array_append(bytes, (const guint8 *)&day, sizeof day);
  if (!blank)
    append_id(bytes, plaque->enterprise);

  guint8 signature[BH_SIGNATURE_SIZE];
  bh_sign(secret_key, DOMAIN, bytes->data, bytes->len, signature);
  g_byte_array_append(bytes, signature, sizeof signature);
  g_autofree char *text = bh_base45_encode(bytes->data, bytes->len);
  return g_strconcat(PREFIX, text, NULL);
}

gboolean bh_plaque_is_text(const char *text)
{
  return g_ascii_strncasecmp(text, PREFIX, strlen(PREFIX)) == 0;
}

static gboolean fail(GError **error, const char *what)
{
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "plaque: %s", what);
  return FALSE;
}

/* Decodes the text to payload and signature, and fills `plaque`. NULL with an error when it is not
 * a plaque of this version. */
static GByteArray *read_bytes(const char *text, BhPlaque *plaque, GError **error)
{
  if (text == NULL || !bh_plaque_is_text(text) || strlen(text) > BH_PLAQUE_TEXT_MAX) {
    fail(error, "the text does not begin with " PREFIX " or is too long");
    return NULL;
  }
  g_autofree char *upper = g_ascii_strup(text + strlen(PREFIX), -1);
  g_autoptr(GByteArray) bytes = bh_base45_decode(upper, error);
  if (bytes == NULL)
    return NULL;
  if (bytes->len < 2 || bytes->data[0] != VERSION) {
    fail(error, "unknown version");
    return NULL;
  }
  gboolean blank = bytes->data[1] == BH_PLAQUE_BLANK;
  if (!blank && bytes->data[1] != BH_PLAQUE_ENTERPRISE) {
    fail(error, "unknown type");
    return NULL;
  }
  if (bytes->len != (blank ? BLANK_SIZE : ENTERPRISE_SIZE) + BH_SIGNATURE_SIZE) {
    fail(error, "wrong length");
    return NULL;
  }
  BhPlaque read = {.type = (BhPlaqueType)bytes->data[1]};
  const guint8 *at = bytes->data + 2;
  memcpy(read.key_id, at, sizeof read.key_id);
  at += sizeof read.key_id;
  read_id(at, read.hub);
  at += ID_BYTES;
  read.serial = (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
  read.issued_day = at[4] << 8 | at[5];
  if (!blank)
    read_id(at + 6, read.enterprise);
  if (read.serial > BH_PLAQUE_SERIAL_MAX) {
    fail(error, "the serial has more than eight digits");
    return NULL;
  }
  *plaque = read;
  return g_steal_pointer(&bytes);
}

gboolean bh_plaque_decode(const char *text, BhPlaque *plaque, GError **error)
{
  g_autoptr(GByteArray) bytes = read_bytes(text, plaque, error);
  return bytes != NULL;
}

gboolean bh_plaque_verify(const char *text, const guint8 public_key[BH_PUBLIC_KEY_SIZE],
                          BhPlaque *plaque, GError **error)
{
  BhPlaque read;
  g_autoptr(GByteArray) bytes = read_bytes(text, &read, error);
  if (bytes == NULL)
    return FALSE;
  guint8 key_id[BH_PLAQUE_KEY_ID_SIZE];
  bh_plaque_key_id(public_key, key_id);
  gsize len = bytes->len - BH_SIGNATURE_SIZE;
  if (memcmp(key_id, read.key_id, sizeof key_id) != 0 ||
      !bh_sign_verify(public_key, DOMAIN, bytes->data, len, bytes->data + len)) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "plaque: not signed by this key");
    return FALSE;
  }
  *plaque = read;
  return TRUE;
}

/* ISO 7064 MOD 97-10: the ten digits modulo 97 are 1. */
static guint check_digits(guint32 serial)
{
  return 98 - (guint)((guint64)serial * 100 % 97);
}

char *bh_plaque_short_code(guint32 serial)
{
  g_return_val_if_fail(serial <= BH_PLAQUE_SERIAL_MAX, NULL);
  return g_strdup_printf("%04u-%04u-%02u", serial / 10000, serial % 10000, check_digits(serial));
}

gboolean bh_plaque_parse_short_code(const char *typed, guint32 *serial, GError **error)
{
  g_autofree char *digits = bh_text_fold_code(typed);
  gsize n = strspn(digits, "0123456789");
  if (n != 10 || digits[n] != '\0') {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "plaque code: must have ten digits");
    return FALSE;
  }
  guint64 number = g_ascii_strtoull(digits, NULL, 10);
  guint32 read = (guint32)(number / 100);
  if (number % 100 != check_digits(read)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "plaque code: the check digits are wrong");
    return FALSE;
  }
  *serial = read;
  return TRUE;
}

/* Makes and checks ids and hashes. */
#include "schema/ident.h"

#include <nettle/sha2.h>
#include <sodium.h>
#include <string.h>

#define ID_BYTES 16
#define SEQUENCE_MAX ((G_GUINT64_CONSTANT(1) << 60) - 1) /* 48 bits of ms, 12 of counter */

static void format_id(const guint8 bytes[ID_BYTES], char out[BH_ID_LEN + 1])
{
  static const guint8 pieces[] = {4, 2, 2, 2, 6};
  for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
    sodium_bin2hex(out, 2u * pieces[i] + 1, bytes, pieces[i]);
    bytes += pieces[i];
    out += 2 * pieces[i];
    *out++ = '-';
  }
  out[-1] = '\0';
}

static gboolean is_lower_hex(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

gboolean bh_id_is_valid(const char *id)
{
  if (id == NULL)
    return FALSE;
  for (int i = 0; i < BH_ID_LEN; i++) {
    gboolean hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? id[i] != '-' : !is_lower_hex(id[i]))
      return FALSE;
  }
  return id[BH_ID_LEN] == '\0';
}

void bh_id_source_init(BhIdSource *source, const BhClock *clock, const BhRandom *random)
{
  source->clock = clock;
  source->random = random;
  source->last = 0;
}

/* The 60 bits of a UUIDv7 that determine its order: 48 bits of ms and 12 bits of counter. */
static guint64 read_sequence(const char *id)
{
  char digits[16] = {0};
  memcpy(digits, id, 8);
  memcpy(digits + 8, id + 9, 4);
  memcpy(digits + 12, id + 15, 3);
  return g_ascii_strtoull(digits, NULL, 16);
}

void bh_id_source_advance(BhIdSource *source, const char *id)
{
  if (!bh_id_is_valid(id) || id[14] != '7')
    return;
  source->last = MAX(source->last, read_sequence(id));
}

void bh_id_next(BhIdSource *source, char out[BH_ID_LEN + 1])
{
  gint64 ms = source->clock->wall_ms(source->clock->data);
  guint64 now = (guint64)CLAMP(ms, 0, (gint64)(SEQUENCE_MAX >> 12)) << 12;
  source->last = MIN(MAX(now, source->last + 1), SEQUENCE_MAX);

  guint8 bytes[ID_BYTES];
  source->random->fill(source->random->data, bytes + 8, 8);
  guint64 ordered = (source->last >> 12 << 16) | 0x7000 | (source->last & 0xfff);
  for (int i = 0; i < 8; i++)
    bytes[i] = (guint8)(ordered >> (56 - 8 * i));
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  format_id(bytes, out);
}

void bh_id_from_name(const char *space, const char *name, char out[BH_ID_LEN + 1])
{
  struct sha256_ctx state;
  guint8 hash[BH_HASH_SIZE];
  sha256_init(&state);
  /* Each text is hashed with its NUL, so that no two pairs give the same bytes. */
  static const char domain[] = "bihuan/id/1";
  sha256_update(&state, sizeof domain, (const guint8 *)domain);
  sha256_update(&state, strlen(space) + 1, (const guint8 *)space);
  sha256_update(&state, strlen(name) + 1, (const guint8 *)name);
  sha256_digest(&state, BH_HASH_SIZE, hash);
  hash[6] = (hash[6] & 0x0f) | 0x80;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  format_id(hash, out);
}

gint64 bh_id_time_ms(const char *id)
{
  return bh_id_is_valid(id) ? (gint64)(read_sequence(id) >> 12) : 0;
}

gboolean bh_hash_is_valid(const char *hex)
{
  if (hex == NULL)
    return FALSE;
  for (int i = 0; i < BH_HASH_HEX_LEN; i++)
    if (!is_lower_hex(hex[i]))
      return FALSE;
  return hex[BH_HASH_HEX_LEN] == '\0';
}

void bh_hash_to_hex(const guint8 hash[BH_HASH_SIZE], char out[BH_HASH_HEX_LEN + 1])
{
  sodium_bin2hex(out, BH_HASH_HEX_LEN + 1, hash, BH_HASH_SIZE);
}

void bh_hash(const void *bytes, gsize len, guint8 out[BH_HASH_SIZE])
{
  struct sha256_ctx state;
  sha256_init(&state);
  sha256_update(&state, len, bytes);
  sha256_digest(&state, BH_HASH_SIZE, out);
}

char *bh_hash_hex(const void *bytes, gsize len)
{
  guint8 hash[BH_HASH_SIZE];
  bh_hash(bytes, len, hash);
  char *hex = g_malloc(BH_HASH_HEX_LEN + 1);
  bh_hash_to_hex(hash, hex);
  return hex;
}

gboolean bh_hash_from_hex(const char *hex, guint8 out[BH_HASH_SIZE])
{
  if (!bh_hash_is_valid(hex))
    return FALSE;
  return sodium_hex2bin(out, BH_HASH_SIZE, hex, BH_HASH_HEX_LEN, NULL, NULL, NULL) == 0;
}

/* Ids: UUIDv7 for entries and records, hex digests, and the two sources of the world that make
 * them (time and randomness), both injected. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_ID_LEN 36 /* lower-case UUID text, without the final NUL */
#define BH_HASH_SIZE 32
#define BH_HASH_HEX_LEN 64

/* Where time comes from. wall_ms: UTC, may jump and may be wrong. boot_ms: monotonic since boot,
 * suspend included. boot_id: names one boot, at most 36 characters. Any thread. */
typedef struct {
  gint64 (*wall_ms)(gpointer data);
  gint64 (*boot_ms)(gpointer data);
  const char *(*boot_id)(gpointer data);
  gpointer data;
} BhClock;

/* Where randomness comes from: fills `size` bytes. Must be cryptographic outside simulations. */
typedef struct {
  void (*fill)(gpointer data, void *bytes, gsize size);
  gpointer data;
} BhRandom;

/* Makes UUIDv7 whose text order is creation order, even when the clock steps back. Not
 * thread-safe: one per writer. */
typedef struct {
  const BhClock *clock;
  const BhRandom *random;
  guint64 last; /* 48 bits of ms and 12 of counter */
} BhIdSource;

void bh_id_source_init(BhIdSource *source, const BhClock *clock, const BhRandom *random);
/* Continues above `id` (the newest id in a store), so that order survives a restart. */
void bh_id_source_advance(BhIdSource *source, const char *id);
void bh_id_next(BhIdSource *source, char out[BH_ID_LEN + 1]);

/* Deterministic id (UUIDv8) of a name within a space: the same sample or import always gets the
 * same id. */
void bh_id_from_name(const char *space, const char *name, char out[BH_ID_LEN + 1]);

/* Exactly a lower-case UUID text. NULL is not. */
gboolean bh_id_is_valid(const char *id);
/* Milliseconds since 1970 that a UUIDv7 carries; for display only, never for order. */
gint64 bh_id_time_ms(const char *id);

/* 64 lower-case hex digits. NULL is not. */
gboolean bh_hash_is_valid(const char *hex);
/* SHA-256 of `len` bytes as hex; free with g_free. */
char *bh_hash_hex(const void *bytes, gsize len);
void bh_hash_to_hex(const guint8 hash[BH_HASH_SIZE], char out[BH_HASH_HEX_LEN + 1]);
/* FALSE, output untouched, when `hex` is not valid. */
gboolean bh_hash_from_hex(const char *hex, guint8 out[BH_HASH_SIZE]);

G_END_DECLS

/* Ids (UUIDv7) of entries and records, SHA-256 digests as hex, and the two injected interfaces that
 * ids are made from: clock and randomness. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_ID_LEN 36 /* lower-case UUID text, without the final NUL */
#define BH_HASH_SIZE 32
#define BH_HASH_HEX_LEN 64

/* Clock interface. wall_ms: UTC, may jump and may be wrong. boot_ms: monotonic since boot, suspend
 * included. boot_id: identifies one boot, at most 36 characters. Any thread. */
typedef struct {
  gint64 (*wall_ms)(gpointer data);
  gint64 (*boot_ms)(gpointer data);
  const char *(*boot_id)(gpointer data);
  gpointer data;
} BhClock;

/* Randomness interface: fills `size` bytes. Must be cryptographic outside simulations. */
typedef struct {
  void (*fill)(gpointer data, void *bytes, gsize size);
  gpointer data;
} BhRandom;

/* Generator of UUIDv7 whose text order is creation order, even when the clock steps back. Not
 * thread-safe: each writer has its own. */
typedef struct {
  const BhClock *clock;
  const BhRandom *random;
  guint64 last; /* the newest id as a number: 48 bits of ms, then 12 bits of counter */
} BhIdSource;

/* Borrows `clock` and `random` for as long as the source is used. */
void bh_id_source_init(BhIdSource *source, const BhClock *clock, const BhRandom *random);
/* Makes all later ids of the source greater than `id` (the newest id in a store), so that the order
 * of ids survives a restart. */
void bh_id_source_advance(BhIdSource *source, const char *id);
/* Writes the next id of the source to `out`. */
void bh_id_next(BhIdSource *source, char out[BH_ID_LEN + 1]);

/* Deterministic id (UUIDv8) of a name within a name space: a sample or an import gets the same ids
 * each time. */
void bh_id_from_name(const char *space, const char *name, char out[BH_ID_LEN + 1]);

/* Whether `id` is a UUID in lower-case text form. FALSE for NULL. */
gboolean bh_id_is_valid(const char *id);
/* The time in a UUIDv7, in milliseconds since 1970. For display only: ids are ordered by their
 * text. */
gint64 bh_id_time_ms(const char *id);

/* Whether `hex` is 64 lower-case hex digits. FALSE for NULL. */
gboolean bh_hash_is_valid(const char *hex);
/* SHA-256 of bytes, by the instructions of the processor where it has them. `bytes` may be NULL
 * when `len` is 0. */
void bh_hash(const void *bytes, gsize len, guint8 out[BH_HASH_SIZE]);
/* SHA-256 of `len` bytes as hex; g_free. */
char *bh_hash_hex(const void *bytes, gsize len);
/* Writes a hash as lower-case hex. */
void bh_hash_to_hex(const guint8 hash[BH_HASH_SIZE], char out[BH_HASH_HEX_LEN + 1]);
/* Inverse of bh_hash_to_hex. FALSE, output untouched, when `hex` is not valid. */
gboolean bh_hash_from_hex(const char *hex, guint8 out[BH_HASH_SIZE]);

G_END_DECLS

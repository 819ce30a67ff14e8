/* SQL of the blocks of numbers that the hub grants, and of the numbers that are used. What is
 * granted and given is decided in numbers.c. */
#pragma once

#include "schema/entry.h"
#include "schema/numbering.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_NUMBERS_BLOCKS_MAX 500 /* blocks of one device and kind that are compared */

typedef struct {
  char record[BH_ID_LEN + 1];               /* id of the record of the block */
  char device[BH_ID_LEN + 1];               /* "": the hub gives the numbers itself */
  char incarnation[BH_INCARNATION_LEN + 1]; /* "": the first chain of the device */
  char *kind;                               /* kind of the records that are numbered */
  BhCounter counter;
  gint64 first, last;
  gint64 next; /* one more than the greatest number known to be used */
} BhHubBlock;

/* Frees the members and the block; a GDestroyNotify; NULL is allowed. */
void bh_hub_block_free(gpointer block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHubBlock, bh_hub_block_free)

/* *last: the greatest number that was granted of a counter of the kind; 0: none. *is_old: that
 * block was granted in another epoch than `epoch`. */
gboolean bh_hub_numbers_get_last(BhDb *db, const char *kind, const BhCounter *counter,
                                 const char *epoch, gint64 *last, gboolean *is_old, GError **error);
/* Adds a block. */
gboolean bh_hub_numbers_add(BhDb *db, const BhHubBlock *block, const char *epoch, GError **error);
/* *block: the block of this epoch from which the hub itself can give a number of the counter;
 * bh_hub_block_free. NULL: none. */
gboolean bh_hub_numbers_find_own(BhDb *db, const char *kind, const BhCounter *counter,
                                 const char *epoch, BhHubBlock **block, GError **error);
/* Blocks of a device for records of a kind, the newest first, at most BH_NUMBERS_BLOCKS_MAX;
 * BhHubBlock*, with free function. */
GPtrArray *bh_hub_numbers_list_of(BhDb *db, const char *device, const char *kind, GError **error);
/* *left: numbers of the counter that the device has and that are not known to be used, in blocks of
 * the chain `incarnation` and, where that is the first chain, of no chain. */
gboolean bh_hub_numbers_count_left(BhDb *db, const char *device, const char *incarnation,
                                   const char *kind, const BhCounter *counter, gint64 *left,
                                   GError **error);

/* Notes that a record has the number `n` of a block. */
gboolean bh_hub_numbers_use(BhDb *db, const char *block, gint64 n, const char *record,
                            GError **error);
/* Leaves out the number `n` of one of the hub's own blocks. */
gboolean bh_hub_numbers_skip(BhDb *db, const char *block, gint64 n, GError **error);
/* *has: whether another record than `record` has the number `n` of the block. */
gboolean bh_hub_numbers_has_other(BhDb *db, const char *block, gint64 n, const char *record,
                                  gboolean *has, GError **error);
/* *has: whether a record of the kind has the number in a field that is declared "distinct", however
 * it came to it. */
gboolean bh_hub_numbers_is_written(BhDb *db, const char *kind, const char *field,
                                   const char *number, gboolean *has, GError **error);

/* The chain in which a device goes on; g_free. NULL without an error before its first entry. */
char *bh_hub_numbers_dup_chain(BhDb *db, const char *device, GError **error);
/* Sets the chain in which a device goes on. If it had another one before, closes all its blocks. */
gboolean bh_hub_numbers_set_chain(BhDb *db, const char *device, const char *incarnation,
                                  GError **error);

/* Which numbers the register lists. */
typedef struct {
  const char *kind;
  const char *unit;        /* unit of the counter; NULL: all counters */
  gint64 year;             /* 0: counters without a year */
  gint64 this_year;        /* numbers of earlier years that nobody used are lost */
  const char *void_states; /* JSON array of the states of the kind that are void */
} BhNumberFilter;

/* One page of the register, as bh_register_list (register.h) gives it, but with "counter", the key
 * of the counter, in place of "type". */
json_t *bh_hub_numbers_list(BhDb *db, const BhNumberFilter *filter, const char *after,
                            GError **error);
/* Ids of the units of which there are counters of a kind, at most BH_NUMBER_UNITS_MAX; char*, with
 * free function. */
GPtrArray *bh_hub_numbers_list_units(BhDb *db, const char *kind, GError **error);
#define BH_NUMBER_UNITS_MAX 500
/* Years of which there are numbers of a kind, the latest first; GArray of gint64. */
GArray *bh_hub_numbers_list_years(BhDb *db, const char *kind, GError **error);

G_END_DECLS

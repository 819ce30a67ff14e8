/* Numbers that records of a kind are given by the word `number` of the kind: which counter a record
 * belongs to, and how a number of that counter is written. Who gives numbers, and how no number is
 * given twice, is decided by the store of a device (sync/device/store/numbers.h) and by the hub
 * (sync/hub/numbers/numbers.h). Pure; any thread. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

/* Machinery kind: a block of numbers that the hub grants to one device. */
#define BH_NUMBER_BLOCK_KIND "number_block"
#define BH_NUMBER_MAX 9999999     /* greatest number of a counter */
#define BH_NUMBER_COUNTERS_MAX 32 /* counters of one kind and unit that are listed */

typedef struct _BhNumbering BhNumbering;

/* The declaration "number" of a kind, borrowed; NULL when its records get no number. */
const BhNumbering *bh_kind_get_numbering(const BhKind *kind);
/* Name of the text field that contains the number. */
const char *bh_numbering_get_field(const BhNumbering *numbering);
/* Name of the flag field that marks a provisional number; NULL when the kind has none. */
const char *bh_numbering_get_provisional(const BhNumbering *numbering);
/* The choice field of "per", by which each type has numbers of its own; NULL: none. `kind` must
 * have may be one without a numbering. */
const BhField *bh_numbering_get_type(const BhKind *kind);
/* Whether the key is the field of the number or of its mark. */
gboolean bh_numbering_is_key(const BhNumbering *numbering, const char *key);

/* A counter: the numbers 1, 2, 3 … of one kind, unit, type and year (the members of "per"). */
typedef struct {
  char *key;     /* id of the unit and code of the type, separated by a space; "" without both */
  gint64 year;   /* 0 when the counter does not start anew with each year */
  char *prefix;  /* text before the digits of every number of the counter */
  char *suffix;  /* text after them */
  gint64 digits; /* least number of digits; shorter numbers get zeros in front */
} BhCounter;

/* Frees the members, not the counter itself, which becomes empty. */
void bh_counter_clear(BhCounter *counter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhCounter, bh_counter_clear)
/* Frees the counter and its members; NULL is allowed. */
void bh_counter_free(BhCounter *counter);

/* The counter of a record of the kind, which must have a numbering. `context` has the values of the
 * record and finds other records. `unit`: used when the record names no unit; may be NULL. `year`:
 * the year in which the number is given. *out must be empty; bh_counter_clear. FALSE, *out
 * untouched, when the unit or the type of the record is not known yet. */
gboolean bh_numbering_find_counter(const BhKind *kind, const BhContext *context, const char *unit,
                                   gint64 year, BhCounter *out);
/* The counters of a unit for records of the kind, one for each type that is not retired, at most
 * BH_NUMBER_COUNTERS_MAX; BhCounter*, with free function. `context` finds other records; its values
 * are ignored. */
GPtrArray *bh_numbering_list_counters(const BhKind *kind, const BhContext *context,
                                      const char *unit, gint64 year);

/* The number `n` of a counter, as it is written; g_free. */
char *bh_counter_format(const BhCounter *counter, gint64 n);
/* The number of a record for which no number of the counter is at hand: with a "T" and the last six
 * digits of the record's id in place of the digits; g_free. */
char *bh_counter_dup_provisional(const BhCounter *counter, const char *record);
/* *n: the number that the text writes. FALSE, *n untouched, for a text that
 * bh_counter_format does not make for this counter. */
gboolean bh_counter_parse(const BhCounter *counter, const char *text, gint64 *n);

G_END_DECLS

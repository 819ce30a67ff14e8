/* The register of numbers: for each number of a counter, which record has it, whether it is void,
 * and which numbers are lost. Only reads; any thread that has a connection. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* One page of the register of a kind: {"kind","year","rows":[{"number","number_to"?,"first","last",
 * "count","state","type"?,"record"?,"title"?,"record_state"?,"restricted"?,"device"?,
 * "device_name"?}],"after"?}, a new reference. "state" is
 *
 *   used   a record has the number (of several records, each has a row)
 *   void   the record that has it is in a void state
 *   free   nobody has it yet, but its block can still be used
 *   lost   nobody has it, and nobody will: the device was revoked or has begun another chain, or
 *          the year is over
 *
 * Neighbouring numbers of one block that are free, or lost, are one row. A record that only some
 * may see has neither "record" nor "title". `unit` NULL: all units. `year` 0: the present year, by
 * `now_ms`. `after`: "after" of the page before, or NULL. BH_ERROR_UNKNOWN when the kind does not
 * number its records; _FORMAT for a wrong `after`. */
json_t *bh_register_list(BhDb *db, const BhKindSet *kinds, const char *kind, const char *unit,
                         gint64 year, gint64 now_ms, const char *after, GError **error);
/* Kinds that number their records: [{"kind","label"}], a new reference. */
json_t *bh_register_list_kinds(const BhKindSet *kinds, const char *lang);

G_END_DECLS

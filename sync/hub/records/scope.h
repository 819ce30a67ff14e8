/* Whether a scope – "all", "a:AREA" or "u:UNIT", as derive.c computes it – is within what a unit
 * serves. The same rule holds for devices and for people in the office. */
#pragma once

#include "schema/json.h"
#include "schema/region.h"

G_BEGIN_DECLS

/* Returns the shown values of a record, borrowed; NULL when there is no such record. */
typedef const json_t *(*BhScopeLookup)(const char *record, gpointer data);

/* TRUE when `scope` is "all", in the unit's area or below it, or the unit itself. `units_below`:
 * also when it is another unit in that area; TRUE for people, who supervise these units, FALSE for
 * devices. `scope` may be NULL (within nothing), `unit` too (only "all" is within it). */
gboolean bh_scope_is_within(const char *scope, const char *unit, gboolean units_below,
                            const BhRegion *region, BhScopeLookup lookup, gpointer data);

G_END_DECLS

/* Where a record belongs – "all", "a:AREA" or "u:UNIT", as records.c derives it – against what a
 * unit serves. One rule for devices and for people in the office. */
#pragma once

#include "schema/json.h"
#include "schema/region.h"

G_BEGIN_DECLS

/* Shown values of a record, borrowed; NULL when it is not here. */
typedef const json_t *(*BhScopeLookup)(const char *record, gpointer data);

/* TRUE when `scope` (may be NULL: nowhere) is for everybody, in the unit's area or below it, or
 * the unit's own. `units_below`: records of units in that area count as well, which is for people
 * who look down on them and not for devices. `unit` may be NULL. */
gboolean bh_scope_is_within(const char *scope, const char *unit, gboolean units_below,
                            const BhRegion *region, BhScopeLookup lookup, gpointer data);

G_END_DECLS

/* Whether a scope – "all", "a:AREA" or "u:UNIT", as derive.c computes it – is within what a unit
 * serves. The same rule holds for devices and for people in the office. */
#pragma once

#include "schema/json.h"
#include "schema/region.h"

G_BEGIN_DECLS

/* Returns the shown values of a record, borrowed; NULL when there is no such record. */
typedef const json_t *(*BhScopeLookup)(const char *record, gpointer data);

/* Whether `unit` serves `scope`: the scope is "all", the area of the unit or an area below that, or
 * the unit itself. `units_below` TRUE: also when the scope is another unit in the area of `unit`;
 * TRUE for people, who supervise these units, FALSE for devices. FALSE when `scope` is NULL; if
 * `unit` is NULL, TRUE only for the scope "all". */
gboolean bh_scope_is_within(const char *scope, const char *unit, gboolean units_below,
                            const BhRegion *region, BhScopeLookup lookup, gpointer data);

G_END_DECLS

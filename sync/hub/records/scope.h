/* Whether a scope – "all", "a:AREA" or "u:UNIT", as derive.c computes it – is within what a unit
 * serves. The same rule holds for devices and for people in the office.
 *
 * Records of kinds of the office have the same scopes with an "o" before them: "oall", "oa:AREA",
 * "ou:UNIT". No query of the feed matches these, and no device serves them. */
#pragma once

#include "schema/json.h"
#include "schema/region.h"

G_BEGIN_DECLS

/* Returns the shown values of a record, borrowed; NULL when there is no such record. */
typedef const json_t *(*BhScopeLookup)(const char *record, gpointer data);

/* The letter before scopes of records that stay at the office. */
#define BH_SCOPE_OFFICE "o"

/* Whether the scope is one of the office. FALSE for NULL. */
gboolean bh_scope_is_office(const char *scope);
/* Whether `unit` serves `scope`: the scope is "all", the area of the unit or an area below that, or
 * the unit itself. `for_people` TRUE: also when the scope is another unit in the area of `unit`,
 * which people supervise, or one of the office; FALSE for devices. FALSE when `scope` is NULL; if
 * `unit` is NULL, TRUE only for the scopes "all" and "oall". */
gboolean bh_scope_is_within(const char *scope, const char *unit, gboolean for_people,
                            const BhRegion *region, BhScopeLookup lookup, gpointer data);

G_END_DECLS

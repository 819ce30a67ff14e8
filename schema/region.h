/* Area codes (GB/T 2260 and township extensions) as a tree with validity and successors, from a
 * pack
 * {"region","source","areas":[{"code","name","parent"?,"level","valid_from"?,"valid_to"?,
 * "successor"?}]}. An area whose code was replaced names the new code as its successor. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhRegion BhRegion;
/* Loads a pack. NULL with an error that names file and area for duplicate areas, unknown parents or
 * successors, cycles, and chains of more than 16. Immutable once loaded; any thread. Every function
 * below accepts NULL for "no pack", which contains no area. Free with bh_region_free. */
BhRegion *bh_region_load(const char *path, GError **error);
/* Frees a region pack; NULL is allowed. */
void bh_region_free(BhRegion *region);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRegion, bh_region_free)

/* Whether the pack contains the code. */
gboolean bh_region_has(const BhRegion *region, const char *code);
/* Name of the area, without the names of the areas above it. Borrowed; NULL when the code is
 * unknown. */
const char *bh_region_get_name(const BhRegion *region, const char *code);
/* Code of the area directly above. Borrowed; NULL for a topmost area or an unknown code. */
const char *bh_region_get_parent(const BhRegion *region, const char *code);
/* Full name from province down ("山西省朔州市平鲁区"); g_free; the code itself when unknown. */
char *bh_region_dup_full_name(const BhRegion *region, const char *code);
/* The code that replaces `code` today: follows successors, at most 16 steps. `code` itself when it
 * has no successor or is unknown. Borrowed. */
const char *bh_region_current(const BhRegion *region, const char *code);
/* Whether `code` is `ancestor` or lies below it; successors are followed on both sides. A code that
 * the pack does not contain counts as below the nearest known area of its leading digits (140603299
 * below 140603). */
gboolean bh_region_is_within(const BhRegion *region, const char *code, const char *ancestor);
/* Codes of the present areas (those without a successor) directly below `code`, or of the topmost
 * ones for NULL, in pack order; borrowed strings, free the array. */
GPtrArray *bh_region_list_children(const BhRegion *region, const char *code);
/* Codes of the areas that a typed text means: the area of this code, or the present areas of this
 * name, with or without the names of the areas above ("朔州市平鲁区"). Borrowed strings, in pack
 * order; free the array. */
GPtrArray *bh_region_list_matches(const BhRegion *region, const char *text);
/* Like bh_region_is_within, but compares only the digits of the codes, for callers without a pack:
 * 140603 is within 140600, and 140603100 within 140603. */
gboolean bh_area_code_is_within(const char *code, const char *ancestor);

G_END_DECLS

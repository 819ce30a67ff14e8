/* Area codes (GB/T 2260 and township extensions) as a tree with validity and successors, from a
 * pack:
 * {"region","source","areas":[{"code","name","parent"?,"level","valid_from"?,"valid_to"?,"successor"?}]}.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhRegion BhRegion;
/* Refuses, naming file and area, what is listed twice, unknown parents and successors, cycles and
 * chains of more than 16. Immutable once loaded, for any thread; every function below takes NULL
 * for "no pack" and knows no area then. */
BhRegion *bh_region_load(const char *path, GError **error);
void bh_region_free(BhRegion *region);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRegion, bh_region_free)

gboolean bh_region_has(const BhRegion *region, const char *code);
/* Borrowed; NULL when unknown. */
const char *bh_region_get_name(const BhRegion *region, const char *code);
const char *bh_region_get_parent(const BhRegion *region, const char *code);
/* Whole name from province down ("山西省朔州市平鲁区"); g_free; the code itself when unknown. */
char *bh_region_dup_full_name(const BhRegion *region, const char *code);
/* The area that stands for `code` today: follows successors, at most 16 steps. Borrowed. */
const char *bh_region_current(const BhRegion *region, const char *code);
/* TRUE when `code` is `ancestor` or lies below it, successors followed on both sides. A code the
 * pack does not know lies below the nearest known area its digits name (140603299 below 140603). */
gboolean bh_region_is_within(const BhRegion *region, const char *code, const char *ancestor);
/* Codes of the present areas (those without a successor) directly below `code`, or of the topmost
 * ones for NULL, in pack order; borrowed strings, free the array. */
GPtrArray *bh_region_list_children(const BhRegion *region, const char *code);
/* Codes of the areas that answer to a text: the one of this code, or the present ones that are
 * called so, alone or with the names of the areas above ("朔州市平鲁区"). Borrowed strings, pack
 * order; free the array. */
GPtrArray *bh_region_list_called(const BhRegion *region, const char *text);
/* The same by the digits alone, for where no pack is at hand: 140600 holds 140603, which holds
 * 140603100. */
gboolean bh_area_code_is_within(const char *code, const char *ancestor);

G_END_DECLS

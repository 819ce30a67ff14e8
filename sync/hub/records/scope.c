/* The comparison of scopes with areas and units. Reads only what `lookup` gives. */
#include "sync/hub/records/scope.h"

#include <string.h>

static gboolean is_area_within(const char *area, const char *unit, const BhRegion *region,
                               BhScopeLookup lookup, gpointer data)
{
  const char *own = bh_json_string_or(lookup(unit, data), "area", NULL);
  return area != NULL && own != NULL &&
         (strcmp(area, own) == 0 || bh_region_is_within(region, area, own));
}

gboolean bh_scope_is_office(const char *scope)
{
  return scope != NULL && g_str_has_prefix(scope, BH_SCOPE_OFFICE);
}

gboolean bh_scope_is_within(const char *scope, const char *unit, gboolean for_people,
                            const BhRegion *region, BhScopeLookup lookup, gpointer data)
{
  if (scope == NULL || (bh_scope_is_office(scope) && !for_people))
    return FALSE;
  if (bh_scope_is_office(scope))
    scope += strlen(BH_SCOPE_OFFICE);
  if (strcmp(scope, "all") == 0)
    return TRUE;
  if (unit == NULL)
    return FALSE;
  if (g_str_has_prefix(scope, "a:"))
    return is_area_within(scope + 2, unit, region, lookup, data);
  if (!g_str_has_prefix(scope, "u:"))
    return FALSE;
  if (strcmp(scope + 2, unit) == 0)
    return TRUE;
  return for_people && is_area_within(bh_json_string_or(lookup(scope + 2, data), "area", NULL),
                                      unit, region, lookup, data);
}

/* Decides whether a person is in service. */
#include "schema/staff.h"

#include <string.h>

gboolean bh_staff_is_in_service(const json_t *values, const char *today)
{
  if (g_strcmp0(bh_json_string_or(values, "state", "active"), "active") != 0)
    return FALSE;
  const char *until = json_string_value(json_object_get(values, "valid_to"));
  const char *since = json_string_value(json_object_get(values, "valid_from"));
  return today == NULL || ((until == NULL || strcmp(today, until) <= 0) &&
                           (since == NULL || strcmp(today, since) >= 0));
}

/* People in service, by the values of their staff record. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Whether a person with these staff values may act and read on that day: has not left, and the day
 * lies within valid_from and valid_to. `today` ("2026-12-05") NULL: on any day. */
gboolean bh_staff_is_in_service(const json_t *values, const char *today);

G_END_DECLS

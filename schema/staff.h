/* Computes from the values of a staff record whether the person is in service. Pure; any thread. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Whether a person with these staff values may act and read on the day `today` ("2026-12-05"): the
 * person has not left, and the day is within valid_from and valid_to. With NULL for `today`, the
 * dates are ignored. */
gboolean bh_staff_is_in_service(const json_t *values, const char *today);

G_END_DECLS

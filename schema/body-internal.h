/* What reading and building a body share. Only schema/body*.c. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

/* Reads a parsed body and its parsed openings (NULL for none): every rule of PROTOCOL § 1 but the
 * lengths of the two texts. The values are shared, not copied. */
BhBody *bh_body_read(const json_t *object, const json_t *openings, GError **error);

G_END_DECLS

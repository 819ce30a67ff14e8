/* Between json.c and the way most text takes. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Value of a text that has no "\u" and no fraction, and is at most BH_JSON_MAX_DEPTH brackets deep.
 * NULL for everything else, broken or not: json.c then asks jansson, whose verdict and words count.
 * What is read here equals what jansson reads. New reference. */
json_t *bh_json_read(const char *text, gsize len);
/* Appends compact text, keys in order or sorted, byte for byte as jansson writes it. FALSE, with
 * nothing appended, for what only jansson can judge: a fraction, a NUL, too deep. */
gboolean bh_json_write(GString *out, const json_t *value, gboolean sorted);

G_END_DECLS

/* Between json.c and what it leaves to jansson only when it must. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Reads the JSON that programs write to each other: no escapes, no fractions, no key twice, at
 * most BH_JSON_MAX_DEPTH brackets deep. NULL for everything else, broken or not: json.c then asks
 * jansson, whose verdict counts. What is read here equals what jansson reads. New reference. */
json_t *bh_json_read_plain(const char *text, gsize len);
/* Appends compact text, keys in order or sorted, byte for byte as jansson writes it. FALSE, with
 * nothing appended, for what only jansson can judge: a fraction, a NUL, too deep. */
gboolean bh_json_write_plain(GString *out, const json_t *value, gboolean sorted);

G_END_DECLS

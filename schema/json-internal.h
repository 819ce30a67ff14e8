/* The fast reader and writer behind json.c (yajl, own writer). Private to json*.c. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Parses a text without "\u", without fractions and at most BH_JSON_MAX_DEPTH levels deep. The
 * value equals the one that jansson would return. NULL for any other text, valid or not: json.c
 * then calls jansson, which decides and words the error. `is_shared`: equal parts of the value are
 * one. New reference. */
json_t *bh_json_read(const char *text, gsize len, gboolean is_shared);
/* Appends the compact JSON text of a value, keys in insertion order or sorted, with the bytes that
 * jansson would write. FALSE, with nothing appended, for a value with a fraction or a NUL, or
 * nested too deep: json.c then calls jansson. */
gboolean bh_json_write(GString *out, const json_t *value, gboolean sorted);

G_END_DECLS

/* Between json.c and json-plain.c. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Reads the JSON that programs write to each other: no escapes, no fractions, no key twice, at
 * most BH_JSON_MAX_DEPTH brackets deep. NULL for everything else, broken or not: json.c then asks
 * jansson, whose verdict counts. What is read here equals what jansson reads. New reference. */
json_t *bh_json_read_plain(const char *text, gsize len);

G_END_DECLS

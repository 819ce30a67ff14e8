/* The text that people read and sign: plain lines made from the frozen fields of a document (see
 * app/paper/README.md). A signature refers to the hash of these bytes; device and hub make them
 * with this code. Pure; any thread. PROTOCOL § 14 specifies the text for a
 * second implementation. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Makes the text of the frozen fields of a document. The text of a visit's record omits what is set
 * after the signatures (number, date, end of the visit); that of an order contains its number,
 * legal basis and deadline. Always Chinese, because it is part of a document. Equal fields give
 * equal bytes. Unknown members are omitted; members of a wrong type count as absent. g_free; never
 * NULL. */
char *bh_signed_text_make(const json_t *frozen);

/* The digest that a signature refers to, as 64 hex digits: SHA-256 of `value` if it is a string, or
 * of the text of `value` if it is an object of frozen fields. g_free; NULL for any other type. */
char *bh_signed_text_dup_digest(const json_t *value);

/* Lines that are only in `before` (prefix "− ") or only in `after` (prefix "+ "), in their order;
 * "" when there are none. g_free. */
char *bh_signed_text_dup_changes(const char *before, const char *after);

G_END_DECLS

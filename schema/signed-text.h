/* The words that people read before they sign a document, as plain lines made from its frozen
 * fields (see app/paper/README.md). A signature is given to these bytes; device and hub make them
 * with the same code. Pure; any thread. PROTOCOL.md, section 14, says the same for a second
 * verifier. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* The text of the frozen fields of a document. The record of a visit leaves out what is set after
 * the signatures (its number, its date, the end of the visit); an order has its number, its legal
 * basis and its deadline. Chinese whatever the window speaks: it is a document. The same fields
 * give the same bytes. Unknown members are left out, wrong types count as absent. g_free; never
 * NULL. */
char *bh_signed_text_make(const json_t *frozen);

/* What a signature is given to, as 64 hex digits: SHA-256 of a text as it is, or of the text of
 * frozen fields. g_free; NULL when `value` is neither a string nor an object. */
char *bh_signed_text_dup_digest(const json_t *value);

/* Lines that are only in `before` ("− " in front) and only in `after` ("+ "), in their order; ""
 * when there are none. g_free. */
char *bh_signed_text_dup_changes(const char *before, const char *after);

G_END_DECLS

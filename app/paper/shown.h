/* The words people read before they sign: what the on-site record will say, as plain lines, made
 * from the same frozen fields. The date of the paper is left out, since it is set afterwards. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* Same fields, same bytes; a signature names their SHA-256. Chinese whatever the window speaks: it
 * is a document. g_free; never NULL. Any thread. */
char *bh_paper_dup_shown_text(const json_t *frozen);

/* SHA-256 of that text, 64 hex digits: what a signature is given to. g_free. */
char *bh_paper_dup_shown_digest(const json_t *frozen);

G_END_DECLS

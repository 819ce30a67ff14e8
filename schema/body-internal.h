/* Functions that body.c, body-builder.c and person.c share. Private to those files. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

/* Builds a BhBody from a parsed body and its parsed openings (NULL for none). Checks every rule of
 * PROTOCOL § 1 except the lengths of the two texts. JSON values are referenced, not copied. NULL
 * with an error; free with bh_body_free. */
BhBody *bh_body_read(const json_t *object, const json_t *openings, GError **error);

/* Signs the text of a finished body with a person's key. Returns the text with the signature in it
 * (g_free), and stores the same signature in `body`. Defined in person.c. */
char *bh_body_sign(const char *text, const char *hub, const guint8 secret_key[BH_SECRET_KEY_SIZE],
                   BhBody *body);
/* Reads the person's signature at the end of `text`, which has a member "signed", into `body`.
 * FALSE with BH_ERROR_FORMAT. Defined in person.c. */
gboolean bh_body_read_signature(BhBody *body, const char *text, GError **error);

G_END_DECLS

/* What reading and building a body share. Only schema/body*.c. */
#pragma once

#include "schema/entry.h"

G_BEGIN_DECLS

/* Reads a parsed body and its parsed openings (NULL for none): every rule of PROTOCOL § 1 but the
 * lengths of the two texts. The values are shared, not copied. */
BhBody *bh_body_read(const json_t *object, const json_t *openings, GError **error);

/* Signs a finished body's text: → the text with the signature in it (g_free), and the same in
 * `body`. In person.c. */
char *bh_body_sign(const char *text, const char *hub, const guint8 secret_key[BH_SECRET_KEY_SIZE],
                   BhBody *body);
/* Reads the signature at the end of a text that has a member "signed". */
gboolean bh_body_read_signature(BhBody *body, const char *text, GError **error);

G_END_DECLS

/* Base64 with the standard alphabet and padding. Only the canonical form is accepted: text that
 * does not encode back to itself is refused, so that a signed text has one spelling. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Encodes `len` bytes as canonical base64; g_free. */
char *bh_base64_encode(const void *bytes, gsize len);
/* Decodes `text`, the canonical base64 of exactly `size` bytes, to `out`. FALSE, `out` untouched,
 * for any other text and for NULL. */
gboolean bh_base64_decode(const char *text, guint8 *out, gsize size);

G_END_DECLS

/* Base64 with the standard alphabet and padding, one form per value: what does not encode back to
 * the same text is refused, so that a signed text cannot be written in two ways. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *bh_base64_encode(const void *bytes, gsize len); /* g_free */
/* Exactly `size` bytes; FALSE (also for NULL) leaves `out` untouched. */
gboolean bh_base64_decode(const char *text, guint8 *out, gsize size);

G_END_DECLS

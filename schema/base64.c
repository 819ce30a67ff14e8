/* Canonical base64 through libsodium. */
#include "schema/base64.h"

#include <sodium.h>
#include <string.h>

char *bh_base64_encode(const void *bytes, gsize len)
{
  gsize size = sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL);
  char *text = g_malloc(size);
  return sodium_bin2base64(text, size, bytes, len, sodium_base64_VARIANT_ORIGINAL);
}

gboolean bh_base64_decode(const char *text, guint8 *out, gsize size)
{
  if (text == NULL ||
      strlen(text) != sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL) - 1)
    return FALSE;
  g_autofree guint8 *bytes = g_malloc(size + 1);
  gsize len = 0;
  gboolean good = sodium_base642bin(bytes, size, text, strlen(text), NULL, &len, NULL,
                                    sodium_base64_VARIANT_ORIGINAL) == 0 &&
                  len == size;
  if (good) {
    /* libsodium 1.0.18 accepts some bytes above 127 as letters of the alphabet. */
    g_autofree char *again = bh_base64_encode(bytes, size);
    good = g_str_equal(again, text);
  }
  if (good)
    memcpy(out, bytes, size);
  sodium_memzero(bytes, size);
  return good;
}

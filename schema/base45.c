/* Base45 (RFC 9285), for QR codes in alphanumeric mode. */
#include "schema/plaque.h"

#include <string.h>
#include "schema/error.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
#define BASE 45

char *bh_base45_encode(const guint8 *bytes, gsize len)
{
  GString *out = g_string_sized_new(len * 3 / 2 + 2);
  for (gsize i = 0; i < len; i += 2) {
    guint value = i + 1 < len ? bytes[i] * 256u + bytes[i + 1] : bytes[i];
    g_string_append_c(out, alphabet[value % BASE]);
    g_string_append_c(out, alphabet[value / BASE % BASE]);
    if (i + 1 < len)
      g_string_append_c(out, alphabet[value / BASE / BASE]);
  }
  return g_string_free(out, FALSE);
}

static GByteArray *fail(GError **error, gsize place)
{
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "base45: invalid at character %" G_GSIZE_FORMAT,
              place + 1);
  return NULL;
}

GByteArray *bh_base45_decode(const char *text, GError **error)
{
  gsize len = strlen(text);
  g_autoptr(GByteArray) out = g_byte_array_new();
  for (gsize i = 0; i < len; i += 3) {
    gsize n = MIN(len - i, 3);
    if (n == 1)
      return fail(error, i);
    guint value = 0;
    for (gsize j = n; j > 0; j--) {
      const char *place = strchr(alphabet, text[i + j - 1]);
      if (place == NULL)
        return fail(error, i + j - 1);
      value = value * BASE + (guint)(place - alphabet);
    }
    if (value > (n == 3 ? 0xffffu : 0xffu))
      return fail(error, i);
    guint8 pair[2] = {(guint8)(value >> 8), (guint8)value};
    g_byte_array_append(out, n == 3 ? pair : pair + 1, n == 3 ? 2 : 1);
  }
  return g_steal_pointer(&out);
}

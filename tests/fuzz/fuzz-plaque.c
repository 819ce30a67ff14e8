/* Reads the text of a plaque as it comes from a code scanner or a keyboard. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/plaque.h"
#include "schema/uscc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const guint8 public_key[BH_PUBLIC_KEY_SIZE] = {1};
  g_autofree char *text = g_strndup((const char *)data, size);
  BhPlaque plaque;
  bh_plaque_decode(text, &plaque, NULL);
  g_assert(!bh_plaque_verify(text, public_key, &plaque, NULL));
  g_autoptr(GByteArray) bytes = bh_base45_decode(text, NULL);
  if (bytes != NULL) {
    g_autofree char *again = bh_base45_encode(bytes->data, bytes->len);
    g_assert_cmpstr(again, ==, text);
  }
  guint32 serial = 0;
  if (bh_plaque_parse_short_code(text, &serial, NULL)) {
    g_autofree char *code = bh_plaque_short_code(serial);
    guint32 same = 0;
    g_assert(bh_plaque_parse_short_code(code, &same, NULL) && same == serial);
  }
  g_autofree char *uscc = bh_uscc_normalize(text);
  bh_uscc_check(uscc, NULL);
  return 0;
}

#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_json_parse((const char *)data, size, 64 * 1024, "input", &error);
  g_assert((value == NULL) == (error != NULL));
  if (value == NULL)
    return 0;
  g_autofree char *text = bh_json_dump_sorted(value);
  g_autoptr(json_t) again = bh_json_parse(text, strlen(text), G_MAXSIZE, "again", &error);
  g_assert_no_error(error);
  g_autofree char *same = bh_json_dump_sorted(again);
  g_assert_cmpstr(text, ==, same);
  return 0;
}

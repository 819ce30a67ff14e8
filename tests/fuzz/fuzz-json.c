#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/json-internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_json_parse((const char *)data, size, 64 * 1024, "input", &error);
  g_assert((value == NULL) == (error != NULL));
  g_autoptr(json_t) plain = bh_json_read((const char *)data, size, FALSE);
  g_autoptr(json_t) shared = bh_json_read((const char *)data, size, TRUE);
  g_autoptr(json_t) full =
      json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
  g_assert(plain == NULL || json_equal(plain, full));
  g_assert((plain == NULL) == (shared == NULL));
  g_assert(plain == NULL || json_equal(plain, shared));
  if (value == NULL)
    return 0;
  g_autofree char *text = bh_json_dump_sorted(value);
  g_autofree char *in_order = bh_json_dump(value);
  char *by_library = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
  g_assert_cmpstr(text, ==, by_library);
  free(by_library);
  by_library = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  g_assert_cmpstr(in_order, ==, by_library);
  free(by_library);
  g_autoptr(json_t) again = bh_json_parse(text, strlen(text), G_MAXSIZE, "again", &error);
  g_assert_no_error(error);
  g_autofree char *same = bh_json_dump_sorted(again);
  g_assert_cmpstr(text, ==, same);
  return 0;
}

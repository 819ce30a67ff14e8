#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhRecord) record = bh_record_from_snapshot((const char *)data, size, &error);
  g_assert((record == NULL) == (error != NULL));
  if (record == NULL)
    return 0;
  g_autofree char *text = bh_record_to_snapshot(record);
  g_autoptr(BhRecord) again = bh_record_from_snapshot(text, strlen(text), &error);
  g_assert_no_error(error);
  g_autofree char *same = bh_record_to_snapshot(again);
  g_assert_cmpstr(text, ==, same);
  g_ptr_array_unref(bh_record_list_conflicts(record));
  json_decref(bh_record_dup_values(record));
  g_autoptr(BhRecord) copy = bh_record_copy(record);
  bh_record_withhold(copy, NULL);
  return 0;
}

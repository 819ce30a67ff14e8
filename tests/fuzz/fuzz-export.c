#include "tests/fuzz/fuzz.h"

#include "sync/wire/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const guint8 hub_key[BH_PUBLIC_KEY_SIZE] = {1};
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(data, (gssize)size, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhExportReport) report = bh_export_verify_stream(in, "input", hub_key, &error);
  g_assert_no_error(error);
  /* No input can have a valid seal, because nobody has the private key of this public key. */
  g_assert(!report->authentic);
  json_decref(bh_export_report_to_json(report));
  return 0;
}

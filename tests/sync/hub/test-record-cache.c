/* The cache of parsed records: a record is used only for the snapshot that it was made from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "sync/hub/records/record-cache.h"

#define ENTRY "01890a5d-ac96-774b-bcce-b302099a8001"

static const char *const IDS[] = {
    "01890a5d-ac96-774b-bcce-b302099a8101",
    "01890a5d-ac96-774b-bcce-b302099a8102",
    "01890a5d-ac96-774b-bcce-b302099a8103",
};

/* Snapshot of a record with the one value {"name": value}; g_free. */
static char *make_snapshot(const char *id, const char *value)
{
  return g_strdup_printf("{\"keys\":{\"name\":{\"heads\":[{\"e\":\"" ENTRY
                         "\",\"v\":\"%s\"}]}},\"kind\":\"note\",\"record\":\"%s\"}",
                         value, id);
}

static void put(BhRecordCache *cache, const char *snapshot)
{
  g_autoptr(GError) error = NULL;
  BhRecord *record = bh_record_from_snapshot(snapshot, strlen(snapshot), &error);
  if (record == NULL)
    fail_msg("%s", error->message);
  bh_record_cache_put(cache, g_strdup(snapshot), record, NULL);
}

static void assert_cached(BhRecordCache *cache, const char *id, const char *snapshot,
                          const char *value)
{
  json_t *values = bh_record_cache_get_values(cache, id, snapshot);
  if (value != NULL)
    assert_string_equal(json_string_value(json_object_get(values, "name")), value);
  else
    assert_null(values);
  json_decref(values);
}

static void test_a_record_is_used_only_for_its_own_snapshot(void **state)
{
  (void)state;
  BhRecordCache *cache = bh_record_cache_new(8, 10000);
  g_autofree char *before = make_snapshot(IDS[0], "before");
  g_autofree char *now = make_snapshot(IDS[0], "now");
  put(cache, before);
  assert_cached(cache, IDS[0], before, "before");
  assert_cached(cache, IDS[0], now, NULL);
  /* The other text showed that the record has changed: it is gone. */
  assert_cached(cache, IDS[0], before, NULL);
  put(cache, before);
  put(cache, now);
  assert_cached(cache, IDS[0], now, "now");
  bh_record_cache_free(cache);
}

static void test_a_record_that_is_taken_belongs_to_the_caller(void **state)
{
  (void)state;
  BhRecordCache *cache = bh_record_cache_new(8, 10000);
  g_autofree char *snapshot = make_snapshot(IDS[0], "one");
  BhRecord *record = NULL;
  json_t *values = NULL;
  assert_false(bh_record_cache_take(cache, IDS[0], snapshot, &record, &values));
  put(cache, snapshot);
  assert_cached(cache, IDS[0], snapshot, "one");
  assert_true(bh_record_cache_take(cache, IDS[0], snapshot, &record, &values));
  assert_string_equal(bh_record_get_id(record), IDS[0]);
  assert_string_equal(json_string_value(json_object_get(values, "name")), "one");
  assert_cached(cache, IDS[0], snapshot, NULL);
  bh_record_cache_put(cache, g_strdup(snapshot), record, values);
  assert_cached(cache, IDS[0], snapshot, "one");
  bh_record_cache_free(cache);
}

static void test_the_oldest_records_make_room(void **state)
{
  (void)state;
  char *texts[3];
  for (int i = 0; i < 3; i++)
    texts[i] = make_snapshot(IDS[i], "same length");

  BhRecordCache *by_number = bh_record_cache_new(2, 10000);
  for (int i = 0; i < 3; i++)
    put(by_number, texts[i]);
  assert_cached(by_number, IDS[0], texts[0], NULL);
  assert_cached(by_number, IDS[1], texts[1], "same length");
  assert_cached(by_number, IDS[2], texts[2], "same length");
  bh_record_cache_free(by_number);

  BhRecordCache *by_size = bh_record_cache_new(8, 2 * strlen(texts[0]) + 1);
  for (int i = 0; i < 3; i++)
    put(by_size, texts[i]);
  assert_cached(by_size, IDS[0], texts[0], NULL);
  assert_cached(by_size, IDS[1], texts[1], "same length");
  assert_cached(by_size, IDS[2], texts[2], "same length");
  bh_record_cache_free(by_size);

  BhRecordCache *too_small = bh_record_cache_new(8, strlen(texts[0]) - 1);
  put(too_small, texts[0]);
  assert_cached(too_small, IDS[0], texts[0], NULL);
  bh_record_cache_free(too_small);
  for (int i = 0; i < 3; i++)
    g_free(texts[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_record_is_used_only_for_its_own_snapshot),
      cmocka_unit_test(test_a_record_that_is_taken_belongs_to_the_caller),
      cmocka_unit_test(test_the_oldest_records_make_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "tests/schema/support.h"

#include <string.h>
#include "schema/base64.h"
#include "schema/paths.h"
#include "schema/world.h"

static void test_ids_are_uuid_version_7(void **state G_GNUC_UNUSED)
{
  TestClock time = {.wall_ms = G_GINT64_CONSTANT(1795258740123)};
  BhClock clock = test_clock_wrap(&time);
  TestRandom bytes = {1};
  BhRandom random = {test_random_fill, &bytes};
  BhIdSource source;
  bh_id_source_init(&source, &clock, &random);
  char id[BH_ID_LEN + 1];
  bh_id_next(&source, id);
  assert_true(bh_id_is_valid(id));
  assert_int_equal(id[14], '7');
  assert_non_null(strchr("89ab", id[19]));
  assert_int_equal(bh_id_time_ms(id), time.wall_ms);
}

static void test_order_of_ids_survives_a_clock_that_jumps(void **state G_GNUC_UNUSED)
{
  TestClock time = {.wall_ms = G_GINT64_CONSTANT(1795258740123)};
  BhClock clock = test_clock_wrap(&time);
  TestRandom bytes = {2};
  BhRandom random = {test_random_fill, &bytes};
  BhIdSource source;
  bh_id_source_init(&source, &clock, &random);
  char last[BH_ID_LEN + 1] = "";
  char id[BH_ID_LEN + 1];
  for (int i = 0; i < 20000; i++) {
    /* The clock jumps by years forward and back, to before 1970; thousands of ids fall into one
     * millisecond. */
    if (i % 5000 == 4999)
      time.wall_ms +=
          ((gint64)test_random_below(&bytes, 100) - 60) * G_GINT64_CONSTANT(31536000000);
    bh_id_next(&source, id);
    assert_true(strcmp(last, id) < 0);
    memcpy(last, id, sizeof last);
    if (i % 1000 == 0) { /* After a restart the source is given the newest id that is known. */
      bh_id_source_init(&source, &clock, &random);
      bh_id_source_advance(&source, id);
    }
  }
}

static void test_advance_ignores_what_is_no_id_of_this_sort(void **state G_GNUC_UNUSED)
{
  TestClock time = {.wall_ms = 1000};
  BhClock clock = test_clock_wrap(&time);
  BhIdSource source;
  bh_id_source_init(&source, &clock, bh_random_system());
  bh_id_source_advance(&source, NULL);
  bh_id_source_advance(&source, "x");
  bh_id_source_advance(&source, "ffffffff-ffff-4fff-8fff-ffffffffffff");
  assert_int_equal(source.last, 0);
  /* At the largest time that an id can hold, ids are still valid. */
  bh_id_source_advance(&source, "ffffffff-ffff-7fff-8fff-ffffffffffff");
  char id[BH_ID_LEN + 1];
  bh_id_next(&source, id);
  assert_true(bh_id_is_valid(id));
  assert_int_equal(id[14], '7');
}

static void test_ids_from_names_repeat_and_differ(void **state G_GNUC_UNUSED)
{
  char a[BH_ID_LEN + 1];
  char b[BH_ID_LEN + 1];
  bh_id_from_name("sample", "unit-1", a);
  bh_id_from_name("sample", "unit-1", b);
  assert_string_equal(a, b);
  assert_true(bh_id_is_valid(a));
  assert_int_equal(a[14], '8');
  bh_id_from_name("sampleu", "nit-1", b);
  assert_string_not_equal(a, b);
}

static void test_only_lower_case_uuid_text_is_an_id(void **state G_GNUC_UNUSED)
{
  assert_true(bh_id_is_valid("0198c0de-0000-7000-8000-00000000000f"));
  static const char *const wrong[] = {
      NULL,
      "",
      "0198c0de",
      "0198C0DE-0000-7000-8000-00000000000f",
      "0198c0de-0000-7000-8000-00000000000",
      "0198c0de-0000-7000-8000-00000000000ff",
      "0198c0de00000-7000-8000-00000000000f",
      "0198c0de-0000-7000-8000-00000000000g",
      "{198c0de-0000-7000-8000-00000000000}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
    assert_false(bh_id_is_valid(wrong[i]));
}

static void test_hashes(void **state G_GNUC_UNUSED)
{
  g_autofree char *hex = bh_hash_hex("abc", 3);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  guint8 bytes[BH_HASH_SIZE] = {0};
  assert_true(bh_hash_from_hex(hex, bytes));
  char again[BH_HASH_HEX_LEN + 1];
  bh_hash_to_hex(bytes, again);
  assert_string_equal(again, hex);
  assert_false(bh_hash_is_valid(NULL));
  assert_false(bh_hash_is_valid("ba78"));
  hex[3] = 'B';
  assert_false(bh_hash_from_hex(hex, bytes));
}

static void test_base64_has_one_form(void **state G_GNUC_UNUSED)
{
  guint8 out[4] = {0};
  assert_true(bh_base64_decode("AQIDBA==", out, 4));
  assert_int_equal(out[3], 4);
  static const char *const wrong[] = {NULL,       "",           "AQIDBA",   "AQIDBA=",  "AQIDBB==",
                                      "AQID BA=", "AQIDBA==\n", "AQID-_==", "AQIDBAU=", "AQID"};
  for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
    assert_false(bh_base64_decode(wrong[i], out, 4));
  g_autofree char *text = bh_base64_encode(out, 4);
  assert_string_equal(text, "AQIDBA==");
  g_autofree char *empty = bh_base64_encode("", 0);
  assert_string_equal(empty, "");
}

static void test_error_codes_keep_their_names(void **state G_GNUC_UNUSED)
{
  for (int code = BH_ERROR_FORMAT; code <= BH_ERROR_FAILED; code++)
    assert_int_equal(bh_error_code_from_name(bh_error_code_name((BhErrorCode)code)), code);
  assert_string_equal(bh_error_code_name(BH_ERROR_NOT_FOUND), "not_found");
  assert_string_equal(bh_error_code_name((BhErrorCode)999), "failed");
  assert_int_equal(bh_error_code_from_name("what"), BH_ERROR_FAILED);
  assert_int_equal(bh_error_code_from_name(NULL), BH_ERROR_FAILED);
}

static void test_data_is_found_below_the_directory_of_the_environment(void **state G_GNUC_UNUSED)
{
  g_autofree char *path = bh_data_path("schema", "kinds", NULL);
  g_autofree char *wanted = g_build_filename(g_getenv("BIHUAN_DATADIR"), "schema", "kinds", NULL);
  assert_string_equal(path, wanted);
}

static void test_real_clock_and_random_answer(void **state G_GNUC_UNUSED)
{
  const BhClock *clock = bh_clock_system();
  assert_true(clock->wall_ms(clock->data) > G_GINT64_CONSTANT(1700000000000));
  gint64 boot = clock->boot_ms(clock->data);
  assert_true(boot >= 0 && clock->boot_ms(clock->data) >= boot);
  assert_true(bh_id_is_valid(clock->boot_id(clock->data)));
  guint8 a[32] = {0};
  guint8 b[32] = {0};
  bh_random_system()->fill(NULL, a, sizeof a);
  bh_random_system()->fill(NULL, b, sizeof b);
  assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ids_are_uuid_version_7),
      cmocka_unit_test(test_order_of_ids_survives_a_clock_that_jumps),
      cmocka_unit_test(test_advance_ignores_what_is_no_id_of_this_sort),
      cmocka_unit_test(test_ids_from_names_repeat_and_differ),
      cmocka_unit_test(test_only_lower_case_uuid_text_is_an_id),
      cmocka_unit_test(test_hashes),
      cmocka_unit_test(test_base64_has_one_form),
      cmocka_unit_test(test_error_codes_keep_their_names),
      cmocka_unit_test(test_data_is_found_below_the_directory_of_the_environment),
      cmocka_unit_test(test_real_clock_and_random_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

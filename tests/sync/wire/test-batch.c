#include "sync/wire/batch.h"

#include "schema/error.h"

#include <string.h>
#include <zstd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *make_text(gsize len)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed(7);
  char *text = g_malloc(len);

  for (gsize i = 0; i < len; i++)
    text[i] = "0123456789abcdef"[g_rand_int_range(rand, 0, 16)];
  return text;
}

static void test_compressed_batches_expand_to_the_same_bytes(void **state)
{
  static const gsize sizes[] = {0, 1, 65535, 65536, 65537, 1000000, BH_BATCH_MAX_BYTES};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
    g_autofree char *text = make_text(sizes[i]);
    g_autoptr(GBytes) packed = bh_batch_compress(text, sizes[i], NULL);
    gsize len;
    const void *bytes = g_bytes_get_data(packed, &len);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) out = bh_batch_expand(bytes, len, BH_BATCH_MAX_BYTES, &error);

    assert_null(error);
    assert_int_equal(g_bytes_get_size(out), sizes[i]);
    if (sizes[i] > 0)
      assert_memory_equal(g_bytes_get_data(out, NULL), text, sizes[i]);
  }
}

static void test_a_bomb_ends_at_the_cap(void **state)
{
  gsize size = 256 * 1024 * 1024;
  g_autofree char *zeros = g_malloc0(size);
  g_autoptr(GBytes) packed = bh_batch_compress(zeros, size, NULL);
  g_autoptr(GError) error = NULL;
  gsize len;
  const void *bytes = g_bytes_get_data(packed, &len);

  (void)state;
  assert_true(len < 64 * 1024);
  assert_null(bh_batch_expand(bytes, len, BH_BATCH_MAX_BYTES, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

static void test_a_wide_window_is_refused(void **state)
{
  gsize size = 32 * 1024 * 1024;
  g_autofree char *text = make_text(size);
  gsize bound = ZSTD_compressBound(size);
  g_autofree char *packed = g_malloc(bound);
  ZSTD_CCtx *context = ZSTD_createCCtx();
  g_autoptr(GError) error = NULL;
  gsize len;

  (void)state;
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 25);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
  len = ZSTD_compress2(context, packed, bound, text, size);
  ZSTD_freeCCtx(context);
  assert_false(ZSTD_isError(len));
  assert_null(bh_batch_expand(packed, len, G_MAXSIZE / 2, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

static void test_a_cut_frame_is_refused_at_every_length(void **state)
{
  g_autofree char *text = make_text(3000);
  g_autoptr(GBytes) packed = bh_batch_compress(text, 3000, NULL);
  gsize len;
  const void *bytes = g_bytes_get_data(packed, &len);

  (void)state;
  for (gsize cut = 0; cut < len; cut++) {
    g_autoptr(GError) error = NULL;

    assert_null(bh_batch_expand(bytes, cut, BH_BATCH_MAX_BYTES, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  }
}

static void test_junk_and_bytes_after_the_frame_are_refused(void **state)
{
  g_autoptr(GBytes) packed = bh_batch_compress("abc", 3, NULL);
  g_autofree char *twice = g_malloc0(g_bytes_get_size(packed) + 1);
  g_autoptr(GError) error = NULL;

  (void)state;
  memcpy(twice, g_bytes_get_data(packed, NULL), g_bytes_get_size(packed));
  assert_null(bh_batch_expand(twice, g_bytes_get_size(packed) + 1, 100, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  g_clear_error(&error);
  assert_null(bh_batch_expand("no zstd at all", 14, 100, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
}

static void append_entries(GString *out, int n)
{
  for (int i = 0; i < n; i++)
    g_string_append_printf(out, "{\"envelope\":%d}\nc2ln\n{\"body\":%d}\n\n", i, i);
}

static void test_entries_are_taken_one_by_one(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  BhBatchReader reader;

  (void)state;
  append_entries(text, 3);
  assert_true(bh_batch_reader_init(&reader, text->str, text->len, &error));
  for (int i = 0; i < 3; i++) {
    g_autoptr(BhEntryText) entry = bh_batch_reader_next(&reader, &error);

    assert_null(error);
    assert_int_equal(entry->envelope[12], '0' + i);
    assert_string_equal(entry->openings, "");
  }
  assert_null(bh_batch_reader_next(&reader, &error));
  assert_null(error);
}

static void test_the_place_of_a_bad_entry_is_named(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhEntryText) first = NULL;
  BhBatchReader reader;

  (void)state;
  append_entries(text, 1);
  g_string_append(text, "{}\nc2ln\n{\"cut");
  assert_true(bh_batch_reader_init(&reader, text->str, text->len, &error));
  first = bh_batch_reader_next(&reader, &error);
  assert_non_null(first);
  assert_null(bh_batch_reader_next(&reader, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  assert_non_null(strstr(error->message, "entry 1"));
}

static void test_too_many_entries_and_too_many_bytes_are_refused(void **state)
{
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  BhBatchReader reader;

  (void)state;
  append_entries(text, BH_BATCH_MAX_ENTRIES + 1);
  assert_true(bh_batch_reader_init(&reader, text->str, text->len, &error));
  for (int i = 0; i < BH_BATCH_MAX_ENTRIES; i++) {
    g_autoptr(BhEntryText) entry = bh_batch_reader_next(&reader, &error);

    assert_non_null(entry);
  }
  assert_null(bh_batch_reader_next(&reader, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
  g_clear_error(&error);
  assert_false(bh_batch_reader_init(&reader, text->str, BH_BATCH_MAX_BYTES + 1, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_compressed_batches_expand_to_the_same_bytes),
      cmocka_unit_test(test_a_bomb_ends_at_the_cap),
      cmocka_unit_test(test_a_wide_window_is_refused),
      cmocka_unit_test(test_a_cut_frame_is_refused_at_every_length),
      cmocka_unit_test(test_junk_and_bytes_after_the_frame_are_refused),
      cmocka_unit_test(test_entries_are_taken_one_by_one),
      cmocka_unit_test(test_the_place_of_a_bad_entry_is_named),
      cmocka_unit_test(test_too_many_entries_and_too_many_bytes_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}

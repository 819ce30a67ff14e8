/* Bundles: what is written comes back; every byte of a file counts. */
#include "sync/wire/bundle.h"

#include <sodium.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HUB "01900000-0000-7000-8000-000000000001"
#define DEVICE "01900000-0000-7000-8000-000000000002"
#define BIG (200 * 1024) /* bytes of a file that takes several blocks */

static guint8 hub_key[BH_PUBLIC_KEY_SIZE], hub_secret[BH_SECRET_KEY_SIZE];

static int make_keys(void **state)
{
  (void)state;
  assert_true(sodium_init() >= 0);
  return crypto_sign_keypair(hub_key, hub_secret);
}

static void add_file(BhBundleWriter *writer, const void *bytes, gsize len, const char *sha256)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = bh_hash_hex(bytes, len);
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  assert_true(
      bh_bundle_writer_add_file(writer, sha256 != NULL ? sha256 : hash, (gint64)len, in, &error));
  assert_null(error);
}

/* A bundle with two entries, an empty file and a big one, whose hash is `sha256` (NULL: the right
 * one). */
static GBytes *make_bundle(const char *sha256)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  const BhBundleHead head = {.hub = HUB, .device = DEVICE, .made_ms = 1800000000000};
  g_autoptr(BhBundleWriter) writer = bh_bundle_writer_new(out, &head, hub_key, &error);
  assert_non_null(writer);
  for (int i = 0; i < 2; i++) {
    g_autofree char *body = g_strdup_printf("{\"n\":%d}", i);
    g_autoptr(BhEntryText) text = bh_entry_text_new("{}", "c2ln", body, "");
    assert_true(bh_bundle_writer_add_entry(writer, text, &error));
  }
  g_autofree char *big = g_malloc(BIG);
  memset(big, 'x', BIG);
  add_file(writer, "", 0, NULL);
  add_file(writer, big, BIG, sha256);
  assert_true(bh_bundle_writer_finish(writer, &error));
  assert_true(g_output_stream_close(out, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
}

/* Reads all of it; the number of items before the end, or -1 with an error. */
static int read_all(const void *bytes, gsize len, GError **error)
{
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  g_autoptr(BhBundleReader) reader =
      bh_bundle_reader_new(in, "work.bundle", hub_key, hub_secret, error);
  for (int items = 0; reader != NULL; items++) {
    BhBundleItem item = bh_bundle_reader_next(reader, error);
    if (item == BH_BUNDLE_END)
      return items;
    if (item == BH_BUNDLE_FAILED)
      return -1;
    if (item == BH_BUNDLE_ENTRY) {
      g_autoptr(BhEntryText) text = bh_bundle_reader_take_entry(reader);
      g_autofree char *body = g_strdup_printf("{\"n\":%d}", items);
      assert_string_equal(text->body, body);
      continue;
    }
    g_autoptr(GBytes) file = bh_bundle_reader_read_file(reader, error);
    if (file == NULL)
      return -1;
    assert_int_equal(g_bytes_get_size(file), items == 2 ? 0 : BIG);
  }
  return -1;
}

static void assert_fails(const void *bytes, gsize len, const char *words)
{
  g_autoptr(GError) error = NULL;
  assert_int_equal(read_all(bytes, len, &error), -1);
  assert_non_null(error);
  assert_true(g_str_has_prefix(error->message, "work.bundle: at byte "));
  if (words != NULL && strstr(error->message, words) == NULL)
    fail_msg("\"%s\" is not in: %s", words, error->message);
}

static void test_entries_and_files_come_back(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bundle = make_bundle(NULL);
  gsize len;
  const char *bytes = g_bytes_get_data(bundle, &len);
  assert_int_equal(read_all(bytes, len, &error), 4);
  assert_null(error);
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  g_autoptr(BhBundleReader) reader = bh_bundle_reader_new(in, "x", hub_key, hub_secret, &error);
  assert_string_equal(bh_bundle_reader_get_head(reader)->device, DEVICE);
  assert_string_equal(bh_bundle_reader_get_head(reader)->hub, HUB);
}

static void test_no_other_hub_opens_it(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bundle = make_bundle(NULL);
  gsize len;
  const void *bytes = g_bytes_get_data(bundle, &len);
  guint8 key[BH_PUBLIC_KEY_SIZE], secret[BH_SECRET_KEY_SIZE];
  crypto_sign_keypair(key, secret);
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  assert_null(bh_bundle_reader_new(in, "x", key, secret, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_SIGNATURE));
  assert_non_null(strstr(error->message, "is for hub " HUB));
  assert_null(g_strstr_len(bytes, (gssize)len, "{\"n\":0}"));
}

/* Byte by byte at the beginning and the end, and here and there in the middle. */
static void test_every_byte_counts(void **state)
{
  (void)state;
  g_autoptr(GBytes) bundle = make_bundle(NULL);
  gsize len;
  const void *bytes = g_bytes_get_data(bundle, &len);
  g_autofree char *changed = g_malloc(len + 1);
  for (gsize i = 0; i < len; i += i < 500 || i + 300 > len ? 1 : 997) {
    memcpy(changed, bytes, len);
    changed[i] ^= 1;
    /* The place that a change of the head's time or hub names is that of the first block. */
    assert_fails(changed, len, NULL);
    assert_fails(bytes, i, NULL); /* cut off before this byte */
  }
  memcpy(changed, bytes, len);
  changed[len] = '\n';
  assert_fails(changed, len + 1, NULL);
}

static void test_blocks_keep_their_order(void **state)
{
  (void)state;
  g_autoptr(GBytes) bundle = make_bundle(NULL);
  gsize len;
  const char *bytes = g_bytes_get_data(bundle, &len);
  g_autofree char *changed = g_malloc(len);
  const char *first = memchr(strchr(bytes, '\n') + 1, '\n', 1000);
  gsize start = (gsize)(first + 1 - bytes) + 24, block = 65536 + 17;
  memcpy(changed, bytes, len);
  memcpy(changed + start + block, bytes + start + 2 * block, block);
  memcpy(changed + start + 2 * block, bytes + start + block, block);
  g_autofree char *place = g_strdup_printf("at byte %" G_GSIZE_FORMAT ": ", start + block);
  assert_fails(changed, len, place);
  assert_fails(changed, len, "the file is damaged");
  assert_fails(bytes, start + block, "cut off");
}

static void test_a_file_with_other_bytes_is_named(void **state)
{
  (void)state;
  g_autofree char *other = bh_hash_hex("other", 5);
  g_autoptr(GBytes) bundle = make_bundle(other);
  gsize len;
  const void *bytes = g_bytes_get_data(bundle, &len);
  assert_fails(bytes, len, other);
}

static void test_a_file_that_ends_early_is_not_written(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = bh_hash_hex("abc", 3);
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data("abc", 3, NULL);
  const BhBundleHead head = {.hub = HUB, .device = DEVICE};
  g_autoptr(BhBundleWriter) writer = bh_bundle_writer_new(out, &head, hub_key, &error);
  assert_false(bh_bundle_writer_add_file(writer, hash, 4, in, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  assert_non_null(strstr(error->message, hash));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_entries_and_files_come_back),
      cmocka_unit_test(test_no_other_hub_opens_it),
      cmocka_unit_test(test_every_byte_counts),
      cmocka_unit_test(test_blocks_keep_their_order),
      cmocka_unit_test(test_a_file_with_other_bytes_is_named),
      cmocka_unit_test(test_a_file_that_ends_early_is_not_written),
  };
  return cmocka_run_group_tests(tests, make_keys, NULL);
}

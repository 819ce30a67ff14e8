/* Which type a file has, and whether it is complete, judged from its bytes. */
#include <glib/gstdio.h>
#include <string.h>

#include "schema/media.h"
#include "tests/schema/support.h"
#include "tests/support/pictures.h"

#define SIZE 70000

static guint8 *make_jpeg(gsize size)
{
  guint8 *bytes = g_malloc(size);
  TestRandom random = {7};
  test_random_fill(&random, bytes, size);
  test_jpeg_fill(bytes, size);
  return bytes;
}

static BhMediaVerdict judge(const void *bytes, gsize len)
{
  BhMedia media;
  bh_media_check(bytes, len, &media);
  return media.verdict;
}

static void test_whole_files_are_whole(void **state)
{
  (void)state;
  const gint64 rgba = 4, coefficient = 2;
  g_autofree guint8 *jpeg = make_jpeg(SIZE);
  gsize png_size, progressive_size, pdf_size;
  const guint8 *png = test_png(&png_size);
  const guint8 *progressive = test_progressive_jpeg(&progressive_size);
  const guint8 *pdf = test_pdf(&pdf_size);
  const struct {
    const guint8 *bytes;
    gsize size;
    BhMedia media;
  } cases[] = {
      {jpeg, SIZE, {BH_MEDIA_WHOLE, BH_MEDIA_JPEG, 1, 1, 0}},
      {progressive, progressive_size, {BH_MEDIA_WHOLE, BH_MEDIA_JPEG, 16, 8, 16 * 8 * coefficient}},
      {png, png_size, {BH_MEDIA_WHOLE, BH_MEDIA_PNG, 1, 1, rgba}},
      {pdf, pdf_size, {BH_MEDIA_WHOLE, BH_MEDIA_PDF, 0, 0, 0}},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    BhMedia media;
    bh_media_check(cases[i].bytes, cases[i].size, &media);
    assert_null(bh_media_get_problem(&media));
    assert_int_equal(media.verdict, cases[i].media.verdict);
    assert_string_equal(media.type, cases[i].media.type);
    assert_int_equal(media.width, cases[i].media.width);
    assert_int_equal(media.height, cases[i].media.height);
    assert_int_equal(media.memory_bytes, cases[i].media.memory_bytes);
    /* Telephones append videos and further pictures after the end of a picture. */
    g_autofree guint8 *longer = g_malloc(cases[i].size + 500);
    memset(longer, 0xff, cases[i].size + 500);
    memcpy(longer, cases[i].bytes, cases[i].size);
    assert_int_equal(judge(longer, cases[i].size + 500), BH_MEDIA_WHOLE);
  }
}

/* A file that was cut off at any length is never judged complete. */
static void test_whatever_is_cut_off_is_told(void **state)
{
  (void)state;
  g_autofree guint8 *jpeg = make_jpeg(TEST_JPEG_MIN);
  gsize png_size, progressive_size, pdf_size;
  const guint8 *png = test_png(&png_size);
  const guint8 *progressive = test_progressive_jpeg(&progressive_size);
  const guint8 *pdf = test_pdf(&pdf_size);
  const struct {
    const guint8 *bytes;
    gsize size, known, newline;
  } cases[] = {
      {jpeg, TEST_JPEG_MIN, 3, 0},
      {progressive, progressive_size, 3, 0},
      {png, png_size, 8, 0},
      {pdf, pdf_size, 5, 1},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    for (gsize len = 0; len < cases[i].size - cases[i].newline; len++) {
      BhMediaVerdict wanted = len < cases[i].known ? BH_MEDIA_UNKNOWN : BH_MEDIA_CUT_OFF;
      if (judge(cases[i].bytes, len) != wanted)
        fail_msg("file %zu, %zu bytes: %d", i, len, judge(cases[i].bytes, len));
    }
  }
  g_autofree guint8 *large = make_jpeg(SIZE);
  assert_int_equal(judge(large, SIZE / 3), BH_MEDIA_CUT_OFF);
  /* A memory card that failed leaves the rest of the file as zeros. */
  memset(large + SIZE / 3, 0, SIZE - SIZE / 3);
  assert_int_equal(judge(large, SIZE), BH_MEDIA_CUT_OFF);
}

/* A thumbnail that a camera puts into the header has an end marker of its own, which is not the
 * end of the picture. */
static void test_the_end_of_a_thumbnail_is_not_the_end(void **state)
{
  (void)state;
  g_autofree guint8 *jpeg = make_jpeg(1000);
  memcpy(jpeg + 100, "\xff\xd8\xff\xda\x11\x22\xff\xd9", 8);
  assert_int_equal(judge(jpeg, 1000), BH_MEDIA_WHOLE);
  assert_int_equal(judge(jpeg, 500), BH_MEDIA_CUT_OFF);
}

static void test_what_only_begins_like_a_picture_is_none(void **state)
{
  (void)state;
  g_autofree guint8 *jpeg = make_jpeg(200);
  static const struct {
    const char *bytes;
    gsize size;
    BhMediaVerdict verdict;
  } cases[] = {
      {"", 0, BH_MEDIA_UNKNOWN},
      {"text", 4, BH_MEDIA_UNKNOWN},
      {"GIF89a", 6, BH_MEDIA_UNKNOWN},
      {"\xff\xd8\xff", 3, BH_MEDIA_CUT_OFF},
      {"\xff\xd8\xff\xd9", 4, BH_MEDIA_DAMAGED},
      {"\xff\xd8\xff\xe0\x00\x01", 6, BH_MEDIA_DAMAGED},
      {"\xff\xd8\xff\xd8", 4, BH_MEDIA_DAMAGED},
      {"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x3f\xff\xd9", 15, BH_MEDIA_DAMAGED},
      {"\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xae\x42\x60\x82", 20, BH_MEDIA_DAMAGED},
      {"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR", 16, BH_MEDIA_DAMAGED},
      {"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x00\x00\x00\x00\x01\x08\x06\x00\x00\x00",
       29, BH_MEDIA_DAMAGED},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    if (judge(cases[i].bytes, cases[i].size) != cases[i].verdict)
      fail_msg("case %zu: %d", i, judge(cases[i].bytes, cases[i].size));
  /* Broken headers: a size of 0, more components than there is room for, a second header, no
   * scan. */
  const gsize frame = 200 - 139 + 69;
  static const struct {
    gsize at;
    guint8 byte;
  } faults[] = {{6, 0}, {8, 0}, {9, 9}, {11, 0}};
  assert_int_equal(jpeg[frame + 1], 0xc0);
  for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
    g_autofree guint8 *bad = g_memdup2(jpeg, 200);
    bad[frame + faults[i].at] = faults[i].byte;
    assert_int_equal(judge(bad, 200), BH_MEDIA_DAMAGED);
  }
  g_autofree guint8 *empty = g_memdup2(jpeg, 200);
  memcpy(empty + 197, "\xff\xd9\xff", 3);
  assert_int_equal(judge(empty, 200), BH_MEDIA_DAMAGED);
}

static void test_a_flipped_bit_of_a_png_is_found(void **state)
{
  (void)state;
  gsize size;
  const guint8 *png = test_png(&size);
  for (gsize at = 8; at < size; at++) {
    g_autofree guint8 *bad = g_memdup2(png, size);
    bad[at] ^= 1;
    assert_int_not_equal(judge(bad, size), BH_MEDIA_WHOLE);
  }
}

static void test_pieces_of_any_size_say_the_same(void **state)
{
  (void)state;
  g_autofree guint8 *jpeg = make_jpeg(5000);
  gsize size;
  const guint8 *png = test_png(&size);
  for (gsize piece = 1; piece < 40; piece++) {
    g_autoptr(BhMediaReader) one = bh_media_reader_new();
    g_autoptr(BhMediaReader) other = bh_media_reader_new();
    BhMedia media;
    for (gsize at = 0; at < 5000; at += piece)
      bh_media_reader_feed(one, jpeg + at, MIN(piece, 5000 - at));
    bh_media_reader_end(one, &media);
    assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
    for (gsize at = 0; at < size; at += piece)
      bh_media_reader_feed(other, png + at, MIN(piece, size - at));
    bh_media_reader_end(other, &media);
    assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
  }
}

static void test_files_are_judged_where_they_lie(void **state)
{
  (void)state;
  g_autofree char *dir = g_dir_make_tmp("bihuan-media-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "photo", NULL);
  g_autofree guint8 *jpeg = make_jpeg(SIZE * 5);
  g_autoptr(GError) error = NULL;
  BhMedia media;
  assert_true(g_file_set_contents(path, (const char *)jpeg, SIZE * 5, NULL));
  assert_true(bh_media_check_file(path, SIZE * 5, &media, &error));
  assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
  assert_false(bh_media_check_file(path, SIZE * 5 - 1, &media, &error));
  assert_error(error, BH_ERROR_LIMIT);
  assert_true(g_file_set_contents(path, (const char *)jpeg, SIZE, NULL));
  assert_true(bh_media_check_file(path, SIZE * 5, &media, &error));
  assert_int_equal(media.verdict, BH_MEDIA_CUT_OFF);
  assert_non_null(strstr(bh_media_get_problem(&media), "its end is missing"));
  assert_false(bh_media_check_file(dir, SIZE, &media, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  g_unlink(path);
  assert_false(bh_media_check_file(path, SIZE, &media, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  g_rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_files_are_whole),
      cmocka_unit_test(test_whatever_is_cut_off_is_told),
      cmocka_unit_test(test_the_end_of_a_thumbnail_is_not_the_end),
      cmocka_unit_test(test_what_only_begins_like_a_picture_is_none),
      cmocka_unit_test(test_a_flipped_bit_of_a_png_is_found),
      cmocka_unit_test(test_pieces_of_any_size_say_the_same),
      cmocka_unit_test(test_files_are_judged_where_they_lie),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

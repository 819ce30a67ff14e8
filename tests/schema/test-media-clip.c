/* Which sound and film files are complete, judged from their bytes. */
#include <string.h>

#include "schema/media.h"
#include "tests/schema/support.h"
#include "tests/support/clips.h"

static BhMedia judge(const guint8 *bytes, gsize len)
{
  BhMedia media;
  bh_media_check(bytes, len, &media);
  return media;
}

typedef struct {
  const char *type;
  GByteArray *bytes;
} Clip;

#define TRACK (8 + 8 + 8 + 5 + 8 + 17) /* bytes of a track of test_mp4 */
#define CLIPS 6
#define CLIPS_WITH_END 5 /* the first ones: files whose end cannot be cut off unseen */

static void make_clips(Clip clips[CLIPS])
{
  const Clip made[CLIPS] = {
      {BH_MEDIA_WAV, test_wav()},
      {BH_MEDIA_OGG, test_ogg("OpusHead")},
      {BH_MEDIA_MP4, test_mp4("isom", "vide")},
      {BH_MEDIA_M4A, test_mp4("M4A ", "soun")},
      {BH_MEDIA_WEBM, test_webm("webm", FALSE, TRUE)},
      {BH_MEDIA_WEBM, test_webm("webm", TRUE, TRUE)},
  };
  memcpy(clips, made, sizeof made);
}

static void free_clips(Clip clips[CLIPS])
{
  for (gsize i = 0; i < CLIPS; i++)
    g_byte_array_unref(clips[i].bytes);
}

static void test_whole_sound_and_film_is_whole(void **state)
{
  (void)state;
  Clip clips[CLIPS];
  make_clips(clips);
  for (gsize i = 0; i < CLIPS; i++) {
    BhMedia media = judge(clips[i].bytes->data, clips[i].bytes->len);
    if (bh_media_get_problem(&media) != NULL)
      fail_msg("clip %zu: %s", i, bh_media_get_problem(&media));
    assert_string_equal(media.type, clips[i].type);
    assert_int_equal(media.width, 0);
    /* Programs append data of their own after the end. */
    g_autofree guint8 *longer = g_malloc(clips[i].bytes->len + 500);
    memset(longer, 0xff, clips[i].bytes->len + 500);
    memcpy(longer, clips[i].bytes->data, clips[i].bytes->len);
    media = judge(longer, clips[i].bytes->len + 500);
    if (i < CLIPS_WITH_END)
      assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
  }
  free_clips(clips);
}

static void test_truncated_sound_and_film_is_detected_at_every_length(void **state)
{
  (void)state;
  Clip clips[CLIPS];
  make_clips(clips);
  for (gsize i = 0; i < CLIPS_WITH_END; i++)
    for (gsize len = 0; len < clips[i].bytes->len; len++) {
      BhMedia media = judge(clips[i].bytes->data, len);
      if (media.verdict != (media.type != NULL ? BH_MEDIA_CUT_OFF : BH_MEDIA_UNKNOWN))
        fail_msg("clip %zu cut to %zu bytes: verdict %d", i, len, media.verdict);
      if (len >= BH_MEDIA_SNIFF_MAX)
        assert_string_equal(media.type, clips[i].type);
    }
  free_clips(clips);
}

/* What was recorded live has no end mark: such a file is whole where one of its parts ends. */
static void test_a_live_recording_ends_between_two_parts(void **state)
{
  (void)state;
  g_autoptr(GByteArray) film = test_mp4_fragments();
  g_autoptr(GByteArray) sound = test_webm("webm", TRUE, TRUE);
  const gsize fragment = 8 + 11 + 8 + 8;
  for (gsize len = 0; len <= film->len; len++)
    assert_int_equal(judge(film->data, len).verdict == BH_MEDIA_WHOLE,
                     len == film->len || len == film->len - fragment || len == film->len - 16);
  for (gsize len = 0; len <= sound->len; len++)
    assert_int_equal(judge(sound->data, len).verdict == BH_MEDIA_WHOLE, len == sound->len);
}

static void test_a_flipped_bit_of_an_ogg_file_is_found(void **state)
{
  (void)state;
  g_autoptr(GByteArray) ogg = test_ogg("\x01vorbis0");
  assert_int_equal(judge(ogg->data, ogg->len).verdict, BH_MEDIA_WHOLE);
  for (gsize at = 0; at < ogg->len; at++) {
    ogg->data[at] ^= 0x10;
    assert_int_not_equal(judge(ogg->data, ogg->len).verdict, BH_MEDIA_WHOLE);
    ogg->data[at] ^= 0x10;
  }
}

static void test_other_files_in_the_same_containers_are_refused(void **state)
{
  (void)state;
  GByteArray *others[] = {test_ogg("\x80theora0"), test_mp4("heic", "vide"),
                          test_mp4("avif", "vide"), test_webm("mkvx", FALSE, TRUE)};
  for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
    BhMedia media = judge(others[i]->data, others[i]->len);
    assert_int_equal(media.verdict, BH_MEDIA_UNKNOWN);
    assert_null(media.type);
    g_byte_array_unref(others[i]);
  }
  g_autoptr(GByteArray) padded = test_webm("webm", FALSE, TRUE);
  memcpy(padded->data + 5, "\x42\x82\x40\x05webm\0", 9); /* a length of two bytes, and a zero */
  padded->data[4] = 0x89;
  g_byte_array_remove_range(padded, 14, 2);
  assert_int_equal(judge(padded->data, padded->len).verdict, BH_MEDIA_WHOLE);
  assert_null(bh_media_sniff("RIFF\x40\0\0\0AVI ", 12));
}

/* Replaces bytes of a file and expects that it is damaged. */
static void expect_damaged(GByteArray *file, gsize at, const char *bytes, gsize len)
{
  g_autofree guint8 *bad = g_memdup2(file->data, file->len);
  memcpy(bad + at, bytes, len);
  BhMedia media = judge(bad, file->len);
  if (media.verdict != BH_MEDIA_DAMAGED)
    fail_msg("byte %zu of %s: verdict %d", at, media.type, media.verdict);
}

static void test_structures_that_contradict_themselves_are_damaged(void **state)
{
  (void)state;
  g_autoptr(GByteArray) wav = test_wav();
  expect_damaged(wav, 4, "\xff\xff\xff\xff", 4);  /* a length that nobody knew */
  expect_damaged(wav, 12, "junk", 4);             /* data without a format */
  expect_damaged(wav, 16, "\x04\0\0\0", 4);       /* a format of 4 bytes */
  expect_damaged(wav, 40, "\xff\xff\xff\x7f", 4); /* a chunk beyond the end */
  g_autoptr(GByteArray) mp4 = test_mp4("mp42", "vide");
  gsize tracks = mp4->len - (8 + 8 + 16 + TRACK);
  expect_damaged(mp4, tracks + 8, "\xff\xff\xff\xff", 4); /* a box larger than its container */
  expect_damaged(mp4, tracks + 8, "\0\0\0\x04", 4);       /* a box smaller than its head */
  expect_damaged(mp4, tracks + 8, "\0\0\0\0", 4);
  expect_damaged(mp4, 20, "\0\0\0\0", 4); /* data up to an end that nobody knows */
  expect_damaged(mp4, 28, "\xff", 1);     /* a box of exabytes */
  g_autoptr(GByteArray) webm = test_webm("webm", FALSE, TRUE);
  expect_damaged(webm, 4, "\xff", 1);              /* a first element of unknown length */
  expect_damaged(webm, 16, "\x16\x54\xae\x6b", 4); /* tracks outside of the segment */
  expect_damaged(webm, 32, "\xff", 1);             /* information of unknown length */
  expect_damaged(webm, 28, "\0", 1);               /* an id of no length */
}

static void test_a_film_without_a_track_is_cut_off(void **state)
{
  (void)state;
  g_autoptr(GByteArray) mp4 = test_mp4("mp42", "vide");
  gsize track = mp4->len - TRACK;
  memcpy(mp4->data + track + 4, "free", 4);
  assert_int_equal(judge(mp4->data, mp4->len).verdict, BH_MEDIA_CUT_OFF);
}

/* Programs write sound into containers that are named after film. */
static void test_sound_is_told_from_film_by_the_tracks(void **state)
{
  (void)state;
  const struct {
    const char *type;
    GByteArray *bytes;
  } files[] = {{BH_MEDIA_M4A, test_mp4("isom", "soun")},
               {BH_MEDIA_MP4, test_mp4("isom", "text")},
               {BH_MEDIA_WEBM_SOUND, test_webm("webm", FALSE, FALSE)},
               {BH_MEDIA_WEBM_SOUND, test_webm("webm", TRUE, FALSE)}};
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    BhMedia media = judge(files[i].bytes->data, files[i].bytes->len);
    assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
    assert_string_equal(media.type, files[i].type);
    g_byte_array_unref(files[i].bytes);
  }
}

static void test_pieces_of_any_size_give_the_same_verdict(void **state)
{
  (void)state;
  Clip clips[CLIPS];
  make_clips(clips);
  for (gsize i = 0; i < CLIPS; i++)
    for (gsize piece = 1; piece < 40; piece++) {
      g_autoptr(BhMediaReader) reader = bh_media_reader_new();
      BhMedia media;
      for (gsize at = 0; at < clips[i].bytes->len; at += piece)
        bh_media_reader_feed(reader, clips[i].bytes->data + at,
                             MIN(piece, clips[i].bytes->len - at));
      bh_media_reader_end(reader, &media);
      assert_int_equal(media.verdict, BH_MEDIA_WHOLE);
      assert_string_equal(media.type, clips[i].type);
    }
  free_clips(clips);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_whole_sound_and_film_is_whole),
      cmocka_unit_test(test_truncated_sound_and_film_is_detected_at_every_length),
      cmocka_unit_test(test_a_live_recording_ends_between_two_parts),
      cmocka_unit_test(test_a_flipped_bit_of_an_ogg_file_is_found),
      cmocka_unit_test(test_other_files_in_the_same_containers_are_refused),
      cmocka_unit_test(test_structures_that_contradict_themselves_are_damaged),
      cmocka_unit_test(test_a_film_without_a_track_is_cut_off),
      cmocka_unit_test(test_sound_is_told_from_film_by_the_tracks),
      cmocka_unit_test(test_pieces_of_any_size_give_the_same_verdict),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

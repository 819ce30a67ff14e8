/* Judges files. The verdict must not depend on the pieces in which a file is read, and a complete
 * file of a type that has an end mark must stay complete whatever is appended to it. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/media.h"

static void judge_in_pieces(const uint8_t *data, size_t size, size_t piece, BhMedia *media)
{
  g_autoptr(BhMediaReader) reader = bh_media_reader_new();
  for (size_t at = 0; at < size; at += piece)
    bh_media_reader_feed(reader, data + at, MIN(piece, size - at));
  bh_media_reader_end(reader, media);
}

static gboolean has_end_mark(const char *type)
{
  return strcmp(type, BH_MEDIA_PDF) != 0 && strcmp(type, BH_MEDIA_MP4) != 0 &&
         strcmp(type, BH_MEDIA_M4A) != 0 && !g_str_has_suffix(type, "webm");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  BhMedia media;
  bh_media_check(data, size, &media);
  g_assert((media.verdict == BH_MEDIA_UNKNOWN) == (media.type == NULL));
  g_assert((bh_media_get_problem(&media) == NULL) == (media.verdict == BH_MEDIA_WHOLE));
  g_assert(media.width >= 0 && media.height >= 0 && media.memory_bytes >= 0);
  for (size_t piece = 1; piece <= 3; piece++) {
    BhMedia same;
    judge_in_pieces(data, size, piece, &same);
    g_assert(same.verdict == media.verdict && same.type == media.type);
    g_assert(same.width == media.width && same.height == media.height);
    g_assert(same.memory_bytes == media.memory_bytes);
  }
  if (media.verdict == BH_MEDIA_WHOLE && has_end_mark(media.type)) {
    g_autoptr(BhMediaReader) reader = bh_media_reader_new();
    BhMedia more;
    bh_media_reader_feed(reader, data, size);
    bh_media_reader_feed(reader, "more", 4);
    bh_media_reader_end(reader, &more);
    g_assert(more.verdict == BH_MEDIA_WHOLE);
  }
  return 0;
}

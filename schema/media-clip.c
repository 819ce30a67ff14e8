/* Parses the structure of sound and film: Ogg, WAV, MP4 and WebM. Checks the containers and decodes
 * nothing. Start with bh_media_clip_begin. */
#include "schema/media-internal.h"

#include <string.h>

#define RIFF_HEAD 12 /* bytes of "RIFF", length, "WAVE" */
#define RIFF_CHUNK 8 /* bytes of name and length */
#define WAV_FORMAT_MIN 14
#define PAGE_HEAD 27 /* bytes of the head of an Ogg page, without the table */
#define PAGE_FLAGS 5
#define PAGE_SERIAL 14
#define PAGE_CHECKSUM 22
#define PAGE_SEGMENTS 26
#define PAGE_FIRST 2 /* flags of a page: it begins, or ends, its stream */
#define PAGE_LAST 4
#define CODEC 8 /* bytes that name the codec */
#define BOX_HEAD 8
#define BOX_LONG_HEAD 16
#define HANDLER 12 /* bytes up to the type of a track */
#define ELEMENT_EBML 0x1a45dfa3
#define ELEMENT_SEGMENT 0x18538067
#define ELEMENT_VOID 0xec
#define ELEMENT_TRACKS 0x1654ae6b
#define ELEMENT_TRACK 0xae
#define ELEMENT_TRACK_TYPE 0x83
#define ELEMENT_CLUSTER 0x1f43b675
#define ELEMENT_BLOCK_GROUP 0xa0
#define ELEMENT_BLOCK 0xa3
#define LENGTH_UNKNOWN G_MAXUINT64
#define FIRST_ELEMENT_MAX 128 /* bytes of the first element of a WebM file */

static guint32 get32(const guint8 *bytes)
{
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
}

static guint32 get32_little(const guint8 *bytes)
{
  return (guint32)bytes[3] << 24 | (guint32)bytes[2] << 16 | (guint32)bytes[1] << 8 | bytes[0];
}

static gboolean is_name(const guint8 *bytes)
{
  for (int i = 0; i < 4; i++)
    if (bytes[i] < 0x20 || bytes[i] > 0x7e)
      return FALSE;
  return TRUE;
}

/* The first bytes of an MP4 file name its brand. Pictures (HEIC, AVIF) use the same container and
 * have other brands. */
static const char *sniff_mp4(const guint8 *brand)
{
  static const char *const film[] = {"isom", "iso2", "iso3", "iso4", "iso5", "iso6",
                                     "iso7", "iso8", "iso9", "mp41", "mp42", "avc1",
                                     "dash", "M4V ", "MSNV", "3gp4", "3gp5", "3gp6"};
  if (memcmp(brand, "M4A ", 4) == 0 || memcmp(brand, "M4B ", 4) == 0)
    return BH_MEDIA_M4A;
  for (gsize i = 0; i < G_N_ELEMENTS(film); i++)
    if (memcmp(brand, film[i], 4) == 0)
      return BH_MEDIA_MP4;
  return NULL;
}

const char *bh_media_clip_sniff(const guint8 *bytes, gsize len)
{
  if (len >= RIFF_HEAD && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0)
    return BH_MEDIA_WAV;
  if (len >= RIFF_HEAD && memcmp(bytes + 4, "ftyp", 4) == 0)
    return sniff_mp4(bytes + 8);
  if (len >= 4 && memcmp(bytes, "OggS", 4) == 0)
    return BH_MEDIA_OGG;
  if (len >= 4 && get32(bytes) == ELEMENT_EBML)
    return BH_MEDIA_WEBM;
  return NULL;
}

/* Changes the type of a file that has tracks of sound only. */
static void set_sound(BhMediaReader *reader, const char *type)
{
  if (reader->has_tone && !reader->has_film)
    reader->media.type = type;
}

/* --- Ogg --- */

/* The checksum of Ogg: CRC-32 with the polynomial 0x04c11db7, not reflected, from 0. */
static guint32 add_checksum(guint32 checksum, const guint8 *bytes, gsize len)
{
  static guint32 table[256];
  static gsize ready;
  if (g_once_init_enter(&ready)) {
    for (guint32 i = 0; i < 256; i++) {
      guint32 value = i << 24;
      for (int bit = 0; bit < 8; bit++)
        value = value << 1 ^ ((value & 0x80000000) != 0 ? 0x04c11db7 : 0);
      table[i] = value;
    }
    g_once_init_leave(&ready, 1);
  }
  for (gsize i = 0; i < len; i++)
    checksum = checksum << 8 ^ table[checksum >> 24 ^ bytes[i]];
  return checksum;
}

static void take_page(BhMediaReader *reader)
{
  guint8 *head = reader->bytes;
  guint32 serial = get32(head + PAGE_SERIAL);
  gboolean begins = (head[PAGE_FLAGS] & PAGE_FIRST) != 0;
  if (memcmp(head, "OggS", 4) != 0 || head[4] != 0 || (!reader->has_pages && !begins)) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  if (!reader->has_pages)
    reader->serial = serial;
  /* The file is complete at the end of the stream that began first. */
  reader->is_last = serial == reader->serial && (head[PAGE_FLAGS] & PAGE_LAST) != 0;
  reader->page_checksum = get32_little(head + PAGE_CHECKSUM);
  memset(head + PAGE_CHECKSUM, 0, 4);
  reader->checksum = add_checksum(0, head, PAGE_HEAD);
  if (head[PAGE_SEGMENTS] > 0)
    bh_media_want(reader, BH_STEP_TABLE, head[PAGE_SEGMENTS]);
  else if (reader->has_pages)
    bh_media_want(reader, BH_STEP_PAGE_END, 0);
  else
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
}

static void take_page_end(BhMediaReader *reader)
{
  reader->has_pages = TRUE;
  if (reader->checksum != reader->page_checksum)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else if (reader->is_last)
    bh_media_stop(reader, BH_MEDIA_WHOLE);
  else
    bh_media_want(reader, BH_STEP_PAGE, PAGE_HEAD);
}

static void take_table(BhMediaReader *reader)
{
  guint64 body = 0;
  for (gsize i = 0; i < reader->wanted; i++)
    body += reader->bytes[i];
  reader->checksum = add_checksum(reader->checksum, reader->bytes, reader->wanted);
  reader->skip = body;
  if (reader->has_pages) {
    bh_media_want(reader, BH_STEP_PAGE_END, 0);
  } else if (body < CODEC) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  } else {
    reader->skip = 0;
    reader->length = (guint)(body - CODEC);
    bh_media_want(reader, BH_STEP_CODEC, CODEC);
  }
}

static void take_codec(BhMediaReader *reader)
{
  const guint8 *name = reader->bytes;
  if (memcmp(name, "OpusHead", CODEC) != 0 && memcmp(name, "\x01vorbis", 7) != 0) {
    reader->media.type = NULL;
    bh_media_stop(reader, BH_MEDIA_UNKNOWN);
    return;
  }
  reader->checksum = add_checksum(reader->checksum, name, CODEC);
  reader->skip = reader->length;
  bh_media_want(reader, BH_STEP_PAGE_END, 0);
}

/* --- WAV --- */

static void begin_riff(BhMediaReader *reader)
{
  /* Without a length (0 or 0xffffffff) a stream was written whose end cannot be checked. */
  guint32 length = get32_little(reader->bytes + 4);
  reader->end = (guint64)length + 8;
  if (length == G_MAXUINT32 || reader->end < RIFF_HEAD + RIFF_CHUNK)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else
    bh_media_want(reader, BH_STEP_RIFF, RIFF_CHUNK);
}

static void take_riff(BhMediaReader *reader)
{
  guint64 length = get32_little(reader->bytes + 4);
  gboolean is_format = memcmp(reader->bytes, "fmt ", 4) == 0;
  gboolean is_data = memcmp(reader->bytes, "data", 4) == 0;
  guint64 left = reader->end > reader->at ? reader->end - reader->at : 0;
  if (!is_name(reader->bytes) || length > left || (is_format && length < WAV_FORMAT_MIN) ||
      (is_data && !reader->has_head)) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  reader->has_head |= is_format;
  reader->has_sound |= is_data && length > 0;
  /* A chunk is padded to an even length; some programs leave out the last padding. */
  reader->skip = MIN(length + (length & 1), left);
  if (left - reader->skip >= RIFF_CHUNK)
    bh_media_want(reader, BH_STEP_RIFF, RIFF_CHUNK);
  else
    bh_media_want(reader, BH_STEP_RIFF, 0); /* runs at the end of the last chunk */
}

static void take_riff_end(BhMediaReader *reader)
{
  bh_media_stop(reader, reader->has_head && reader->has_sound ? BH_MEDIA_WHOLE : BH_MEDIA_DAMAGED);
}

/* --- MP4 --- */

static void go_to_next_box(BhMediaReader *reader)
{
  if (reader->inner_end > 0 && reader->at + reader->skip == reader->inner_end) {
    reader->has_head = reader->has_tracks;
    reader->inner_end = 0;
  }
  bh_media_want(reader, BH_STEP_BOX, BOX_HEAD);
}

static void take_box_of(BhMediaReader *reader, const char *name, guint64 length, gsize head)
{
  gboolean is_tracks = strcmp(name, "moov") == 0;
  guint64 left = reader->inner_end > 0 ? reader->inner_end - (reader->at - head) : G_MAXINT64;
  if (length < head || length > left || (is_tracks && reader->inner_end > 0)) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  gboolean has_boxes =
      reader->inner_end > 0 && (strcmp(name, "trak") == 0 || strcmp(name, "mdia") == 0);
  if (is_tracks) {
    reader->inner_end = reader->at - head + length;
  } else if (reader->inner_end > 0 && strcmp(name, "hdlr") == 0 && length >= head + HANDLER) {
    reader->rest = length - head - HANDLER;
    bh_media_want(reader, BH_STEP_HANDLER, HANDLER);
    return;
  } else {
    reader->has_tracks |= reader->inner_end > 0 && strcmp(name, "trak") == 0;
    reader->has_sound |= reader->inner_end == 0 && strcmp(name, "mdat") == 0;
    reader->has_fragments |= strcmp(name, "moof") == 0;
    reader->skip = has_boxes ? 0 : length - head;
  }
  go_to_next_box(reader);
}

/* The type of a track: "vide", "soun" or another. */
static void take_handler(BhMediaReader *reader)
{
  reader->has_film |= memcmp(reader->bytes + 8, "vide", 4) == 0;
  reader->has_tone |= memcmp(reader->bytes + 8, "soun", 4) == 0;
  reader->skip = reader->rest;
  go_to_next_box(reader);
}

/* Whether the file has all that a film without fragments needs. What follows may be anything:
 * telephones append data of their own. */
static gboolean is_film_complete(const BhMediaReader *reader)
{
  return reader->has_head && reader->has_sound && reader->inner_end == 0 && reader->skip == 0;
}

static void stop_film(BhMediaReader *reader, BhMediaVerdict verdict)
{
  set_sound(reader, BH_MEDIA_M4A);
  bh_media_stop(reader, verdict);
}

static void take_box(BhMediaReader *reader)
{
  guint64 length = get32(reader->bytes);
  memcpy(reader->chunk, reader->bytes + 4, 4);
  if (!is_name(reader->bytes + 4) || (length == 0 && reader->inner_end > 0)) {
    stop_film(reader, is_film_complete(reader) && !reader->has_fragments ? BH_MEDIA_WHOLE
                                                                         : BH_MEDIA_DAMAGED);
  } else if (length == 1) {
    bh_media_want(reader, BH_STEP_BOX_LONG, BOX_LONG_HEAD - BOX_HEAD);
  } else if (length == 0) {
    /* The box reaches to the end of the file, wherever that is: its end cannot be checked. */
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  } else {
    take_box_of(reader, reader->chunk, length, BOX_HEAD);
  }
}

static void take_box_long(BhMediaReader *reader)
{
  guint64 length = (guint64)get32(reader->bytes) << 32 | get32(reader->bytes + 4);
  if (length > G_MAXINT64)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else
    take_box_of(reader, reader->chunk, length, BOX_LONG_HEAD);
}

/* --- WebM --- */

/* Number of bytes of an id or a length by its first byte; 0 for a first byte of 0. */
static gsize count_bytes(guint8 first)
{
  gsize count = 1;
  for (guint8 mark = 0x80; mark != 0; mark >>= 1, count++)
    if ((first & mark) != 0)
      return count;
  return 0;
}

static void take_id(BhMediaReader *reader)
{
  gsize count = count_bytes(reader->bytes[0]);
  reader->element = reader->bytes[0];
  if (count == 0 || count > 4)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else if (count == 1)
    bh_media_want(reader, BH_STEP_LENGTH_VAR, 1);
  else
    bh_media_want(reader, BH_STEP_ID_REST, count - 1);
}

static void take_id_rest(BhMediaReader *reader)
{
  for (gsize i = 0; i < reader->wanted; i++)
    reader->element = reader->element << 8 | reader->bytes[i];
  bh_media_want(reader, BH_STEP_LENGTH_VAR, 1);
}

static void go_to_next_element(BhMediaReader *reader)
{
  if (reader->end > 0 && reader->at + reader->skip >= reader->end)
    bh_media_want(reader, BH_STEP_ID, 0); /* runs at the end of the last element */
  else
    bh_media_want(reader, BH_STEP_ID, 1);
}

static void take_element(BhMediaReader *reader, guint64 length)
{
  guint64 left = reader->end > 0 ? reader->end - reader->at : G_MAXINT64;
  gboolean is_segment = reader->element == ELEMENT_SEGMENT;
  gboolean may_be_unknown = is_segment || reader->element == ELEMENT_CLUSTER;
  gboolean has_parts =
      may_be_unknown || reader->element == ELEMENT_TRACKS || reader->element == ELEMENT_TRACK;
  gboolean is_first = reader->chunk[0] == '\0';
  if (is_first) {
    if (reader->element == ELEMENT_EBML && length > 0 && length <= FIRST_ELEMENT_MAX)
      bh_media_want(reader, BH_STEP_DOC_TYPE, (gsize)length);
    else
      bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  /* A program that records live leaves the lengths of segment and clusters unknown. */
  gboolean is_placed = is_segment != reader->in_segment || reader->element == ELEMENT_VOID;
  if (!is_placed || (length == LENGTH_UNKNOWN ? !may_be_unknown : length > left)) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  if (is_segment) {
    reader->in_segment = TRUE;
    reader->end = length != LENGTH_UNKNOWN ? reader->at + length : 0;
  }
  reader->has_head |= reader->element == ELEMENT_TRACKS && length > 0;
  reader->has_sound |= reader->has_head && length > 0 &&
                       (reader->element == ELEMENT_BLOCK || reader->element == ELEMENT_BLOCK_GROUP);
  reader->skip = has_parts ? 0 : length;
  if (reader->element == ELEMENT_TRACK_TYPE && length == 1) {
    reader->skip = 0;
    bh_media_want(reader, BH_STEP_TRACK_TYPE, 1);
    return;
  }
  go_to_next_element(reader);
}

static void take_track_type(BhMediaReader *reader)
{
  reader->has_film |= reader->bytes[0] == 1;
  reader->has_tone |= reader->bytes[0] == 2;
  go_to_next_element(reader);
}

static void take_length_rest(BhMediaReader *reader)
{
  guint64 length = reader->element_size;
  gboolean is_unknown = FALSE;
  guint64 most = ((guint64)1 << (7 * (reader->wanted + 1))) - 1;
  for (gsize i = 0; i < reader->wanted; i++)
    length = length << 8 | reader->bytes[i];
  is_unknown = length == most;
  take_element(reader, is_unknown ? LENGTH_UNKNOWN : length);
}

static void take_length_var(BhMediaReader *reader)
{
  gsize count = count_bytes(reader->bytes[0]);
  guint64 first = count > 0 ? reader->bytes[0] & (0xff >> count) : 0;
  reader->element_size = first;
  if (count == 0)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else if (count == 1)
    take_element(reader, first == 0x7f ? LENGTH_UNKNOWN : first);
  else
    bh_media_want(reader, BH_STEP_LENGTH_REST, count - 1);
}

/* Whether bytes begin with the element DocType (id 0x4282) of content "webm", which may be padded
 * with zeros. */
static gboolean is_doc_type(const guint8 *bytes, gsize len)
{
  if (len < 3 || bytes[0] != 0x42 || bytes[1] != 0x82)
    return FALSE;
  gsize at = 2, count = count_bytes(bytes[at]);
  guint64 length = count > 0 ? bytes[at] & (0xff >> count) : 0;
  if (count == 0 || at + count > len)
    return FALSE;
  for (gsize i = 1; i < count; i++)
    length = length << 8 | bytes[at + i];
  at += count;
  if (length < 4 || length > len - at || memcmp(bytes + at, "webm", 4) != 0)
    return FALSE;
  for (gsize i = 4; i < length; i++)
    if (bytes[at + i] != 0)
      return FALSE;
  return TRUE;
}

/* Of all files with such a first element, only those of the type "webm" are accepted. */
static void take_doc_type(BhMediaReader *reader)
{
  gboolean found = FALSE;
  for (gsize i = 0; i < reader->wanted && !found; i++)
    found = is_doc_type(reader->bytes + i, reader->wanted - i);
  if (!found) {
    reader->media.type = NULL;
    bh_media_stop(reader, BH_MEDIA_UNKNOWN);
    return;
  }
  memcpy(reader->chunk, "webm", 5);
  bh_media_want(reader, BH_STEP_ID, 1);
}

static void take_webm_end(BhMediaReader *reader)
{
  set_sound(reader, BH_MEDIA_WEBM_SOUND);
  bh_media_stop(reader, reader->has_head && reader->has_sound ? BH_MEDIA_WHOLE : BH_MEDIA_DAMAGED);
}

/* --- the reader --- */

gsize bh_media_clip_begin(BhMediaReader *reader)
{
  const char *type = reader->media.type;
  if (strcmp(type, BH_MEDIA_WAV) == 0) {
    begin_riff(reader);
    return RIFF_HEAD;
  }
  if (strcmp(type, BH_MEDIA_OGG) == 0)
    bh_media_want(reader, BH_STEP_PAGE, PAGE_HEAD);
  else if (strcmp(type, BH_MEDIA_WEBM) == 0)
    bh_media_want(reader, BH_STEP_ID, 1);
  else
    bh_media_want(reader, BH_STEP_BOX, BOX_HEAD);
  return 0;
}

void bh_media_clip_take(BhMediaReader *reader)
{
  switch (reader->step) {
  case BH_STEP_PAGE:
    take_page(reader);
    break;
  case BH_STEP_TABLE:
    take_table(reader);
    break;
  case BH_STEP_CODEC:
    take_codec(reader);
    break;
  case BH_STEP_PAGE_END:
    take_page_end(reader);
    break;
  case BH_STEP_RIFF:
    if (reader->wanted > 0)
      take_riff(reader);
    else
      take_riff_end(reader);
    break;
  case BH_STEP_BOX:
    take_box(reader);
    break;
  case BH_STEP_BOX_LONG:
    take_box_long(reader);
    break;
  case BH_STEP_HANDLER:
    take_handler(reader);
    break;
  case BH_STEP_TRACK_TYPE:
    take_track_type(reader);
    break;
  case BH_STEP_ID:
    if (reader->wanted > 0)
      take_id(reader);
    else
      take_webm_end(reader);
    break;
  case BH_STEP_ID_REST:
    take_id_rest(reader);
    break;
  case BH_STEP_LENGTH_VAR:
    take_length_var(reader);
    break;
  case BH_STEP_LENGTH_REST:
    take_length_rest(reader);
    break;
  case BH_STEP_DOC_TYPE:
    take_doc_type(reader);
    break;
  default:
    g_assert_not_reached();
  }
}

void bh_media_clip_skip(BhMediaReader *reader, const guint8 *bytes, gsize len)
{
  if (reader->step == BH_STEP_PAGE_END)
    reader->checksum = add_checksum(reader->checksum, bytes, len);
}

void bh_media_clip_end(BhMediaReader *reader)
{
  gboolean at_element = reader->skip == 0 && reader->gathered == 0;
  switch (reader->step) {
  case BH_STEP_PAGE_END:
  case BH_STEP_RIFF:
    if (reader->skip == 0 && reader->wanted == 0)
      bh_media_clip_take(reader);
    break;
  case BH_STEP_BOX:
    /* A few bytes after the end of a film are not part of it. In a film of fragments they are the
     * beginning of the next one. */
    if (is_film_complete(reader) && (at_element || !reader->has_fragments))
      stop_film(reader, BH_MEDIA_WHOLE);
    break;
  case BH_STEP_ID:
    /* The end of a file that was recorded live is the end of any of its elements. */
    if (at_element &&
        (reader->wanted == 0 || (reader->end == 0 && reader->has_head && reader->has_sound)))
      take_webm_end(reader);
    break;
  default:
    break;
  }
}

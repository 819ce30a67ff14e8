/* Makes sound and film files for tests. */
#include "tests/support/clips.h"

#include <string.h>

static void add(GByteArray *out, const char *bytes, gsize len)
{
  g_byte_array_append(out, (const guint8 *)bytes, (guint)len);
}

static void add_big(GByteArray *out, guint32 value)
{
  guint32 bytes = GUINT32_TO_BE(value);
  g_byte_array_append(out, (const guint8 *)&bytes, sizeof bytes);
}

static void add_little(GByteArray *out, guint32 value)
{
  guint32 bytes = GUINT32_TO_LE(value);
  g_byte_array_append(out, (const guint8 *)&bytes, sizeof bytes);
}

/* --- WAV --- */

GByteArray *test_wav(void)
{
  GByteArray *out = g_byte_array_new();
  add(out, "RIFF", 4);
  add_little(out, 4 + 8 + 16 + 8 + 6 + 8 + 4);
  add(out, "WAVEfmt ", 8);
  add_little(out, 16);
  add(out, "\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00", 16);
  add(out, "LIST", 4);
  add_little(out, 5);
  add(out, "names\0", 6); /* padded to an even length */
  add(out, "data", 4);
  add_little(out, 4);
  add(out, "\x01\x02\x03\x04", 4);
  return out;
}

/* --- Ogg --- */

static guint32 ogg_checksum(const guint8 *bytes, gsize len)
{
  guint32 checksum = 0;
  for (gsize i = 0; i < len; i++) {
    checksum ^= (guint32)bytes[i] << 24;
    for (int bit = 0; bit < 8; bit++)
      checksum = checksum << 1 ^ ((checksum & 0x80000000) != 0 ? 0x04c11db7 : 0);
  }
  return checksum;
}

static void add_page(GByteArray *out, char flags, guint32 number, const char *body, guint8 len)
{
  guint begin = out->len;
  add(out, "OggS\0", 5);
  add(out, &flags, 1);
  add_little(out, 0); /* time, 8 bytes */
  add_little(out, 0);
  add_little(out, 77); /* serial number */
  add_little(out, number);
  add_little(out, 0); /* checksum */
  add(out, "\x01", 1);
  g_byte_array_append(out, &len, 1);
  add(out, body, len);
  guint32 checksum = GUINT32_TO_LE(ogg_checksum(out->data + begin, out->len - begin));
  memcpy(out->data + begin + 22, &checksum, sizeof checksum);
}

GByteArray *test_ogg(const char *codec)
{
  GByteArray *out = g_byte_array_new();
  g_autofree char *head = g_strconcat(codec, "-settings", NULL);
  add_page(out, 2, 0, head, (guint8)strlen(head));
  add_page(out, 0, 1, "a few sounds", 12);
  add_page(out, 4, 2, "the last sounds", 15);
  return out;
}

/* --- MP4 --- */

static void add_box(GByteArray *out, const char *name, const void *content, gsize len)
{
  add_big(out, (guint32)(8 + len));
  add(out, name, 4);
  add(out, content, len);
}

static void add_tracks(GByteArray *out, const char *track)
{
  g_autoptr(GByteArray) inner = g_byte_array_new();
  g_autoptr(GByteArray) handler = g_byte_array_new();
  g_autoptr(GByteArray) media = g_byte_array_new();
  g_autoptr(GByteArray) one = g_byte_array_new();
  add_little(handler, 0); /* version */
  add_little(handler, 0);
  add(handler, track, 4);
  add(handler, "name", 5);
  add_box(media, "mdhd", "speed", 5);
  add_box(media, "hdlr", handler->data, handler->len);
  add_box(one, "mdia", media->data, media->len);
  add_box(inner, "mvhd", "length and speed", 16);
  add_box(inner, "trak", one->data, one->len);
  add_box(out, "moov", inner->data, inner->len);
}

static void add_brand(GByteArray *out, const char *brand)
{
  g_autofree char *content = g_strdup_printf("%.4s%c%c%c%cmp42", brand, 'x', 'x', 'x', 'x');
  add_box(out, "ftyp", content, 12);
}

GByteArray *test_mp4(const char *brand, const char *track)
{
  GByteArray *out = g_byte_array_new();
  add_brand(out, brand);
  add_big(out, 1); /* the length follows in 8 bytes */
  add(out, "mdat", 4);
  add_big(out, 0);
  add_big(out, 16 + 20);
  add(out, "20 bytes of pictures", 20);
  add_tracks(out, track);
  return out;
}

GByteArray *test_mp4_fragments(void)
{
  GByteArray *out = g_byte_array_new();
  add_brand(out, "iso5");
  add_tracks(out, "vide");
  for (int i = 0; i < 2; i++) {
    add_box(out, "moof", "where it is", 11);
    add_box(out, "mdat", "pictures", 8);
  }
  return out;
}

/* --- WebM --- */

static void add_element(GByteArray *out, const char *id, const void *content, guint8 len)
{
  guint8 length = 0x80 | len;
  add(out, id, strlen(id));
  g_byte_array_append(out, &length, 1);
  add(out, content, len);
}

static void add_parts(GByteArray *out, gboolean is_live, gboolean is_film)
{
  g_autoptr(GByteArray) track = g_byte_array_new();
  g_autoptr(GByteArray) tracks = g_byte_array_new();
  add_element(track, "\xd7", "\x01", 1); /* number */
  add_element(track, "\x83", is_film ? "\x01" : "\x02", 1);
  add_element(tracks, "\xae", track->data, (guint8)track->len);
  g_autoptr(GByteArray) blocks = g_byte_array_new();
  add_element(blocks, "\xe7", "\x01", 1);            /* time */
  add_element(blocks, "\xa3", "a simple block", 14); /* data */
  add_element(out, "\x15\x49\xa9\x66", "about it", 8);
  add_element(out, "\x16\x54\xae\x6b", tracks->data, (guint8)tracks->len);
  if (is_live) {
    add(out, "\x1f\x43\xb6\x75\xff", 5); /* length unknown, 1 byte */
    g_byte_array_append(out, blocks->data, blocks->len);
  } else {
    add_element(out, "\x1f\x43\xb6\x75", blocks->data, (guint8)blocks->len);
  }
}

GByteArray *test_webm(const char *doc_type, gboolean is_live, gboolean is_film)
{
  GByteArray *out = g_byte_array_new();
  g_autoptr(GByteArray) head = g_byte_array_new();
  g_autoptr(GByteArray) parts = g_byte_array_new();
  add_element(head, "\x42\x86", "\x01", 1); /* version */
  add_element(head, "\x42\x82", doc_type, (guint8)strlen(doc_type));
  add_element(out, "\x1a\x45\xdf\xa3", head->data, (guint8)head->len);
  add_parts(parts, is_live, is_film);
  add(out, "\x18\x53\x80\x67\x01", 5);
  if (is_live)
    add(out, "\xff\xff\xff\xff\xff\xff\xff", 7);
  else {
    add(out, "\0\0\0", 3);
    add_big(out, parts->len);
  }
  g_byte_array_append(out, parts->data, parts->len);
  return out;
}

/* Parses the structure of files in pieces, as a state machine: JPEG, PNG and PDF here, sound and
 * film in media-clip.c. Bytes are skipped, gathered for a step that needs several at once, or read
 * one by one. Decodes no picture. Start with bh_media_reader_feed. */
#include "schema/media-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "schema/error.h"

#define PIECE (64 * 1024)     /* bytes read at once */
#define PAPER_END_WITHIN 1024 /* last bytes of a PDF, in which readers search its end mark */
#define PAPER_END "%%EOF"
#define FRAME_HEAD 6 /* bytes of precision, height, width and number of components */
#define COMPONENT 3  /* bytes of id, sampling and table of a component */
#define COMPONENTS_MAX 4
#define PNG_MAGIC 8          /* bytes */
#define HEADER_SIZE 13       /* bytes of the header chunk of a PNG */
#define CHUNK_MAX 0x7fffffff /* bytes of a chunk, by the PNG standard */
#define COEFFICIENT 2        /* bytes of a coefficient in the memory of JPEG decoders */
#define PIXEL 4              /* bytes of a pixel: red, green, blue and opacity */

static const struct {
  const char *type;
  const char *magic;
  gsize len;
} magics[] = {
    {BH_MEDIA_JPEG, "\xff\xd8\xff", 3},
    {BH_MEDIA_PNG, "\x89PNG\r\n\x1a\n", PNG_MAGIC},
    {BH_MEDIA_PDF, "%PDF-", 5},
};

const char *bh_media_sniff(const void *bytes, gsize len)
{
  for (gsize i = 0; i < G_N_ELEMENTS(magics); i++)
    if (len >= magics[i].len && memcmp(bytes, magics[i].magic, magics[i].len) == 0)
      return magics[i].type;
  return bh_media_clip_sniff(bytes, len);
}

void bh_media_want(BhMediaReader *reader, BhMediaStep step, gsize bytes)
{
  reader->step = step;
  reader->wanted = bytes;
  reader->gathered = 0;
}

void bh_media_stop(BhMediaReader *reader, BhMediaVerdict verdict)
{
  reader->media.verdict = verdict;
  reader->ended = TRUE;
  reader->skip = 0;
  bh_media_want(reader, BH_STEP_OVER, 0);
}

static guint get16(const guint8 *bytes)
{
  return (guint)bytes[0] << 8 | bytes[1];
}

static guint32 get32(const guint8 *bytes)
{
  return (guint32)get16(bytes) << 16 | get16(bytes + 2);
}

/* --- JPEG --- */

static gboolean is_frame(guint8 code)
{
  return code >= 0xc0 && code <= 0xcf && code != 0xc4 && code != 0xc8 && code != 0xcc;
}

static void take_code(BhMediaReader *reader, guint8 code)
{
  if (code == 0xff) /* markers may be padded with any number of these */
    return;
  reader->code = code;
  reader->step = BH_STEP_MARK;
  if (code == 0x00 || code == 0x01 || (code >= 0xd0 && code <= 0xd7)) {
    reader->has_data |= reader->in_scan && code == 0x00;
  } else if (code == 0xd9) {
    bh_media_stop(reader, reader->has_data ? BH_MEDIA_WHOLE : BH_MEDIA_DAMAGED);
  } else if (code == 0xd8) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED); /* another picture begins before this one ended */
  } else {
    reader->in_scan = FALSE;
    bh_media_want(reader, BH_STEP_LENGTH, 2);
  }
}

static void take_length(BhMediaReader *reader)
{
  guint length = get16(reader->bytes);
  reader->length = length >= 2 ? length - 2 : 0;
  if (length < 2) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  } else if (is_frame(reader->code)) {
    if (reader->components > 0 || reader->length < FRAME_HEAD + COMPONENT)
      bh_media_stop(reader, BH_MEDIA_DAMAGED);
    else
      bh_media_want(reader, BH_STEP_FRAME, FRAME_HEAD);
  } else if (reader->code == 0xda) {
    if (reader->components == 0 || reader->length < 1)
      bh_media_stop(reader, BH_MEDIA_DAMAGED);
    else
      bh_media_want(reader, BH_STEP_SCAN, 1);
  } else {
    reader->skip = reader->length;
    bh_media_want(reader, BH_STEP_MARK, 0);
  }
}

static void take_frame(BhMediaReader *reader)
{
  BhMedia *media = &reader->media;
  const guint8 *head = reader->bytes;
  media->height = get16(head + 1);
  media->width = get16(head + 3);
  reader->components = head[5];
  reader->progressive = reader->code == 0xc2 || reader->code == 0xca;
  if (media->width == 0 || media->height == 0 || reader->components == 0 ||
      reader->components > COMPONENTS_MAX ||
      reader->length != FRAME_HEAD + COMPONENT * reader->components)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else
    bh_media_want(reader, BH_STEP_FRAME_END, COMPONENT * reader->components);
}

/* Computes the memory for all coefficients of the picture. */
static void take_components(BhMediaReader *reader)
{
  BhMedia *media = &reader->media;
  gint64 across = 1, down = 1, blocks = 0;
  for (guint i = 0; i < reader->components; i++) {
    gint64 x = reader->bytes[i * COMPONENT + 1] >> 4;
    gint64 y = reader->bytes[i * COMPONENT + 1] & 15;
    if (x < 1 || x > 4 || y < 1 || y > 4) {
      bh_media_stop(reader, BH_MEDIA_DAMAGED);
      return;
    }
    across = MAX(across, x);
    down = MAX(down, y);
    blocks += x * y;
  }
  media->memory_bytes = media->width * media->height * blocks / (across * down) * COEFFICIENT;
  bh_media_want(reader, BH_STEP_MARK, 0);
}

static void take_scan(BhMediaReader *reader)
{
  guint components = reader->bytes[0];
  if (components < 1 || components > reader->components) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  if (!reader->progressive && components == reader->components)
    reader->media.memory_bytes = 0;
  reader->skip = reader->length - 1;
  reader->in_scan = TRUE;
  bh_media_want(reader, BH_STEP_MARK, 0);
}

static const guint8 *find_mark(BhMediaReader *reader, const guint8 *at, const guint8 *end)
{
  const guint8 *mark = memchr(at, 0xff, (gsize)(end - at));
  const guint8 *stopped = mark != NULL ? mark : end;
  reader->has_data |= reader->in_scan && stopped > at;
  if (mark == NULL)
    return end;
  reader->step = BH_STEP_CODE;
  return mark + 1;
}

/* --- PNG --- */

static guint32 add_checksum(guint32 checksum, const guint8 *bytes, gsize len)
{
  return (guint32)crc32_z(checksum, bytes, len);
}

static void take_chunk(BhMediaReader *reader)
{
  guint32 length = get32(reader->bytes);
  gboolean first = reader->chunk[0] == '\0';
  memcpy(reader->chunk, reader->bytes + 4, 4);
  for (int i = 0; i < 4; i++)
    if (!g_ascii_isalpha(reader->chunk[i]))
      length = G_MAXUINT32;
  gboolean header = strcmp(reader->chunk, "IHDR") == 0;
  if (length > CHUNK_MAX || first != header || (header && length != HEADER_SIZE)) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  reader->critical = g_ascii_isupper(reader->chunk[0]);
  reader->has_pixels |= strcmp(reader->chunk, "IDAT") == 0 && length > 0;
  reader->checksum = add_checksum(0, reader->bytes + 4, 4);
  reader->skip = header ? 0 : length;
  bh_media_want(reader, header ? BH_STEP_HEADER : BH_STEP_CHECKSUM, header ? HEADER_SIZE : 4);
}

static void take_header(BhMediaReader *reader)
{
  BhMedia *media = &reader->media;
  guint32 width = get32(reader->bytes), height = get32(reader->bytes + 4);
  if (width == 0 || height == 0 || width > CHUNK_MAX || height > CHUNK_MAX) {
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
    return;
  }
  media->width = width;
  media->height = height;
  media->memory_bytes = media->width > G_MAXINT64 / PIXEL / media->height
                            ? G_MAXINT64
                            : media->width * media->height * PIXEL;
  reader->checksum = add_checksum(reader->checksum, reader->bytes, HEADER_SIZE);
  bh_media_want(reader, BH_STEP_CHECKSUM, 4);
}

static void take_checksum(BhMediaReader *reader)
{
  if (reader->critical && get32(reader->bytes) != reader->checksum)
    bh_media_stop(reader, BH_MEDIA_DAMAGED);
  else if (strcmp(reader->chunk, "IEND") == 0)
    bh_media_stop(reader, reader->has_pixels ? BH_MEDIA_WHOLE : BH_MEDIA_DAMAGED);
  else
    bh_media_want(reader, BH_STEP_CHUNK, 8);
}

/* --- PDF --- */

static void keep_tail(BhMediaReader *reader, const guint8 *bytes, gsize len)
{
  gsize kept = MIN(len, PAPER_END_WITHIN);
  g_byte_array_append(reader->tail, bytes + len - kept, (guint)kept);
  if (reader->tail->len > PAPER_END_WITHIN)
    g_byte_array_remove_range(reader->tail, 0, reader->tail->len - PAPER_END_WITHIN);
}

static gboolean has_paper_end(const GByteArray *tail)
{
  const gsize len = strlen(PAPER_END);
  for (gsize i = 0; i + len <= tail->len; i++)
    if (memcmp(tail->data + i, PAPER_END, len) == 0)
      return TRUE;
  return FALSE;
}

/* --- the reader --- */

BhMediaReader *bh_media_reader_new(void)
{
  BhMediaReader *reader = g_new0(BhMediaReader, 1);
  reader->tail = g_byte_array_new();
  bh_media_want(reader, BH_STEP_MAGIC, BH_MEDIA_SNIFF_MAX);
  return reader;
}

void bh_media_reader_free(BhMediaReader *reader)
{
  if (reader == NULL)
    return;
  g_byte_array_unref(reader->tail);
  g_free(reader);
}

/* Determines the type, and feeds the bytes after the magic number again. */
static void take_magic(BhMediaReader *reader)
{
  guint8 first[BH_MEDIA_SNIFF_MAX];
  gsize len = reader->gathered, used = 0;
  memcpy(first, reader->bytes, len);
  reader->media.type = bh_media_sniff(first, len);
  if (g_strcmp0(reader->media.type, BH_MEDIA_JPEG) == 0) {
    used = 2; /* 0xff begins the next mark */
    bh_media_want(reader, BH_STEP_MARK, 0);
  } else if (g_strcmp0(reader->media.type, BH_MEDIA_PNG) == 0) {
    used = PNG_MAGIC;
    bh_media_want(reader, BH_STEP_CHUNK, 8);
  } else if (g_strcmp0(reader->media.type, BH_MEDIA_PDF) == 0) {
    bh_media_want(reader, BH_STEP_PAPER, 0);
  } else if (reader->media.type != NULL) {
    used = bh_media_clip_begin(reader);
  } else {
    bh_media_stop(reader, BH_MEDIA_UNKNOWN);
  }
  reader->at = used;
  bh_media_reader_feed(reader, first + used, len - used);
}

static void take_gathered(BhMediaReader *reader)
{
  switch (reader->step) {
  case BH_STEP_MAGIC:
    take_magic(reader);
    break;
  case BH_STEP_LENGTH:
    take_length(reader);
    break;
  case BH_STEP_FRAME:
    take_frame(reader);
    break;
  case BH_STEP_FRAME_END:
    take_components(reader);
    break;
  case BH_STEP_SCAN:
    take_scan(reader);
    break;
  case BH_STEP_CHUNK:
    take_chunk(reader);
    break;
  case BH_STEP_HEADER:
    take_header(reader);
    break;
  case BH_STEP_CHECKSUM:
    take_checksum(reader);
    break;
  default:
    bh_media_clip_take(reader);
  }
}

static const guint8 *take_some(BhMediaReader *reader, const guint8 *at, const guint8 *end)
{
  if (reader->wanted > 0) {
    gsize len = MIN(reader->wanted - reader->gathered, (gsize)(end - at));
    memcpy(reader->bytes + reader->gathered, at, len);
    reader->gathered += len;
    reader->at += len;
    if (reader->gathered == reader->wanted)
      take_gathered(reader);
    return at + len;
  }
  if (reader->step == BH_STEP_MARK)
    return find_mark(reader, at, end);
  if (reader->step == BH_STEP_CODE) {
    take_code(reader, *at);
    return at + 1;
  }
  if (reader->step == BH_STEP_PAPER)
    keep_tail(reader, at, (gsize)(end - at));
  else if (reader->step != BH_STEP_OVER) {
    bh_media_clip_take(reader); /* reads no byte */
    return at;
  }
  return end;
}

void bh_media_reader_feed(BhMediaReader *reader, const void *bytes, gsize len)
{
  const guint8 *at = bytes;
  const guint8 *end = at + len;
  while (at < end) {
    if (reader->skip > 0) {
      gsize passed = (gsize)MIN(reader->skip, (guint64)(end - at));
      if (reader->step == BH_STEP_CHECKSUM)
        reader->checksum = add_checksum(reader->checksum, at, passed);
      else
        bh_media_clip_skip(reader, at, passed);
      reader->skip -= passed;
      reader->at += passed;
      at += passed;
    } else {
      at = take_some(reader, at, end);
    }
  }
}

void bh_media_reader_end(BhMediaReader *reader, BhMedia *media)
{
  if (reader->step == BH_STEP_MAGIC)
    take_magic(reader); /* the file has fewer bytes than the longest magic number */
  if (reader->step == BH_STEP_PAPER && has_paper_end(reader->tail))
    bh_media_stop(reader, BH_MEDIA_WHOLE);
  if (!reader->ended)
    bh_media_clip_end(reader);
  if (!reader->ended)
    bh_media_stop(reader, BH_MEDIA_CUT_OFF);
  *media = reader->media;
}

void bh_media_check(const void *bytes, gsize len, BhMedia *media)
{
  g_autoptr(BhMediaReader) reader = bh_media_reader_new();
  bh_media_reader_feed(reader, bytes, len);
  bh_media_reader_end(reader, media);
}

static gboolean read_all(int fd, gint64 max_bytes, BhMediaReader *reader)
{
  g_autofree guint8 *piece = g_malloc(PIECE);
  /* Limited, because the file could grow while it is read. */
  for (gint64 left = max_bytes; left > 0 && !reader->ended;) {
    ssize_t n = read(fd, piece, (gsize)MIN(left, PIECE));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n == 0;
    bh_media_reader_feed(reader, piece, (gsize)n);
    left -= n;
  }
  return TRUE;
}

gboolean bh_media_check_file(const char *path, gint64 max_bytes, BhMedia *media, GError **error)
{
  struct stat info;
  g_autoptr(BhMediaReader) reader = bh_media_reader_new();
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  gboolean fits = regular && info.st_size <= max_bytes;
  gboolean read = fits && read_all(fd, max_bytes, reader);
  int saved = errno;
  if (fd >= 0)
    close(fd);
  if (!regular)
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "file: no such file %s", path);
  else if (!fits)
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "file: %s is larger than %" G_GINT64_FORMAT " bytes", path, max_bytes);
  else if (!read)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "file: cannot read %s: %s", path,
                g_strerror(saved));
  else
    bh_media_reader_end(reader, media);
  return read;
}

const char *bh_media_get_problem(const BhMedia *media)
{
  switch (media->verdict) {
  case BH_MEDIA_WHOLE:
    return NULL;
  case BH_MEDIA_UNKNOWN:
    return "it is neither JPEG, PNG, PDF, WAV, Ogg, MP4 nor WebM by its first bytes";
  case BH_MEDIA_CUT_OFF:
    return "it is cut off: its beginning is valid, but its end is missing";
  case BH_MEDIA_DAMAGED:
    break;
  }
  return "it is damaged: its beginning is valid, but its structure is inconsistent";
}

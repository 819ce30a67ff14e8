/* Reads archives and accepts only the canonical form (zip.h): every header is made again from its
 * values and compared byte by byte. Start with bh_zip_reader_next. */
#include "sync/wire/zip.h"

#include <string.h>
#include <zlib.h>
#include "schema/error.h"
#include "sync/wire/zip-internal.h"

#define BUFFER_BYTES (64 * 1024)
#define CRC_AT 14
#define SIZE_AT 18
#define NAME_LEN_AT 26
#define STAMP_AT 10

/* --- the stream of one member: gives only its bytes, and computes their checksum --- */

#define BH_TYPE_ZIP_SOURCE (bh_zip_source_get_type())
G_DECLARE_FINAL_TYPE(BhZipSource, bh_zip_source, BH, ZIP_SOURCE, GFilterInputStream)

struct _BhZipSource {
  GFilterInputStream parent_instance;
  gint64 left;
  guint32 crc;
};

G_DEFINE_FINAL_TYPE(BhZipSource, bh_zip_source, G_TYPE_FILTER_INPUT_STREAM)

static gssize source_read(GInputStream *stream, void *bytes, gsize len, GCancellable *cancellable,
                          GError **error)
{
  BhZipSource *source = BH_ZIP_SOURCE(stream);
  if (source->left == 0)
    return 0;
  GInputStream *base = g_filter_input_stream_get_base_stream(G_FILTER_INPUT_STREAM(stream));
  gssize n =
      g_input_stream_read(base, bytes, (gsize)MIN((gint64)len, source->left), cancellable, error);
  if (n > 0) {
    source->crc = (guint32)crc32_z(source->crc, bytes, (gsize)n);
    source->left -= n;
  }
  return n;
}

static void bh_zip_source_class_init(BhZipSourceClass *klass)
{
  G_INPUT_STREAM_CLASS(klass)->read_fn = source_read;
}

static void bh_zip_source_init(BhZipSource *source G_GNUC_UNUSED)
{
}

/* --- the archive --- */

struct _BhZipReader {
  GInputStream *in; /* buffers the caller's stream */
  guint32 stamp;    /* date and time of the first member; all members must have the same */
  GArray *members;  /* BhZipMember */
  BhZipMember current;
  BhZipSource *source; /* stream of the present member, or NULL */
  gint64 offset;       /* position of the next header in the archive */
  guint8 head[BH_ZIP_LOCAL_SIZE];
};

BhZipReader *bh_zip_reader_new(GInputStream *in)
{
  BhZipReader *reader = g_new0(BhZipReader, 1);
  reader->in = g_buffered_input_stream_new_sized(in, BUFFER_BYTES);
  g_filter_input_stream_set_close_base_stream(G_FILTER_INPUT_STREAM(reader->in), FALSE);
  reader->members = g_array_new(FALSE, FALSE, sizeof(BhZipMember));
  return reader;
}

void bh_zip_reader_free(BhZipReader *reader)
{
  if (reader == NULL)
    return;
  g_clear_object(&reader->source);
  g_object_unref(reader->in);
  g_array_unref(reader->members);
  g_free(reader);
}

static gboolean take(BhZipReader *reader, void *bytes, gsize len, GError **error)
{
  g_autoptr(GError) io_error = NULL;
  gsize got = 0;
  if (!g_input_stream_read_all(reader->in, bytes, len, &got, NULL, &io_error)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "archive: %s", io_error->message);
    return FALSE;
  }
  if (got < len) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "archive: the file is cut off");
    return FALSE;
  }
  return TRUE;
}

static guint get16(const guint8 *bytes)
{
  return bytes[0] | (guint)bytes[1] << 8;
}

static guint32 get32(const guint8 *bytes)
{
  return get16(bytes) | (guint32)get16(bytes + 2) << 16;
}

static gboolean end_member(BhZipReader *reader, GError **error)
{
  guint8 rest[4096]; /* bytes that the caller did not read are read here, for the checksum */
  while (reader->source->left > 0) {
    g_autoptr(GError) io_error = NULL;
    gssize n =
        g_input_stream_read(G_INPUT_STREAM(reader->source), rest, sizeof rest, NULL, &io_error);
    if (n < 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "archive: %s", io_error->message);
      return FALSE;
    }
    if (n == 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "archive: the file is cut off");
      return FALSE;
    }
  }
  gboolean is_correct = reader->source->crc == reader->current.crc;
  g_clear_object(&reader->source);
  g_array_append_val(reader->members, reader->current);
  if (!is_correct)
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
                "archive: the checksum of member %u does not match its bytes",
                reader->members->len);
  return is_correct;
}

static gboolean read_header(BhZipReader *reader, GError **error)
{
  BhZipMember *current = &reader->current;
  guint len = get16(reader->head + NAME_LEN_AT);
  *current = (BhZipMember){.crc = get32(reader->head + CRC_AT),
                           .size = get32(reader->head + SIZE_AT),
                           .offset = (guint32)reader->offset};
  if (len == 0 || len > BH_ZIP_NAME_MAX_BYTES || reader->members->len >= BH_ZIP_MAX_MEMBERS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "archive: there are too many members, or a name is too long");
    return FALSE;
  }
  if (!take(reader, current->name, len, error))
    return FALSE;
  if (reader->members->len == 0)
    reader->stamp = get32(reader->head + STAMP_AT);
  g_autoptr(GByteArray) wanted = g_byte_array_new();
  bh_zip_put_local(wanted, current, reader->stamp);
  reader->offset += wanted->len + current->size;
  if (wanted->len != BH_ZIP_LOCAL_SIZE + len ||
      memcmp(wanted->data, reader->head, BH_ZIP_LOCAL_SIZE) != 0 ||
      reader->offset > BH_ZIP_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "archive: the header of member %u does not have the canonical form",
                reader->members->len + 1);
    return FALSE;
  }
  return TRUE;
}

const char *bh_zip_reader_next(BhZipReader *reader, GError **error)
{
  if (reader->source != NULL && !end_member(reader, error))
    return NULL;
  if (!take(reader, reader->head, sizeof reader->head, error))
    return NULL;
  if (get32(reader->head) == BH_ZIP_CENTRAL_MAGIC)
    return NULL;
  if (get32(reader->head) != BH_ZIP_LOCAL_MAGIC) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "archive: neither a member nor the directory follows member %u",
                reader->members->len);
    return NULL;
  }
  if (!read_header(reader, error))
    return NULL;
  reader->source =
      g_object_new(BH_TYPE_ZIP_SOURCE, "base-stream", reader->in, "close-base-stream", FALSE, NULL);
  reader->source->left = reader->current.size;
  return reader->current.name;
}

GInputStream *bh_zip_reader_get_stream(BhZipReader *reader)
{
  return reader->source != NULL ? G_INPUT_STREAM(reader->source) : NULL;
}

gint64 bh_zip_reader_get_size(const BhZipReader *reader)
{
  return reader->current.size;
}

gboolean bh_zip_reader_finish(BhZipReader *reader, gint64 made_ms, GError **error)
{
  g_autoptr(GByteArray) wanted = g_byte_array_new();
  g_autoptr(GByteArray) rest = g_byte_array_new();
  bh_zip_put_directory(wanted, reader->members, reader->stamp, (guint32)reader->offset);
  gboolean same = memcmp(wanted->data, reader->head, MIN(wanted->len, sizeof reader->head)) == 0;
  g_byte_array_set_size(rest, wanted->len - MIN(wanted->len, sizeof reader->head));
  if (!take(reader, rest->data, rest->len, error))
    return FALSE;
  same = same && memcmp(wanted->data + sizeof reader->head, rest->data, rest->len) == 0;
  guint8 more;
  gssize n = g_input_stream_read(reader->in, &more, 1, NULL, NULL);
  if (!same || n != 0 || reader->stamp != bh_zip_stamp(made_ms)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "archive: its directory does not match its members");
    return FALSE;
  }
  return TRUE;
}

/* Writes archives in the canonical form (zip.h). Start with bh_zip_writer_begin. */
#include "sync/wire/zip.h"

#include <string.h>
#include <zlib.h>
#include "schema/error.h"
#include "sync/wire/zip-internal.h"

#define BUFFER_BYTES (64 * 1024)

/* --- the stream of one member: counts its bytes and computes their checksum --- */

#define BH_TYPE_ZIP_SINK (bh_zip_sink_get_type())
G_DECLARE_FINAL_TYPE(BhZipSink, bh_zip_sink, BH, ZIP_SINK, GFilterOutputStream)

struct _BhZipSink {
  GFilterOutputStream parent_instance;
  gint64 room;
  gint64 size;
  guint32 crc;
};

G_DEFINE_FINAL_TYPE(BhZipSink, bh_zip_sink, G_TYPE_FILTER_OUTPUT_STREAM)

static gssize sink_write(GOutputStream *stream, const void *bytes, gsize len,
                         GCancellable *cancellable, GError **error)
{
  BhZipSink *sink = BH_ZIP_SINK(stream);
  if ((gint64)len > sink->room - sink->size) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "archive: larger than %" G_GINT64_FORMAT " bytes, which is the limit",
                BH_ZIP_MAX_BYTES);
    return -1;
  }
  GOutputStream *base = g_filter_output_stream_get_base_stream(G_FILTER_OUTPUT_STREAM(stream));
  gssize n = g_output_stream_write(base, bytes, len, cancellable, error);
  if (n > 0) {
    sink->crc = (guint32)crc32_z(sink->crc, bytes, (gsize)n);
    sink->size += n;
  }
  return n;
}

static void bh_zip_sink_class_init(BhZipSinkClass *klass)
{
  G_OUTPUT_STREAM_CLASS(klass)->write_fn = sink_write;
}

static void bh_zip_sink_init(BhZipSink *sink G_GNUC_UNUSED)
{
}

/* --- the archive --- */

struct _BhZipWriter {
  GOutputStream *out; /* buffers the caller's stream */
  guint32 stamp;
  GArray *members; /* BhZipMember */
  BhZipMember current;
  BhZipSink *sink; /* stream of the present member, or NULL */
  gint64 size;
};

BhZipWriter *bh_zip_writer_new(GOutputStream *out, gint64 made_ms)
{
  BhZipWriter *writer = g_new0(BhZipWriter, 1);
  writer->out = g_buffered_output_stream_new_sized(out, BUFFER_BYTES);
  g_filter_output_stream_set_close_base_stream(G_FILTER_OUTPUT_STREAM(writer->out), FALSE);
  writer->stamp = bh_zip_stamp(made_ms);
  writer->members = g_array_new(FALSE, FALSE, sizeof(BhZipMember));
  return writer;
}

void bh_zip_writer_free(BhZipWriter *writer)
{
  if (writer == NULL)
    return;
  g_clear_object(&writer->sink);
  g_object_unref(writer->out);
  g_array_unref(writer->members);
  g_free(writer);
}

static gboolean fail(GError **error, const GError *io_error)
{
  if (io_error->domain == BH_ERROR)
    g_propagate_error(error, g_error_copy(io_error));
  else
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "archive: %s", io_error->message);
  return FALSE;
}

static gboolean put(BhZipWriter *writer, const GByteArray *bytes, GError **error)
{
  g_autoptr(GError) io_error = NULL;
  return g_output_stream_write_all(writer->out, bytes->data, bytes->len, NULL, NULL, &io_error) ||
         fail(error, io_error);
}

static gboolean seek(BhZipWriter *writer, gint64 offset, GError **error)
{
  g_autoptr(GError) io_error = NULL;
  return g_seekable_seek(G_SEEKABLE(writer->out), offset, G_SEEK_SET, NULL, &io_error) ||
         fail(error, io_error);
}

static gboolean put_header(BhZipWriter *writer, GError **error)
{
  g_autoptr(GByteArray) header = g_byte_array_new();
  bh_zip_put_local(header, &writer->current, writer->stamp);
  return put(writer, header, error);
}

GOutputStream *bh_zip_writer_begin(BhZipWriter *writer, const char *name, GError **error)
{
  g_return_val_if_fail(writer->sink == NULL, NULL);
  g_return_val_if_fail(g_str_is_ascii(name) && strlen(name) <= BH_ZIP_NAME_MAX_BYTES, NULL);
  gint64 start = writer->size + BH_ZIP_LOCAL_SIZE + (gint64)strlen(name);
  if (writer->members->len >= BH_ZIP_MAX_MEMBERS || start > BH_ZIP_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "archive: more than %d files or %" G_GINT64_FORMAT " bytes, which is the limit",
                BH_ZIP_MAX_MEMBERS, BH_ZIP_MAX_BYTES);
    return NULL;
  }
  writer->current = (BhZipMember){.offset = (guint32)writer->size};
  g_strlcpy(writer->current.name, name, sizeof writer->current.name);
  if (!put_header(writer, error)) /* placeholder: bh_zip_writer_end writes checksum and size */
    return NULL;
  writer->sink =
      g_object_new(BH_TYPE_ZIP_SINK, "base-stream", writer->out, "close-base-stream", FALSE, NULL);
  writer->sink->room = BH_ZIP_MAX_BYTES - start;
  writer->size = start;
  return G_OUTPUT_STREAM(writer->sink);
}

gboolean bh_zip_writer_end(BhZipWriter *writer, GError **error)
{
  g_return_val_if_fail(writer->sink != NULL, FALSE);
  writer->current.crc = writer->sink->crc;
  writer->current.size = (guint32)writer->sink->size;
  writer->size += writer->sink->size;
  g_clear_object(&writer->sink);
  if (!seek(writer, writer->current.offset, error) || !put_header(writer, error) ||
      !seek(writer, writer->size, error))
    return FALSE;
  g_array_append_val(writer->members, writer->current);
  return TRUE;
}

gboolean bh_zip_writer_drop(BhZipWriter *writer, GError **error)
{
  g_return_val_if_fail(writer->sink != NULL, FALSE);
  g_autoptr(GError) io_error = NULL;
  g_clear_object(&writer->sink);
  writer->size = writer->current.offset;
  return seek(writer, writer->size, error) &&
         (g_seekable_truncate(G_SEEKABLE(writer->out), writer->size, NULL, &io_error) ||
          fail(error, io_error));
}

gint64 bh_zip_writer_get_size(const BhZipWriter *writer)
{
  return writer->size;
}

gboolean bh_zip_writer_finish(BhZipWriter *writer, GError **error)
{
  g_autoptr(GByteArray) directory = g_byte_array_new();
  g_autoptr(GError) io_error = NULL;
  bh_zip_put_directory(directory, writer->members, writer->stamp, (guint32)writer->size);
  writer->size += directory->len;
  return put(writer, directory, error) &&
         (g_output_stream_flush(writer->out, NULL, &io_error) || fail(error, io_error));
}

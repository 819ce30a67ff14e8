/* Reads lines of limited length; see line-reader.h. */
#include "sync/wire/line-reader.h"

#include <string.h>
#include "schema/error.h"

#define READ_BYTES (64 * 1024)

void bh_line_reader_init(BhLineReader *reader, GInputStream *in)
{
  *reader = (BhLineReader){.in = in, .buffer = g_byte_array_new()};
  sha256_init(&reader->before);
  sha256_init(&reader->through);
}

void bh_line_reader_clear(BhLineReader *reader)
{
  g_clear_pointer(&reader->buffer, g_byte_array_unref);
}

/* Appends bytes from the stream to the buffer. Returns their number; 0 at the end, -1 with an
 * error. */
static gssize fill(BhLineReader *reader, GError **error)
{
  g_byte_array_remove_range(reader->buffer, 0, (guint)reader->at);
  reader->at = 0;
  guint had = reader->buffer->len;
  g_byte_array_set_size(reader->buffer, had + READ_BYTES);
  g_autoptr(GError) io_error = NULL;
  gssize got =
      g_input_stream_read(reader->in, reader->buffer->data + had, READ_BYTES, NULL, &io_error);
  g_byte_array_set_size(reader->buffer, had + (guint)MAX(got, 0));
  if (got < 0)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s", io_error->message);
  return got;
}

const char *bh_line_reader_next(BhLineReader *reader, gsize limit, gsize *len, GError **error)
{
  gsize searched = 0;
  guint8 *stop = NULL;
  reader->line++;
  while (stop == NULL) {
    gsize rest = reader->buffer->len - reader->at;
    if (rest > searched)
      stop = memchr(reader->buffer->data + reader->at + searched, '\n', rest - searched);
    searched = rest;
    if (stop != NULL ? stop > reader->buffer->data + reader->at + limit : rest > limit) {
      g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                  "the line is longer than %" G_GSIZE_FORMAT " bytes", limit);
      return NULL;
    }
    if (stop != NULL)
      break;
    gssize got = fill(reader, error);
    if (got < 0)
      return NULL;
    if (got == 0 && rest == 0)
      return NULL;
    if (got == 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the file ends within a line");
      return NULL;
    }
  }
  guint8 *start = reader->buffer->data + reader->at;
  gsize n = (gsize)(stop - start);
  reader->before = reader->through;
  sha256_update(&reader->through, n + 1, start);
  reader->at += n + 1;
  if (memchr(start, '\0', n) != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "the line contains a NUL byte");
    return NULL;
  }
  *stop = '\0';
  *len = n;
  return (const char *)start;
}

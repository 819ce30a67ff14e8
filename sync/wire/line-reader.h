/* Reads lines of limited length from a stream, with line numbers and a running SHA-256. One thread
 * at a time per reader. */
#pragma once

#include <gio/gio.h>
#include <nettle/sha2.h>

G_BEGIN_DECLS

typedef struct {
  GInputStream *in;         /* borrowed */
  GByteArray *buffer;       /* bytes that were read from the stream */
  gsize at;                 /* start of the next line in the buffer */
  gint64 line;              /* number of the last returned line, from 1 */
  struct sha256_ctx before; /* SHA-256 over all bytes before the last returned line */
  /* SHA-256 over all bytes up to the end of the last returned line, "\n" included */
  struct sha256_ctx through;
} BhLineReader;

/* Starts reading; `in` is borrowed. */
void bh_line_reader_init(BhLineReader *reader, GInputStream *in);
/* Frees the buffer. */
void bh_line_reader_clear(BhLineReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhLineReader, bh_line_reader_clear)
/* The next line without its "\n", NUL-terminated, at most `limit` bytes; borrowed until the next
 * call. NULL without an error at the end. NULL with BH_ERROR_LIMIT for a longer line,
 * BH_ERROR_FORMAT for a NUL byte or an end without "\n", BH_ERROR_STORAGE when reading fails. */
const char *bh_line_reader_next(BhLineReader *reader, gsize limit, gsize *len, GError **error);

G_END_DECLS

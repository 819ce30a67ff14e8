/* Lines of a stream, each bounded, with their numbers and the hash of what was read. */
#pragma once

#include <gio/gio.h>
#include <sodium.h>

G_BEGIN_DECLS

typedef struct {
  GInputStream *in;                 /* borrowed */
  GByteArray *buffer;               /* read, not yet taken */
  gsize at;                         /* within the buffer */
  gint64 line;                      /* of the last line taken, from 1 */
  crypto_hash_sha256_state before;  /* over all bytes before the last line taken */
  crypto_hash_sha256_state through; /* its bytes included */
} BhLineReader;

void bh_line_reader_init(BhLineReader *reader, GInputStream *in);
void bh_line_reader_clear(BhLineReader *reader);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhLineReader, bh_line_reader_clear)
/* The next line without its "\n", at most `limit` bytes; borrowed until the next call, with a NUL
 * behind it. NULL without error at the end; BH_ERROR_LIMIT for a longer line, BH_ERROR_FORMAT for
 * a NUL byte or an end without "\n", BH_ERROR_STORAGE when reading fails. */
const char *bh_line_reader_next(BhLineReader *reader, gsize limit, gsize *len, GError **error);

G_END_DECLS

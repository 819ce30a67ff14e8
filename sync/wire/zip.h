/* ZIP archives in one form only: members stored without compression, in order, with the same time,
 * no extra fields, no comments, no ZIP64. Any program opens them; and because there is one form,
 * every bit of one that is read again counts, which no general library promises. Any thread, one
 * at a time per object. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_ZIP_NAME_MAX_BYTES 96
#define BH_ZIP_MAX_MEMBERS 65534
#define BH_ZIP_MAX_BYTES (G_GINT64_CONSTANT(4294967295) - 64 * 1024 * 1024) /* 4 GiB less a bit */

/* --- writing --- */

typedef struct _BhZipWriter BhZipWriter;

/* `out` is borrowed, seekable and empty. Members carry `made_ms` in UTC+8. */
BhZipWriter *bh_zip_writer_new(GOutputStream *out, gint64 made_ms);
void bh_zip_writer_free(BhZipWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhZipWriter, bh_zip_writer_free)
/* A stream for the bytes of a member, borrowed until it is ended or dropped. `name` is ASCII.
 * BH_ERROR_LIMIT, _STORAGE; writing to the stream over BH_ZIP_MAX_BYTES fails likewise. */
GOutputStream *bh_zip_writer_begin(BhZipWriter *writer, const char *name, GError **error);
gboolean bh_zip_writer_end(BhZipWriter *writer, GError **error);
/* Takes back the member that was begun. */
gboolean bh_zip_writer_drop(BhZipWriter *writer, GError **error);
/* Bytes so far. */
gint64 bh_zip_writer_get_size(const BhZipWriter *writer);
/* Writes the directory and flushes. Nothing may follow. */
gboolean bh_zip_writer_finish(BhZipWriter *writer, GError **error);

/* --- reading --- */

typedef struct _BhZipReader BhZipReader;

/* `in` is borrowed. */
BhZipReader *bh_zip_reader_new(GInputStream *in);
void bh_zip_reader_free(BhZipReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhZipReader, bh_zip_reader_free)
/* Ends the member before, whose checksum must be right, and goes to the next: its name, borrowed
 * until the next call; NULL without an error where the directory begins. BH_ERROR_FORMAT,
 * _SIGNATURE, _LIMIT, _STORAGE. */
const char *bh_zip_reader_next(BhZipReader *reader, GError **error);
/* Bytes of the present member, and no more; borrowed until the next call of bh_zip_reader_next. */
GInputStream *bh_zip_reader_get_stream(BhZipReader *reader);
gint64 bh_zip_reader_get_size(const BhZipReader *reader);
/* After the last member: the directory is the one these members have, the time is `made_ms`, and
 * nothing follows. */
gboolean bh_zip_reader_finish(BhZipReader *reader, gint64 made_ms, GError **error);

G_END_DECLS

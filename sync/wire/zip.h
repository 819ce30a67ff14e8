/* ZIP archives in one canonical form: members stored without compression, in order, with equal
 * times, no extra fields, no comments, no ZIP64. Any ZIP program can open them. The reader accepts
 * only this form, so that no bit of an archive can be changed unnoticed; general libraries do not
 * guarantee that. Any thread, one at a time per object. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_ZIP_NAME_MAX_BYTES 96
#define BH_ZIP_MAX_MEMBERS 65534
#define BH_ZIP_MAX_BYTES (G_GINT64_CONSTANT(4294967295) - 64 * 1024 * 1024) /* 4 GiB less a bit */

/* --- writing --- */

typedef struct _BhZipWriter BhZipWriter;

/* Starts an archive. `out` must be seekable and empty, and is borrowed. All members get the time
 * `made_ms`, in UTC+8. */
BhZipWriter *bh_zip_writer_new(GOutputStream *out, gint64 made_ms);
/* Frees `writer`, which may be NULL. */
void bh_zip_writer_free(BhZipWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhZipWriter, bh_zip_writer_free)
/* Begins a member and returns the stream for its bytes, borrowed until the member is ended or
 * dropped. `name` is ASCII. NULL with BH_ERROR_LIMIT or _STORAGE. Writing more than
 * BH_ZIP_MAX_BYTES to the archive fails with BH_ERROR_LIMIT. */
GOutputStream *bh_zip_writer_begin(BhZipWriter *writer, const char *name, GError **error);
/* Ends the present member. FALSE with BH_ERROR_STORAGE. */
gboolean bh_zip_writer_end(BhZipWriter *writer, GError **error);
/* Removes the present member from the archive. FALSE with BH_ERROR_STORAGE. */
gboolean bh_zip_writer_drop(BhZipWriter *writer, GError **error);
/* Size of the archive so far in bytes, without the data of the present member. */
gint64 bh_zip_writer_get_size(const BhZipWriter *writer);
/* Writes the directory and flushes. No member may be added afterwards. FALSE with
 * BH_ERROR_STORAGE. */
gboolean bh_zip_writer_finish(BhZipWriter *writer, GError **error);

/* --- reading --- */

typedef struct _BhZipReader BhZipReader;

/* Starts reading; `in` is borrowed. */
BhZipReader *bh_zip_reader_new(GInputStream *in);
/* Frees `reader`, which may be NULL. */
void bh_zip_reader_free(BhZipReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhZipReader, bh_zip_reader_free)
/* Checks the checksum of the present member and moves to the next. Returns its name, borrowed until
 * the next call; NULL without an error when the directory begins. NULL with BH_ERROR_FORMAT,
 * _SIGNATURE (checksum), _LIMIT or _STORAGE. */
const char *bh_zip_reader_next(BhZipReader *reader, GError **error);
/* Stream over the bytes of the present member; borrowed until the next bh_zip_reader_next. NULL
 * when there is no present member. */
GInputStream *bh_zip_reader_get_stream(BhZipReader *reader);
/* Size of the present member in bytes. */
gint64 bh_zip_reader_get_size(const BhZipReader *reader);
/* Called after the last member. Checks that the directory matches the members, that their time is
 * `made_ms`, and that nothing follows. FALSE with BH_ERROR_FORMAT or _STORAGE. */
gboolean bh_zip_reader_finish(BhZipReader *reader, gint64 made_ms, GError **error);

G_END_DECLS

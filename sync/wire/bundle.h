/* The bundle (PROTOCOL § 15): entries of one device that the hub does not have, and files that they
 * declare, in one file that only the hub can open. It carries the work of a device that cannot send
 * it, for example because it was revoked. Writer and reader stream; the reader keeps at most one
 * entry or one file in memory. Errors name the place in the file, never values of records. Any
 * thread, one at a time per object. */
#pragma once

#include <gio/gio.h>
#include "schema/entry.h"
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_BUNDLE_FORMAT "bihuan-bundle-1"
#define BH_BUNDLE_MAX_BYTES (G_GINT64_CONSTANT(2) * 1024 * 1024 * 1024 - 1)

typedef struct {
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  gint64 made_ms;
} BhBundleHead;

/* --- writing --- */

typedef struct _BhBundleWriter BhBundleWriter;

/* Starts a bundle that only the owner of the hub's signing key can open. `out` is borrowed until
 * the writer is freed; the caller must sync the file. NULL with BH_ERROR_STORAGE, or
 * BH_ERROR_SIGNATURE when `hub_key` is no key. */
BhBundleWriter *bh_bundle_writer_new(GOutputStream *out, const BhBundleHead *head,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Frees `writer`, which may be NULL, and wipes its key. */
void bh_bundle_writer_free(BhBundleWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBundleWriter, bh_bundle_writer_free)
/* Adds the next entry; the entries of an incarnation are added in the order of their chain, and
 * before all files. FALSE with BH_ERROR_STORAGE or _LIMIT. */
gboolean bh_bundle_writer_add_entry(BhBundleWriter *writer, const BhEntryText *entry,
                                    GError **error);
/* Adds a file of `size` bytes, which are read from `in`. FALSE with BH_ERROR_STORAGE or _LIMIT;
 * also when `in` ends early. */
gboolean bh_bundle_writer_add_file(BhBundleWriter *writer, const char *sha256, gint64 size,
                                   GInputStream *in, GError **error);
/* Ends the bundle and flushes. A bundle without its end is refused. FALSE with BH_ERROR_STORAGE. */
gboolean bh_bundle_writer_finish(BhBundleWriter *writer, GError **error);

/* --- reading --- */

typedef struct _BhBundleReader BhBundleReader;

typedef enum {
  BH_BUNDLE_FAILED,
  BH_BUNDLE_ENTRY,
  BH_BUNDLE_FILE,
  BH_BUNDLE_END,
} BhBundleItem;

/* Starts reading. `in` is borrowed; `name` (copied) begins each error. NULL with BH_ERROR_FORMAT:
 * not a bundle; _SIGNATURE: sealed for another hub, or its first lines were changed; _STORAGE. */
BhBundleReader *bh_bundle_reader_new(GInputStream *in, const char *name,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                                     const guint8 hub_secret_key[BH_SECRET_KEY_SIZE],
                                     GError **error);
/* Frees `reader`, which may be NULL, and wipes its key. */
void bh_bundle_reader_free(BhBundleReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBundleReader, bh_bundle_reader_free)
/* The first lines of the bundle; borrowed. */
const BhBundleHead *bh_bundle_reader_get_head(const BhBundleReader *reader);
/* Reads the next item; the one before must have been taken. BH_BUNDLE_FAILED with BH_ERROR_FORMAT,
 * _SIGNATURE (damaged), _LIMIT or _STORAGE. BH_BUNDLE_END only for a bundle that is whole and that
 * nothing follows. */
BhBundleItem bh_bundle_reader_next(BhBundleReader *reader, GError **error);
/* The entry that was read (bh_entry_text_free). */
BhEntryText *bh_bundle_reader_take_entry(BhBundleReader *reader);
/* SHA-256 (hex) of the file that comes now; borrowed. */
const char *bh_bundle_reader_get_sha256(const BhBundleReader *reader);
/* Reads the bytes of the file (g_bytes_unref) and compares their hash. NULL with an error as
 * bh_bundle_reader_next. */
GBytes *bh_bundle_reader_read_file(BhBundleReader *reader, GError **error);
/* The place in the bundle (a byte, from 0) that is being read, for the errors of a caller. */
gint64 bh_bundle_reader_get_place(const BhBundleReader *reader);

G_END_DECLS

/* Batches: entries one after another, four lines each, optionally compressed with zstd. Pure; any
 * thread. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

/* Compresses `len` bytes to one zstd frame; g_bytes_unref. NULL with BH_ERROR_FAILED when memory
 * runs out. */
GBytes *bh_batch_compress(const void *bytes, gsize len, GError **error);
/* Expands exactly one frame; g_bytes_unref. NULL with BH_ERROR_LIMIT when the result would have
 * more than `max` bytes or the frame needs a window above BH_ZSTD_WINDOW_LOG_MAX (memory use stays
 * below both, whatever the frame header claims), BH_ERROR_FORMAT for any other fault. */
GBytes *bh_batch_expand(const void *bytes, gsize len, gsize max, GError **error);

/* Reads a batch entry by entry; only one entry is in memory at a time. */
typedef struct {
  const char *cursor;
  const char *end;
  int index; /* index of the next entry in the batch; named in errors */
} BhBatchReader;

/* Starts reading the batch `text`, which is borrowed until its last entry is read. FALSE with
 * BH_ERROR_LIMIT when `text` is longer than BH_BATCH_MAX_BYTES. */
gboolean bh_batch_reader_init(BhBatchReader *reader, const char *text, gsize len, GError **error);
/* The next entry (bh_entry_text_free); NULL without an error at the end of the batch. NULL with
 * BH_ERROR_FORMAT or _LIMIT that names the index of the entry; BH_ERROR_LIMIT also for more than
 * BH_BATCH_MAX_ENTRIES entries. */
BhEntryText *bh_batch_reader_next(BhBatchReader *reader, GError **error);

G_END_DECLS

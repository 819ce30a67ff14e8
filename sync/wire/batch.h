/* A batch: entries one after another, four lines each, maybe under zstd. Pure; any thread. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/limits.h"

G_BEGIN_DECLS

/* One zstd frame, or NULL with BH_ERROR_FAILED when memory runs out. */
GBytes *bh_batch_compress(const void *bytes, gsize len, GError **error);
/* Expands exactly one frame. BH_ERROR_LIMIT when it would give more than `max` bytes or wants a
 * window over BH_ZSTD_WINDOW_LOG_MAX (memory stays below both whatever the frame says),
 * BH_ERROR_FORMAT for anything else that is wrong with it. */
GBytes *bh_batch_expand(const void *bytes, gsize len, gsize max, GError **error);

/* Takes entry by entry from a batch, holding no more than one. Borrows `text`. */
typedef struct {
  const char *cursor;
  const char *end;
  int index; /* of the entry that comes next; errors name it */
} BhBatchReader;

/* BH_ERROR_LIMIT when the text is longer than BH_BATCH_MAX_BYTES. */
gboolean bh_batch_reader_init(BhBatchReader *reader, const char *text, gsize len, GError **error);
/* The next entry; NULL without error at the end; BH_ERROR_FORMAT or _LIMIT naming the index, and
 * BH_ERROR_LIMIT for an entry beyond BH_BATCH_MAX_ENTRIES. */
BhEntryText *bh_batch_reader_next(BhBatchReader *reader, GError **error);

G_END_DECLS

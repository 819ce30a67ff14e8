/* Compresses, expands and reads batches of entries. Start with expand_into() and
 * bh_batch_reader_next. */
#include "sync/wire/batch.h"

#include "schema/error.h"

#include <zstd.h>
#include <zstd_errors.h>

#define COMPRESSION_LEVEL 6
#define GROW_BYTES (64 * 1024)

/* An entry must be able to declare every file that can be uploaded, and no larger one. */
G_STATIC_ASSERT(BH_FILE_MAX_BYTES == BH_FILE_MAX);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZSTD_DCtx, ZSTD_freeDCtx)

GBytes *bh_batch_compress(const void *bytes, gsize len, GError **error)
{
  gsize bound = ZSTD_compressBound(len);
  g_autofree guint8 *out = g_malloc(bound);
  gsize size = ZSTD_compress(out, bound, bytes, len, COMPRESSION_LEVEL);

  if (ZSTD_isError(size)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "batch: cannot compress: %s",
                ZSTD_getErrorName(size));
    return NULL;
  }
  return g_bytes_new(out, size);
}

static void set_expand_error(size_t code, GError **error)
{
  gboolean window = ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge;

  g_set_error(error, BH_ERROR, window ? BH_ERROR_LIMIT : BH_ERROR_FORMAT, "batch: zstd frame: %s",
              ZSTD_getErrorName(code));
}

/* Expands one frame. The output grows with the data, not by the size that the frame
 * header claims. */
static gboolean expand_into(ZSTD_DCtx *context, ZSTD_inBuffer *in, gsize max, GByteArray *out,
                            GError **error)
{
  size_t hint = 1;

  while (hint != 0) {
    guint8 chunk[GROW_BYTES];
    ZSTD_outBuffer to = {chunk, sizeof chunk, 0};

    hint = ZSTD_decompressStream(context, &to, in);
    if (ZSTD_isError(hint)) {
      set_expand_error(hint, error);
      return FALSE;
    }
    if (out->len + to.pos > max) {
      g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                  "batch: expands to more than %" G_GSIZE_FORMAT " bytes", max);
      return FALSE;
    }
    g_byte_array_append(out, chunk, (guint)to.pos);
    if (hint != 0 && in->pos == in->size && to.pos < to.size) {
      g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "batch: the zstd frame is incomplete");
      return FALSE;
    }
  }
  return TRUE;
}

GBytes *bh_batch_expand(const void *bytes, gsize len, gsize max, GError **error)
{
  g_autoptr(ZSTD_DCtx) context = ZSTD_createDCtx();
  g_autoptr(GByteArray) out = g_byte_array_new();
  ZSTD_inBuffer in = {bytes, len, 0};

  if (context == NULL ||
      ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, BH_ZSTD_WINDOW_LOG_MAX))) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "batch: cannot start zstd");
    return NULL;
  }
  if (!expand_into(context, &in, max, out, error))
    return NULL;
  if (in.pos != in.size) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "batch: there are bytes after the zstd frame");
    return NULL;
  }
  return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

gboolean bh_batch_reader_init(BhBatchReader *reader, const char *text, gsize len, GError **error)
{
  if (len > BH_BATCH_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "batch: %" G_GSIZE_FORMAT " bytes, at most %d are allowed", len,
                BH_BATCH_MAX_BYTES);
    return FALSE;
  }
  reader->cursor = text;
  reader->end = text + len;
  reader->index = 0;
  return TRUE;
}

BhEntryText *bh_batch_reader_next(BhBatchReader *reader, GError **error)
{
  BhEntryText *entry;

  if (reader->cursor == reader->end)
    return NULL;
  if (reader->index >= BH_BATCH_MAX_ENTRIES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "batch: more than %d entries",
                BH_BATCH_MAX_ENTRIES);
    return NULL;
  }
  entry = bh_entry_text_take(&reader->cursor, reader->end, error);
  if (entry == NULL)
    g_prefix_error(error, "batch: entry %d: ", reader->index);
  else
    reader->index++;
  return entry;
}

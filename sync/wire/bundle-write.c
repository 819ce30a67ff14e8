/* Writes a bundle: the first two lines in plain text, then blocks that are encrypted with a key of
 * this bundle, which is sealed to the hub. Start at bh_bundle_writer_new. */
#include <string.h>

#include "schema/base64.h"
#include "sync/wire/bundle-internal.h"

struct _BhBundleWriter {
  GOutputStream *out; /* borrowed */
  crypto_secretstream_xchacha20poly1305_state state;
  char *head; /* the first two lines, which the first block covers; NULL after that block */
  guint8 plain[BLOCK_BYTES];
  gsize used;
  gint64 written;
  gint64 entries, files;
};

static gboolean put(BhBundleWriter *writer, const void *bytes, gsize len, GError **error)
{
  g_autoptr(GError) failed = NULL;
  writer->written += (gint64)len;
  if (writer->written > BH_BUNDLE_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "bundle: more than %" G_GINT64_FORMAT " bytes would be needed",
                BH_BUNDLE_MAX_BYTES);
    return FALSE;
  }
  if (g_output_stream_write_all(writer->out, bytes, len, NULL, NULL, &failed))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "bundle: %s", failed->message);
  return FALSE;
}

static gboolean put_block(BhBundleWriter *writer, gboolean is_last, GError **error)
{
  g_autofree guint8 *sealed = g_malloc(SEALED_BYTES);
  unsigned long long len = 0;
  crypto_secretstream_xchacha20poly1305_push(
      &writer->state, sealed, &len, writer->plain, writer->used, (const guint8 *)writer->head,
      writer->head != NULL ? strlen(writer->head) : 0,
      is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
              : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
  g_clear_pointer(&writer->head, g_free);
  writer->used = 0;
  return put(writer, sealed, (gsize)len, error);
}

/* A full block is written when more follows, so that the last block is known as such. */
static gboolean add(BhBundleWriter *writer, const char *bytes, gsize len, GError **error)
{
  while (len > 0) {
    if (writer->used == BLOCK_BYTES && !put_block(writer, FALSE, error))
      return FALSE;
    gsize n = MIN(len, BLOCK_BYTES - writer->used);
    memcpy(writer->plain + writer->used, bytes, n);
    writer->used += n;
    bytes += n;
    len -= n;
  }
  return TRUE;
}

static char *dup_head(const BhBundleHead *head, const guint8 *key,
                      const guint8 hub_key[BH_PUBLIC_KEY_SIZE])
{
  guint8 box_key[crypto_box_PUBLICKEYBYTES];
  guint8 sealed[crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES];
  if (sodium_init() < 0 || crypto_sign_ed25519_pk_to_curve25519(box_key, hub_key) != 0 ||
      crypto_box_seal(sealed, key, crypto_secretstream_xchacha20poly1305_KEYBYTES, box_key) != 0)
    return NULL;
  g_autofree char *sealed_text = bh_base64_encode(sealed, sizeof sealed);
  g_autoptr(json_t) object =
      json_pack("{s:s, s:s, s:I, s:s}", "hub", head->hub, "device", head->device, "made_ms",
                (json_int_t)head->made_ms, "key", sealed_text);
  g_autofree char *line = bh_json_dump(object);
  return g_strconcat(BH_BUNDLE_FORMAT "\n", line, "\n", NULL);
}

BhBundleWriter *bh_bundle_writer_new(GOutputStream *out, const BhBundleHead *head,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  guint8 key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
  guint8 start[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
  g_autoptr(BhBundleWriter) writer = g_new0(BhBundleWriter, 1);
  writer->out = out;
  crypto_secretstream_xchacha20poly1305_keygen(key);
  crypto_secretstream_xchacha20poly1305_init_push(&writer->state, start, key);
  writer->head = dup_head(head, key, hub_key);
  sodium_memzero(key, sizeof key);
  if (writer->head == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "bundle: the key of the hub is invalid");
    return NULL;
  }
  return put(writer, writer->head, strlen(writer->head), error) &&
                 put(writer, start, sizeof start, error)
             ? g_steal_pointer(&writer)
             : NULL;
}

void bh_bundle_writer_free(BhBundleWriter *writer)
{
  if (writer == NULL)
    return;
  g_free(writer->head);
  sodium_memzero(writer, sizeof *writer);
  g_free(writer);
}

gboolean bh_bundle_writer_add_entry(BhBundleWriter *writer, const BhEntryText *entry,
                                    GError **error)
{
  g_autoptr(GString) text = g_string_new(NULL);
  bh_entry_text_append(entry, text);
  g_autofree char *line = g_strdup_printf("entry %" G_GSIZE_FORMAT "\n", text->len);
  writer->entries++;
  return add(writer, line, strlen(line), error) && add(writer, text->str, text->len, error);
}

gboolean bh_bundle_writer_add_file(BhBundleWriter *writer, const char *sha256, gint64 size,
                                   GInputStream *in, GError **error)
{
  g_autofree char *line = g_strdup_printf("file %s %" G_GINT64_FORMAT "\n", sha256, size);
  g_autofree char *buffer = g_malloc(BLOCK_BYTES);
  if (!add(writer, line, strlen(line), error))
    return FALSE;
  for (gint64 left = size; left > 0;) {
    gsize got = 0;
    g_autoptr(GError) failed = NULL;
    if (!g_input_stream_read_all(in, buffer, (gsize)MIN(left, BLOCK_BYTES), &got, NULL, &failed) ||
        got == 0) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "bundle: file %s: %s", sha256,
                  failed != NULL ? failed->message : "it is shorter than it was");
      return FALSE;
    }
    if (!add(writer, buffer, got, error))
      return FALSE;
    left -= (gint64)got;
  }
  writer->files++;
  return TRUE;
}

gboolean bh_bundle_writer_finish(BhBundleWriter *writer, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *line = g_strdup_printf("end %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                                          writer->entries, writer->files);
  if (!add(writer, line, strlen(line), error) || !put_block(writer, TRUE, error))
    return FALSE;
  if (g_output_stream_flush(writer->out, NULL, &failed))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "bundle: %s", failed->message);
  return FALSE;
}

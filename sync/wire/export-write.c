/* Writes exports and the text of cases, and seals them. Does not choose entries (the hub does), and
 * does not write archives (zip-write.c). */
#include "sync/wire/export.h"

#include <nettle/sha2.h>
#include <string.h>
#include "schema/base64.h"
#include "schema/error.h"
#include "sync/wire/export-internal.h"

struct _BhExportWriter {
  GOutputStream *out; /* borrowed */
  char hub[BH_ID_LEN + 1];
  gint64 entries;
  struct sha256_ctx state; /* SHA-256 over every byte written so far */
};

char *bh_export_seal_text(const char *hub, gint64 entries, const char *sha256)
{
  return g_strdup_printf("%s %" G_GINT64_FORMAT " %s", hub, entries, sha256);
}

char *bh_export_seal_line(gint64 entries, const char *sha256, const char *signature_base64)
{
  return g_strdup_printf("Z {\"entries\":%" G_GINT64_FORMAT ",\"sha256\":\"%s\",\"sig\":\"%s\"}",
                         entries, sha256, signature_base64);
}

static gboolean write_bytes(BhExportWriter *writer, const char *bytes, gsize len, GError **error)
{
  g_autoptr(GError) io_error = NULL;
  if (!g_output_stream_write_all(writer->out, bytes, len, NULL, NULL, &io_error)) {
    if (io_error->domain == BH_ERROR)
      g_propagate_error(error, g_steal_pointer(&io_error));
    else
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "export: %s", io_error->message);
    return FALSE;
  }
  sha256_update(&writer->state, len, (const guint8 *)bytes);
  return TRUE;
}

/* Writes the format line, the head and the kind sets. `more` has the additional members of the head
 * of a case; NULL for an export. */
static gboolean write_head(BhExportWriter *writer, const guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                           gint64 made_ms, const char *const *kind_texts, json_t *more,
                           GError **error)
{
  g_autoptr(json_t) hashes = json_array();
  for (gsize i = 0; kind_texts[i] != NULL; i++) {
    g_autofree char *hash = bh_hash_hex(kind_texts[i], strlen(kind_texts[i]));
    json_array_append_new(hashes, json_string(hash));
  }
  g_autofree char *key = bh_base64_encode(hub_key, BH_PUBLIC_KEY_SIZE);
  g_autoptr(json_t) head = json_pack("{ss, ss, sI, sO}", "hub", writer->hub, "hub_key", key,
                                     "made_ms", (json_int_t)made_ms, "kinds", hashes);
  json_object_update(head, more);
  g_autofree char *text = bh_json_dump(head);
  if (strlen(text) > BH_EXPORT_HEAD_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "export: the head is larger than %d bytes",
                BH_EXPORT_HEAD_MAX_BYTES);
    return FALSE;
  }
  g_autoptr(GString) lines =
      g_string_new(more != NULL ? BH_CASE_FORMAT "\n" : BH_EXPORT_FORMAT "\n");
  g_string_append_printf(lines, "%s\n", text);
  if (!write_bytes(writer, lines->str, lines->len, error))
    return FALSE;
  for (gsize i = 0; kind_texts[i] != NULL; i++) {
    g_string_printf(lines, "K %s\n", kind_texts[i]);
    if (!write_bytes(writer, lines->str, lines->len, error))
      return FALSE;
  }
  return TRUE;
}

static BhExportWriter *begin(GOutputStream *out, const char *hub,
                             const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                             const char *const *kind_texts, json_t *more, GError **error)
{
  g_return_val_if_fail(bh_id_is_valid(hub), NULL);
  g_autoptr(BhExportWriter) writer = g_new0(BhExportWriter, 1);
  writer->out = out;
  g_strlcpy(writer->hub, hub, sizeof writer->hub);
  sha256_init(&writer->state);
  if (!write_head(writer, hub_key, made_ms, kind_texts, more, error))
    return NULL;
  return g_steal_pointer(&writer);
}

BhExportWriter *bh_export_writer_new(GOutputStream *out, const char *hub,
                                     const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                     const char *const *kind_texts, GError **error)
{
  return begin(out, hub, hub_key, made_ms, kind_texts, NULL, error);
}

BhExportWriter *bh_export_writer_new_case(GOutputStream *out, const char *hub,
                                          const guint8 hub_key[BH_PUBLIC_KEY_SIZE], gint64 made_ms,
                                          const char *const *kind_texts, const char *record,
                                          gboolean personal, json_t *spans, GError **error)
{
  g_return_val_if_fail(bh_id_is_valid(record), NULL);
  g_autoptr(json_t) more =
      json_pack("{s:s, s:b, s:O}", "record", record, "personal", (int)personal, "spans", spans);
  return begin(out, hub, hub_key, made_ms, kind_texts, more, error);
}

void bh_export_writer_free(BhExportWriter *writer)
{
  g_free(writer);
}

gboolean bh_export_writer_add(BhExportWriter *writer, const BhEntryText *entry, GError **error)
{
  g_autoptr(GString) lines = g_string_new("E\n");
  bh_entry_text_append(entry, lines);
  if (!write_bytes(writer, lines->str, lines->len, error))
    return FALSE;
  writer->entries++;
  return TRUE;
}

static gboolean write_json(BhExportWriter *writer, const char *letter, const json_t *json,
                           GError **error)
{
  g_autofree char *text = bh_json_dump(json);
  g_autofree char *line = g_strconcat(letter, " ", text, "\n", NULL);
  return write_bytes(writer, line, strlen(line), error);
}

gboolean bh_export_writer_add_file(BhExportWriter *writer, const BhFileRef *file, const char *name,
                                   GError **error)
{
  g_autoptr(json_t) json = json_pack("{s:s*, s:s, s:I, s:s}", "name", name, "sha256", file->sha256,
                                     "size", (json_int_t)file->size, "type", file->media_type);
  return write_json(writer, "F", json, error);
}

gboolean bh_export_writer_add_page(BhExportWriter *writer, const char *sha256, gint64 size,
                                   GError **error)
{
  g_autoptr(json_t) json = json_pack("{s:s, s:s, s:I}", "name", BH_CASE_PAGE_NAME, "sha256", sha256,
                                     "size", (json_int_t)size);
  return write_json(writer, "P", json, error);
}

gboolean bh_export_writer_finish(BhExportWriter *writer,
                                 const guint8 hub_secret_key[BH_SECRET_KEY_SIZE], GError **error)
{
  guint8 hash[BH_HASH_SIZE];
  char hex[BH_HASH_HEX_LEN + 1];
  sha256_digest(&writer->state, BH_HASH_SIZE, hash);
  bh_hash_to_hex(hash, hex);
  g_autofree char *sealed = bh_export_seal_text(writer->hub, writer->entries, hex);
  guint8 signature[BH_SIGNATURE_SIZE];
  bh_sign(hub_secret_key, BH_EXPORT_DOMAIN, sealed, strlen(sealed), signature);
  g_autofree char *base64 = bh_base64_encode(signature, sizeof signature);
  g_autofree char *line = bh_export_seal_line(writer->entries, hex, base64);
  g_autofree char *last = g_strconcat(line, "\n", NULL);
  g_autoptr(GError) io_error = NULL;
  if (!g_output_stream_write_all(writer->out, last, strlen(last), NULL, NULL, &io_error) ||
      !g_output_stream_flush(writer->out, NULL, &io_error)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "export: %s", io_error->message);
    return FALSE;
  }
  return TRUE;
}

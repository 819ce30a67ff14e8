/* Writes a case as an archive: the original files, the page, the signed export, in this order, so
 * that each part is read once and the export can contain the digests of the others. Start at
 * bh_case_write. */
#include <nettle/sha2.h>
#include <string.h>

#include "sync/hub/access/access.h"
#include "sync/hub/cases/internal.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/wire/export.h"
#include "sync/wire/zip.h"

#define COPY_BYTES (64 * 1024)

/* The names of files in the archive are made from these suffixes. The media type that a device
 * gives only selects one of these suffixes. */
static const struct {
  const char *type;
  const char *suffix;
} SUFFIXES[] = {
    {"image/jpeg", "jpg"}, {"image/png", "png"}, {"application/pdf", "pdf"},
    {"audio/mpeg", "mp3"}, {"audio/ogg", "ogg"}, {"audio/mp4", "m4a"},
    {"audio/wav", "wav"},  {"video/mp4", "mp4"}, {"video/webm", "webm"},
};

static char *dup_name(const BhFileRef *ref)
{
  const char *suffix = "bin";
  for (gsize i = 0; i < G_N_ELEMENTS(SUFFIXES); i++)
    if (strcmp(ref->media_type, SUFFIXES[i].type) == 0)
      suffix = SUFFIXES[i].suffix;
  return g_strconcat(BH_CASE_FILES_DIR, ref->sha256, ".", suffix, NULL);
}

/* --- originals --- */

/* Copies until the end, or until the file is longer than declared (`most` bytes). `sha256`: digest
 * of the copy, "" if its length differs. FALSE only when writing fails; a file that cannot be read
 * counts as a file whose bytes differ from the declaration. */
static gboolean copy(GInputStream *in, GOutputStream *out, gint64 most, char sha256[],
                     GError **error)
{
  g_autofree guint8 *buffer = g_malloc(COPY_BYTES);
  struct sha256_ctx sum;
  guint8 hash[BH_HASH_SIZE];
  gint64 size = 0;
  gssize n;
  gboolean ok = TRUE;
  sha256_init(&sum);
  while (ok && size <= most && (n = g_input_stream_read(in, buffer, COPY_BYTES, NULL, NULL)) > 0) {
    sha256_update(&sum, (gsize)n, buffer);
    size += n;
    ok = g_output_stream_write_all(out, buffer, (gsize)n, NULL, NULL, error);
  }
  sha256_digest(&sum, BH_HASH_SIZE, hash);
  sha256[0] = '\0';
  if (size == most)
    bh_hash_to_hex(hash, sha256);
  return ok;
}

static gboolean storage_error(GError **error, const GError *failed)
{
  if (failed->domain == BH_ERROR)
    g_propagate_error(error, g_error_copy(failed));
  else
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "case: %s", failed->message);
  return FALSE;
}

static gboolean add_file(BhCase *self, BhZipWriter *zip, BhCaseFile *file, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *path =
      file->sent ? bh_hub_dup_file_path(self->hub, self->db, file->ref.sha256, NULL, &failed)
                 : NULL;
  if (path == NULL) {
    self->absent++;
    return failed == NULL || g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND) ||
           storage_error(error, failed);
  }
  char sha256[BH_HASH_HEX_LEN + 1] = "";
  g_autoptr(GFile) place = g_file_new_for_path(path);
  g_autoptr(GFileInputStream) in = g_file_read(place, NULL, NULL);
  g_autofree char *name = dup_name(&file->ref);
  GOutputStream *out = bh_zip_writer_begin(zip, name, error);
  if (out == NULL)
    return FALSE;
  if (in != NULL && !copy(G_INPUT_STREAM(in), out, file->ref.size, sha256, &failed))
    return storage_error(error, failed);
  if (strcmp(sha256, file->ref.sha256) == 0) {
    file->name = g_steal_pointer(&name);
    return bh_zip_writer_end(zip, error);
  }
  file->damaged = TRUE;
  self->absent++;
  return bh_zip_writer_drop(zip, error);
}

/* --- the signed export --- */

/* The openings of an entry that the receiver gets; g_free. Openings are not signed, so the entry
 * still verifies when some are left out. */
static char *filter_openings(const BhCase *self, const BhEntryText *text)
{
  g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, NULL);
  g_autoptr(json_t) all =
      bh_json_parse(text->openings, strlen(text->openings), BH_OPENINGS_MAX, "openings", NULL);
  g_autoptr(json_t) given = json_array();
  for (gsize i = 0; body != NULL && i < json_array_size(all); i++) {
    json_t *opening = json_array_get(all, i);
    const BhOp *op =
        body->ops->pdata[json_integer_value(json_object_get(opening, "op")) % body->ops->len];
    if (bh_case_gives_personal_values(self, op->record))
      json_array_append(given, opening);
  }
  if (json_array_size(given) == 0)
    return g_strdup("");
  return json_array_size(given) == json_array_size(all) ? g_strdup(text->openings)
                                                        : bh_json_dump(given);
}

static gboolean add_entry(BhCase *self, BhExportWriter *writer, const BhCaseEntry *entry,
                          GError **error)
{
  g_autoptr(BhEntryRow) row = bh_log_load_entry(self->db, entry->position, error);
  if (row == NULL)
    return FALSE;
  gboolean with_body = entry->with_body && row->text->body != NULL;
  g_autofree char *openings = with_body ? filter_openings(self, row->text) : g_strdup("");
  g_autoptr(BhEntryText) given = bh_entry_text_new(row->text->envelope, row->text->signature,
                                                   with_body ? row->text->body : NULL, openings);
  self->withheld += !with_body;
  return bh_export_writer_add(writer, given, error);
}

static int compare_texts(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char **dup_kind_texts(BhCase *self, GError **error)
{
  g_autofree gpointer *hashes = g_hash_table_get_keys_as_array(self->sets, NULL);
  guint n = g_hash_table_size(self->sets);
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
  qsort(hashes, n, sizeof hashes[0], compare_texts);
  for (guint i = 0; i < n; i++) {
    g_autoptr(GError) failed = NULL;
    g_autofree char *text = bh_log_dup_kinds_text(self->db, hashes[i], &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return NULL;
    }
    if (text != NULL) /* an entry in quarantine may name a set that the hub does not have */
      g_strv_builder_add(texts, text);
  }
  return g_strv_builder_end(texts);
}

static gboolean write_export(BhCase *self, GOutputStream *out, const char *page_sha256,
                             gint64 page_size, GError **error)
{
  g_auto(GStrv) kinds = dup_kind_texts(self, error);
  g_autoptr(BhExportWriter) writer =
      kinds != NULL
          ? bh_export_writer_new_case(out, self->hub->id, bh_hub_get_public_key(self->hub),
                                      self->made_ms, (const char *const *)kinds, self->root,
                                      self->options->personal, self->spans, error)
          : NULL;
  if (writer == NULL)
    return FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    if (!add_entry(self, writer, &g_array_index(self->entries, BhCaseEntry, i), error))
      return FALSE;
  for (guint i = 0; i < self->files->len; i++) {
    const BhCaseFile *file = self->files->pdata[i];
    if (!bh_export_writer_add_file(writer, &file->ref, file->name, error))
      return FALSE;
  }
  return bh_export_writer_add_page(writer, page_sha256, page_size, error) &&
         bh_export_writer_finish(writer, bh_hub_get_secret_key(self->hub), error);
}

/* --- the archive --- */

static gboolean write_case(BhCase *self, GOutputStream *out, gint64 *bytes, GError **error)
{
  g_autoptr(BhZipWriter) zip = bh_zip_writer_new(out, self->made_ms);
  g_autoptr(GError) failed = NULL;
  gsize len = 0;
  for (guint i = 0; i < self->files->len; i++)
    if (!add_file(self, zip, self->files->pdata[i], error))
      return FALSE;
  g_autofree char *page = bh_case_make_page(self, &len, error);
  GOutputStream *member = page != NULL ? bh_zip_writer_begin(zip, BH_CASE_PAGE_NAME, error) : NULL;
  if (member == NULL)
    return FALSE;
  if (!g_output_stream_write_all(member, page, len, NULL, NULL, &failed))
    return storage_error(error, failed);
  g_autofree char *sha256 = bh_hash_hex(page, len);
  if (!bh_zip_writer_end(zip, error) ||
      (member = bh_zip_writer_begin(zip, BH_CASE_EXPORT_NAME, error)) == NULL ||
      !write_export(self, member, sha256, (gint64)len, error) || !bh_zip_writer_end(zip, error) ||
      !bh_zip_writer_finish(zip, error))
    return FALSE;
  *bytes = bh_zip_writer_get_size(zip);
  return TRUE;
}

json_t *bh_case_write(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                      GOutputStream *out, GError **error)
{
  gint64 bytes = 0;
  if (!bh_log_begin_read(db, error))
    return NULL;
  g_autoptr(BhCase) self = bh_case_new(hub, db, record, options, error);
  gboolean ok = self != NULL && write_case(self, out, &bytes, error);
  bh_log_end_read(db);
  return ok ? json_pack("{s:s, s:i, s:i, s:i, s:i, s:I}", "record", record, "entries",
                        (int)self->entries->len, "withheld", self->withheld, "files",
                        (int)self->files->len, "files_missing", self->absent, "bytes",
                        (json_int_t)bytes)
            : NULL;
}

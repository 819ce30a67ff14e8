/* Serves files: the original files of records, and the page's own files. */
#include "sync/hub/access/access.h"
#include "sync/hub/office/internal.h"

#include "schema/error.h"
#include "schema/media.h"
#include "schema/paths.h"
#include "sync/hub/office/office-store.h"

/* Content policy for originals, which are only displayed: no scripts, no frames, no requests but
 * the one with which the browser's own player loads a recording. */
#define ORIGINAL_POLICY                                                                            \
  "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

/* --- originals --- */

static const struct {
  const char *type;
  const char *sniffed; /* type by the first bytes */
  const char *suffix;
} shown[] = {
    {BH_MEDIA_JPEG, BH_MEDIA_JPEG, "jpg"},  {BH_MEDIA_PNG, BH_MEDIA_PNG, "png"},
    {BH_MEDIA_PDF, BH_MEDIA_PDF, "pdf"},    {BH_MEDIA_OGG, BH_MEDIA_OGG, "ogg"},
    {BH_MEDIA_WAV, BH_MEDIA_WAV, "wav"},    {BH_MEDIA_M4A, BH_MEDIA_M4A, "m4a"},
    {BH_MEDIA_M4A, BH_MEDIA_MP4, "m4a"},    {BH_MEDIA_MP4, BH_MEDIA_MP4, "mp4"},
    {BH_MEDIA_WEBM, BH_MEDIA_WEBM, "webm"}, {BH_MEDIA_WEBM_SOUND, BH_MEDIA_WEBM, "webm"},
};

static const char *sniff_file(const char *path)
{
  guint8 bytes[BH_MEDIA_SNIFF_MAX];
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, NULL);
  gsize read = 0;
  gboolean good = stream != NULL && g_input_stream_read_all(G_INPUT_STREAM(stream), bytes,
                                                            sizeof bytes, &read, NULL, NULL);
  return good ? bh_media_sniff(bytes, read) : NULL;
}

/* Sends an original file. Its name is made by this function, and its type must match the content; a
 * type or name given by a device is not passed to the browser. */
static void send_original(BhOfficeCall *call, const char *path, const char *media_type,
                          const char *sha256, GError **error)
{
  const char *type = "application/octet-stream";
  const char *suffix = "bin";
  const char *how = "attachment";
  const char *sniffed = sniff_file(path);
  for (gsize i = 0; i < G_N_ELEMENTS(shown); i++) {
    if (g_strcmp0(media_type, shown[i].type) != 0 || g_strcmp0(sniffed, shown[i].sniffed) != 0)
      continue;
    type = shown[i].type;
    suffix = shown[i].suffix;
    how = bh_request_get_query(call->request, "download") != NULL ? "attachment" : "inline";
  }
  g_autofree char *disposition = g_strdup_printf("%s; filename=\"%.16s.%s\"", how, sha256, suffix);
  BhRequest *request = bh_office_take_request(call, error);
  if (request == NULL)
    return;
  bh_request_add_header(request, "Content-Disposition", disposition);
  bh_request_add_header(request, "Content-Security-Policy", ORIGINAL_POLICY);
  bh_request_add_header(request, "Cache-Control", "private, no-cache");
  bh_request_answer_file(request, path, type, sha256);
}

json_t *bh_office_file(BhOfficeCall *call, GError **error)
{
  const char *id = bh_request_get_param(call->request, "id");
  const char *sha256 = bh_request_get_param(call->request, "sha256");
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_FILE, error);
  if (record == NULL)
    return NULL;
  gboolean shows = FALSE;
  if (bh_hash_is_valid(sha256) && !bh_office_store_shows_file(call->db, id, sha256, &shows, error))
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  if (shows && kind != NULL &&
      !bh_file_access_is_proven(call->db, bh_hub_get_id(call->hub), kind, record, sha256, &shows,
                                error))
    return NULL;
  if (!shows) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "file: the record has no file with this SHA-256");
    return NULL;
  }
  g_autofree char *media_type = NULL;
  g_autofree char *path = bh_hub_dup_file_path(call->hub, call->db, sha256, &media_type, error);
  if (path != NULL)
    send_original(call, path, media_type, sha256, error);
  return NULL;
}

/* --- the page --- */

static const struct {
  const char *suffix;
  const char *type;
} page_types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *page_type(const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS(page_types); i++) {
    if (g_str_has_suffix(name, page_types[i].suffix))
      return page_types[i].type;
  }
  return NULL;
}

/* File names of the page are one segment of letters, digits, dots and hyphens, so that no name
 * leads out of the folder. */
static gboolean is_page_name(const char *name)
{
  return name[0] != '.' && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-")] == '\0';
}

void bh_office_page(BhRequest *request, gpointer data)
{
  (void)data;
  const char *path = bh_request_get_param(request, "path");
  const char *name = path == NULL || path[0] == '\0' ? "index.html" : path;
  const char *type = is_page_name(name) ? page_type(name) : NULL;
  g_autofree char *file = type != NULL ? bh_data_path("assets", "office", name, NULL) : NULL;
  g_autofree char *text = NULL;
  gsize len = 0;
  if (file == NULL || !g_file_get_contents(file, &text, &len, NULL)) {
    g_autoptr(GError) error =
        g_error_new(BH_ERROR, BH_ERROR_NOT_FOUND, "page: no such file: %.64s", name);
    bh_request_answer_error(request, error, NULL);
    return;
  }
  g_autofree char *hash = bh_hash_hex(text, len);
  g_autofree char *etag = g_strdup_printf("\"%s\"", hash);
  const char *known = bh_request_get_header(request, "If-None-Match");
  gboolean same = known != NULL && strstr(known, etag) != NULL;
  bh_request_add_header(request, "ETag", etag);
  bh_request_add_header(request, "Cache-Control", "no-cache");
  g_autoptr(GBytes) bytes = same ? NULL : g_bytes_new_take(g_steal_pointer(&text), len);
  bh_request_answer_bytes(request, same ? 304 : 200, same ? NULL : type, bytes);
}

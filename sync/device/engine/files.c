#include "sync/device/engine/phases.h"

#include "schema/base64.h"
#include "schema/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SMALL_ANSWER_BYTES (64 * 1024)
#define TUS_VERSION "1.0.0"

static BhTransportRequest *tus_request(BhEngine *engine, const char *method, const char *path)
{
  BhTransportRequest *request = bh_engine_request(engine, method, path, SMALL_ANSWER_BYTES);

  bh_transport_request_add_header(request, "Tus-Resumable", TUS_VERSION);
  return request;
}

/* Puts the file aside for this round and goes on with the next one. */
static void put_off(BhEngine *engine, BhDevice *device, const char *why)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhPendingFile) file = g_steal_pointer(&engine->file);

  g_hash_table_add(engine->put_off, g_strdup(file->sha256));
  if (!bh_outbox_defer_file(device, file->sha256, why, &error))
    bh_engine_fail_store(engine, device, error);
  else
    bh_engine_files(engine, device);
}

/* Keeps what the hub said about the file under way. FALSE when the round ended. */
static gboolean note_sent(BhEngine *engine, BhDevice *device, const char *upload, gint64 sent)
{
  g_autoptr(GError) error = NULL;
  BhPendingFile *file = engine->file;
  gboolean done = sent == file->size;
  g_autofree char *location = g_strdup(upload);

  if (!bh_outbox_note_file(device, file->sha256, location, sent, done, &error)) {
    bh_engine_fail_store(engine, device, error);
    return FALSE;
  }
  if (sent > engine->file_best) {
    engine->file_best = sent;
    engine->repeats = 0;
    engine->failures = 0;
  }
  g_free(file->upload);
  file->upload = g_steal_pointer(&location);
  file->sent = sent;
  if (done)
    g_clear_pointer(&engine->file, bh_pending_file_free);
  return TRUE;
}

/* Exactly `len` bytes from `offset`, or NULL with why_code. */
static GBytes *read_chunk(const BhPendingFile *file, gsize len, const char **why)
{
  g_autofree guint8 *bytes = g_malloc(len);
  gsize have = 0;
  int fd = open(file->path != NULL ? file->path : "", O_RDONLY | O_CLOEXEC);

  if (fd < 0) {
    *why = "missing";
    return NULL;
  }
  while (have < len) {
    ssize_t n = pread(fd, bytes + have, len - have, (off_t)(file->sent + (gint64)have));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      break;
    have += (gsize)n;
  }
  close(fd);
  if (have == len)
    return g_bytes_new_take(g_steal_pointer(&bytes), len);
  *why = "damaged";
  return NULL;
}

/* The next chunk of the file under way becomes the body. FALSE when the file was put off instead.
 */
static gboolean add_chunk(BhEngine *engine, BhDevice *device, BhTransportRequest *request)
{
  BhPendingFile *file = engine->file;
  gsize len = (gsize)MIN((gint64)engine->chunk_bytes, file->size - file->sent);
  const char *why = NULL;
  g_autoptr(GBytes) chunk = read_chunk(file, len, &why);
  g_autofree char *checksum = NULL;
  g_autofree char *hex = NULL;
  g_autofree char *base64 = NULL;
  guint8 hash[BH_HASH_SIZE];

  if (chunk == NULL) {
    put_off(engine, device, why);
    return FALSE;
  }
  hex = bh_hash_hex(g_bytes_get_data(chunk, NULL), len);
  bh_hash_from_hex(hex, hash);
  base64 = bh_base64_encode(hash, sizeof hash);
  checksum = g_strconcat("sha256 ", base64, NULL);
  bh_transport_request_add_header(request, "Upload-Checksum", checksum);
  bh_transport_request_add_header(request, "Content-Type", BH_TYPE_UPLOAD);
  request->body = g_steal_pointer(&chunk);
  engine->chunk_began_ms = engine->boot_ms;
  return TRUE;
}

/* With the first bytes: a picture that is one chunk is one request. */
static void create(BhEngine *engine, BhDevice *device)
{
  BhPendingFile *file = engine->file;
  g_autoptr(BhTransportRequest) request = tus_request(engine, "POST", "/v1/uploads");
  g_autofree char *length = g_strdup_printf("%" G_GINT64_FORMAT, file->size);
  g_autofree char *hash = bh_base64_encode(file->sha256, strlen(file->sha256));
  g_autofree char *metadata = g_strconcat("sha256 ", hash, NULL);

  file->sent = 0;
  bh_transport_request_add_header(request, "Upload-Length", length);
  bh_transport_request_add_header(request, "Upload-Metadata", metadata);
  if (add_chunk(engine, device, request))
    bh_engine_send(engine, PHASE_CREATE, g_steal_pointer(&request));
}

static void send_chunk(BhEngine *engine, BhDevice *device)
{
  g_autoptr(BhTransportRequest) request = tus_request(engine, "PATCH", engine->file->upload);
  g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, engine->file->sent);

  bh_transport_request_add_header(request, "Upload-Offset", offset);
  if (add_chunk(engine, device, request))
    bh_engine_send(engine, PHASE_CHUNK, g_steal_pointer(&request));
}

/* A location on the hub's own paths and nowhere else; absolute ones of the same hub are cut. */
static char *dup_location(BhEngine *engine, const char *location)
{
  const char *path = location;

  if (path != NULL && g_str_has_prefix(path, engine->uplink->url))
    path += strlen(engine->uplink->url);
  if (path == NULL || !g_str_has_prefix(path, "/v1/uploads/") || strlen(path) > 256 ||
      strpbrk(path, " \r\n?#") != NULL)
    return NULL;
  return g_strdup(path);
}

static void take_next(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  engine->repeats = 0;
  engine->file_best = 0;
  engine->offset_known = FALSE;
  engine->file = bh_outbox_next_file(device, &error);
  if (error != NULL) {
    bh_engine_fail_store(engine, device, error);
    return;
  }
  if (engine->file != NULL && g_hash_table_contains(engine->put_off, engine->file->sha256))
    g_clear_pointer(&engine->file, bh_pending_file_free);
  if (engine->file == NULL)
    bh_engine_downloads(engine, device);
  else if (engine->file->size > BH_FILE_MAX_BYTES)
    put_off(engine, device, "limit");
  else if (engine->file->upload == NULL)
    create(engine, device);
  else
    bh_engine_send(engine, PHASE_RESUME, tus_request(engine, "HEAD", engine->file->upload));
}

void bh_engine_files(BhEngine *engine, BhDevice *device)
{
  if (engine->saved)
    bh_engine_push(engine, device);
  else if (engine->file == NULL)
    take_next(engine, device);
  else if (engine->file->upload == NULL)
    create(engine, device);
  else if (!engine->offset_known)
    bh_engine_send(engine, PHASE_RESUME, tus_request(engine, "HEAD", engine->file->upload));
  else
    send_chunk(engine, device);
}

/* An upload the hub no longer knows begins anew. */
static void forget_upload(BhEngine *engine, BhDevice *device)
{
  if (++engine->repeats > BH_ENGINE_REPEATS_MAX) {
    put_off(engine, device, "refused");
    return;
  }
  engine->file->sent = 0;
  engine->offset_known = FALSE;
  if (note_sent(engine, device, NULL, 0))
    bh_engine_files(engine, device);
}

/* A hub that breaks on one file may do well with the next. */
static gboolean ended_by(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  return answer->status != 500 && bh_engine_refused(engine, device, answer);
}

static void put_off_refused(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autoptr(json_t) body = bh_engine_peek(answer);

  put_off(engine, device, bh_json_string_or(body, "error", "refused"));
}

/* Takes over an offset the hub named. FALSE when it is none, or the round ended. */
static gboolean take_offset(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer,
                            const char *upload)
{
  gint64 offset = bh_engine_header_int(answer, "Upload-Offset");

  if (offset < 0 || offset > engine->file->size) {
    put_off(engine, device, "format");
    return FALSE;
  }
  engine->offset_known = TRUE;
  return note_sent(engine, device, upload, offset);
}

/* Few large chunks on a good link; on a poor one small ones, so that a finding never waits long
 * behind a photo and little is lost by a cut. */
static void adapt_chunk(BhEngine *engine)
{
  gint64 took_ms = engine->boot_ms - engine->chunk_began_ms;

  if (took_ms < BH_ENGINE_CHUNK_FAST_MS)
    engine->chunk_bytes = MIN(engine->chunk_bytes * 2, BH_UPLOAD_CHUNK_MAX_BYTES);
  else if (took_ms > BH_ENGINE_CHUNK_SLOW_MS)
    engine->chunk_bytes = MAX(engine->chunk_bytes / 2, BH_ENGINE_CHUNK_MIN_BYTES);
}

/* A proxy in between may take less than the hub: then smaller chunks are tried. */
static gboolean is_over_proxy_limit(BhEngine *engine, const BhTransportAnswer *answer)
{
  gint64 left = engine->file->size - engine->file->sent;

  if (answer->status != 413 || MIN((gint64)engine->chunk_bytes, left) <= BH_ENGINE_CHUNK_MIN_BYTES)
    return FALSE;
  engine->chunk_bytes = BH_ENGINE_CHUNK_MIN_BYTES;
  return TRUE;
}

static void on_wrong_checksum(BhEngine *engine, BhDevice *device)
{
  /* Damage on the way is cured by sending again; damage on this disk is not. */
  if (++engine->repeats > BH_ENGINE_REPEATS_MAX) {
    put_off(engine, device, "damaged");
    return;
  }
  engine->offset_known = FALSE;
  bh_engine_files(engine, device);
}

void bh_engine_on_create(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autofree char *location = NULL;

  if (ended_by(engine, device, answer))
    return;
  if (answer->status == 460) {
    on_wrong_checksum(engine, device);
    return;
  }
  if (is_over_proxy_limit(engine, answer)) {
    bh_engine_files(engine, device);
    return;
  }
  if (answer->status != 201) {
    put_off_refused(engine, device, answer);
    return;
  }
  adapt_chunk(engine);
  location = dup_location(engine, bh_transport_answer_get_header(answer, "Location"));
  if (location == NULL) {
    put_off(engine, device, "format");
    return;
  }
  if (bh_engine_header_int(answer, "Upload-Offset") < 0) {
    /* A new upload need not say where it stands. */
    engine->offset_known = TRUE;
    if (note_sent(engine, device, location, 0))
      bh_engine_files(engine, device);
  } else if (take_offset(engine, device, answer, location)) {
    bh_engine_files(engine, device);
  }
}

void bh_engine_on_resume(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autofree char *upload = g_strdup(engine->file->upload);

  if (ended_by(engine, device, answer))
    return;
  if (answer->status == 404 || answer->status == 410) {
    forget_upload(engine, device);
    return;
  }
  if (answer->status < 200 || answer->status > 299) {
    put_off_refused(engine, device, answer);
    return;
  }
  if (take_offset(engine, device, answer, upload))
    bh_engine_files(engine, device);
}

static void on_wrong_offset(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autofree char *upload = g_strdup(engine->file->upload);

  if (++engine->repeats > BH_ENGINE_REPEATS_MAX)
    put_off(engine, device, "refused");
  else if (take_offset(engine, device, answer, upload))
    bh_engine_files(engine, device);
}

void bh_engine_on_chunk(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  g_autofree char *upload = g_strdup(engine->file->upload);
  gint64 before = engine->file->sent;

  if (ended_by(engine, device, answer))
    return;
  if (answer->status == 204) {
    adapt_chunk(engine);
    if (bh_engine_header_int(answer, "Upload-Offset") <= before)
      on_wrong_offset(engine, device, answer);
    else if (take_offset(engine, device, answer, upload))
      bh_engine_files(engine, device);
  } else if (answer->status == 409) {
    on_wrong_offset(engine, device, answer);
  } else if (answer->status == 460) {
    on_wrong_checksum(engine, device);
  } else if (answer->status == 404 || answer->status == 410) {
    forget_upload(engine, device);
  } else if (is_over_proxy_limit(engine, answer)) {
    bh_engine_files(engine, device);
  } else {
    put_off_refused(engine, device, answer);
  }
}

/* --- files of records that came down --- */

static void ask_next_download(BhEngine *engine, BhDevice *device)
{
  while (engine->missing->len > 0) {
    const char *hash = engine->missing->pdata[engine->missing->len - 1];
    g_autofree char *path = NULL;

    if (!g_hash_table_contains(engine->absent, hash)) {
      path = g_strconcat("/v1/files/", hash, NULL);
      bh_engine_send(engine, PHASE_DOWNLOAD,
                     bh_engine_request(engine, "GET", path, BH_FILE_MAX_BYTES));
      return;
    }
    g_ptr_array_set_size(engine->missing, (gint)engine->missing->len - 1);
  }
  bh_engine_finish_round(engine, device);
}

/* The list comes newest first and is worked off from the end, so it is kept turned round. */
void bh_engine_downloads(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) found = NULL;

  if (engine->missing == NULL) {
    found = bh_outbox_list_missing_files(device, BH_ENGINE_DOWNLOADS_PER_ROUND, &error);
    if (found == NULL) {
      bh_engine_fail_store(engine, device, error);
      return;
    }
    engine->missing = g_ptr_array_new_with_free_func(g_free);
    for (guint i = found->len; i > 0; i--)
      g_ptr_array_add(engine->missing, g_strdup(found->pdata[i - 1]));
  }
  ask_next_download(engine, device);
}

static void go_on_downloading(BhEngine *engine, BhDevice *device)
{
  g_ptr_array_set_size(engine->missing, (gint)engine->missing->len - 1);
  if (engine->saved)
    bh_engine_push(engine, device);
  else
    ask_next_download(engine, device);
}

void bh_engine_skip_download(BhEngine *engine, BhDevice *device)
{
  const char *hash = engine->missing->pdata[engine->missing->len - 1];

  /* Not asked for again before somebody kicks. */
  g_hash_table_add(engine->absent, g_strdup(hash));
  go_on_downloading(engine, device);
}

void bh_engine_on_download(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  const char *wanted = engine->missing->pdata[engine->missing->len - 1];
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = NULL;
  const void *bytes;
  gboolean kept;
  gsize len;

  if (ended_by(engine, device, answer))
    return;
  bytes = g_bytes_get_data(answer->body, &len);
  hash = bh_hash_hex(bytes != NULL ? bytes : "", len);
  kept = answer->status == 200 && g_str_equal(hash, wanted) &&
         bh_outbox_keep_download(device, wanted, bytes, len, &error);
  if (g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE))
    bh_engine_fail_store(engine, device, error);
  else if (!kept)
    bh_engine_skip_download(engine, device);
  else
    go_on_downloading(engine, device);
}

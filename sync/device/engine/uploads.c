/* Sends files to the hub by tus 1.0: the upload is created with the first chunk, then chunk follows
 * chunk. After an interruption the hub is asked for the offset. A file that fails is deferred, and
 * the next one is sent. */
#include "sync/device/engine/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "schema/base64.h"
#include "schema/error.h"

#define SMALL_ANSWER_BYTES (64 * 1024)
#define TUS_VERSION "1.0.0"

static BhTransportRequest *tus_request(BhEngine *engine, const char *method, const char *path)
{
  BhTransportRequest *request = bh_engine_request(engine, method, path, SMALL_ANSWER_BYTES);

  bh_transport_request_add_header(request, "Tus-Resumable", TUS_VERSION);
  return request;
}

/* Defers the present file to a later round, and goes on with the next one. */
static BhEnginePhase defer(BhEngine *engine, BhDevice *device, const char *why)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhPendingFile) file = g_steal_pointer(&engine->file);

  g_hash_table_add(engine->deferred, g_strdup(file->sha256));
  if (!bh_outbox_defer_file(device, file->sha256, why, &error))
    return bh_engine_fail_store(engine, device, error);
  return PHASE_FILES;
}

static BhEnginePhase defer_refused(BhEngine *engine, BhDevice *device,
                                   const BhTransportAnswer *answer)
{
  g_autoptr(json_t) body = bh_engine_peek(answer);

  return defer(engine, device, bh_json_string_or(body, "error", "refused"));
}

/* Stores the path of the upload and the number of bytes that the hub has of the present file. */
static BhEnginePhase note_sent(BhEngine *engine, BhDevice *device, const char *upload, gint64 sent)
{
  g_autoptr(GError) error = NULL;
  BhPendingFile *file = engine->file;
  gboolean done = sent == file->size;
  g_autofree char *location = g_strdup(upload);

  if (!bh_outbox_note_file(device, file->sha256, location, sent, done, &error))
    return bh_engine_fail_store(engine, device, error);
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
  return PHASE_FILES;
}

/* --- what to do next --- */

/* Takes the next file that is to be sent and was not deferred in this round. */
static BhEnginePhase take_next(BhEngine *engine, BhDevice *device)
{
  g_autoptr(GError) error = NULL;

  engine->repeats = 0;
  engine->file_best = 0;
  engine->offset_known = FALSE;
  engine->file = bh_outbox_next_file(device, &error);
  if (error != NULL)
    return bh_engine_fail_store(engine, device, error);
  if (engine->file != NULL && g_hash_table_contains(engine->deferred, engine->file->sha256))
    g_clear_pointer(&engine->file, bh_pending_file_free);
  if (engine->file == NULL)
    return PHASE_DOWNLOAD;
  if (engine->file->size > BH_FILE_MAX_BYTES)
    return defer(engine, device, "limit");
  return engine->file->upload == NULL ? PHASE_CREATE : PHASE_RESUME;
}

BhEnginePhase bh_engine_begin_files(BhEngine *engine, BhDevice *device)
{
  if (engine->saved)
    return PHASE_PUSH;
  if (engine->file == NULL)
    return take_next(engine, device);
  if (engine->file->upload == NULL)
    return PHASE_CREATE;
  return engine->offset_known ? PHASE_CHUNK : PHASE_RESUME;
}

/* --- requests --- */

/* Reads exactly `len` bytes of the file from its offset; NULL with the reason in *why (a why_code
 * of the queue). */
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

/* Sends `request` (taken) with the next chunk of the file as its body, or defers the file when it
 * cannot be read. */
static BhEnginePhase send_chunk(BhEngine *engine, BhDevice *device, BhEnginePhase phase,
                                BhTransportRequest *request)
{
  g_autoptr(BhTransportRequest) own = request;
  BhPendingFile *file = engine->file;
  gsize len = (gsize)MIN((gint64)engine->chunk_bytes, file->size - file->sent);
  const char *why = NULL;
  guint8 hash[BH_HASH_SIZE];

  g_autoptr(GBytes) chunk = read_chunk(file, len, &why);
  if (chunk == NULL)
    return defer(engine, device, why);
  g_autofree char *hex = bh_hash_hex(g_bytes_get_data(chunk, NULL), len);
  bh_hash_from_hex(hex, hash);
  g_autofree char *base64 = bh_base64_encode(hash, sizeof hash);
  g_autofree char *checksum = g_strconcat("sha256 ", base64, NULL);
  bh_transport_request_add_header(own, "Upload-Checksum", checksum);
  bh_transport_request_add_header(own, "Content-Type", BH_TYPE_UPLOAD);
  own->body = g_steal_pointer(&chunk);
  engine->chunk_began_ms = engine->boot_ms;
  return bh_engine_send(engine, phase, g_steal_pointer(&own));
}

/* Creates the upload with the first chunk in the same request, so that a small picture takes one
 * request. */
BhEnginePhase bh_engine_begin_create(BhEngine *engine, BhDevice *device)
{
  BhPendingFile *file = engine->file;
  BhTransportRequest *request = tus_request(engine, "POST", "/v1/uploads");
  g_autofree char *length = g_strdup_printf("%" G_GINT64_FORMAT, file->size);
  g_autofree char *hash = bh_base64_encode(file->sha256, strlen(file->sha256));
  g_autofree char *metadata = g_strconcat("sha256 ", hash, NULL);

  file->sent = 0;
  bh_transport_request_add_header(request, "Upload-Length", length);
  bh_transport_request_add_header(request, "Upload-Metadata", metadata);
  return send_chunk(engine, device, PHASE_CREATE, request);
}

BhEnginePhase bh_engine_begin_resume(BhEngine *engine, BhDevice *device G_GNUC_UNUSED)
{
  return bh_engine_send(engine, PHASE_RESUME, tus_request(engine, "HEAD", engine->file->upload));
}

BhEnginePhase bh_engine_begin_chunk(BhEngine *engine, BhDevice *device)
{
  BhTransportRequest *request = tus_request(engine, "PATCH", engine->file->upload);
  g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, engine->file->sent);

  bh_transport_request_add_header(request, "Upload-Offset", offset);
  return send_chunk(engine, device, PHASE_CHUNK, request);
}

/* --- answers --- */

/* Returns the path of an upload at this hub, without the hub's address. NULL for any other
 * location. */
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

/* Whether the answer ends the round. Status 500 does not: it may concern this file only, so the
 * round goes on with the next file. */
static gboolean is_end(BhEngine *engine, BhDevice *device, const BhTransportAnswer *answer)
{
  return answer->status != 500 && bh_engine_refused(engine, device, answer);
}

/* Forgets an upload that the hub no longer has; the file is then sent from its beginning. */
static BhEnginePhase forget_upload(BhEngine *engine, BhDevice *device)
{
  if (++engine->repeats > BH_ENGINE_REPEATS_MAX)
    return defer(engine, device, "refused");
  engine->file->sent = 0;
  engine->offset_known = FALSE;
  return note_sent(engine, device, NULL, 0);
}

/* Stores an offset that the hub named; an offset that cannot be right defers the file. */
static BhEnginePhase take_offset(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer, const char *upload)
{
  gint64 offset = bh_engine_header_int(answer, "Upload-Offset");

  if (offset < 0 || offset > engine->file->size)
    return defer(engine, device, "format");
  engine->offset_known = TRUE;
  return note_sent(engine, device, upload, offset);
}

/* Chooses the size of the next chunk: large on a fast connection, small on a slow one, so that an
 * entry never waits long for a photo, and an interruption loses little. */
static void adapt_chunk(BhEngine *engine)
{
  gint64 took_ms = engine->boot_ms - engine->chunk_began_ms;

  if (took_ms < BH_ENGINE_CHUNK_FAST_MS)
    engine->chunk_bytes = MIN(engine->chunk_bytes * 2, BH_UPLOAD_CHUNK_MAX_BYTES);
  else if (took_ms > BH_ENGINE_CHUNK_SLOW_MS)
    engine->chunk_bytes = MAX(engine->chunk_bytes / 2, BH_ENGINE_CHUNK_MIN_BYTES);
}

/* Whether a proxy between device and hub may have refused the size of the chunk, although the hub
 * accepts it: then smaller chunks are tried. */
static gboolean is_over_proxy_limit(BhEngine *engine, const BhTransportAnswer *answer)
{
  gint64 left = engine->file->size - engine->file->sent;

  if (answer->status != 413 || MIN((gint64)engine->chunk_bytes, left) <= BH_ENGINE_CHUNK_MIN_BYTES)
    return FALSE;
  engine->chunk_bytes = BH_ENGINE_CHUNK_MIN_BYTES;
  return TRUE;
}

/* When the hub reports a wrong checksum, the chunk is sent again, unless the file is damaged on
 * this disk. */
static BhEnginePhase on_wrong_checksum(BhEngine *engine, BhDevice *device)
{
  if (++engine->repeats > BH_ENGINE_REPEATS_MAX)
    return defer(engine, device, "damaged");
  engine->offset_known = FALSE;
  return PHASE_FILES;
}

static BhEnginePhase on_wrong_offset(BhEngine *engine, BhDevice *device,
                                     const BhTransportAnswer *answer)
{
  if (++engine->repeats > BH_ENGINE_REPEATS_MAX)
    return defer(engine, device, "refused");
  return take_offset(engine, device, answer, engine->file->upload);
}

BhEnginePhase bh_engine_on_create(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer)
{
  if (is_end(engine, device, answer))
    return PHASE_NONE;
  if (answer->status == 460)
    return on_wrong_checksum(engine, device);
  if (is_over_proxy_limit(engine, answer))
    return PHASE_FILES;
  if (answer->status != 201)
    return defer_refused(engine, device, answer);
  adapt_chunk(engine);
  g_autofree char *location =
      dup_location(engine, bh_transport_answer_get_header(answer, "Location"));
  if (location == NULL)
    return defer(engine, device, "format");
  if (bh_engine_header_int(answer, "Upload-Offset") >= 0)
    return take_offset(engine, device, answer, location);
  /* An answer that creates an upload may omit the offset. */
  engine->offset_known = TRUE;
  return note_sent(engine, device, location, 0);
}

BhEnginePhase bh_engine_on_resume(BhEngine *engine, BhDevice *device,
                                  const BhTransportAnswer *answer)
{
  if (is_end(engine, device, answer))
    return PHASE_NONE;
  if (answer->status == 404 || answer->status == 410)
    return forget_upload(engine, device);
  if (answer->status < 200 || answer->status > 299)
    return defer_refused(engine, device, answer);
  return take_offset(engine, device, answer, engine->file->upload);
}

BhEnginePhase bh_engine_on_chunk(BhEngine *engine, BhDevice *device,
                                 const BhTransportAnswer *answer)
{
  if (is_end(engine, device, answer))
    return PHASE_NONE;
  if (answer->status == 204) {
    adapt_chunk(engine);
    return bh_engine_header_int(answer, "Upload-Offset") <= engine->file->sent
               ? on_wrong_offset(engine, device, answer)
               : take_offset(engine, device, answer, engine->file->upload);
  }
  if (answer->status == 409)
    return on_wrong_offset(engine, device, answer);
  if (answer->status == 460)
    return on_wrong_checksum(engine, device);
  if (answer->status == 404 || answer->status == 410)
    return forget_upload(engine, device);
  if (is_over_proxy_limit(engine, answer))
    return PHASE_FILES;
  return defer_refused(engine, device, answer);
}

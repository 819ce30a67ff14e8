/* Handlers of the device interface: enrolment, chain heads, pushing entries, the feed, kind sets,
 * staff and files. Uploads are in routes-upload.c. Start at ROUTES. */
#include <string.h>

#include "sync/hub/access/access.h"
#include "sync/hub/devices/internal.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/devices/feed.h"
#include "sync/hub/hub-private.h"
#include "sync/wire/batch.h"
#include "sync/wire/limits.h"

#define TRIES_MAX 10000 /* networks (connection-limit.h) whose failed enrolments are counted */
#define MINUTE_US (60 * G_TIME_SPAN_SECOND)
#define COMPRESS_MIN 1024 /* bytes of an answer; shorter ones are not compressed */

typedef struct {
  gint64 since_us;
  int failed;
} Tries;

BhDeviceApi *bh_device_api_new(BhHub *hub)
{
  BhDeviceApi *api = g_new0(BhDeviceApi, 1);
  api->hub = hub;
  api->uploads = bh_uploads_new(hub);
  api->upload_threads = bh_upload_threads_new(api);
  api->headers[0] = BH_HEADER_HUB;
  api->headers[1] = bh_hub_get_id(hub);
  g_mutex_init(&api->lock);
  api->tries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return api;
}

void bh_device_api_free(BhDeviceApi *api)
{
  if (api == NULL)
    return;
  g_thread_pool_free(api->upload_threads, FALSE, TRUE);
  bh_uploads_free(api->uploads);
  g_hash_table_unref(api->tries);
  g_mutex_clear(&api->lock);
  g_free(api);
}

const char *const *bh_device_api_headers(BhDeviceApi *api)
{
  return api->headers;
}

const double bh_push_bounds_s[BH_PUSH_BUCKETS] = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30};

void bh_device_api_get_counts(BhDeviceApi *api, BhDeviceCounts *counts)
{
  g_mutex_lock(&api->lock);
  *counts = api->counts;
  g_mutex_unlock(&api->lock);
}

static void count_push(BhDeviceApi *api, const BhIngestResult *result, gint64 took_us)
{
  g_mutex_lock(&api->lock);
  BhDeviceCounts *counts = &api->counts;
  counts->applied += result->applied;
  counts->repeated += result->repeated;
  counts->quarantined += result->n_quarantined;
  counts->refused += result->refused != NULL;
  counts->batches++;
  counts->took_us += (guint64)took_us;
  for (guint i = 0; i < BH_PUSH_BUCKETS; i++)
    counts->took[i] += (double)took_us <= bh_push_bounds_s[i] * G_USEC_PER_SEC;
  g_mutex_unlock(&api->lock);
}

static void count_enrolment(BhDeviceApi *api, gboolean accepted)
{
  g_mutex_lock(&api->lock);
  if (accepted)
    api->counts.enrolled++;
  else
    api->counts.not_enrolled++;
  g_mutex_unlock(&api->lock);
}

void bh_device_api_answer_error(BhRequest *request, const GError *error, const json_t *more)
{
  switch (error->code) {
  case BH_ERROR_DENIED:
    bh_request_answer_error_as(request, 401, error, more);
    break;
  case BH_ERROR_STORAGE:
    bh_request_add_header(request, "Retry-After", "60");
    bh_request_answer_error_as(request, 503, error, more);
    break;
  default:
    bh_request_answer_error(request, error, more);
  }
}

BhHubDevice *bh_device_api_authenticate(BhDeviceApi *api, BhRequest *request)
{
  g_autoptr(GError) error = NULL;
  BhHubDevice *device = NULL;
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  if (db != NULL) {
    const char *header = bh_request_get_header(request, "Authorization");
    device = bh_enrol_authenticate(api->hub, db, header, &error);
    if (device == NULL)
      bh_enrol_log_refusal(api->hub, db, header, error);
    bh_hub_release_reader(api->hub, db);
  }
  if (device == NULL)
    bh_device_api_answer_error(request, error, NULL);
  return device;
}

typedef struct {
  GBytes *bytes;
  gboolean packed;
} Text;

static void text_clear(Text *text)
{
  g_clear_pointer(&text->bytes, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

/* Compresses a long text if the device accepts compressed answers. Takes ownership of `text`. */
static Text pack_text(BhRequest *request, char *text)
{
  Text out = {.bytes = g_bytes_new_take(text, strlen(text))};
  const char *accepted = bh_request_get_header(request, "Accept-Encoding");
  if (accepted == NULL || strstr(accepted, "zstd") == NULL ||
      g_bytes_get_size(out.bytes) < COMPRESS_MIN)
    return out;
  GBytes *packed =
      bh_batch_compress(g_bytes_get_data(out.bytes, NULL), g_bytes_get_size(out.bytes), NULL);
  if (packed == NULL)
    return out;
  g_bytes_unref(out.bytes);
  return (Text){.bytes = packed, .packed = TRUE};
}

static void answer_text(BhRequest *request, const Text *text)
{
  if (text->packed)
    bh_request_add_header(request, "Content-Encoding", "zstd");
  bh_request_answer_bytes(request, 200, "application/json", text->bytes);
}

/* --- enrolment --- */

static gboolean may_try(BhDeviceApi *api, const char *peer)
{
  gint64 now = g_get_monotonic_time();
  g_mutex_lock(&api->lock);
  Tries *tries = g_hash_table_lookup(api->tries, peer);
  if (tries != NULL && now - tries->since_us > MINUTE_US) {
    g_hash_table_remove(api->tries, peer);
    tries = NULL;
  }
  gboolean may = tries == NULL || tries->failed < BH_ENROL_TRIES_PER_MINUTE;
  g_mutex_unlock(&api->lock);
  return may;
}

static void note_failed_try(BhDeviceApi *api, const char *peer)
{
  g_mutex_lock(&api->lock);
  Tries *tries = g_hash_table_lookup(api->tries, peer);
  if (tries == NULL) {
    if (g_hash_table_size(api->tries) >= TRIES_MAX)
      g_hash_table_remove_all(api->tries);
    tries = g_new0(Tries, 1);
    tries->since_us = g_get_monotonic_time();
    g_hash_table_insert(api->tries, g_strdup(peer), tries);
  }
  tries->failed++;
  g_mutex_unlock(&api->lock);
}

static void handle_enrol(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  g_autofree char *peer = g_strdup(bh_request_get_network(request));
  GBytes *body = bh_request_get_body(request);
  gsize len;
  const char *text = g_bytes_get_data(body, &len);
  if (!may_try(api, peer)) {
    g_set_error(&error, BH_ERROR, BH_ERROR_BUSY, "too many failed enrolments; wait a minute");
    bh_request_add_header(request, "Retry-After", "60");
    bh_request_answer_error_as(request, 429, error, NULL);
    return;
  }
  g_autoptr(json_t) asked =
      bh_json_parse(text != NULL ? text : "", len, BH_REQUEST_MAX_BYTES, "enrolment", &error);
  g_autoptr(json_t) answer = asked != NULL ? bh_enrol_accept(api->hub, asked, &error) : NULL;
  count_enrolment(api, answer != NULL);
  if (answer != NULL) {
    g_message("device %s enrolled for unit %s, from %s", bh_json_string_or(answer, "device", ""),
              bh_json_string_or(answer, "unit", ""), peer);
    bh_request_add_header(request, "Cache-Control", "no-store");
    bh_request_answer_json(request, 201, answer);
    return;
  }
  g_message("an enrolment from %s is refused: %s", peer,
            bh_error_code_name((BhErrorCode)error->code));
  note_failed_try(api, peer);
  bh_device_api_answer_error(request, error, NULL);
}

/* --- head --- */

static gboolean is_incarnation(const char *text)
{
  return text != NULL && strlen(text) == BH_INCARNATION_LEN &&
         strspn(text, "0123456789abcdef") == BH_INCARNATION_LEN;
}

/* What the device reports of its disk; a device of an older version reports nothing. FALSE when the
 * header has another word. */
static gboolean note_encryption(BhDeviceApi *api, BhRequest *request, const BhHubDevice *device,
                                GError **error)
{
  const char *told = bh_request_get_header(request, BH_HEADER_ENCRYPTION);
  BhEncryption encryption;
  if (told == NULL)
    return TRUE;
  if (!bh_encryption_parse(told, &encryption)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                BH_HEADER_ENCRYPTION ": must be encrypted, plain or unknown");
    return FALSE;
  }
  bh_enrol_note_encryption(api->hub, device, encryption);
  return TRUE;
}

static void handle_head(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  gint64 seq;
  char hash[BH_HASH_HEX_LEN + 1];
  const char *incarnation = bh_request_get_query(request, "incarnation");
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  if (!is_incarnation(incarnation)) {
    g_set_error(&error, BH_ERROR, BH_ERROR_FORMAT, "incarnation: must be %d hex digits",
                BH_INCARNATION_LEN);
    bh_device_api_answer_error(request, error, NULL);
    return;
  }
  if (!note_encryption(api, request, device, &error)) {
    bh_device_api_answer_error(request, error, NULL);
    return;
  }
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  gboolean ok = db != NULL && bh_log_get_head(db, device->id, incarnation, &seq, hash, &error);
  bh_hub_release_reader(api->hub, db);
  if (!ok) {
    bh_device_api_answer_error(request, error, NULL);
    return;
  }
  g_autoptr(json_t) answer = json_pack("{s:I, s:s, s:o*}", "seq", (json_int_t)seq, "hash", hash,
                                       "time", bh_enrol_time(api->hub, device->id));
  bh_request_answer_json(request, 200, answer);
}

/* --- push --- */

typedef struct {
  BhDeviceApi *api;
  BhHub *hub;
  BhRequest *request;
  BhBatch *batch;
  BhIngestResult result;
  gint64 begun_us;
} Push;

static void push_free(Push *push)
{
  bh_batch_free(push->batch);
  bh_ingest_result_clear(&push->result);
  g_free(push);
}

static gboolean push_is_waited_for(gpointer data)
{
  const Push *push = data;
  return bh_hub_has_other_work(push->hub, push->batch->device);
}

static BhTurn push_apply(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Push *push = data;
  gboolean more;
  if (!bh_ingest_apply_turn(bh_hub_get_ingest(hub), db, push->batch, &push->result,
                            push_is_waited_for, push, &more, error))
    return BH_TURN_FAILED;
  return more ? BH_TURN_MORE : BH_TURN_DONE;
}

static void push_answer(BhHub *hub, const GError *error, gpointer data)
{
  (void)hub;
  Push *push = data;
  if (error != NULL) {
    bh_device_api_answer_error(push->request, error, NULL);
    push_free(push);
    return;
  }
  const GError *refused = push->result.refused;
  g_autoptr(json_t) answer = json_object();
  count_push(push->api, &push->result, g_get_monotonic_time() - push->begun_us);
  if (refused != NULL && refused->code != BH_ERROR_CHAIN)
    g_message("a batch of device %s is refused: %s", push->batch->device,
              bh_error_code_name((BhErrorCode)refused->code));
  if (push->batch->entries->len > 0) {
    json_object_set_new(answer, "seq", json_integer(push->result.seq));
    json_object_set_new(answer, "hash", json_string(push->result.hash));
  }
  if (refused == NULL) {
    json_t *quarantined = json_array();
    for (guint i = 0; i < push->result.quarantined->len; i++)
      json_array_append_new(quarantined, json_string(push->result.quarantined->pdata[i]));
    json_object_set_new(answer, "quarantined", quarantined);
    bh_request_answer_json(push->request, 200, answer);
  } else if (push->result.is_entry_refused) {
    json_object_set_new(answer, "index", json_integer(push->batch->refused_index));
    bh_request_answer_error_as(push->request, 400, refused, answer);
  } else {
    bh_device_api_answer_error(push->request, refused,
                               refused->code == BH_ERROR_REVOKED ? NULL : answer);
  }
  push_free(push);
}

gboolean bh_device_api_is_entries(BhRequest *request)
{
  g_autoptr(GError) error = NULL;
  if (g_strcmp0(bh_request_get_header(request, "Content-Type"), BH_TYPE_ENTRIES) == 0)
    return TRUE;
  g_set_error(&error, BH_ERROR, BH_ERROR_FORMAT, "Content-Type: must be " BH_TYPE_ENTRIES);
  bh_request_answer_error_as(request, 415, error, NULL);
  return FALSE;
}

gboolean bh_device_api_expand(BhRequest *request, gsize max, GBytes **expanded, GError **error)
{
  GBytes *body = bh_request_get_body(request);
  const char *encoding = bh_request_get_header(request, "Content-Encoding");
  gsize len;
  const void *packed = g_bytes_get_data(body, &len);
  if (encoding == NULL || strcmp(encoding, "identity") == 0) {
    *expanded = g_bytes_ref(body);
    return TRUE;
  }
  if (strcmp(encoding, "zstd") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "Content-Encoding: must be zstd or identity");
    return FALSE;
  }
  if (len > BH_BATCH_MAX_WIRE_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "a compressed batch may have at most %d bytes",
                BH_BATCH_MAX_WIRE_BYTES);
    return FALSE;
  }
  *expanded = bh_batch_expand(packed, len, max, error);
  return *expanded != NULL;
}

/* Decompresses, splits and verifies a batch; needs no store. NULL when the request cannot be read
 * at all; a bad entry only ends the batch (BhBatch.refused). */
static BhBatch *read_batch(BhHub *hub, const BhHubDevice *device, BhRequest *request,
                           GError **error)
{
  g_autoptr(GBytes) expanded = NULL;
  gsize len;
  if (!bh_device_api_expand(request, BH_BATCH_MAX_BYTES, &expanded, error))
    return NULL;
  const char *text = g_bytes_get_data(expanded, &len);
  BhBatchReader reader;
  if (!bh_batch_reader_init(&reader, text != NULL ? text : "", len, error))
    return NULL;
  BhBatch *batch = bh_batch_new(device->id, device->unit);
  bh_batch_set_hub_key(batch, bh_hub_get_public_key(hub));
  BhEntryText *entry;
  while ((entry = bh_batch_reader_next(&reader, &batch->refused)) != NULL)
    if (!bh_batch_add(batch, bh_hub_get_id(hub), device->public_key, entry))
      return batch;
  if (batch->refused != NULL)
    batch->refused_index = (int)batch->entries->len;
  return batch;
}

static void handle_push(BhRequest *request, gpointer data)
{
  gint64 begun_us = g_get_monotonic_time();
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  if (!bh_device_api_is_entries(request))
    return;
  BhBatch *batch = read_batch(api->hub, device, request, &error);
  if (batch == NULL) {
    bh_device_api_answer_error(request, error, NULL);
    return;
  }
  if (batch->entries->len == 0 && batch->refused == NULL) {
    g_set_error(&error, BH_ERROR, BH_ERROR_FORMAT, "push: the batch has no entries");
    bh_device_api_answer_error(request, error, NULL);
    bh_batch_free(batch);
    return;
  }
  Push *push = g_new0(Push, 1);
  push->api = api;
  push->hub = api->hub;
  push->begun_us = begun_us;
  push->request = request;
  push->batch = batch;
  bh_hub_submit_turns(api->hub, device->id, push_apply, push_answer, push);
}

/* --- pull --- */

/* An answer that is sent after its restricted records were added to the access log
 * (access/access-log.h). */
typedef struct {
  BhRequest *request;
  BhAccess *access;
  Text text;  /* a page of the feed, unless `path` is set */
  char *path; /* path of a file to send; `type` and `sha256` describe it */
  char *type;
  char *sha256;
} Shown;

static Shown *shown_new(BhRequest *request, const BhHubDevice *device)
{
  Shown *shown = g_new0(Shown, 1);
  shown->request = request;
  shown->access = bh_access_new(device->id);
  return shown;
}

static void shown_answer(BhHub *hub, const GError *error, gpointer data)
{
  (void)hub;
  Shown *shown = data;
  if (error != NULL)
    bh_device_api_answer_error(shown->request, error, NULL);
  else if (shown->text.bytes != NULL)
    answer_text(shown->request, &shown->text);
  else
    bh_request_answer_file(shown->request, shown->path, shown->type, shown->sha256);
  bh_access_free(shown->access);
  text_clear(&shown->text);
  g_free(shown->path);
  g_free(shown->type);
  g_free(shown->sha256);
  g_free(shown);
}

static gboolean shown_log(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Shown *shown = data;
  return bh_access_write(hub, db, shown->access, error);
}

/* Writes the access log and answers the request. Takes ownership of `shown` and `error`, and
 * returns the reader `db` to the pool. */
static void finish_shown(BhDeviceApi *api, BhDb *db, Shown *shown, GError *error)
{
  g_autoptr(GError) failed = error;
  gboolean left = FALSE;
  if (failed == NULL && bh_access_drop_known(shown->access, api->hub, db, &left, &failed) && left)
    bh_hub_submit(api->hub, shown_log, shown_answer, shown);
  else
    shown_answer(api->hub, failed, shown);
  bh_hub_release_reader(api->hub, db);
}

static void handle_changes(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  GError *error = NULL;
  guint64 limit = BH_CHANGES_MAX_RECORDS;
  const char *limit_text = bh_request_get_query(request, "limit");
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  if (limit_text != NULL &&
      !g_ascii_string_to_unsigned(limit_text, 10, 1, BH_CHANGES_MAX_RECORDS, &limit, NULL)) {
    g_autoptr(GError) wrong =
        g_error_new(BH_ERROR, BH_ERROR_FORMAT, "limit: must be 1 to %d", BH_CHANGES_MAX_RECORDS);
    bh_device_api_answer_error(request, wrong, NULL);
    return;
  }
  Shown *shown = shown_new(request, device);
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  char *text = db != NULL
                   ? bh_feed_changes(api->hub, db, device, bh_request_get_query(request, "cursor"),
                                     (int)limit, shown->access, &error)
                   : NULL;
  if (text != NULL)
    shown->text = pack_text(request, text);
  finish_shown(api, db, shown, error);
}

static void handle_kinds(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  const char *hash = bh_request_get_param(request, "hash");
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  if (db != NULL && bh_hash_is_valid(hash))
    text = bh_log_dup_kinds_text(db, hash, &error);
  bh_hub_release_reader(api->hub, db);
  if (text != NULL) {
    g_auto(Text) packed = pack_text(request, text);
    answer_text(request, &packed);
    return;
  }
  if (error == NULL)
    g_set_error(&error, BH_ERROR, BH_ERROR_NOT_FOUND, "kinds: no such kind set: %.64s", hash);
  bh_device_api_answer_error(request, error, NULL);
}

static void handle_staff(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  g_autofree char *sealed = db != NULL ? bh_enrol_seal_staff(api->hub, db, device, &error) : NULL;
  bh_hub_release_reader(api->hub, db);
  if (sealed == NULL) {
    bh_device_api_answer_error(request, error, NULL);
    return;
  }
  g_autoptr(json_t) answer = json_pack("{s:s}", "sealed", sealed);
  bh_request_answer_json(request, 200, answer);
}

static void handle_file(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  GError *error = NULL;
  gboolean shows = FALSE;
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return;
  Shown *shown = shown_new(request, device);
  shown->sha256 = g_strdup(bh_request_get_param(request, "sha256"));
  BhDb *db = bh_hub_acquire_reader(api->hub, &error);
  if (db != NULL && bh_hash_is_valid(shown->sha256) &&
      bh_feed_shows_file(api->hub, db, device, shown->sha256, &shows, shown->access, &error) &&
      shows)
    shown->path = bh_hub_dup_file_path(api->hub, db, shown->sha256, &shown->type, &error);
  if (shown->path == NULL && error == NULL)
    g_set_error(&error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "file: there is no file with this SHA-256 that the device may fetch");
  finish_shown(api, db, shown, error);
}

static const BhRoute ROUTES[] = {
    {"POST", "/v1/enrol", BH_REQUEST_MAX_BYTES, handle_enrol},
    {"GET", "/v1/head", 0, handle_head},
    {"POST", "/v1/entries", BH_BATCH_MAX_BYTES, handle_push},
    {"POST", "/v1/ahead", BH_AHEAD_MAX_BYTES, bh_ahead_handle},
    {"GET", "/v1/changes", 0, handle_changes},
    {"GET", "/v1/kinds/{hash}", 0, handle_kinds},
    {"GET", "/v1/staff", 0, handle_staff},
    {"GET", "/v1/files/{sha256}", 0, handle_file},
    {"OPTIONS", "/v1/uploads", 0, bh_upload_handle_options},
    {"POST", "/v1/uploads", BH_UPLOAD_CHUNK_MAX_BYTES, bh_upload_handle_create},
    {"HEAD", "/v1/uploads/{id}", 0, bh_upload_handle_head},
    {"PATCH", "/v1/uploads/{id}", BH_UPLOAD_CHUNK_MAX_BYTES, bh_upload_handle_patch},
    {"DELETE", "/v1/uploads/{id}", 0, bh_upload_handle_delete},
};

const BhRoute *bh_device_api_routes(gsize *n)
{
  *n = G_N_ELEMENTS(ROUTES);
  return ROUTES;
}

/* Handlers of file uploads by the tus 1.0.0 protocol: core, creation (with upload), checksum,
 * termination, expiration. Files and rows are in uploads.c. */
#include <string.h>

#include "schema/base64.h"
#include "sync/hub/devices/internal.h"
#include "sync/wire/limits.h"

#define TUS_VERSION "1.0.0"
#define METADATA_MAX 1024
#define STATUS_CHECKSUM_MISMATCH 460
#define UPLOAD_THREADS 16 /* uploads that wait for the disk at the same time */

static void answer(BhRequest *request, guint status)
{
  bh_request_answer_bytes(request, status, NULL, NULL);
}

static void answer_error(BhRequest *request, guint status, BhErrorCode code, const char *message)
{
  g_autoptr(GError) error = g_error_new_literal(BH_ERROR, (gint)code, message);
  g_debug("upload refused: %s", bh_error_code_name(code));
  bh_request_answer_error_as(request, status, error, NULL);
}

static void note_state(const BhHubDevice *device, const BhUploadRow *row, const char *began)
{
  g_debug("upload %s, file %s, device %s: %s at %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, row->id,
          row->sha256, device->id, row->done == row->size ? "finished" : began, row->done,
          row->size);
}

static void answer_failed(BhRequest *request, const GError *error, const BhUploadRow *row)
{
  g_debug("upload refused: %s", bh_error_code_name((BhErrorCode)error->code));
  if (row != NULL) {
    g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, row->done);
    bh_request_add_header(request, "Upload-Offset", offset);
  }
  if (error->code == BH_ERROR_SIGNATURE)
    bh_request_answer_error_as(request, STATUS_CHECKSUM_MISMATCH, error, NULL);
  else
    bh_device_api_answer_error(request, error, NULL);
}

static void add_state(BhRequest *request, const BhUploadRow *row)
{
  g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, row->done);
  bh_request_add_header(request, "Upload-Offset", offset);
  if (row->done == row->size)
    return;
  g_autoptr(GDateTime) until =
      g_date_time_new_from_unix_utc(row->touched_ms / 1000 + BH_UPLOAD_EXPIRES_S);
  g_autofree char *expires =
      until != NULL ? g_date_time_format(until, "%a, %d %b %Y %H:%M:%S GMT") : NULL;
  if (expires != NULL)
    bh_request_add_header(request, "Upload-Expires", expires);
}

/* Authenticates the device and checks the protocol version. NULL when the function has answered the
 * request with an error. */
static BhHubDevice *begin(BhRequest *request, BhDeviceApi *api)
{
  bh_request_add_header(request, "Tus-Resumable", TUS_VERSION);
  BhHubDevice *device = bh_device_api_authenticate(api, request);
  if (device == NULL)
    return NULL;
  if (g_strcmp0(bh_request_get_header(request, "Tus-Resumable"), TUS_VERSION) == 0)
    return device;
  bh_hub_device_free(device);
  bh_request_add_header(request, "Tus-Version", TUS_VERSION);
  answer_error(request, 412, BH_ERROR_UNKNOWN, "Tus-Resumable must be " TUS_VERSION);
  return NULL;
}

static gboolean read_number(BhRequest *request, const char *header, gint64 max, gint64 *number)
{
  guint64 value;
  const char *text = bh_request_get_header(request, header);
  if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, (guint64)max, &value, NULL))
    return FALSE;
  *number = (gint64)value;
  return TRUE;
}

/* Reads the pair "sha256 BASE64" of Upload-Metadata, where BASE64 encodes the hex digits. */
static gboolean read_metadata(const char *metadata, char sha256[BH_HASH_HEX_LEN + 1])
{
  if (metadata == NULL || strlen(metadata) > METADATA_MAX)
    return FALSE;
  g_auto(GStrv) pairs = g_strsplit(metadata, ",", -1);
  for (guint i = 0; pairs[i] != NULL; i++) {
    const char *pair = g_strstrip(pairs[i]);
    if (!g_str_has_prefix(pair, "sha256 "))
      continue;
    guint8 hex[BH_HASH_HEX_LEN];
    if (!bh_base64_decode(pair + strlen("sha256 "), hex, sizeof hex))
      return FALSE;
    memcpy(sha256, hex, sizeof hex);
    sha256[BH_HASH_HEX_LEN] = '\0';
    return memchr(hex, '\0', sizeof hex) == NULL && bh_hash_is_valid(sha256);
  }
  return FALSE;
}

void bh_upload_handle_options(BhRequest *request, gpointer data)
{
  (void)data;
  g_autofree char *max = g_strdup_printf("%d", BH_FILE_MAX_BYTES);
  bh_request_add_header(request, "Tus-Resumable", TUS_VERSION);
  bh_request_add_header(request, "Tus-Version", TUS_VERSION);
  bh_request_add_header(request, "Tus-Extension",
                        "creation,creation-with-upload,checksum,termination,expiration");
  bh_request_add_header(request, "Tus-Checksum-Algorithm", "sha256");
  bh_request_add_header(request, "Tus-Max-Size", max);
  answer(request, 204);
}

static gboolean check_sum(const char *header, GBytes *body, char hex[BH_HASH_HEX_LEN + 1],
                          gboolean *matches)
{
  guint8 wanted[BH_HASH_SIZE], got[BH_HASH_SIZE];
  gsize len;
  const guint8 *bytes = g_bytes_get_data(body, &len);
  if (header == NULL || !g_str_has_prefix(header, "sha256 ") ||
      !bh_base64_decode(header + strlen("sha256 "), wanted, sizeof wanted))
    return FALSE;
  bh_hash(bytes, len, got);
  bh_hash_to_hex(got, hex);
  *matches = memcmp(wanted, got, sizeof got) == 0;
  return TRUE;
}

/* Checks content type and checksum of uploaded bytes; the checksum is computed once and written to
 * `hex`. FALSE when the function has answered the request with an error. */
static gboolean check_bytes(BhRequest *request, GBytes *body, char hex[BH_HASH_HEX_LEN + 1])
{
  gboolean matches;
  if (g_strcmp0(bh_request_get_header(request, "Content-Type"), BH_TYPE_UPLOAD) != 0) {
    answer_error(request, 415, BH_ERROR_FORMAT, "Content-Type must be " BH_TYPE_UPLOAD);
    return FALSE;
  }
  if (!check_sum(bh_request_get_header(request, "Upload-Checksum"), body, hex, &matches)) {
    answer_error(request, 400, BH_ERROR_FORMAT,
                 "Upload-Checksum must be \"sha256\" and the base64 of 32 bytes");
    return FALSE;
  }
  if (!matches)
    answer_error(request, STATUS_CHECKSUM_MISMATCH, BH_ERROR_SIGNATURE,
                 "the bytes do not match their Upload-Checksum");
  return matches;
}

static void create(BhRequest *request, BhDeviceApi *api)
{
  g_autoptr(BhHubDevice) device = begin(request, api);
  gint64 length;
  char sha256[BH_HASH_HEX_LEN + 1], hash[BH_HASH_HEX_LEN + 1] = "";
  BhUploadRow row;
  g_autoptr(GError) error = NULL;
  if (device == NULL)
    return;
  if (!read_number(request, "Upload-Length", G_MAXINT64, &length)) {
    answer_error(request, 400, BH_ERROR_FORMAT, "Upload-Length must be a number of bytes");
    return;
  }
  if (length > BH_FILE_MAX_BYTES) {
    answer_error(request, 413, BH_ERROR_LIMIT, "Upload-Length is larger than a file may be");
    return;
  }
  if (!read_metadata(bh_request_get_header(request, "Upload-Metadata"), sha256)) {
    answer_error(request, 400, BH_ERROR_FORMAT,
                 "Upload-Metadata must contain \"sha256\" and the base64 of 64 hex digits");
    return;
  }
  GBytes *first = bh_request_get_body(request);
  if (g_bytes_get_size(first) > 0 && !check_bytes(request, first, hash))
    return;
  if (!bh_uploads_create(api->uploads, device->id, sha256, length, first, hash, &row, &error)) {
    answer_failed(request, error, NULL);
    return;
  }
  note_state(device, &row, "begun");
  g_autofree char *location = g_strconcat("/v1/uploads/", row.id, NULL);
  bh_request_add_header(request, "Location", location);
  add_state(request, &row);
  answer(request, 201);
}

void bh_upload_handle_head(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(BhHubDevice) device = begin(request, api);
  BhUploadRow row;
  g_autoptr(GError) error = NULL;
  if (device == NULL)
    return;
  bh_request_add_header(request, "Cache-Control", "no-store");
  if (!bh_uploads_load(api->uploads, device->id, bh_request_get_param(request, "id"), &row,
                       &error)) {
    answer_failed(request, error, NULL);
    return;
  }
  g_autofree char *length = g_strdup_printf("%" G_GINT64_FORMAT, row.size);
  bh_request_add_header(request, "Upload-Length", length);
  add_state(request, &row);
  answer(request, 200);
}

static void patch(BhRequest *request, BhDeviceApi *api)
{
  g_autoptr(BhHubDevice) device = begin(request, api);
  GBytes *body = bh_request_get_body(request);
  char hash[BH_HASH_HEX_LEN + 1];
  gint64 offset;
  BhUploadRow row = {0};
  g_autoptr(GError) error = NULL;
  if (device == NULL)
    return;
  if (!read_number(request, "Upload-Offset", G_MAXINT64, &offset)) {
    answer_error(request, 400, BH_ERROR_FORMAT, "Upload-Offset must be a number of bytes");
    return;
  }
  if (!check_bytes(request, body, hash))
    return;
  if (!bh_uploads_append(api->uploads, device->id, bh_request_get_param(request, "id"), offset,
                         body, &row, &error)) {
    answer_failed(request, error,
                  error->code == BH_ERROR_CHAIN || error->code == BH_ERROR_SIGNATURE ? &row : NULL);
    return;
  }
  note_state(device, &row, "goes on");
  add_state(request, &row);
  answer(request, 204);
}

static void delete (BhRequest *request, BhDeviceApi *api)
{
  g_autoptr(BhHubDevice) device = begin(request, api);
  g_autoptr(GError) error = NULL;
  if (device == NULL)
    return;
  if (bh_uploads_remove(api->uploads, device->id, bh_request_get_param(request, "id"), &error))
    answer(request, 204);
  else
    answer_failed(request, error, NULL);
}

/* --- the threads --- */

typedef struct {
  BhRequest *request;
  void (*handle)(BhRequest *request, BhDeviceApi *api);
} Waiting;

static void run_waiting(gpointer data, gpointer api)
{
  g_autofree Waiting *waiting = data;
  waiting->handle(waiting->request, api);
}

GThreadPool *bh_upload_threads_new(BhDeviceApi *api)
{
  return g_thread_pool_new(run_waiting, api, UPLOAD_THREADS, FALSE, NULL);
}

static void hand_over(BhDeviceApi *api, BhRequest *request,
                      void (*handle)(BhRequest *request, BhDeviceApi *api))
{
  Waiting *waiting = g_new(Waiting, 1);
  *waiting = (Waiting){request, handle};
  g_thread_pool_push(api->upload_threads, waiting, NULL);
}

void bh_upload_handle_create(BhRequest *request, gpointer data)
{
  hand_over(data, request, create);
}

void bh_upload_handle_patch(BhRequest *request, gpointer data)
{
  hand_over(data, request, patch);
}

void bh_upload_handle_delete(BhRequest *request, gpointer data)
{
  hand_over(data, request, delete);
}

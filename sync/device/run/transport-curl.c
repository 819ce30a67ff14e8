/* A transport by libcurl. Each transfer runs on a thread of its own, with the hub's key pinned. */
#include "sync/device/run/transport.h"

#include "sync/wire/enrol-text.h"
#include "sync/wire/credential.h"
#include "sync/wire/limits.h"

#include <curl/curl.h>
#include <string.h>

#define HEADERS_MAX_BYTES (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CURL, curl_easy_cleanup)

typedef struct curl_slist CurlList;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CurlList, curl_slist_free_all)

typedef struct {
  BhTransport base;
  gboolean allow_loopback_http;
  GMutex mutex;
  GCond ended;
  guint running; /* transfers that were handed to a thread and have not ended */
  CURL *handle;  /* kept because its connection is reused */
} CurlTransport;

/* One transfer; lives on the thread that runs it. */
typedef struct {
  const BhTransportRequest *request;
  GCancellable *cancellable;
  GHashTable *headers;
  gsize header_bytes;
  /* whether the empty line after the headers arrived; libcurl accepts a truncated head */
  gboolean head_done;
  GByteArray *body;
  gboolean too_long;
} Transfer;

typedef struct {
  CurlTransport *transport;
  BhTransportRequest *request;
} Job;

static void job_free(gpointer data)
{
  Job *job = data;

  bh_transport_request_free(job->request);
  g_free(job);
}

static size_t on_header(char *line, size_t size, size_t n, void *data)
{
  Transfer *transfer = data;
  size_t len = size * n;
  g_autofree char *text = g_strndup(line, len);
  char *colon = strchr(text, ':');

  transfer->header_bytes += len;
  if (transfer->header_bytes > HEADERS_MAX_BYTES) {
    transfer->too_long = TRUE;
    return 0;
  }
  /* A status line begins a new head, which replaces that of a 1xx answer. */
  if (g_str_has_prefix(text, "HTTP/"))
    g_hash_table_remove_all(transfer->headers);
  transfer->head_done = g_str_equal(text, "\r\n") || g_str_equal(text, "\n");
  if (colon != NULL) {
    *colon = '\0';
    g_hash_table_insert(transfer->headers, g_ascii_strdown(text, -1),
                        g_strdup(g_strstrip(colon + 1)));
  }
  return len;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
  Transfer *transfer = data;
  size_t len = size * n;

  if (transfer->body->len + len > transfer->request->answer_max) {
    transfer->too_long = TRUE;
    return 0;
  }
  g_byte_array_append(transfer->body, (const guint8 *)bytes, (guint)len);
  return len;
}

static int on_progress(void *data, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
  Transfer *transfer = data;

  (void)down_total;
  (void)down;
  (void)up_total;
  (void)up;
  return g_cancellable_is_cancelled(transfer->cancellable);
}

static char *join_pins(char **pins)
{
  g_autoptr(GString) text = g_string_new(NULL);

  for (gsize i = 0; pins[i] != NULL; i++)
    g_string_append_printf(text, "%ssha256//%s", i > 0 ? ";" : "", pins[i]);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* Refuses a request without a pin, because only the pin proves that the server is the hub. */
static gboolean check_request(CurlTransport *self, const BhTransportRequest *request,
                              GError **error)
{
  if (bh_hub_url_is_loopback_http(request->url) && self->allow_loopback_http)
    return TRUE;
  if (!g_str_has_prefix(request->url, "https://")) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "transport: %s is not https", request->url);
    return FALSE;
  }
  for (gsize i = 0; request->pins != NULL && request->pins[i] != NULL; i++)
    if (!bh_pin_is_valid(request->pins[i]) || i >= BH_PINS_MAX) {
      g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, "transport: a pin is damaged");
      return FALSE;
    }
  if (request->pins != NULL && request->pins[0] != NULL)
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, "transport: no pin for the hub's key");
  return FALSE;
}

static void set_options(CURL *handle, Transfer *transfer, CurlList *headers)
{
  const BhTransportRequest *request = transfer->request;
  gboolean secure = g_str_has_prefix(request->url, "https://");
  g_autofree char *pins = secure ? join_pins(request->pins) : NULL;

  curl_easy_reset(handle); /* resets the options and keeps the connections open */
  curl_easy_setopt(handle, CURLOPT_URL, request->url);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, secure ? "https" : "http");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  /* a cancelled transfer does not wait for a name server */
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  if (secure) {
    /* Names and dates of certificates are not checked, because the device's clock may be wrong. The
     * hub's key is compared instead. */
    curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, pins);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  }
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)BH_CONNECT_TIMEOUT_S);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, (long)BH_LOW_SPEED_BYTES_PER_S);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)BH_LOW_SPEED_S);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, transfer);
  if (request->body != NULL) {
    gsize len;
    const void *bytes = g_bytes_get_data(request->body, &len);

    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes != NULL ? bytes : "");
  }
  if (g_str_equal(request->method, "HEAD"))
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  else
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method);
}

static CurlList *make_headers(const BhTransportRequest *request)
{
  CurlList *list = NULL;

  for (guint i = 0; i < request->headers->len; i++)
    list = curl_slist_append(list, request->headers->pdata[i]);
  /* Prevents the wait for a "100 Continue", which no hub sends. */
  list = curl_slist_append(list, "Expect:");
  return list;
}

static void set_curl_error(CURL *handle, CURLcode code, const Transfer *transfer, GError **error)
{
  long sent = 0;

  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &sent);
  if (g_cancellable_set_error_if_cancelled(transfer->cancellable, error))
    return;
  if (transfer->too_long)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_LIMIT, "transport: the answer is too long");
  else if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_HUB,
                        "transport: the server's key is not the hub's");
  else if (sent > 0)
    g_set_error(error, BH_ERROR, BH_ERROR_UNCERTAIN, "transport: no whole answer: %s",
                curl_easy_strerror(code));
  else
    g_set_error(error, BH_ERROR, BH_ERROR_NETWORK, "transport: no connection: %s",
                curl_easy_strerror(code));
}

static BhTransportAnswer *perform(CURL *handle, Transfer *transfer, GError **error)
{
  g_autoptr(CurlList) headers = make_headers(transfer->request);
  BhTransportAnswer *answer;
  CURLcode code;
  long status = 0;

  set_options(handle, transfer, headers);
  code = curl_easy_perform(handle);
  if (code != CURLE_OK) {
    set_curl_error(handle, code, transfer, error);
    return NULL;
  }
  if (!transfer->head_done) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_UNCERTAIN, "transport: the answer was cut");
    return NULL;
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer = bh_transport_answer_new((guint)status,
                                   g_byte_array_free_to_bytes(g_steal_pointer(&transfer->body)));
  g_hash_table_unref(answer->headers);
  answer->headers = g_hash_table_ref(transfer->headers);
  return answer;
}

static void run_job(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  CurlTransport *self = job->transport;
  Transfer transfer = {.request = job->request, .cancellable = cancellable};
  g_autoptr(GError) error = NULL;
  BhTransportAnswer *answer = NULL;

  (void)source;
  transfer.headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  transfer.body = g_byte_array_new();
  if (self->handle == NULL)
    self->handle = curl_easy_init();
  if (self->handle == NULL)
    g_set_error_literal(&error, BH_ERROR, BH_ERROR_FAILED, "transport: cannot start libcurl");
  else
    answer = perform(self->handle, &transfer, &error);
  g_hash_table_unref(transfer.headers);
  g_clear_pointer(&transfer.body, g_byte_array_unref);
  g_mutex_lock(&self->mutex);
  self->running--;
  g_cond_broadcast(&self->ended);
  g_mutex_unlock(&self->mutex);
  if (answer != NULL)
    g_task_return_pointer(task, answer, (GDestroyNotify)bh_transport_answer_free);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

static void send_by_curl(BhTransport *transport, BhTransportRequest *request,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  CurlTransport *self = (CurlTransport *)transport;
  g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
  g_autoptr(GError) error = NULL;
  Job *job = g_new0(Job, 1);

  job->transport = self;
  job->request = request;
  g_task_set_task_data(task, job, job_free);
  if (!check_request(self, request, &error)) {
    g_task_return_error(task, g_steal_pointer(&error));
    return;
  }
  g_mutex_lock(&self->mutex);
  while (self->running > 0)
    g_cond_wait(&self->ended, &self->mutex);
  self->running++;
  g_mutex_unlock(&self->mutex);
  g_task_run_in_thread(task, run_job);
}

static void close_curl(BhTransport *transport)
{
  CurlTransport *self = (CurlTransport *)transport;

  g_mutex_lock(&self->mutex);
  while (self->running > 0)
    g_cond_wait(&self->ended, &self->mutex);
  g_mutex_unlock(&self->mutex);
  g_clear_pointer(&self->handle, curl_easy_cleanup);
  g_cond_clear(&self->ended);
  g_mutex_clear(&self->mutex);
  g_free(self);
}

BhTransport *bh_transport_curl_new(gboolean allow_loopback_http)
{
  static gsize started = 0;
  CurlTransport *self = g_new0(CurlTransport, 1);

  if (g_once_init_enter(&started)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    g_once_init_leave(&started, 1);
  }
  self->base.send_async = send_by_curl;
  self->base.free = close_curl;
  self->allow_loopback_http = allow_loopback_http;
  g_mutex_init(&self->mutex);
  g_cond_init(&self->ended);
  return &self->base;
}

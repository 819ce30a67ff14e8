/* Makes the answers of handlers: JSON, errors, bytes and files with ranges. Start at finish. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/error.h"
#include "sync/hub/http/server-internal.h"

void bh_answer_add_headers(BhRequest *request, struct MHD_Response *response)
{
  char **common = request->http->headers;
  MHD_add_response_header(response, BH_HEADER_REQUEST, request->trace.id);
  for (gsize i = 0; common[i] != NULL; i += 2) {
    if (!bh_request_has_answer_header(request, common[i]))
      MHD_add_response_header(response, common[i], common[i + 1]);
  }
  for (guint i = 0; request->answer_headers != NULL && i < request->answer_headers->len; i += 2)
    MHD_add_response_header(response, g_ptr_array_index(request->answer_headers, i),
                            g_ptr_array_index(request->answer_headers, i + 1));
}

static void unref_bytes(void *bytes)
{
  g_bytes_unref(bytes);
}

struct MHD_Response *bh_answer_from_bytes(GBytes *bytes, const char *type)
{
  gsize size = 0;
  const void *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
  struct MHD_Response *response =
      size == 0 ? MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT)
                : MHD_create_response_from_buffer_with_free_callback_cls(
                      size, (void *)data, unref_bytes, g_bytes_ref(bytes));
  if (response == NULL)
    g_error("http: out of memory"); /* ends the program, as GLib does */
  if (type != NULL)
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  return response;
}

static struct MHD_Response *response_of_json(const json_t *json)
{
  char *text = bh_json_dump(json);
  g_autoptr(GBytes) bytes = g_bytes_new_take(text, text != NULL ? strlen(text) : 0);
  return bh_answer_from_bytes(bytes, "application/json; charset=utf-8");
}

struct MHD_Response *bh_answer_from_error(const BhRequest *request, const char *code,
                                          const char *message, const json_t *more)
{
  g_autofree char *valid = g_utf8_make_valid(message, -1); /* it may contain text of the client */
  g_autoptr(json_t) json =
      json_pack("{s:s,s:s,s:s}", "error", code, "message", valid, "request", request->trace.id);
  if (more != NULL)
    json_object_update_missing(json, (json_t *)more);
  return response_of_json(json);
}

/* The fd is still valid: a connection is closed after its request was closed or answered. */
gboolean bh_request_is_abandoned(BhRequest *request)
{
  g_mutex_lock(&request->http->lock);
  gboolean gone = request->closed;
  if (!gone) {
    struct pollfd socket = {.fd = request->fd, .events = POLLRDHUP};
    gone = poll(&socket, 1, 0) > 0 && (socket.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }
  g_mutex_unlock(&request->http->lock);
  return gone;
}

/* Answers for a handler. Takes over `response` and the handler's reference to the request. */
static void finish(BhRequest *request, guint status, struct MHD_Response *response)
{
  BhHttp *http = request->http;
  bh_answer_add_headers(request, response);
  g_mutex_lock(&http->lock);
  if (request->answered)
    g_error("http: %s answered twice", request->route->path);
  request->answered = TRUE;
  if (!request->closed) {
    request->answer = g_steal_pointer(&response);
    request->status = status;
    bh_http_wake(request);
  }
  g_cond_broadcast(&http->changed);
  g_mutex_unlock(&http->lock);
  g_clear_pointer(&response, MHD_destroy_response);
  bh_request_unref(request);
}

void bh_request_answer_json(BhRequest *request, guint status, const json_t *json)
{
  finish(request, status, response_of_json(json));
}

void bh_request_answer_error_as(BhRequest *request, guint status, const GError *error,
                                const json_t *more)
{
  gboolean ours = error->domain == BH_ERROR;
  if (!ours)
    g_warning("http: %s %s: %s", request->method, request->route->path, error->message);
  if ((status == MHD_HTTP_SERVICE_UNAVAILABLE || status == MHD_HTTP_TOO_MANY_REQUESTS) &&
      !bh_request_has_answer_header(request, MHD_HTTP_HEADER_RETRY_AFTER))
    bh_request_add_header(request, MHD_HTTP_HEADER_RETRY_AFTER, "5");
  finish(request, status,
         bh_answer_from_error(request,
                              bh_error_code_name(ours ? (BhErrorCode)error->code : BH_ERROR_FAILED),
                              ours ? error->message : "internal error", more));
}

void bh_request_answer_error(BhRequest *request, const GError *error, const json_t *more)
{
  bh_request_answer_error_as(request, bh_http_status_of_error(error), error, more);
}

void bh_request_answer_bytes(BhRequest *request, guint status, const char *type, GBytes *bytes)
{
  finish(request, status, bh_answer_from_bytes(bytes, type));
}

static void answer_open_error(BhRequest *request, int err)
{
  g_autoptr(GError) error = NULL;
  if (err == ENOENT)
    g_set_error(&error, BH_ERROR, BH_ERROR_NOT_FOUND, "file: no such file");
  else
    g_set_error(&error, BH_ERROR, BH_ERROR_STORAGE, "file: %s", g_strerror(err));
  bh_request_answer_error(request, error, NULL);
}

static gboolean header_names_etag(const char *header, const char *quoted)
{
  return header != NULL && (strcmp(header, "*") == 0 || strstr(header, quoted) != NULL);
}

void bh_request_answer_file(BhRequest *request, const char *path, const char *type,
                            const char *etag)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    answer_open_error(request, errno);
  else
    bh_request_answer_fd(request, fd, type, etag);
}

void bh_request_answer_fd(BhRequest *request, int fd, const char *type, const char *etag)
{
  struct stat st;
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    close(fd);
    answer_open_error(request, ENOENT);
    return;
  }
  g_autofree char *quoted = g_strdup_printf("\"%s\"", etag);
  bh_request_add_header(request, MHD_HTTP_HEADER_ETAG, quoted);
  bh_request_add_header(request, MHD_HTTP_HEADER_ACCEPT_RANGES, "bytes");
  if (header_names_etag(bh_request_get_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH), quoted)) {
    close(fd);
    finish(request, MHD_HTTP_NOT_MODIFIED, bh_answer_from_bytes(NULL, NULL));
    return;
  }
  gint64 first = 0;
  gint64 length = st.st_size;
  const char *if_range = bh_request_get_header(request, MHD_HTTP_HEADER_IF_RANGE);
  BhRangeResult range = BH_RANGE_NONE;
  if (if_range == NULL || strcmp(if_range, quoted) == 0)
    range = bh_range_parse(bh_request_get_header(request, MHD_HTTP_HEADER_RANGE), st.st_size,
                           &first, &length);
  if (range == BH_RANGE_UNSATISFIABLE) {
    close(fd);
    g_autofree char *all = g_strdup_printf("bytes */%" G_GINT64_FORMAT, (gint64)st.st_size);
    bh_request_add_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, all);
    finish(request, MHD_HTTP_RANGE_NOT_SATISFIABLE,
           bh_answer_from_error(request, "invalid", "Range: outside the file", NULL));
    return;
  }
  if (range == BH_RANGE_PART) {
    g_autofree char *part =
        g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, first,
                        first + length - 1, (gint64)st.st_size);
    bh_request_add_header(request, MHD_HTTP_HEADER_CONTENT_RANGE, part);
  }
  struct MHD_Response *response =
      MHD_create_response_from_fd_at_offset64((guint64)length, fd, (guint64)first);
  if (response == NULL) {
    close(fd);
    answer_open_error(request, ENOMEM);
    return;
  }
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  finish(request, range == BH_RANGE_PART ? MHD_HTTP_PARTIAL_CONTENT : MHD_HTTP_OK, response);
}

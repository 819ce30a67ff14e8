#include "tests/sim/sim-http.h"

#include "sync/hub/http/request.h"
#include "sync/hub/http/route.h"

#include <string.h>

typedef struct {
  BhRequest base; /* must be the first member: the handlers see only this one */
  GMutex mutex;
  GCond cond;
  BhTransportAnswer *result;
} SimRequest;

BhTransportRequest *sim_http_copy(const BhTransportRequest *request)
{
  BhTransportRequest *copy = bh_transport_request_new(request->method, request->url, "",
                                                      (const char *const *)request->pins);

  for (guint i = 0; i < request->headers->len; i++)
    g_ptr_array_add(copy->headers, g_strdup(request->headers->pdata[i]));
  copy->body = request->body != NULL ? g_bytes_ref(request->body) : NULL;
  copy->answer_max = request->answer_max;
  return copy;
}

static void give(BhRequest *request, guint status, const char *type, GBytes *body)
{
  SimRequest *self = (SimRequest *)request;
  BhTransportAnswer *answer =
      bh_transport_answer_new(status, body != NULL ? g_bytes_ref(body) : NULL);

  for (guint i = 0; request->answer_headers != NULL && i < request->answer_headers->len; i += 2)
    g_hash_table_insert(answer->headers, g_ascii_strdown(request->answer_headers->pdata[i], -1),
                        g_strdup(request->answer_headers->pdata[i + 1]));
  if (type != NULL)
    g_hash_table_insert(answer->headers, g_strdup("content-type"), g_strdup(type));
  g_mutex_lock(&self->mutex);
  g_assert_null(self->result);
  self->result = answer;
  g_cond_signal(&self->cond);
  g_mutex_unlock(&self->mutex);
}

void bh_request_answer_json(BhRequest *request, guint status, const json_t *json)
{
  char *text = bh_json_dump(json);
  g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));

  give(request, status, "application/json", body);
}

void bh_request_answer_error_as(BhRequest *request, guint status, const GError *error,
                                const json_t *more)
{
  g_autoptr(json_t) body = more != NULL ? json_copy((json_t *)more) : json_object();

  json_object_set_new(body, "error", json_string(bh_error_code_name((BhErrorCode)error->code)));
  json_object_set_new(body, "message", json_string(error->message));
  bh_request_answer_json(request, status, body);
}

void bh_request_answer_error(BhRequest *request, const GError *error, const json_t *more)
{
  bh_request_answer_error_as(request, bh_http_status_of_error(error), error, more);
}

void bh_request_answer_bytes(BhRequest *request, guint status, const char *type, GBytes *bytes)
{
  give(request, status, type, bytes);
}

void bh_request_answer_file(BhRequest *request, const char *path, const char *type,
                            const char *etag)
{
  char *bytes = NULL;
  gsize len = 0;
  g_autoptr(GBytes) body = NULL;

  (void)etag;
  g_assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  body = g_bytes_new_take(bytes, len);
  give(request, 200, type, body);
}

/* Fills the request from a route of the API. FALSE when no route matches. */
static gboolean fill_request(BhRequest *base, BhDeviceApi *api, const BhTransportRequest *request)
{
  gsize n;
  const BhRoute *routes = bh_device_api_routes(&n);
  BhRouter *router = bh_router_new(routes, n);
  const char *path = strchr(request->url + strlen("https://"), '/');
  const char *query = strchr(path, '?');
  g_autofree char *allow = NULL;
  const char *const *headers = bh_device_api_headers(api);

  base->method = g_strdup(request->method);
  base->raw = g_strdup(path);
  base->path = query != NULL ? g_strndup(path, (gsize)(query - path)) : g_strdup(path);
  base->segments = bh_path_split(base->path, NULL);
  base->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  base->query = bh_query_parse(query != NULL ? query + 1 : NULL, NULL);
  base->headers = g_ptr_array_new_with_free_func(g_free);
  base->peer = g_strdup("127.0.0.1");
  for (guint i = 0; i < request->headers->len; i++) {
    g_auto(GStrv) parts = g_strsplit(request->headers->pdata[i], ": ", 2);

    g_ptr_array_add(base->headers, g_strdup(parts[0]));
    g_ptr_array_add(base->headers, g_strdup(parts[1]));
  }
  base->body = request->body != NULL ? g_bytes_ref(request->body) : g_bytes_new(NULL, 0);
  bh_request_add_header(base, headers[0], headers[1]);
  base->route = bh_router_find(router, base->segments, base->method, base->params, &allow);
  bh_router_free(router);
  return base->route != NULL && g_bytes_get_size(base->body) <= base->route->body_max + 1;
}

BhTransportAnswer *sim_http_serve(BhDeviceApi *api, const BhTransportRequest *request)
{
  SimRequest self = {0};

  g_mutex_init(&self.mutex);
  g_cond_init(&self.cond);
  if (fill_request(&self.base, api, request))
    self.base.route->handle(&self.base, api);
  else
    give(&self.base, 404, NULL, NULL);
  /* The answer to a push comes from the writer's thread. */
  g_mutex_lock(&self.mutex);
  while (self.result == NULL)
    g_cond_wait(&self.cond, &self.mutex);
  g_mutex_unlock(&self.mutex);
  bh_request_clear(&self.base);
  g_bytes_unref(self.base.body);
  g_mutex_clear(&self.mutex);
  g_cond_clear(&self.cond);
  if (g_str_equal(request->method, "HEAD")) {
    g_bytes_unref(self.result->body);
    self.result->body = g_bytes_new(NULL, 0);
  }
  return self.result;
}

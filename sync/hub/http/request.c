/* The part of a request that handlers use: its values, headers of the answer, and the status of
 * errors. Receiving and sending are in server.c. */
#include "sync/hub/http/request.h"

#include <string.h>

void bh_request_clear(BhRequest *request)
{
  g_free(request->method);
  g_free(request->raw);
  g_free(request->path);
  g_free(request->peer);
  g_free(request->network);
  g_strfreev(request->segments);
  g_clear_pointer(&request->params, g_hash_table_unref);
  g_clear_pointer(&request->query, g_hash_table_unref);
  g_clear_pointer(&request->headers, g_ptr_array_unref);
  g_clear_pointer(&request->cookies, g_ptr_array_unref);
  g_clear_pointer(&request->answer_headers, g_ptr_array_unref);
}

gsize bh_request_head_size(const BhRequest *request)
{
  gsize size = strlen(request->method) + strlen(request->raw) + strlen("  HTTP/1.1\r\n\r\n");
  for (guint i = 0; i < request->headers->len; i++)
    size += strlen(g_ptr_array_index(request->headers, i)) + 2;
  return size;
}

gboolean bh_request_has_answer_header(const BhRequest *request, const char *name)
{
  for (guint i = 0; request->answer_headers != NULL && i < request->answer_headers->len; i += 2) {
    if (g_ascii_strcasecmp(g_ptr_array_index(request->answer_headers, i), name) == 0)
      return TRUE;
  }
  return FALSE;
}

void bh_request_add_header(BhRequest *request, const char *name, const char *value)
{
  for (const char *p = value; *p != '\0'; p++)
    g_return_if_fail((guchar)*p >= 0x20 && *p != 0x7f);
  if (request->answer_headers == NULL)
    request->answer_headers = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(request->answer_headers, g_strdup(name));
  g_ptr_array_add(request->answer_headers, g_strdup(value));
}

const char *bh_request_get_method(BhRequest *request)
{
  return request->method;
}

BhTrace bh_request_get_trace(BhRequest *request)
{
  return request->trace;
}

const BhRoute *bh_request_get_route(BhRequest *request)
{
  return request->route;
}

const char *bh_request_get_param(BhRequest *request, const char *name)
{
  return g_hash_table_lookup(request->params, name);
}

const char *bh_request_get_query(BhRequest *request, const char *name)
{
  return g_hash_table_lookup(request->query, name);
}

const char *bh_request_get_header(BhRequest *request, const char *name)
{
  for (guint i = 0; i < request->headers->len; i += 2) {
    if (g_ascii_strcasecmp(g_ptr_array_index(request->headers, i), name) == 0)
      return g_ptr_array_index(request->headers, i + 1);
  }
  return NULL;
}

const char *bh_request_get_cookie(BhRequest *request, const char *name)
{
  char *value = bh_cookie_find(bh_request_get_header(request, "Cookie"), name);
  if (value == NULL)
    return NULL;
  if (request->cookies == NULL)
    request->cookies = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_add(request->cookies, value);
  return value;
}

const char *bh_request_get_peer(BhRequest *request)
{
  return request->peer;
}

const char *bh_request_get_network(BhRequest *request)
{
  return request->network;
}

GBytes *bh_request_get_body(BhRequest *request)
{
  return request->body;
}

guint bh_http_status_of_error(const GError *error)
{
  if (error->domain != BH_ERROR)
    return 500;
  switch ((BhErrorCode)error->code) {
  case BH_ERROR_FORMAT:
  case BH_ERROR_INVALID:
  case BH_ERROR_UNKNOWN:
  case BH_ERROR_SIGNATURE:
    return 400;
  case BH_ERROR_LIMIT:
    return 413;
  case BH_ERROR_CHAIN:
  case BH_ERROR_FORK:
    return 409;
  case BH_ERROR_DENIED:
  case BH_ERROR_REVOKED:
  case BH_ERROR_EXPIRED:
    return 403;
  case BH_ERROR_NOT_FOUND:
    return 404;
  case BH_ERROR_LOCKED:
    return 429;
  case BH_ERROR_BUSY:
  case BH_ERROR_NETWORK:
  case BH_ERROR_UNCERTAIN:
  case BH_ERROR_NOT_HUB:
    return 503;
  case BH_ERROR_STORAGE:
    return 507;
  case BH_ERROR_FAILED:
    break;
  }
  return 500;
}
